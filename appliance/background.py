"""A thread for long work that outlives its request, and goes on where it was interrupted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

PATIENCE = 1.0
"""Seconds to wait when the work stumbled, for instance because the store took nothing."""

log = logging.getLogger(__name__)


class Background:
    """Calls ``work`` whenever it is woken; ``work`` looks at ``stopping`` between its portions."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name = name
        self._work = work
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.stopping = False

    def start(self) -> None:
        """Do what is asked for, first what was interrupted."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """There is something new to do."""
        self._wake.set()

    def close(self) -> None:
        """Stop after the portion at hand; the rest follows at the next start."""
        self.stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self.stopping:
            self._wake.wait()
            self._wake.clear()
            try:
                self._work()
            except Exception:
                log.exception("%s stumbled; they go on in a moment", self._name)
                self._wake.wait(PATIENCE)
                self._wake.set()
