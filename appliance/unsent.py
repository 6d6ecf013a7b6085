"""What people typed into the forms of tasks and have not sent: kept by itself, one per person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from appliance.actor import Actor
from appliance.errors import TooLarge
from appliance.pending import Pending
from appliance.store import sqlite
from appliance.store.store import Store
from appliance.tasks import Tasks
from engine.times import DAY

LARGEST = 200_000
"""Bytes of one form; files are never kept."""
KEPT = 90 * DAY
"""For how many milliseconds it is kept."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The names and texts of a form as they were sent, and when."""

    at: int
    pairs: list[tuple[str, str]]


class Unsent:
    """What was typed by whom into which task's form."""

    def __init__(self, store: Store, tasks: Tasks, clock: Callable[[], int]) -> None:
        self._store = store
        self._tasks = tasks
        self._clock = clock

    def keep(self, task: int, by: Actor, pairs: Sequence[tuple[str, str]]) -> Pending[int]:
        """Keep it instead of what was there before; the moment of it.

        Raises ``Forbidden`` for those who may not see the task, ``TooLarge``.
        """
        self._tasks.get(task, by)
        mine = [(name, text) for name, text in pairs if not name.startswith("_")]
        kept = msgspec.json.encode(mine)
        if len(kept) > LARGEST:
            raise TooLarge(f"A draft has at most {LARGEST} bytes.")
        now = self._clock()

        def work(connection: sqlite.Connection) -> int:
            connection.execute("DELETE FROM unsent WHERE at < ?", (now - KEPT,))
            connection.execute(
                "INSERT OR REPLACE INTO unsent (user_name, task, at, pairs) VALUES (?, ?, ?, ?)",
                (by.name, task, now, kept),
            )
            return now

        return self._store.write(work)

    def of(self, task: int, user: str) -> Typed | None:
        """What a person has typed there, if anything."""
        sql = "SELECT at, pairs FROM unsent WHERE user_name = ? AND task = ?"
        row = self._store.read().execute(sql, (user, task)).fetchone()
        return row and Typed(row[0], msgspec.json.decode(row[1], type=list[tuple[str, str]]))

    def forget(self, task: int, user: str) -> Pending[None]:
        """Nothing that a person typed there is wanted any more."""

        def work(connection: sqlite.Connection) -> None:
            connection.execute("DELETE FROM unsent WHERE user_name = ? AND task = ?", (user, task))

        return self._store.write(work)
