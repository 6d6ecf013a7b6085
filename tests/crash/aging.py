"""Databases of earlier versions with what is in one of today, and what an upgrade must keep of it.

Versions only add tables and columns, so an earlier one holds the same without those.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from appliance.store import migrations, sqlite
from appliance.store.connections import open_writer, prepare
from tests.store.test_tables import schema

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


@dataclass(frozen=True)
class Content:
    """The rows of tables, by the columns that they had."""

    columns: dict[str, list[str]]
    rows: dict[str, list[str]]


def turn_back(path: Path, version: int) -> Content:
    """Make the database that nobody uses one of this version; what it holds then."""
    older = path.with_name("tmp") / "older.db"
    older.parent.mkdir(exist_ok=True)
    with contextlib.closing(open_writer(older, 5)) as database:
        prepare(database)
        connection = database.connection()
        for number in range(1, version + 1):
            migrations._step(connection, number)
        connection.execute("ATTACH ? AS today", (str(path),))
        connection.execute("BEGIN; PRAGMA defer_foreign_keys = 1")
        shared = {table: _columns(connection, table) for (table,) in connection.execute(_TABLES)}
        for table, columns in shared.items():
            names = ", ".join(f'"{name}"' for name in columns)
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(
                f"INSERT INTO main.{table} ({names}) SELECT {names} FROM today.{table}"
            )
        connection.execute("COMMIT")
        connection.execute("DETACH today")
        found = content(connection, shared)
    older.replace(path)
    return found


def content(connection: sqlite.Connection, columns: dict[str, list[str]]) -> Content:
    """What is in these columns."""
    rows = {
        table: sorted(
            map(repr, connection.execute(f"SELECT {', '.join(map(_quoted, names))} FROM {table}"))
        )
        for table, names in columns.items()
    }
    return Content(columns, rows)


def check_upgraded(connection: sqlite.Connection, before: Content) -> None:
    """It is of today's version, has all its tables and lost nothing."""
    assert connection.execute("PRAGMA user_version").fetchone() == (migrations.VERSION,)
    with contextlib.closing(sqlite.connect(":memory:")) as wanted:
        for sql in migrations.MIGRATIONS:
            wanted.execute(sql)
        assert schema(connection) == schema(wanted)
    assert content(connection, before.columns) == before


def _columns(connection: sqlite.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")]


def _quoted(name: str) -> str:
    return f'"{name}"'
