"""Ids from one sequence for everything, taken from the database in blocks, never given twice."""

from __future__ import annotations

from collections.abc import Callable

from appliance.store import sqlite

BLOCK = 1000


class Sequence:
    """Gives ids. ``begin`` answers a connection that is in a transaction.

    A block belongs to the transaction that took it: when that is rolled back, ``forget`` must be
    called, for the database may give the same block again.
    """

    __slots__ = ("_begin", "_limit", "_next", "taken")

    def __init__(self, begin: Callable[[], sqlite.Connection]) -> None:
        self._begin = begin
        self._next = self._limit = 0
        self.taken = 0
        """How many blocks were taken so far."""

    def next(self) -> int:
        """The next id, of a new block when the old one is used up."""
        id = self._next
        if id == self._limit:
            id = self._take()
        self._next = id + 1
        return id

    def forget(self) -> None:
        """Drop what is left of the block."""
        self._next = self._limit = 0

    def give_back(self) -> None:
        """Return what is left of the block, at a clean stop."""
        if self._next != self._limit:
            row = (self._next, self._limit)
            self._begin().execute("UPDATE sequence SET next = ? WHERE next = ?", row)
            self.forget()

    def _take(self) -> int:
        sql = "UPDATE sequence SET next = next + ? RETURNING next"
        [(self._limit,)] = self._begin().execute(sql, (BLOCK,)).fetchall()
        self.taken += 1
        return self._limit - BLOCK
