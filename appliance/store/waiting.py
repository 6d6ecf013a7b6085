"""Reads of what stands still: open incidents and waiting jobs of all instances, page by page.

All of it is live, so each list is a partial index read in its order; ended work is in none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appliance.store import sqlite
from appliance.store.queries import PAGE

Row = tuple

_INCIDENT_AT = """
FROM incident n LEFT JOIN activity a ON a.id = n.token
CROSS JOIN instance i ON i.id = coalesce(a.instance, n.token)
"""
OPEN_INCIDENTS = "SELECT count(*) FROM incident WHERE resolved IS NULL"
GROUPS = f"""
SELECT i.definition, n.node, n.message, count(*), min(n.at), max(n.at), max(n.id)
{_INCIDENT_AT} WHERE n.resolved IS NULL GROUP BY i.definition, n.node, n.message
"""
_INCIDENT_ROW = f"""
SELECT n.id, i.id, i.definition, i.business_key, n.node, n.message, n.at {_INCIDENT_AT}
"""
INCIDENT = f"""
SELECT n.id, i.id, i.definition, i.business_key, n.node, n.message, n.at, n.root, n.token, n.job,
    n.detail, n.resolved, n.resolved_by {_INCIDENT_AT} WHERE n.id = ?
"""
_JOB_ROW = """
SELECT j.id, i.id, i.definition, j.node, j.kind, j.due, j.retries, j.cycle, j.topic, j.error,
    j.worker, j.locked_until, a.started,
    (SELECT max(n.id) FROM incident n WHERE n.root = j.root AND n.job = j.id AND n.resolved IS NULL)
FROM job j LEFT JOIN activity a ON a.id = j.token
CROSS JOIN instance i ON i.id = coalesce(a.instance, j.token)
"""
_JOBS = {
    "waiting": ("j.due IS NOT NULL AND j.due > :now AND j.kind <> 'external'", "j.due, j.id"),
    "due": ("j.due IS NOT NULL AND j.due <= :now AND j.kind <> 'external'", "j.due, j.id"),
    "failing": ("j.error IS NOT NULL", "j.id"),
    "workers": ("j.topic IS NOT NULL", "j.topic, j.id"),
}
_AFTER = {
    "j.due, j.id": "(j.due, j.id) > (:place, :id)",
    "j.id": "j.id > :id",
    "j.topic, j.id": "(j.topic, j.id) > (:place, :id)",
}
COUNTS = {view: f"SELECT count(*) FROM job j WHERE {has}" for view, (has, _) in _JOBS.items()} | {
    "starts": "SELECT count(*) FROM start_trigger WHERE due IS NOT NULL",
}
START_TIMERS = """
SELECT id, definition, node, due, cycle FROM start_trigger WHERE due IS NOT NULL ORDER BY due, id
"""


def open_incidents(connection: sqlite.Connection) -> int:
    """How many incidents are open."""
    return connection.execute(OPEN_INCIDENTS).fetchone()[0]


def groups(connection: sqlite.Connection) -> list[Row]:
    """The open incidents by definition, node and message."""
    return connection.execute(GROUPS).fetchall()


def incidents(
    connection: sqlite.Connection,
    definitions: Sequence[int] | None,
    node: str,
    message: str,
    page: str,
    limit: int = PAGE + 1,
) -> list[Row]:
    """The next open incidents, the latest first; of some definitions, one node, one message."""
    conditions, bound = ["n.resolved IS NULL"], dict[str, object]()
    if definitions is not None:
        conditions.append(f"i.definition IN ({', '.join(map(str, definitions))})")
    for column, value in (("node", node), ("message", message)):
        if value:
            conditions.append(f"n.{column} = :{column}")
            bound[column] = value
    at, dot, id = page.partition(".")
    if dot and at.isdecimal() and id.isdecimal():
        conditions.append("(n.at, n.id) < (:at, :id)")
        bound |= {"at": int(at[:18]), "id": int(id[:18])}
    sql = f"{_INCIDENT_ROW} WHERE {' AND '.join(conditions)} ORDER BY n.at DESC, n.id DESC"
    return connection.execute(f"{sql} LIMIT {limit}", bound).fetchall()


def incident(connection: sqlite.Connection, id: int) -> Row | None:
    """One incident, open or not."""
    return connection.execute(INCIDENT, (id,)).fetchone()


def jobs(
    connection: sqlite.Connection,
    view: str,
    definitions: Sequence[int] | None,
    now: int,
    page: str,
) -> list[Row]:
    """The next waiting jobs of a view (waiting, due, failing, workers)."""
    condition, order = _JOBS[view]
    bound: dict[str, object] = {"now": now} if ":now" in condition else {}
    if definitions is not None:
        condition += f" AND i.definition IN ({', '.join(map(str, definitions))})"
    place, dot, id = page.rpartition(".")
    if dot and id.isdecimal():
        condition += f" AND {_AFTER[order]}"
        bound |= {"id": int(id[:18])}
        if ":place" in _AFTER[order]:
            by_time = order.startswith("j.due")
            bound["place"] = int(place[:18]) if by_time and place.isdecimal() else place
    sql = f"{_JOB_ROW} WHERE {condition} ORDER BY {order} LIMIT {PAGE + 1}"
    return connection.execute(sql, bound).fetchall()


def job_cursor(view: str, row: Row) -> str:
    """Where the page after this row of a view begins."""
    place = {"failing": "", "workers": row[8]}.get(view, row[5])
    return f"{place}.{row[0]}"


def job_counts(connection: sqlite.Connection, now: int) -> Mapping[str, int]:
    """How many jobs each view has."""
    return {
        view: connection.execute(sql, {"now": now} if ":now" in sql else {}).fetchone()[0]
        for view, sql in COUNTS.items()
    }


def start_timers(connection: sqlite.Connection) -> list[Row]:
    """The timers that start processes, the next first."""
    return connection.execute(START_TIMERS).fetchall()
