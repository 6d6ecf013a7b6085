"""Notices as rows: what somebody is told about a task, case or incident, unless they want no such.

Who is told of an incident stands in ``audience``: the row of the process, else that of all (its
process is empty), else the administrators are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from appliance.store import sqlite

ASSIGNED, MENTIONED, OVERDUE, ESCALATED = "assigned", "mentioned", "overdue", "escalated"
INCIDENT = "incident"
KINDS = (ASSIGNED, MENTIONED, OVERDUE, ESCALATED, INCIDENT)

_WANTED = (
    "u.active AND NOT EXISTS (SELECT 1 FROM muted m WHERE m.user_name = u.name AND m.kind = :kind)"
)
_WHO = """
SELECT :who UNION
SELECT s.substitute FROM substitution s JOIN definition d ON d.id = t.definition
WHERE s.absent = :who AND s.until > :at AND s.since <= :at AND t.assignee = :who
AND s.substitute <> :by
AND (s.processes IS NULL OR d.key IN (SELECT value FROM json_each(s.processes)))
"""
_OF_TASK = f"""
INSERT INTO notice (user_name, kind, at, by, root, task, text)
SELECT u.name, :kind, :at, :by, t.root, t.id, coalesce(t.name, t.node)
FROM task t JOIN user_account u ON u.name IN ({_WHO})
WHERE t.id = :task AND (:kind <> 'assigned' OR t.assignee = :who AND t.ended IS NULL)
AND {_WANTED}
"""
_OF_CASE = f"""
INSERT INTO notice (user_name, kind, at, by, root, task, text)
SELECT u.name, :kind, :at, :by, :root, :task, :text FROM user_account u
WHERE u.name = :who AND {_WANTED}
"""
_PROCESS = "(SELECT key FROM definition WHERE id = :definition)"
_SAME_STEP = f"process = {_PROCESS} AND node = :node AND read IS NULL AND process IS NOT NULL"
_ANOTHER = f"""
UPDATE notice SET incident = :incident, root = :root, at = :at, text = :text WHERE {_SAME_STEP}
"""
_OF_INCIDENT = f"""
WITH named AS (
    SELECT usual, users, groups FROM audience
    WHERE purpose = 'incident' AND process IN ({_PROCESS}, '') ORDER BY process DESC LIMIT 1
), rule AS (
    SELECT usual, users, groups FROM named
    UNION ALL SELECT 1, '[]', '[]' WHERE NOT EXISTS (SELECT 1 FROM named)
)
INSERT INTO notice (user_name, kind, at, by, root, text, incident, process, node)
SELECT u.name, :kind, :at, 'system', :root, :text, :incident, {_PROCESS}, :node
FROM user_account u, rule
WHERE (
    rule.usual AND u.admin
    OR u.name IN (SELECT value FROM json_each(rule.users))
    OR u.name IN (
        SELECT m.user_name FROM membership m JOIN json_each(rule.groups) g ON m.group_name = g.value
    )
)
AND {_WANTED}
AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.user_name = u.name AND {_SAME_STEP})
"""


class Stopped(NamedTuple):
    """A step of a version of a process stands still by an incident; ``text`` is its name."""

    incident: int
    root: int
    at: int
    definition: int
    node: str
    text: str


class Told(NamedTuple):
    """Somebody is told something about a task; so is who stands in for them and may do it."""

    who: str
    kind: str
    at: int
    by: str
    task: int


def tell(connection: sqlite.Connection, told: Iterable[Told]) -> None:
    """Store these, the rows of their tasks being there."""
    connection.executemany(_OF_TASK, [each._asdict() for each in told])


def tell_of_incidents(connection: sqlite.Connection, stopped: Iterable[Stopped]) -> None:
    """Tell those who are to hear of incidents, in at most one unread notice for each step.

    One that they have not read yet leads to the latest incident.
    """
    for each in stopped:
        bound = {**each._asdict(), "kind": INCIDENT}
        connection.execute(_ANOTHER, bound)
        connection.execute(_OF_INCIDENT, bound)


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
