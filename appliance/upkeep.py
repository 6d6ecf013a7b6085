"""What the box does for itself now and then: sizes noted, backups made, old things let go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from appliance.actor import SYSTEM
from appliance.audit import Audit
from appliance.backups import Backups
from appliance.errors import Conflict, ShuttingDown
from appliance.retention import Retention
from appliance.system import System

LOOK_SECONDS = 60.0
"""How often it is looked whether something is due."""
HOUR = 3_600_000

log = logging.getLogger(__name__)


class Upkeep:
    """A thread that does what is due. ``audit_days`` 0: the audit log is kept for ever."""

    def __init__(
        self,
        system: System,
        backups: Backups,
        retention: Retention,
        audit: Audit,
        clock: Callable[[], int],
        audit_days: int,
    ) -> None:
        self._system = system
        self._backups = backups
        self._retention = retention
        self._audit = audit
        self._clock = clock
        self._audit_days = audit_days
        self._hourly = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, with what has become due while nothing ran."""
        self._thread.start()

    def close(self) -> None:
        """Stop, soon."""
        self._stopping.set()
        self._retention.stop()
        if self._thread.ident is not None:
            self._thread.join()

    def work(self) -> None:
        """Do what is due now."""
        now = self._clock()
        if now >= self._hourly:
            self._hourly = now + HOUR
            self._system.look().result()
            self._let_go()
        self._backups.make_daily()

    def _let_go(self) -> None:
        if self._audit_days:
            self._audit.trim(self._audit_days).result()
        try:
            self._retention.run(SYSTEM)
        except Conflict as error:
            log.info("nothing is removed now: %s", error)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.work()
            except ShuttingDown:
                return
            except Exception:
                log.exception("upkeep stumbled")
            self._stopping.wait(LOOK_SECONDS)
