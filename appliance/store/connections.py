"""How the database file is opened: one connection that writes, any number that only read.

One connection of the server makes all writes and checkpoints, one after the other; its readers are
opened read-only. Which SQLite does it, and why: ``sqlite.py``.
"""

from __future__ import annotations

import threading
from pathlib import Path

import apsw
from playhouse.apsw_ext import APSWDatabase

from appliance.store import sqlite

LOG_BYTES = 64 * 1024**2
"""To this size the log is cut when it begins anew, after a long read had let it grow."""
_WRITER = {
    "journal_mode": "wal",
    "synchronous": "full",
    "wal_autocheckpoint": 0,
    "journal_size_limit": LOG_BYTES,
    "foreign_keys": 1,
    "temp_store": "memory",
    "cache_size": -16_000,
}
_READER = {"query_only": 1, "temp_store": "memory", "cache_size": -8_000}


def open_writer(path: Path, busy_timeout: float) -> APSWDatabase:
    """The database, not changed yet (see :func:`prepare`); ``busy_timeout`` in seconds."""
    new = not path.exists()
    sqlite.check_version()
    database = APSWDatabase(
        str(path), timeout=busy_timeout, thread_safe=False, statementcachesize=500
    )
    database.connect()
    if new:
        path.chmod(0o600)
    return database


def prepare(database: APSWDatabase) -> None:
    """Set how the writer's connection works; an empty file also gets its lasting traits."""
    if database.pragma("page_count") == 0:
        database.pragma("auto_vacuum", 2)  # incremental; it can only be chosen for an empty file
    for name, value in _WRITER.items():
        database.pragma(name, value)


class Readers:
    """Read-only connections, one per thread that asks."""

    def __init__(self, path: Path) -> None:
        self._database = APSWDatabase(
            str(path), pragmas=_READER, timeout=10, flags=apsw.SQLITE_OPEN_READONLY,
            statementcachesize=200,
        )  # fmt: skip
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[tuple[threading.Thread, sqlite.Connection]] = []

    def connection(self) -> sqlite.Connection:
        """The calling thread's connection."""
        try:
            return self._local.connection
        except AttributeError:
            return self._open()

    def close(self) -> None:
        """Close all of them; no thread may be reading."""
        with self._lock:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()

    def _open(self) -> sqlite.Connection:
        self._database.connect(reuse_if_open=True)
        connection = self._local.connection = self._database.connection()
        with self._lock:
            for thread, old in self._opened:
                if not thread.is_alive():
                    old.close()
            self._opened = [each for each in self._opened if each[0].is_alive()]
            self._opened.append((threading.current_thread(), connection))
        return connection
