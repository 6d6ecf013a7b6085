"""How the database file is opened: one connection that writes, any number that only read.

SQLite before 3.51.3 can corrupt a WAL database when one connection writes at the very moment of
another's checkpoint. So one connection of the server does both, one after the other, its readers
are opened read-only, and a command that writes beside the server does so while no checkpoint runs
(:func:`turn`).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def turn(path: Path, *, wait: bool) -> Iterator[bool]:
    """Take turns with other processes: those who write beside the server, and its checkpoints.

    Held by the folder of the database. Whether it is ours; with ``wait`` it always is.
    """
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


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
