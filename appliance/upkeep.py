"""What the box does for itself now and then: sizes noted, backups made, old things let go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from appliance.actor import SYSTEM, Actor
from appliance.audit import Audit
from appliance.backups import Backups
from appliance.errors import Conflict, ShuttingDown
from appliance.retention import Retention
from appliance.system import System
from engine.times import HOUR

LOOK_SECONDS = 60.0
"""How often it is looked whether something is due."""

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
        self._asked: Actor | None = None
        self._stopping = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, with what has become due while nothing ran."""
        self._thread.start()

    def let_go(self, by: Actor) -> None:
        """Let go of what is older than the rules say now, not within the hour."""
        self._asked = by
        self._wake.set()

    def close(self) -> None:
        """Stop, soon."""
        self._stopping = True
        self._wake.set()
        self._retention.stop()
        if self._thread.ident is not None:
            self._thread.join()

    def work(self) -> None:
        """Do what is due now."""
        now = self._clock()
        if now >= self._hourly:
            self._hourly = now + HOUR
            self._system.look().result()
            if self._audit_days:
                self._audit.trim(self._audit_days).result()
            self._asked = self._asked or SYSTEM
        if self._asked:
            self._let_go(self._asked)
        self._backups.make_daily()

    def _let_go(self, by: Actor) -> None:
        self._asked = None
        try:
            self._retention.run(by)
        except Conflict as error:
            log.info("nothing is removed now: %s", error)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self.work()
            except ShuttingDown:
                return
            except Exception:
                log.exception("upkeep stumbled")
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
