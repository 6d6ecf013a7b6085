"""What needs an administrator now, in numbers that are read from what is live only."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from appliance.library import Library
from appliance.store import sqlite
from appliance.store.store import Store
from engine.times import MINUTE

PATIENCE = MINUTE
"""Milliseconds; a job that is due for longer waits too long."""

_OVERDUE = "SELECT count(*), min(due) FROM task WHERE ended IS NULL AND due IS NOT NULL AND due < ?"
_LATEST = """
SELECT t.id, coalesce(t.name, t.node), i.name, t.definition, t.assignee, t.due
FROM task t JOIN instance i ON i.id = t.instance
WHERE t.ended IS NULL AND t.due IS NOT NULL AND t.due < ? ORDER BY t.due LIMIT 5
"""
_LATE = """
SELECT count(*), min(due) FROM job WHERE due IS NOT NULL AND due < ? AND kind <> 'external'
"""
_TOPICS = """
SELECT j.topic, count(*), min(a.started) FROM job j JOIN activity a ON a.id = j.token
WHERE j.topic IS NOT NULL GROUP BY j.topic ORDER BY min(a.started) LIMIT 10
"""
_RUNNING = "SELECT count(*) FROM instance WHERE ended IS NULL"
_SUSPENDED = "SELECT count(*) FROM instance WHERE suspended = 1 AND ended IS NULL"


class Late(msgspec.Struct, frozen=True):
    """How many are late, the oldest since when (ms)."""

    count: int
    since: int | None


class LateTask(msgspec.Struct, frozen=True):
    """An open task past its due date; nobody has it when ``assignee`` is None.

    ``subject`` is the name of its instance.
    """

    id: int
    name: str
    subject: str
    assignee: str | None
    due: int


class Topic(msgspec.Struct, frozen=True):
    """Jobs that wait for a program: how many, the oldest since when (ms)."""

    name: str
    count: int
    since: int


class Overview:
    """The numbers of the first page of administration."""

    def __init__(self, store: Store, library: Library, clock: Callable[[], int]) -> None:
        self._store = store
        self._library = library
        self._clock = clock

    def overdue(self) -> Late:
        """Open tasks that are past their due date."""
        return Late(*self._row(_OVERDUE, self._clock()))

    def latest_tasks(self) -> list[LateTask]:
        """The tasks that are overdue for longest."""
        rows = self._store.read().execute(_LATEST, (self._clock(),))
        return [
            LateTask(id, name, subject or self._library.view(definition).name, assignee, due)
            for id, name, subject, definition, assignee, due in rows
        ]

    def late_jobs(self) -> Late:
        """Jobs that should have run some time ago."""
        return Late(*self._row(_LATE, self._clock() - PATIENCE))

    def topics(self) -> list[Topic]:
        """What waits for programs, by topic, the oldest first."""
        return [Topic(*row) for row in self._store.read().execute(_TOPICS)]

    def running(self) -> int:
        """How many instances run, suspended ones included."""
        return self._row(_RUNNING)[0]

    def suspended(self) -> int:
        """How many of them are suspended."""
        return self._row(_SUSPENDED)[0]

    def _row(self, sql: str, *bound: int) -> tuple:
        connection: sqlite.Connection = self._store.read()
        return connection.execute(sql, bound).fetchone()
