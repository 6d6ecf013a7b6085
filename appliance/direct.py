"""The database as a command beside a running server uses it: one short transaction at a time."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from appliance.errors import CannotStart, StorageFull
from appliance.pending import Pending

T = TypeVar("T")

BUSY_SECONDS = 15
"""How long a command waits while a server writes; a server's transactions take milliseconds."""


class DirectDatabase:
    """Writes at once, in the calling thread. For few writes: accounts and keys."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA synchronous = FULL")
        # Only the server moves the log into the database: two who do so at once have harmed
        # databases with versions of SQLite before 3.51.3.
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")

    def write(self, work: Callable[[sqlite3.Connection], T]) -> Pending[T]:
        """Run ``work`` in a transaction now; what it raises is raised here."""
        with _plain_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
        return Pending.of(result)

    def read(self) -> sqlite3.Connection:
        """The connection; it sees all that is committed."""
        return self._connection

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _roll_back(self) -> None:
        # A full disk may have ended the transaction already.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StorageFull("The disk is full; nothing was changed.") from error
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise CannotStart(f"The database was busy for {BUSY_SECONDS} seconds.") from error
        raise
