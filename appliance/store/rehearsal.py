"""A command on a copy of live rows, to see what it would do: nothing of it is ever stored."""

from __future__ import annotations

from datetime import tzinfo

from appliance.store import sqlite
from appliance.store.loader import load
from appliance.store.work import Engine, spent
from engine.commands import Command
from engine.model import Process
from engine.world import Limits

_FIRST = 1 << 60
"""Ids that nothing has."""


class Rehearsal:
    """An engine's world whose ids are not taken from anywhere."""

    def __init__(self, engine: Engine) -> None:
        self.now: int = engine.clock()
        self.zone: tzinfo = engine.zone
        self.limits: Limits = engine.limits
        self._library = engine.library
        self._last = _FIRST

    def new_id(self) -> int:
        """An id that is good for this rehearsal."""
        self._last += 1
        return self._last

    def spent(self) -> float:
        """The time that this thread has had of a processor, in ms."""
        return spent()

    def process(self, definition: int) -> Process:
        """The process of a definition id."""
        return self._library.process(definition)

    def called(self, key: str, version: int | None, caller: int) -> tuple[int, Process]:
        """What a call activity means."""
        return self._library.called(key, version, caller)


def rehearse(connection: sqlite.Connection, engine: Engine, root: int) -> Command | None:
    """A command on a copy of a top-level instance as it is now; None when it is not live."""
    connection.execute("BEGIN")  # all reads see the same moment
    try:
        held = load(connection, root, engine.library.process)
    finally:
        connection.execute("COMMIT")
    return Command(held.state, Rehearsal(engine)) if held is not None else None
