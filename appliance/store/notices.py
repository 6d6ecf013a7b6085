"""Notices as rows: what somebody is told about a task or case, unless they want no such notice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from appliance.store import sqlite

ASSIGNED, MENTIONED, OVERDUE, ESCALATED = "assigned", "mentioned", "overdue", "escalated"
KINDS = (ASSIGNED, MENTIONED, OVERDUE, ESCALATED)

_WANTED = (
    "u.active AND NOT EXISTS (SELECT 1 FROM muted m WHERE m.user_name = u.name AND m.kind = :kind)"
)
_OF_TASK = f"""
INSERT INTO notice (user_name, kind, at, by, root, task, text)
SELECT u.name, :kind, :at, :by, t.root, t.id, coalesce(t.name, t.node)
FROM task t JOIN user_account u ON u.name = :who
WHERE t.id = :task AND (:kind <> 'assigned' OR t.assignee = u.name AND t.ended IS NULL)
AND {_WANTED}
"""
_OF_CASE = f"""
INSERT INTO notice (user_name, kind, at, by, root, task, text)
SELECT u.name, :kind, :at, :by, :root, :task, :text FROM user_account u
WHERE u.name = :who AND {_WANTED}
"""


class Told(NamedTuple):
    """Somebody is told something about a task."""

    who: str
    kind: str
    at: int
    by: str
    task: int


def tell(connection: sqlite.Connection, told: Iterable[Told]) -> None:
    """Store these, the rows of their tasks being there."""
    connection.executemany(_OF_TASK, [each._asdict() for each in told])


def mention(
    connection: sqlite.Connection,
    who: str,
    at: int,
    by: str,
    root: int,
    task: int | None,
    text: str,
) -> None:
    """Tell somebody that a comment on a case mentions them, and let them see the case."""
    connection.execute(
        "INSERT INTO participant (root, user_name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (root, who),
    )
    bound = {"who": who, "kind": MENTIONED, "at": at, "by": by, "root": root, "task": task}
    connection.execute(_OF_CASE, {**bound, "text": text})
