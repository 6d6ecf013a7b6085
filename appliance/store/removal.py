"""Ended instances that go: finding them, and deleting them with all that belongs to them.

What an instance was part of keeps its number: migrations and batches tell what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.store import sqlite

SCANNED = 2000
"""How many ended instances are looked at in one read."""

_ENDED = """
SELECT id, definition, ended FROM instance
WHERE id > ? AND parent IS NULL AND ended IS NOT NULL ORDER BY id LIMIT ?
"""
_MANY = "(SELECT value FROM json_each(?))"
_FILES = f"SELECT root, stored, size FROM file WHERE root IN {_MANY}"
_STAYS = f"SELECT root, count(*) FROM activity WHERE root IN {_MANY} GROUP BY root"
_INSIDE = f"SELECT id FROM activity WHERE root IN {_MANY}"
_CALLED = f"SELECT id FROM instance WHERE root IN {_MANY} AND parent IS NOT NULL"
_DELETIONS = (
    f"DELETE FROM variable WHERE scope IN ({_INSIDE})",
    f"DELETE FROM variable WHERE scope IN ({_CALLED})",
    f"DELETE FROM variable WHERE scope IN {_MANY}",
    f"DELETE FROM task WHERE id IN ({_INSIDE})",
    f"DELETE FROM activity WHERE root IN {_MANY}",
    f"DELETE FROM incident WHERE root IN {_MANY}",
    f"DELETE FROM file WHERE root IN {_MANY}",
    f"DELETE FROM log_line WHERE root IN {_MANY}",
    f"DELETE FROM journal WHERE root IN {_MANY}",
    f"DELETE FROM comment WHERE root IN {_MANY}",
    f"DELETE FROM participant WHERE root IN {_MANY}",
    f"DELETE FROM notice WHERE root IN {_MANY}",
    f"DELETE FROM instance WHERE id IN ({_CALLED})",
    f"DELETE FROM instance WHERE id IN {_MANY} AND ended IS NOT NULL",
)
"""Jobs, subscriptions and what lies in inboxes are gone since it ended."""


def ended(connection: sqlite.Connection, after: int) -> list[tuple[int, int, int]]:
    """The next ended top-level instances: id, definition, when. Those after this id."""
    return connection.execute(_ENDED, (after, SCANNED)).fetchall()


def files(connection: sqlite.Connection, roots: Sequence[int]) -> list[tuple[int, str, int]]:
    """The files of these: whose, the stored name, the size."""
    return connection.execute(_FILES, (_ids(roots),)).fetchall()


def stays(connection: sqlite.Connection, roots: Sequence[int]) -> dict[int, int]:
    """How many activities each of these had."""
    return dict(connection.execute(_STAYS, (_ids(roots),)).fetchall())


def delete(connection: sqlite.Connection, roots: Sequence[int]) -> int:
    """Delete ended top-level instances; returns how many there were."""
    bound = (_ids(roots),)
    for deletion in _DELETIONS:
        connection.execute(deletion, bound)
    return connection.changes()


def _ids(roots: Sequence[int]) -> str:
    return f"[{','.join(map(str, roots))}]"
