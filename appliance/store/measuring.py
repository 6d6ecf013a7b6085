"""Reads for figures of processes: instances of a time, and the stays at the nodes of some of them.

Ids grow with time, so that a time is a range of ids: where it begins is found by halving. What is
read is bounded by how many instances are looked at, not by how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from appliance.store import sqlite

Row = tuple

_EDGES = "SELECT (SELECT min(id) FROM instance), (SELECT max(id) FROM instance)"
_NEXT = "SELECT id, started FROM instance WHERE id >= ? ORDER BY id LIMIT 1"
LATEST = """
SELECT id, started, ended, status FROM instance
WHERE definition = ? AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?
"""
_STAYS = """
SELECT a.node, a.started, a.ended, a.how, t.due
FROM instance i CROSS JOIN activity a ON a.root = i.root AND a.instance = i.id
LEFT JOIN task t ON t.id = a.id
WHERE i.id IN ({}) AND (a.loop IS NULL OR a.loop >= 0)
"""
_PORTION = 500


def first_since(connection: sqlite.Connection, ms: int) -> int:
    """The id of the first instance that was started then or later; beyond all when none was."""
    low, high = connection.execute(_EDGES).fetchone()
    if low is None:
        return 0
    high += 1
    while low < high:
        middle = (low + high) // 2
        found = connection.execute(_NEXT, (middle,)).fetchone()
        if found is None or found[1] >= ms:
            high = middle
        else:
            low = found[0] + 1
    return low


def latest(
    connection: sqlite.Connection, definitions: Sequence[int], first: int, end: int, limit: int
) -> list[Row]:
    """The latest instances of some definitions with ids in a range, at most ``limit``."""
    rows = [
        row for id in definitions for row in connection.execute(LATEST, (id, first, end, limit))
    ]
    return sorted(rows, reverse=True)[:limit]


def stays(connection: sqlite.Connection, instances: Sequence[int]) -> Iterator[Row]:
    """How long tokens of these instances stayed where, and when their tasks were due."""
    for start in range(0, len(instances), _PORTION):
        portion = instances[start : start + _PORTION]
        yield from connection.execute(_STAYS.format(", ".join("?" * len(portion))), portion)
