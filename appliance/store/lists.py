"""Lists of instances, page by page, each from an index, however many there are.

A list is made of ranges: one per definition, or all instances, or those of one starter. Each range
gives its next few entries in order; the page is what comes first of all of them. A cursor is the
last entry's place, so that a later page costs what the first one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appliance.store import sqlite
from appliance.store.queries import PAGE

Row = tuple

COLUMNS = """id, root, parent, caller, definition, business_key, name, by, started, suspended,
    ended, status, reason"""
VIEWS = {
    "open": "ended IS NULL",
    "suspended": "suspended = 1 AND ended IS NULL",
    "ended": "ended IS NOT NULL",
    "all": "1",
}
BY_PERSON = "by = ? AND parent IS NULL AND substr(by, 1, 4) <> 'api:'"
WITH_INCIDENTS = "SELECT root FROM incident WHERE resolved IS NULL ORDER BY at"
BY_KEY = "SELECT id FROM instance WHERE business_key >= ? AND business_key < ?"
OVERDUE = """
EXISTS (SELECT 1 FROM task t WHERE t.root = i.root AND t.ended IS NULL AND t.instance = i.id
    AND t.due < ?)
"""
_PROBLEM = """
EXISTS (SELECT 1 FROM incident n LEFT JOIN activity a ON a.id = n.token
    WHERE n.root = i.root AND n.resolved IS NULL
    AND (i.parent IS NULL OR coalesce(a.instance, n.token) = i.id))
"""
_AFTER_ALL = "\U0010ffff"
_MANY = 10_000


def instances(
    connection: sqlite.Connection,
    view: str,
    q: str,
    definitions: Sequence[int] | None,
    sort: str,
    page: str,
    limit: int = PAGE + 1,
) -> list[Row]:
    """The next instances, ``PAGE`` and one more if there is. See ``Cases.list``."""
    if q or view == "failed":
        ids = _searched(connection, q) if q else None
        if view == "failed":
            failed = _with_problems(connection)
            ids = failed if ids is None else ids & failed
        return _chosen(connection, ids, view, definitions, sort, page, limit) if ids else []
    if definitions is None and view in ("open", "suspended"):
        definitions = [id for (id,) in connection.execute("SELECT id FROM definition")]
    if definitions is None:
        return _range(connection, VIEWS[view], (), sort, page, limit)
    return _merged(
        (_range(connection, f"definition = ? AND {VIEWS[view]}", (id,), sort, page, limit)
         for id in definitions), sort, limit,
    )  # fmt: skip


def requests(
    connection: sqlite.Connection,
    who: str,
    view: str,
    q: str,
    definitions: Sequence[int],
    sort: str,
    page: str,
) -> list[Row]:
    """The next instances that a person started; ``q`` names some, ``definitions`` fit it too."""
    condition, bound = f"{BY_PERSON} AND {VIEWS.get(view, '1')}", [who]
    if q:
        marks = ", ".join("?" * len(definitions))
        condition += (
            f" AND (definition IN ({marks}) OR id = ? OR business_key LIKE ? ESCAPE '\\'"
            " OR name LIKE ? ESCAPE '\\')"
        )
        like = like_pattern(q)
        bound = [who, *definitions, int(q) if q.isdecimal() and len(q) < 19 else -1, like, like]
    return _range(connection, condition, bound, sort, page)


def active_nodes(connection: sqlite.Connection, instances: Sequence[int]) -> list[tuple[int, str]]:
    """Where these live instances have tokens: pairs of instance and node."""
    if not instances:
        return []
    marks = ", ".join("?" * len(instances))
    sql = (
        f"SELECT DISTINCT a.instance, a.node FROM instance i JOIN activity a ON a.root = i.root"
        f" WHERE i.id IN ({marks}) AND a.ended IS NULL AND a.instance = i.id"
    )
    return connection.execute(sql, instances).fetchall()


def with_problems(connection: sqlite.Connection, instances: Sequence[int]) -> set[int]:
    """Those of these instances where an incident is open, of a top-level one also below it."""
    return _those(connection, instances, _PROBLEM)


def overdue(connection: sqlite.Connection, instances: Sequence[int], now: int) -> set[int]:
    """Those of these instances that have an open task past its due date."""
    return _those(connection, instances, OVERDUE, now)


def _those(
    connection: sqlite.Connection, instances: Sequence[int], condition: str, *bound: int
) -> set[int]:
    if not instances:
        return set()
    marks = ", ".join("?" * len(instances))
    sql = f"SELECT i.id FROM instance i WHERE i.id IN ({marks}) AND {condition}"
    return {id for (id,) in connection.execute(sql, (*instances, *bound))}


def cursor(row: Row, sort: str) -> str:
    """Where the page after this row begins."""
    return f"{row[4]}.{row[0]}" if sort.endswith("process") else str(row[0])


def like_pattern(text: str) -> str:
    """A LIKE pattern (escape ``\\``) for what holds this text."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def _range(
    connection: sqlite.Connection,
    condition: str,
    bound: Sequence[object],
    sort: str,
    page: str,
    limit: int = PAGE + 1,
) -> list[Row]:
    place, after = _place(sort, page)
    way, than = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
    columns = "(definition, id)" if len(after) == 2 else "id"
    marks = f"({', '.join('?' * len(after))})"
    beyond = f" AND {columns} {than} {marks}" if after else ""
    order = ", ".join(f"{column} {way}" for column in place)
    sql = f"SELECT {COLUMNS} FROM instance WHERE {condition}{beyond} ORDER BY {order} LIMIT {limit}"
    return connection.execute(sql, (*bound, *after)).fetchall()


def _place(sort: str, page: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The columns that a list is sorted by, and their values where this page begins."""
    columns = ("definition", "id") if sort.endswith("process") else ("id",)
    parts = page.split(".")
    if len(parts) != len(columns) or not all(part.isdecimal() and len(part) < 19 for part in parts):
        return columns, ()
    return columns, tuple(int(part) for part in parts)


def _merged(ranges: Iterable[list[Row]], sort: str, limit: int) -> list[Row]:
    rows = [row for each in ranges for row in each]
    by_process = sort.endswith("process")
    rows.sort(key=lambda row: (row[4] if by_process else 0, row[0]), reverse=sort.startswith("-"))
    return rows[:limit]


def _searched(connection: sqlite.Connection, q: str) -> set[int]:
    found = {id for (id,) in connection.execute(f"{BY_KEY} LIMIT {_MANY}", (q, q + _AFTER_ALL))}
    by = f"SELECT id FROM instance WHERE {BY_PERSON} LIMIT {_MANY}"
    found.update(id for (id,) in connection.execute(by, (q,)))
    if q.isdecimal() and len(q) < 19:
        found.add(int(q))
    return found


def _with_problems(connection: sqlite.Connection) -> set[int]:
    return {id for (id,) in connection.execute(f"{WITH_INCIDENTS} LIMIT {_MANY}")}


def _chosen(
    connection: sqlite.Connection,
    ids: Iterable[int],
    view: str,
    definitions: Sequence[int] | None,
    sort: str,
    page: str,
    limit: int,
) -> list[Row]:
    marks = ", ".join(str(id) for id in ids)
    condition = f"id IN ({marks}) AND {VIEWS.get(view, '1')}"
    if definitions is not None:
        condition += f" AND definition IN ({', '.join(map(str, definitions))})"
    return _range(connection, condition, (), sort, page, limit)
