"""SQLite as this program uses it: the one that ``apsw`` brings along, not the system's.

SQLite from 3.7.0 to 3.51.2 can damage a database in WAL mode: when a commit starts the log anew
while a checkpoint of another connection ends, that checkpoint may note pages as moved that it has
never seen (https://sqlite.org/wal.html, "the WAL-reset bug"). Systems and Pythons carry such
versions for years to come. One connection for all writes and checkpoints avoids the bug only as
long as nobody else opens the file, and somebody does: account commands beside the server, backups,
and whoever closes last, for that is a checkpoint too. So a SQLite without the bug ships with the
program, on every system.

``apsw`` is the package for it because it follows each release of SQLite within days, has wheels
for Linux (x86_64 and arm64, glibc and musl), macOS and Windows, is known to peewee, and gives the
same prepared statements: group commits of our rows take three quarters of the time that ``sqlite3``
of Python needs, single reads and updates two thirds.

Never open a database of ours with another SQLite in the same process: when one of two copies
closes the file, the system drops the locks of both.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
from apsw import (
    BusyError,
    ConstraintError,
    CorruptError,
    Error,
    FullError,
    IOError,
    LockedError,
    NotADBError,
    ReadOnlyError,
)

from appliance.errors import CannotStart

__all__ = [
    "VERSION",
    "BusyError",
    "Connection",
    "ConstraintError",
    "CorruptError",
    "Error",
    "FullError",
    "IOError",
    "LockedError",
    "NotADBError",
    "ReadOnlyError",
    "check_version",
    "connect",
]

if TYPE_CHECKING:

    class Cursor(apsw.Cursor):
        """Rows are tuples of what the statement selects."""

        def __iter__(self) -> Any: ...
        def fetchone(self) -> Any: ...
        def fetchall(self) -> list[Any]: ...

    class Connection(apsw.Connection):
        """A connection whose rows may be read without asking for their types."""

        def execute(self, statements: str, bindings: Any = None, **options: Any) -> Cursor: ...

else:
    Connection = apsw.Connection

VERSION: str = apsw.sqlite_lib_version()
"""The version of the library that runs."""
SOUND = (3, 51, 3)
"""The first version without the bug."""


def check_version(version: str = VERSION) -> None:
    """Raise ``CannotStart`` when the library is not the one that was meant."""
    if tuple(map(int, version.split(".")[:3])) < SOUND:
        wanted = ".".join(map(str, SOUND))
        raise CannotStart(
            f"SQLite {version} can damage a database; Workingflow needs {wanted} or newer."
            " Install apsw as a wheel: it brings one along."
        )


def connect(path: Path | str, *, busy_timeout: float = 0) -> Connection:
    """A plain connection that may write; ``busy_timeout`` in seconds."""
    connection = Connection(str(path))
    connection.set_busy_timeout(int(busy_timeout * 1000))
    return connection
