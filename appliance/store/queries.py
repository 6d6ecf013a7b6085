"""All reads of instances and tasks, as functions over a read-only connection.

Every statement is found by an index however much is finished: ``tests/store/test_plans.py`` asks
SQLite for its plan. Rows come back as the tuples that the callers in ``appliance`` make views of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from appliance.store import sqlite
from appliance.store.inbox import ASSIGNEE

Row = tuple
PAGE = 50
"""How many entries a page of a list has."""

INSTANCE = """
SELECT id, root, parent, caller, definition, business_key, name, by, started, suspended, ended,
    status, reason
FROM instance WHERE id = ?
"""
ROOT = "SELECT root FROM instance WHERE id = ?"
VARIABLES = "SELECT name, value FROM variable WHERE scope = ? ORDER BY name"
VARIABLE = "SELECT value FROM variable WHERE scope = ? AND name = ?"
LOCAL = """
SELECT a.id, a.node, v.name, v.value FROM activity a CROSS JOIN variable v ON v.scope = a.id
WHERE a.root = ? AND a.ended IS NULL AND a.instance = ? ORDER BY a.id, v.name
"""
JOURNALED = """
SELECT at, by, command, events FROM journal
WHERE root = ? AND instr(events, ?) ORDER BY id DESC LIMIT ?
"""
BELOW = """
WITH RECURSIVE below (id) AS (
    VALUES (?2) UNION ALL
    SELECT i.id FROM below b CROSS JOIN instance i ON i.root = ?1 AND i.parent = b.id
    WHERE i.parent IS NOT NULL
)
SELECT id FROM below
"""
OPEN_TASKS = """
SELECT id, coalesce(name, node), node, instance, assignee, candidate_users, candidate_groups,
    created, due, priority, remaining
FROM task WHERE root = ? AND ended IS NULL ORDER BY id
"""
TASK = """
SELECT t.id, coalesce(t.name, t.node), t.node, t.description, t.instance, t.root, t.definition,
    coalesce(i.name, ''), i.business_key, i.by, t.assignee, t.owner, t.delegation,
    t.candidate_users, t.candidate_groups, t.priority, t.due, t.created, t.claimed, t.ended,
    t.completed_by, t.outcome, i.suspended, t.form_key, t.remaining
FROM task t JOIN instance i ON i.id = t.instance WHERE t.id = ?
"""
SCOPES = """
WITH RECURSIVE above (scope, depth) AS (
    VALUES (?1, 0) UNION ALL
    SELECT a.scope, depth + 1 FROM above JOIN activity a ON a.id = above.scope
)
SELECT v.name, v.value FROM above CROSS JOIN variable v ON v.scope = above.scope
ORDER BY depth DESC
"""
TIMERS = """
SELECT j.id, coalesce(a.instance, j.token), j.node, j.kind, j.due, j.retries, j.cycle, j.error
FROM job j LEFT JOIN activity a ON a.id = j.token WHERE j.root = ? ORDER BY j.due IS NULL, j.due
"""
INCIDENTS = """
SELECT n.id, coalesce(a.instance, n.token), n.node, n.message, n.detail, n.at
FROM incident n LEFT JOIN activity a ON a.id = n.token
WHERE n.root = ? AND n.resolved IS NULL ORDER BY n.id
"""
CALLED = """
SELECT id FROM instance WHERE root = ? AND parent IS NOT NULL AND parent = ? ORDER BY id
"""
VISITS = """
SELECT node, flow, ended IS NULL, how, count(*) FROM activity WHERE root = ? AND instance = ?
GROUP BY node, flow, ended IS NULL, how
"""
VISITED = """
SELECT node, min(id) FROM activity WHERE root = ? AND instance = ? AND how = ?
GROUP BY node ORDER BY min(id)
"""
LIVE = """
SELECT id, node, scope, loop, started FROM activity
WHERE root = ? AND ended IS NULL AND instance = ? ORDER BY id
"""
JOURNAL = """
SELECT at, by, command, events FROM journal WHERE root = ? ORDER BY id DESC LIMIT ?
"""
LAST_COMMAND = "SELECT id, command FROM journal WHERE root = ? ORDER BY id DESC LIMIT 1"
EVENTS_OF = "SELECT events FROM journal WHERE id = ?"
STAY = "SELECT instance, node, scope, loop FROM activity WHERE id = ?"
DUE_JOBS = """
SELECT id, root, due FROM job WHERE due <= :now AND due IS NOT NULL AND kind <> 'external'
UNION ALL SELECT id, NULL, due FROM start_trigger WHERE due <= :now AND due IS NOT NULL
UNION ALL SELECT id, NULL, due FROM postponed WHERE due <= :now
ORDER BY due, id LIMIT :limit
"""
OVERDUE_JOBS = """
SELECT count(*), min(due) FROM job
WHERE due <= ? AND due IS NOT NULL AND kind <> 'external'
"""
NEXT_DUE = """
SELECT due FROM job WHERE due IS NOT NULL AND kind <> 'external'
UNION ALL SELECT due FROM start_trigger WHERE due IS NOT NULL
UNION ALL SELECT due FROM postponed ORDER BY due LIMIT 1
"""

TAKING_PART = """
SELECT t.assignee, t.owner, t.completed_by, t.candidate_users, t.candidate_groups, t.ended,
    t.definition
FROM activity a JOIN task t ON t.id = a.id WHERE a.root = ?
"""
MENTIONED = "SELECT 1 FROM participant WHERE root = ? AND user_name = ?"
_INBOX = "SELECT task, due, priority, name, definition, about FROM inbox WHERE"
_TASK_ROW = """
SELECT t.id, coalesce(t.name, t.node), t.instance, t.definition, coalesce(i.name, ''),
    i.business_key, t.assignee, t.created, t.due, t.priority, t.ended, t.owner, t.delegation,
    t.remaining, i.suspended
"""
_JOINED = "JOIN task t ON t.id = v.task JOIN instance i ON i.id = t.instance"
_OF_CASE = """
SELECT id FROM task WHERE ended IS NULL AND root = (SELECT root FROM instance WHERE id = :number)
    AND :number IN (instance, root)
"""
_DUE = f"coalesce({{0}}.due, {2**62})"
_NAME = "lower(coalesce({0}.name, ''))"
DONE = 20_000
"""So many of the tasks that somebody completed a search looks at: years of work."""
COUNTED = 10_000
"""So far tasks are counted: the numbers stand on every page."""

_SORTS: Mapping[str, tuple[str, ...]] = {
    "due": (_DUE, "-{0}.priority", "{0}.{1}"),
    "-due": ("-coalesce({0}.due, 0)", "-{0}.priority", "{0}.{1}"),
    "priority": ("{0}.priority", _DUE, "{0}.{1}"),
    "-priority": ("-{0}.priority", _DUE, "{0}.{1}"),
    "created": ("{0}.{1}",),
    "-created": ("-{0}.{1}",),
    "name": (_NAME, "{0}.{1}"),
    "-name": (_NAME, "{0}.{1}"),
    "process": ("{0}.definition", "{0}.{1}"),
    "-process": ("-{0}.definition", "-{0}.{1}"),
}
"""What a list is ordered by, all columns the same way; {0} is the table, {1} its task's id."""
_BACKWARDS = {"-name"}


class Range(NamedTuple):
    """One inbox, whole, or of these definitions only."""

    kind: int
    who: str
    definitions: tuple[int, ...] | None = None


def inbox_source(view: str, inboxes: Sequence[Range]) -> tuple[str, dict[str, object]]:
    """The tasks of a view (mine, group, overdue) of some inboxes, each once; it reads ``:now``.

    With the values that it reads besides.
    """
    bound: dict[str, object] = {}
    ranges: list[str] = []
    for number, (kind, who, definitions) in enumerate(inboxes):
        if view == "overdue" or (view == "mine") == (kind == ASSIGNEE):
            bound[f"who{number}"] = who
            some = f" AND definition IN ({_list(definitions)})" if definitions is not None else ""
            ranges.append(f"kind = {kind} AND who = :who{number}{some}")
    late = " AND due < :now" if view == "overdue" else ""
    # Only what lies in several inboxes can be found twice, and has to be made one again.
    once = [f"{_INBOX} {each}{late} AND shared = 0" for each in ranges]
    several = " UNION ".join(f"{_INBOX} {each}{late} AND shared = 1" for each in ranges)
    return " UNION ALL ".join([*once, f"SELECT * FROM ({several})"]), bound


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def inbox(
    connection: sqlite.Connection,
    source: str,
    bound: Mapping[str, object],
    *,
    sort: str,
    conditions: Sequence[str],
) -> list[Row]:
    """A page (and one row more) of the tasks of a source; see :func:`inbox_source`.

    It begins after the task ``:after``, unless that is None. ``conditions`` are about ``v``, the
    inbox: the page is chosen from it, and only its tasks are looked up.
    """
    columns = _SORTS.get(sort, _SORTS["due"])
    way, than = ("DESC", "<") if sort in _BACKWARDS else ("ASC", ">")
    order = ", ".join(f"{column} {way}" for column in columns).format("v", "task")
    if bound["after"] is not None:
        key = ", ".join(columns)
        place = f"SELECT {key.format('a', 'id')} FROM task a WHERE a.id = :after"
        conditions = [*conditions, f"({key.format('v', 'task')}) {than} ({place})"]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    some = f"SELECT * FROM ({source}) v {where} ORDER BY {order} LIMIT {PAGE + 1}"
    sql = f"{_TASK_ROW} FROM ({some}) v CROSS {_JOINED} ORDER BY {order}"
    return connection.execute(sql, bound).fetchall()


def searched(number: bool, done: bool) -> str:
    """The condition of a search for a part of a name or business key, ``:like``, or a ``:number``.

    It is about ``t`` and ``i`` for what is done, else about ``v``, the inbox.
    """
    like = "LIKE :like ESCAPE '\\'"
    if done:
        numbers = " OR :number IN (t.id, t.instance, t.root)" if number else ""
        return f"(t.name {like} OR i.name {like} OR i.business_key {like}{numbers})"
    numbers = f" OR v.task = :number OR v.task IN ({_OF_CASE})" if number else ""
    return f"(v.name {like} OR v.about {like}{numbers})"


def done(
    connection: sqlite.Connection, bound: Mapping[str, object], *, conditions: Sequence[str]
) -> list[Row]:
    """A page (and one row more) of the tasks that ``:who`` completed, the latest first.

    Conditions are looked for in the latest ``DONE`` of them, from the page's beginning on.
    """
    after = " AND (ended, id) < (SELECT ended, id FROM task WHERE id = :after)"
    own = f"completed_by = :who{after if bound['after'] is not None else ''}"
    latest = f"SELECT * FROM task WHERE {own} ORDER BY ended DESC, id DESC LIMIT {DONE}"
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = (
        f"{_TASK_ROW} FROM ({latest}) t JOIN instance i ON i.id = t.instance"
        f" {where} ORDER BY t.ended DESC, t.id DESC LIMIT {PAGE + 1}"
    )
    return connection.execute(sql, bound).fetchall()


def count(connection: sqlite.Connection, source: str, bound: Mapping[str, object]) -> int:
    """How many tasks a source has; from ``COUNTED`` on it is not counted further."""
    sql = f"SELECT count(*) FROM ({source} LIMIT {COUNTED})"
    return connection.execute(sql, bound).fetchone()[0]


def below(connection: sqlite.Connection, root: int, instance: int) -> set[int]:
    """An instance and all that it calls, directly or not."""
    return {id for (id,) in connection.execute(BELOW, (root, instance))}
