"""How the database file is opened: one connection that writes, any number that only read.

SQLite before 3.51.3 can corrupt a WAL database when two connections write or checkpoint at the same
moment, so exactly one connection of this process does either (the writer's, which alone runs
checkpoints), and every other is opened read-only.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from peewee import SqliteDatabase

_WRITER = {
    "journal_mode": "wal",
    "synchronous": "full",
    "wal_autocheckpoint": 0,
    "foreign_keys": 1,
    "temp_store": "memory",
    "cache_size": -32_000,
}
_READER = {"query_only": 1, "temp_store": "memory", "cache_size": -8_000}


def open_writer(path: Path, busy_timeout: float) -> SqliteDatabase:
    """The database, not changed yet (see :func:`prepare`); ``busy_timeout`` in seconds."""
    new = not path.exists()
    database = SqliteDatabase(
        str(path), timeout=busy_timeout, check_same_thread=False, thread_safe=False,
        cached_statements=500,
    )  # fmt: skip
    database.connect()
    if new:
        path.chmod(0o600)
    return database


def prepare(database: SqliteDatabase) -> None:
    """Set how the writer's connection works; an empty file also gets its lasting traits."""
    if database.pragma("page_count") == 0:
        database.pragma("auto_vacuum", 2)  # incremental; it can only be chosen for an empty file
    for name, value in _WRITER.items():
        database.pragma(name, value)


class Readers:
    """Read-only connections, one per thread that asks."""

    def __init__(self, path: Path) -> None:
        self._database = SqliteDatabase(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, pragmas=_READER, timeout=10,
            check_same_thread=False, cached_statements=200,
        )  # fmt: skip
        self._local = threading.local()
        self._lock = threading.Lock()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []

    def connection(self) -> sqlite3.Connection:
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

    def _open(self) -> sqlite3.Connection:
        self._database.connect(reuse_if_open=True)
        connection = self._local.connection = self._database.connection()
        with self._lock:
            for thread, old in self._opened:
                if not thread.is_alive():
                    old.close()
            self._opened = [each for each in self._opened if each[0].is_alive()]
            self._opened.append((threading.current_thread(), connection))
        return connection
