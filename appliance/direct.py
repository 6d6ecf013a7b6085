"""The database as a command beside a running server uses it: one short transaction at a time.

Before the first start there is no database yet, and after an upgrade it may be an older one: then
the command makes or migrates it, which needs the lock of the data directory.

A command ends right after its answer, and the next program that opens the database takes what lies
whole in its log for committed. So what was refused because a sync failed is written over first.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from appliance.datadir import DataDirectory
from appliance.errors import CannotStart, DataDirectoryLocked, DataDirectoryUnusable, StorageFull
from appliance.pending import Pending
from appliance.store import sqlite
from appliance.store.connections import open_writer, prepare
from appliance.store.migrations import APPLICATION_ID, VERSION, check, migrate

T = TypeVar("T")

BUSY_SECONDS = 15
"""How long a command waits while a server writes; a server's transactions take milliseconds."""

STARTING_SECONDS = 10
"""How long a command waits for a server that is just making or migrating the database."""

_IN_DOUBT = (
    "The disk cannot be written, not even to take back what was begun. When it can be written"
    " again, look whether this was stored."
)


class DirectDatabase:
    """Writes at once, in the calling thread. For few writes: accounts and keys."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite.connect(path, busy_timeout=BUSY_SECONDS)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA synchronous = FULL")
        # Only the server moves the log into the database: this is done sooner.
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")

    @classmethod
    def open(cls, data: DataDirectory) -> DirectDatabase:
        """Open the database of a data directory, made or brought up to date where needed.

        Raises ``DatabaseNewer``, ``DataDirectoryLocked``, ``DataDirectoryUnusable``.
        """
        data.check_whole()
        deadline = time.monotonic() + STARTING_SECONDS
        while (found := _version(data.database)) != VERSION:
            try:
                if found < VERSION:
                    data.lock()
                _bring_up_to_date(data.database)
            except DataDirectoryLocked:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            finally:
                data.unlock()
        return cls(data.database)

    def write(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        """Run ``work`` in a transaction now; what it raises is raised here."""
        with _plain_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._roll_back()
                if isinstance(error, sqlite.IOError) and not self._bury():
                    raise StorageFull(_IN_DOUBT) from error
                raise
        return Pending.of(result)

    def read(self) -> sqlite.Connection:
        """The connection; it sees all that is committed."""
        return self._connection

    def close(self) -> None:
        """Let go of the database."""
        # Whoever is last moves the log into the database; if that fails, the next one does.
        with contextlib.suppress(sqlite.IOError, sqlite.FullError):
            self._connection.close()

    def _roll_back(self) -> None:
        # A full disk may have ended the transaction already, or not even let it end.
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite.IOError, sqlite.FullError):
                self._connection.execute("ROLLBACK")

    def _bury(self) -> bool:
        """Write over what was refused, in the log; whether that was possible."""
        if self._connection.in_transaction:
            return False
        try:
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        except sqlite.Error:
            return False
        return True


@contextlib.contextmanager
def existing(path: Path) -> Iterator[sqlite.Connection | None]:
    """The database as it is there, only to look something up; None when it is of another version.

    Nothing is made, locked or brought up to date for that.
    """
    if _version(path) != VERSION:
        yield None
        return
    with contextlib.closing(sqlite.connect(path, busy_timeout=BUSY_SECONDS)) as connection:
        yield connection


def _version(path: Path) -> int:
    """The database's version; 0 when there is none yet."""
    if not path.exists():
        return 0
    with (
        _plain_errors(),
        contextlib.closing(sqlite.connect(path, busy_timeout=BUSY_SECONDS)) as connection,
    ):
        return connection.execute("PRAGMA user_version").fetchone()[0]


def _bring_up_to_date(path: Path) -> None:
    with _plain_errors(), contextlib.closing(open_writer(path, BUSY_SECONDS)) as database:
        check(database.connection())
        prepare(database)
        migrate(database.connection())


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite.NotADBError, sqlite.CorruptError) as error:
        raise DataDirectoryUnusable("The database is damaged or no SQLite file.") from error
    except sqlite.FullError as error:
        raise StorageFull("The disk is full; nothing was changed.") from error
    except sqlite.IOError as error:
        raise StorageFull("The disk cannot be read or written; nothing was changed.") from error
    except sqlite.BusyError as error:
        raise CannotStart(f"The database was busy for {BUSY_SECONDS} seconds.") from error
