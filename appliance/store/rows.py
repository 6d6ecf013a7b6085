"""Events become row changes: only what a command touched is written.

Changes of a whole batch are gathered and written statement by statement (``executemany``), which
costs a third of one ``execute`` per row. A row that is inserted and changed in the same batch is
inserted once, as it is at the end; one that begins and ends in it (a job, a place in an inbox) is
not written at all. Deletions go first, then insertions, then changes: ids are never used again, and
for rows without an id of their own (variables, inbox) the last word is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from appliance.store.held import Held
from appliance.store.inbox import InboxRows, Shown, places
from engine import events as ev
from engine.values import encode

_INSERT = {
    "instance": 13, "activity": 13, "task": 21, "job": 14, "subscription": 7, "incident": 10,
    "file": 11,
}  # fmt: skip
_INSERTS = {
    name: f"INSERT INTO {name} VALUES ({', '.join('?' * columns)})"
    for name, columns in _INSERT.items()
}
_PUT_VARIABLE = "INSERT OR REPLACE INTO variable VALUES (?, ?, ?)"
_PUT_LOG = "INSERT INTO log_line (root, token, at, text) VALUES (?, ?, ?, ?)"
_PUT_JOURNAL = "INSERT INTO journal (root, at, by, command, events) VALUES (?, ?, ?, ?, ?)"
_DROP_VARIABLE = "DELETE FROM variable WHERE scope = ? AND name = ?"
_DROP_JOB = "DELETE FROM job WHERE id = ?"
_DROP_SUBSCRIPTION = "DELETE FROM subscription WHERE id = ?"
_LEAVE = "UPDATE activity SET ended = ?, how = ? WHERE id = ?"
_MOVE = "UPDATE activity SET node = ? WHERE id = ?"
_MOVE_JOB = "UPDATE job SET node = ? WHERE id = ?"
_MOVE_SUBSCRIPTION = "UPDATE subscription SET node = ? WHERE id = ?"
_LOOP = "UPDATE activity SET total = ?, begun = ?, completed = ? WHERE id = ?"
_CHANGE_JOB = (
    "UPDATE job SET due = ?, retries = ?, cycle = ?, error = ?, worker = ?, locked_until = ?,"
    " remaining = ? WHERE id = ?"
)
_RESOLVE = "UPDATE incident SET resolved = ?, resolved_by = ? WHERE id = ?"
_NODE = "SELECT node FROM activity WHERE id = ?"

_INSTANCE = ("id", "root", "parent", "caller", "definition", "business_key", "name", "by",
             "started", "suspended", "ended", "status", "reason")  # fmt: skip
_TASK = ("id", "root", "instance", "definition", "node", "name", "assignee", "owner", "priority",
         "due", "form_key", "category", "description", "candidate_users", "candidate_groups",
         "delegation", "created", "claimed", "ended", "completed_by", "outcome")  # fmt: skip
_INSTANCE_COLUMN = {name: index for index, name in enumerate(_INSTANCE)}
_TASK_COLUMN = {name: index for index, name in enumerate(_TASK)}
_TASK_FIELDS = {"created_at": "created", "claimed_at": "claimed"}
_SHOWN = {"assignee", "candidate_users", "candidate_groups", "due", "priority", "name"}

Row = list[Any]


class Rows:
    """The row changes of one transaction that are not written yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._bytes = 0
        self._nearest: int | None = None
        self._changed = False
        self.discard()

    def discard(self) -> None:
        """Forget all changes."""
        self.dirty: set[int] = set()
        self._instances: dict[int, Row] = {}
        self._activities: dict[int, Row] = {}
        self._tasks: dict[int, Row] = {}
        self._jobs: dict[int, Row] = {}
        self._subscriptions: dict[int, Row] = {}
        self._incidents: dict[int, Row] = {}
        self._changed_instances: dict[int, dict[str, Any]] = {}
        self._changed_tasks: dict[int, dict[str, Any]] = {}
        self._changed_jobs: dict[int, Row] = {}
        self._resolved: list[tuple[int, str | None, int]] = []
        self._departures: list[tuple[int, int, int]] = []
        self._moves: dict[int, str] = {}
        self._loops: dict[int, tuple[int, int, int]] = {}
        self._inbox = InboxRows()
        self._variables: dict[tuple[int, str], bytes] = {}
        self._no_variables: set[tuple[int, str]] = set()
        self._waits_ended: list[tuple[int]] = []
        self._waits_moved: dict[int, str] = {}
        self._logged: list[tuple[int, int, int, str]] = []
        self._files: list[Sequence[Any]] = []
        self._journal: list[tuple[int, int, str, str, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self._journal)

    def take_news(self) -> tuple[bool, int | None]:
        """Whether instances changed since the last call, and the earliest due time of a job."""
        news = self._changed, self._nearest
        self._changed, self._nearest = False, None
        return news

    def take_bytes(self) -> int:
        """How many bytes were journaled since the last call."""
        written, self._bytes = self._bytes, 0
        return written

    def add(self, held: Held, events: list[ev.Event], at: int, by: str, command: str) -> None:
        """Take over the events of one command on one top-level instance, already applied."""
        for event in events:
            _WRITE[type(event)](self, held, event)
        journal = ev.encode(events)
        held.data += len(journal)
        self._journal.append((held.root, at, by, command, journal))
        self.dirty.add(held.root)
        self._changed = True

    def add_file(self, row: Sequence[Any]) -> None:
        """Take over a row of ``file``."""
        self._files.append(row)

    def add_note(self, at: int, by: str, command: str, facts: object) -> None:
        """Journal a command that is not about an instance."""
        self._journal.append((0, at, by, command, encode(facts)))

    def flush(self) -> None:
        """Write all changes; the connection is in a transaction."""
        many = self._many
        self._inbox.flush(self._connection)
        many(_DROP_VARIABLE, self._no_variables)
        many(_DROP_JOB, self._waits_ended)
        many(_DROP_SUBSCRIPTION, self._waits_ended)
        many(_INSERTS["instance"], self._instances.values())
        many(_INSERTS["activity"], self._activities.values())
        many(_INSERTS["task"], self._tasks.values())
        many(_PUT_VARIABLE, [(*key, value) for key, value in self._variables.items()])
        many(_INSERTS["job"], self._jobs.values())
        many(_INSERTS["subscription"], self._subscriptions.values())
        many(_INSERTS["incident"], self._incidents.values())
        self._flush_changes()
        many(_INSERTS["file"], self._files)
        many(_PUT_LOG, self._logged)
        many(_PUT_JOURNAL, self._journal)
        self._bytes += sum(len(row[4]) for row in self._journal)
        self.discard()

    def _flush_changes(self) -> None:
        many = self._many
        many(_LEAVE, self._departures)
        many(_MOVE, [(node, id) for id, node in self._moves.items()])
        many(_LOOP, [(*counters, id) for id, counters in self._loops.items()])
        for sql in _MOVE_JOB, _MOVE_SUBSCRIPTION:
            many(sql, [(node, id) for id, node in self._waits_moved.items()])
        many(_CHANGE_JOB, [(*values, id) for id, values in self._changed_jobs.items()])
        many(_RESOLVE, self._resolved)
        for id, changes in self._changed_tasks.items():
            self._update("task", id, changes)
        for id, changes in self._changed_instances.items():
            self._update("instance", id, changes)

    def _many(self, sql: str, rows: Iterable[Any]) -> None:
        if rows:
            self._connection.executemany(sql, rows)

    def _update(self, table: str, id: int, changes: dict[str, Any]) -> None:
        assignments = ", ".join(f"{column} = ?" for column in changes)
        self._connection.execute(
            f"UPDATE {table} SET {assignments} WHERE id = ?", (*changes.values(), id)
        )

    # One method per kind of event.

    def _instance_started(self, held: Held, event: ev.InstanceStarted) -> None:
        id, caller = event.instance, event.caller
        parent = None
        if caller is not None:
            parent = held.homes.get(caller, held.root)
            held.homes[id] = id
        held.definitions[id] = event.definition
        self._instances[id] = [
            id, held.root, parent, caller, event.definition, event.business_key, event.name,
            event.by, event.at, False, None, None, None,
        ]  # fmt: skip

    def _instance_ended(self, held: Held, event: ev.InstanceEnded) -> None:
        self._change_instance(
            event.instance, {"ended": event.at, "status": event.status, "reason": event.reason}
        )
        held.homes.pop(event.instance, None)
        held.definitions.pop(event.instance, None)

    def _instance_suspended(self, _: Held, event: ev.InstanceSuspended) -> None:
        self._change_instance(event.instance, {"suspended": event.suspended})

    def _instance_changed(self, held: Held, event: ev.InstanceChanged) -> None:
        changes = {
            "business_key": event.business_key, "name": event.name, "definition": event.definition,
        }  # fmt: skip
        changes = {name: value for name, value in changes.items() if value is not None}
        if event.definition is not None:
            held.definitions[event.instance] = event.definition
            self._move_tasks(held, event.instance, event.definition)
        self._change_instance(event.instance, changes)

    def _move_tasks(self, held: Held, instance: int, definition: int) -> None:
        for task in held.tasks:
            if held.homes.get(task, held.root) == instance:
                self._change_task(task, {"definition": definition})
                self._show(held, task)

    def _change_instance(self, id: int, changes: dict[str, Any]) -> None:
        row = self._instances.get(id)
        if row is None:
            self._changed_instances.setdefault(id, {}).update(changes)
            return
        for name, value in changes.items():
            row[_INSTANCE_COLUMN[name]] = value

    def _entered(self, held: Held, event: ev.Entered) -> None:
        instance = held.root
        if held.homes:
            instance = held.homes.get(event.scope, instance)
            if instance != held.root:
                held.homes[event.token] = instance
        self._activities[event.token] = [
            event.token, held.root, instance, event.node, event.scope, event.flow, event.loop,
            None, None, None, event.at, None, None,
        ]  # fmt: skip

    def _passed(self, held: Held, event: ev.Passed) -> None:
        instance = held.root
        if held.homes:
            instance = held.homes.get(event.scope, instance)
        self._activities[event.token] = [
            event.token, held.root, instance, event.node, event.scope, event.flow, None,
            None, None, None, event.at, event.at, ev.COMPLETED,
        ]  # fmt: skip

    def _left(self, held: Held, event: ev.Left) -> None:
        token = event.token
        row = self._activities.get(token)
        if row is None:
            self._departures.append((event.at, event.how, token))
        else:
            row[11], row[12] = event.at, event.how
        if held.homes:
            held.homes.pop(token, None)
        if token in held.tasks:
            self._close_task(held, token, {"ended": event.at})

    def _moved(self, held: Held, event: ev.Moved) -> None:
        row = self._activities.get(event.token)
        if row is None:
            self._moves[event.token] = event.node
        else:
            row[3] = event.node
        if event.token in held.tasks:
            self._change_task(event.token, {"node": event.node})

    def _loop_advanced(self, _: Held, event: ev.LoopAdvanced) -> None:
        counters = event.total, event.begun, event.completed
        row = self._activities.get(event.token)
        if row is None:
            self._loops[event.token] = counters
        else:
            row[7:10] = counters

    def _variables_set(self, _: Held, event: ev.VariablesSet) -> None:
        scope = event.scope
        for name, value in event.values.items():
            self._variables[scope, name] = encode(value)

    def _variables_removed(self, _: Held, event: ev.VariablesRemoved) -> None:
        for name in event.names:
            self._variables.pop((event.scope, name), None)
            self._no_variables.add((event.scope, name))

    def _task_created(self, held: Held, event: ev.TaskCreated) -> None:
        id = event.task
        instance = held.homes.get(id, held.root)
        self._tasks[id] = [
            id, held.root, instance, held.definitions.get(instance, 0), self._node(held, id),
            event.name, event.assignee, event.owner, event.priority, event.due, event.form_key,
            event.category, event.description, _names(event.candidate_users),
            _names(event.candidate_groups), None, event.at, None, None, None, None,
        ]  # fmt: skip
        lies = places(event.assignee, event.candidate_users, event.candidate_groups)
        held.tasks[id] = lies
        if lies:
            shown = Shown(event.due, event.priority, event.name, held.definitions.get(instance, 0))
            self._inbox.lay(id, lies, shown)

    def _node(self, held: Held, token: int) -> str:
        row = self._activities.get(token)
        if row is not None:
            return row[3]
        live = held.state.tokens.get(token)
        if live is not None:
            return live.node.id
        return self._connection.execute(_NODE, (token,)).fetchone()[0]

    def _task_changed(self, held: Held, event: ev.TaskChanged) -> None:
        changes = {
            _TASK_FIELDS.get(name, name): _names(value) if name.startswith("candidate_") else value
            for name, value in event.changes.items()
        }
        self._change_task(event.task, changes)
        if not _SHOWN.isdisjoint(changes):
            self._show(held, event.task)

    def _show(self, held: Held, id: int) -> None:
        """Lay a task where it belongs now, as it is now."""
        token = held.state.tokens.get(id)
        if token is None or token.task is None:
            return  # the same command ends it, and takes it out of all inboxes by that
        task = token.task
        lies = places(task.assignee, task.candidate_users, task.candidate_groups)
        self._inbox.take(id, set(held.tasks[id]).difference(lies))
        held.tasks[id] = lies
        definition = held.definitions.get(held.homes.get(id, held.root), 0)
        self._inbox.lay(id, lies, Shown(task.due, task.priority, task.name, definition))

    def _task_completed(self, held: Held, event: ev.TaskCompleted) -> None:
        self._close_task(
            held,
            event.task,
            {"ended": event.at, "completed_by": event.by, "outcome": event.outcome},
        )

    def _close_task(self, held: Held, id: int, changes: dict[str, Any]) -> None:
        self._change_task(id, changes)
        self._inbox.take(id, held.tasks.pop(id))

    def _change_task(self, id: int, changes: dict[str, Any]) -> None:
        row = self._tasks.get(id)
        if row is None:
            self._changed_tasks.setdefault(id, {}).update(changes)
            return
        for name, value in changes.items():
            row[_TASK_COLUMN[name]] = value

    def _job_created(self, held: Held, event: ev.JobCreated) -> None:
        self._jobs[event.job] = [
            event.job, held.root, event.token, event.node, event.kind, event.due, event.retries,
            event.cycle, event.topic, event.steps, None, None, None, None,
        ]  # fmt: skip
        self.is_due(event.due)

    def _job_changed(self, _: Held, event: ev.JobChanged) -> None:
        row = self._jobs.get(event.job)
        if row is None:
            self._changed_jobs[event.job] = [
                event.due, event.retries, event.cycle, event.error, event.worker,
                event.locked_until, event.remaining,
            ]  # fmt: skip
        else:
            row[5:8] = event.due, event.retries, event.cycle
            row[10:14] = event.error, event.worker, event.locked_until, event.remaining
        self.is_due(event.due)

    def is_due(self, due: int | None) -> None:
        """Something of this transaction is due then: the timer thread is told."""
        if due is not None and (self._nearest is None or due < self._nearest):
            self._nearest = due

    def _subscribed(self, held: Held, event: ev.Subscribed) -> None:
        self._subscriptions[event.subscription] = [
            event.subscription, held.root, event.token, event.node, event.kind, event.name,
            encode(event.data) if event.data is not None else None,
        ]  # fmt: skip

    def _wait_moved(self, _: Held, event: ev.WaitMoved) -> None:
        row = self._jobs.get(event.wait) or self._subscriptions.get(event.wait)
        if row is None:
            self._waits_moved[event.wait] = event.node
        else:
            row[3] = event.node

    def _wait_ended(self, _: Held, event: ev.WaitEnded) -> None:
        wait = event.wait
        if self._jobs.pop(wait, None) is None and self._subscriptions.pop(wait, None) is None:
            self._waits_ended.append((wait,))
            self._changed_jobs.pop(wait, None)

    def _incident_opened(self, held: Held, event: ev.IncidentOpened) -> None:
        self._incidents[event.incident] = [
            event.incident, held.root, event.token, event.node, event.job, event.at, event.message,
            event.detail, None, None,
        ]  # fmt: skip

    def _incident_resolved(self, _: Held, event: ev.IncidentResolved) -> None:
        row = self._incidents.get(event.incident)
        if row is None:
            self._resolved.append((event.at, event.by, event.incident))
        else:
            row[8:10] = event.at, event.by

    def _written(self, held: Held, event: ev.Logged) -> None:
        self._logged.append((held.root, event.token, event.at, event.text))


def _names(names: Sequence[str]) -> bytes | None:
    return msgspec.json.encode(names) if names else None


_WRITE: dict[type, Callable[[Rows, Held, Any], None]] = {
    ev.InstanceStarted: Rows._instance_started,
    ev.InstanceEnded: Rows._instance_ended,
    ev.InstanceSuspended: Rows._instance_suspended,
    ev.InstanceChanged: Rows._instance_changed,
    ev.Entered: Rows._entered,
    ev.Passed: Rows._passed,
    ev.Left: Rows._left,
    ev.Moved: Rows._moved,
    ev.LoopAdvanced: Rows._loop_advanced,
    ev.VariablesSet: Rows._variables_set,
    ev.VariablesRemoved: Rows._variables_removed,
    ev.TaskCreated: Rows._task_created,
    ev.TaskChanged: Rows._task_changed,
    ev.TaskCompleted: Rows._task_completed,
    ev.JobCreated: Rows._job_created,
    ev.JobChanged: Rows._job_changed,
    ev.Subscribed: Rows._subscribed,
    ev.WaitMoved: Rows._wait_moved,
    ev.WaitEnded: Rows._wait_ended,
    ev.IncidentOpened: Rows._incident_opened,
    ev.IncidentResolved: Rows._incident_resolved,
    ev.Logged: Rows._written,
}
