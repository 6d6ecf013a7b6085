"""Many rows with few steps: each step of SQLite gives Python's lock away and waits to get it back.

While the server is busy, that wait costs far more than a row; so rows are inserted and deleted some
dozens at a time (``VALUES (…), (…), …``), by statements of a few fixed sizes that stay prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from appliance.store import sqlite

SIZES = (64, 16, 4, 1)
"""How many rows one statement takes; any number of rows is made of these."""


def insert(
    connection: sqlite.Connection, into: str, columns: int, rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows; ``into`` is the statement up to ``VALUES``, ``columns`` their width."""
    if len(rows) == 1:
        connection.execute(_insert(into, columns, 1), rows[0])
        return
    for part in _parts(rows):
        connection.execute(_insert(into, columns, len(part)), list(chain.from_iterable(part)))


def delete(connection: sqlite.Connection, table: str, key: str, keys: Sequence[Any]) -> None:
    """Delete rows by their key: a column, or ``(several, columns)`` and tuples."""
    width = key.count(",") + 1
    for part in _parts(keys):
        bound = part if width == 1 else list(chain.from_iterable(part))
        connection.execute(_delete(table, key, width, len(part)), bound)


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    start, left = 0, len(rows)
    for size in SIZES:
        while left >= size:
            yield rows[start : start + size]
            start += size
            left -= size


@cache
def _insert(into: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"{into} VALUES {', '.join([row] * rows)}"


@cache
def _delete(table: str, key: str, width: int, rows: int) -> str:
    if width == 1:
        return f"DELETE FROM {table} WHERE {key} IN ({', '.join('?' * rows)})"
    row = f"({', '.join('?' * width)})"
    return f"DELETE FROM {table} WHERE {key} IN (VALUES {', '.join([row] * rows)})"
