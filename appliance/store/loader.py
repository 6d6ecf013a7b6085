"""Live rows become a state: the events that would have made it are applied."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.store import sqlite
from appliance.store.held import Held
from appliance.store.inbox import places
from engine import events as ev
from engine.state import Resolve, State, apply
from engine.values import decode

_INSTANCES = """
SELECT id, definition, started, by, caller, business_key, name, suspended FROM instance
WHERE id = :root AND ended IS NULL
UNION ALL
SELECT id, definition, started, by, caller, business_key, name, suspended FROM instance
WHERE root = :root AND parent IS NOT NULL AND ended IS NULL
"""
_ACTIVITIES = """
SELECT id, node, scope, started, flow, loop, total, begun, completed, instance FROM activity
WHERE root = :root AND ended IS NULL
"""
_VARIABLES = """
SELECT v.scope, v.name, v.value FROM variable v WHERE v.scope = :root
UNION ALL
SELECT v.scope, v.name, v.value FROM instance i CROSS JOIN variable v ON v.scope = i.id
WHERE i.root = :root AND i.parent IS NOT NULL AND i.ended IS NULL
UNION ALL
SELECT v.scope, v.name, v.value FROM activity a CROSS JOIN variable v ON v.scope = a.id
WHERE a.root = :root AND a.ended IS NULL
"""
_TASKS = """
SELECT id, name, created, assignee, owner, priority, due, form_key, category, description,
    candidate_users, candidate_groups, claimed, delegation, remaining
FROM task WHERE root = :root AND ended IS NULL ORDER BY id
"""
_JOBS = """
SELECT id, token, node, kind, due, retries, cycle, topic, steps, error, worker, locked_until,
    remaining
FROM job WHERE root = :root ORDER BY id
"""
_SUBSCRIPTIONS = """
SELECT id, token, node, kind, name, data FROM subscription WHERE root = :root ORDER BY id
"""
_INCIDENTS = """
SELECT id, token, node, at, message, job, detail FROM incident
WHERE root = :root AND resolved IS NULL ORDER BY id
"""


_CHANGED = ("claimed_at", "delegation", "remaining")
"""What of a task can only have been changed, as the last columns have it."""


def load(connection: sqlite.Connection, root: int, resolve: Resolve) -> Held | None:
    """The top-level instance of this id with all that it calls, or None when it is not live."""
    held = Held(root, State(resolve))
    instances = connection.execute(_INSTANCES, {"root": root}).fetchall()
    if not instances:
        return None
    for event in _events(connection, held, instances):
        apply(held.state, event)
    return held


def _events(
    connection: sqlite.Connection, held: Held, instances: list[tuple]
) -> Iterator[ev.Event]:
    bound = {"root": held.root}
    yield from _tokens(connection, held, instances)
    for scope, name, value in connection.execute(_VARIABLES, bound):
        held.data += len(value)
        yield ev.VariablesSet(scope, {name: decode(value)})
    for row in connection.execute(_TASKS, bound):
        yield from _task(held, row)
    for row in connection.execute(_JOBS, bound):
        yield from _job(row)
    for id, token, node, kind, name, data in connection.execute(_SUBSCRIPTIONS, bound):
        held.data += len(data or b"")
        yield ev.Subscribed(id, token, node, kind, name, data and decode(data))
    for row in connection.execute(_INCIDENTS, bound):
        yield ev.IncidentOpened(*row)


def _tokens(
    connection: sqlite.Connection, held: Held, instances: list[tuple]
) -> Iterator[ev.Event]:
    """Instances and activities in the order of their ids: parents come before children."""
    activities = connection.execute(_ACTIVITIES, {"root": held.root}).fetchall()
    both = [(row, _instance) for row in instances] + [(row, _activity) for row in activities]
    for row, events in sorted(both, key=lambda each: each[0][0]):
        yield from events(held, row)


def _instance(held: Held, row: tuple) -> Iterator[ev.Event]:
    id, definition, started, by, caller, business_key, name, suspended = row
    held.definitions[id] = definition
    if caller is not None:
        held.homes[id] = id
    yield ev.InstanceStarted(id, definition, started, by, caller, business_key, name)
    if suspended:
        yield ev.InstanceSuspended(id, True, started)


def _activity(held: Held, row: tuple) -> Iterator[ev.Event]:
    id, node, scope, started, flow, loop, total, begun, completed, instance = row
    if instance != held.root:
        held.homes[id] = instance
    yield ev.Entered(id, node, scope, started, flow, loop)
    if total is not None:
        yield ev.LoopAdvanced(id, total, begun, completed)


def _task(held: Held, row: tuple) -> Iterator[ev.Event]:
    users, groups, changed = _names(row[10]), _names(row[11]), row[12:]
    id, created, assignee = row[0], row[2], row[3]
    held.tasks[id] = places(assignee, users, groups)
    _, name, _, _, owner, priority, due, form_key, category, description = row[:10]
    yield ev.TaskCreated(
        id, name, created, assignee, owner, priority, due, form_key, category, description, users,
        groups,
    )  # fmt: skip
    if any(value is not None for value in changed):
        yield ev.TaskChanged(id, dict(zip(_CHANGED, changed, strict=True)), created)


def _job(row: tuple) -> Iterator[ev.Event]:
    id, token, node, kind, due, retries, cycle, topic, steps, *changed = row
    yield ev.JobCreated(id, token, node, kind, due, retries, cycle, topic, steps)
    if any(value is not None for value in changed):
        error, worker, locked_until, remaining = changed
        yield ev.JobChanged(id, due, retries, cycle, error, worker, locked_until, remaining)


def _names(names: bytes | None) -> list[str]:
    return decode(names) if names else []
