"""Events become row changes: only what a command touched is written.

Changes of a whole batch are gathered and written statement by statement (``executemany``), which
costs a third of one ``execute`` per row. A row that is inserted and changed in the same batch is
inserted once, as it is at the end; one that begins and ends in it (a job, a place in an inbox) is
not written at all. For rows without an id of their own (variables, inbox) the last word is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from appliance.store import sqlite
from appliance.store.gathered import Gathered
from appliance.store.held import Held
from appliance.store.inbox import InboxRows, Shown, about, places
from appliance.store.many import delete, insert
from appliance.store.notices import ASSIGNED, Stopped, Told, tell, tell_of_incidents
from engine import events as ev
from engine.state import Subscription

_VISIT = """
INSERT INTO activity (id, root, instance, node, scope, flow, loop, started, ended, how)"""
_FILE = "INSERT INTO file"
_VARIABLE = "INSERT OR REPLACE INTO variable"
_LOG = "INSERT INTO log_line (root, token, at, text)"
_JOURNAL = "INSERT INTO journal (root, at, by, command, events)"
_NODE = "SELECT node FROM activity WHERE id = ?"

_TASK_FIELDS = {"created_at": "created", "claimed_at": "claimed"}
_SHOWN = {"assignee", "candidate_users", "candidate_groups", "due", "priority", "name"}

_json = msgspec.json.Encoder(decimal_format="number").encode


class Rows:
    """The row changes of one transaction that are not written yet."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self._connection = connection
        self._bytes = 0
        self._nearest: int | None = None
        self._changed = False
        self._by = ""
        self._instances = Gathered(
            "instance", "id", "root", "parent", "caller", "definition", "business_key", "name",
            "by", "started", "suspended",
        )  # fmt: skip
        self._stays = Gathered(
            "activity", "id", "root", "instance", "node", "scope", "flow", "loop", "started"
        )
        self._tasks = Gathered(
            "task", "id", "root", "instance", "definition", "node", "name", "assignee", "priority",
            "due", "form_key", "description", "candidate_users", "candidate_groups", "created",
        )  # fmt: skip
        self._jobs = Gathered(
            "job", "id", "root", "token", "node", "kind", "due", "retries", "cycle", "topic",
            "steps",
        )  # fmt: skip
        self._subscriptions = Gathered(
            "subscription", "id", "root", "token", "node", "kind", "name", "data"
        )
        self._incidents = Gathered(
            "incident", "id", "root", "token", "node", "job", "at", "message", "detail"
        )
        self._tables = (
            self._instances, self._stays, self._tasks, self._jobs, self._subscriptions,
            self._incidents,
        )  # fmt: skip
        self.discard()

    def discard(self) -> None:
        """Forget all changes."""
        for table in self._tables:
            table.discard()
        self._clear()

    def _clear(self) -> None:
        self.dirty: set[int] = set()
        """The top-level instances that are concerned."""
        self._inbox = InboxRows()
        self._shown: set[int] = set()
        """Tasks that the command at hand lays into inboxes when all its events are taken over."""
        self._visits: list[tuple[Any, ...]] = []
        self._variables: dict[tuple[int, str], bytes] = {}
        self._no_variables: set[tuple[int, str]] = set()
        self._logged: list[tuple[int, int, int, str]] = []
        self._files: list[Sequence[Any]] = []
        self._journal: list[tuple[int, int, str, str, bytes]] = []
        self._told: list[Told] = []
        self._stopped: dict[tuple[int, str], Stopped] = {}

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

    def add(
        self, held: Held, events: list[ev.Event], at: int, by: str, command: str, signed: str = ""
    ) -> None:
        """Take over the events of one command on one top-level instance, already applied.

        ``signed`` is how the journal names who did it, if that is more than ``by``.
        """
        self._by = by
        for event in events:
            _WRITE[event.__class__](self, held, event)
        if self._shown:
            for task in self._shown:
                self._show(held, task)
            self._shown.clear()
        journal = ev.encode(events)
        held.data += len(journal)
        self._bytes += len(journal)
        self._journal.append((held.root, at, signed or by, command, journal))
        self.dirty.add(held.root)
        self._changed = True

    def add_file(self, row: Sequence[Any]) -> None:
        """Take over a row of ``file``."""
        self._files.append(row)

    def tell(self, told: Told) -> None:
        """Take over a notice for somebody; nobody is told what they did themselves."""
        if told.who != told.by:
            self._told.append(told)

    def flush(self) -> None:
        """Write all changes; the connection is in a transaction."""
        connection = self._connection
        if self._visits:  # before changes that may concern them
            insert(connection, _VISIT, 10, self._visits)
        for table in self._tables:
            table.flush(connection)
        self._inbox.flush(connection)
        if self._no_variables:
            delete(connection, "variable", "(scope, name)", list(self._no_variables))
        if self._variables:
            variables = [(*key, value) for key, value in self._variables.items()]
            insert(connection, _VARIABLE, 3, variables)
        if self._files:
            insert(connection, _FILE, 11, self._files)
        if self._logged:
            insert(connection, _LOG, 4, self._logged)
        insert(connection, _JOURNAL, 5, self._journal)
        if self._told:
            tell(connection, self._told)
        if self._stopped:
            tell_of_incidents(connection, self._stopped.values())
        self._clear()

    # One method per kind of event.

    def _instance_started(self, held: Held, event: ev.InstanceStarted) -> None:
        id, caller = event.instance, event.caller
        parent = None
        if caller is not None:
            parent = held.homes.get(caller, held.root)
            held.homes[id] = id
        held.definitions[id] = event.definition
        self._instances.new[id] = [
            id, held.root, parent, caller, event.definition, event.business_key, event.name,
            event.by, event.at, False,
        ]  # fmt: skip

    def _instance_ended(self, held: Held, event: ev.InstanceEnded) -> None:
        id = event.instance
        ended = {"ended": event.at, "status": event.status, "reason": event.reason}
        self._instances.change(id, ended)
        held.homes.pop(id, None)
        held.definitions.pop(id, None)

    def _instance_suspended(self, _: Held, event: ev.InstanceSuspended) -> None:
        self._instances.change(event.instance, {"suspended": event.suspended})

    def _instance_changed(self, held: Held, event: ev.InstanceChanged) -> None:
        changes = {
            "business_key": event.business_key, "name": event.name, "definition": event.definition,
        }  # fmt: skip
        changes = {name: value for name, value in changes.items() if value is not None}
        if event.definition is not None:
            held.definitions[event.instance] = event.definition
        if not changes:
            return
        self._instances.change(event.instance, changes)
        for task in held.tasks:
            if held.homes.get(task, held.root) == event.instance:
                if event.definition is not None:
                    self._tasks.change(task, {"definition": event.definition})
                self._shown.add(task)

    def _entered(self, held: Held, event: ev.Entered) -> None:
        token, instance = event.token, held.root
        if held.homes:
            instance = held.homes.get(event.scope, instance)
            if instance != held.root:
                held.homes[token] = instance
        self._stays.new[token] = [
            token, held.root, instance, event.node, event.scope, event.flow, event.loop, event.at,
        ]  # fmt: skip

    def _passed(self, held: Held, event: ev.Passed) -> None:
        scope, instance = event.scope, held.root
        if held.homes:
            instance = held.homes.get(scope, instance)
        self._visits.append((
            event.token, held.root, instance, event.node, scope, event.flow, None, event.at,
            event.at, ev.COMPLETED,
        ))  # fmt: skip

    def _left(self, held: Held, event: ev.Left) -> None:
        token = event.token
        row = self._stays.new.get(token)
        if row is None:
            self._stays.change(token, {"ended": event.at, "how": event.how})
        else:
            self._visits.append((*row, event.at, event.how))
            del self._stays.new[token]
        if held.homes:
            held.homes.pop(token, None)
        if token in held.tasks:
            self._close_task(held, token, {"ended": event.at})

    def _moved(self, held: Held, event: ev.Moved) -> None:
        moved = {"node": event.node} | ({} if event.flow is None else {"flow": event.flow})
        self._stays.change(event.token, moved)
        if event.token in held.tasks:
            self._tasks.change(event.token, {"node": event.node})

    def _loop_advanced(self, _: Held, event: ev.LoopAdvanced) -> None:
        self._stays.change(
            event.token,
            {"total": event.total, "begun": event.begun, "completed": event.completed},
        )

    def _variables_set(self, _: Held, event: ev.VariablesSet) -> None:
        scope, variables = event.scope, self._variables
        for name, value in event.values.items():
            variables[scope, name] = _json(value)

    def _variables_removed(self, _: Held, event: ev.VariablesRemoved) -> None:
        for name in event.names:
            self._variables.pop((event.scope, name), None)
            self._no_variables.add((event.scope, name))

    def _task_created(self, held: Held, event: ev.TaskCreated) -> None:
        id = event.task
        instance = held.homes.get(id, held.root) if held.homes else held.root
        definition = held.definitions[instance]
        self._tasks.new[id] = [
            id, held.root, instance, definition, self._node(held, id), event.name, event.assignee,
            event.priority, event.due, event.form_key, event.description,
            _names(event.candidate_users), _names(event.candidate_groups), event.at,
        ]  # fmt: skip
        if event.owner is not None or event.category is not None:
            self._tasks.change(id, {"owner": event.owner, "category": event.category})
        if event.assignee is not None:
            self.tell(Told(event.assignee, ASSIGNED, event.at, self._by, id))
        held.tasks[id] = ()
        self._shown.add(id)

    def _node(self, held: Held, token: int) -> str:
        row = self._stays.new.get(token)
        if row is not None:
            return row[3]
        live = held.state.tokens.get(token)
        if live is not None:
            return live.node.id
        return self._connection.execute(_NODE, (token,)).fetchone()[0]

    def _task_changed(self, _: Held, event: ev.TaskChanged) -> None:
        changes = {
            _TASK_FIELDS.get(name, name): _names(value) if name.startswith("candidate_") else value
            for name, value in event.changes.items()
        }
        self._tasks.change(event.task, changes)
        if assignee := event.changes.get("assignee"):
            self.tell(Told(assignee, ASSIGNED, event.at, self._by, event.task))
        if not _SHOWN.isdisjoint(changes):
            self._shown.add(event.task)

    def _show(self, held: Held, id: int) -> None:
        """Lay a task where it belongs after the command, as it is then."""
        token = held.state.tokens.get(id)
        if token is None or token.task is None:
            return  # the same command ends it, and takes it out of all inboxes by that
        task, before = token.task, held.tasks[id]
        lies = held.tasks[id] = places(task.assignee, task.candidate_users, task.candidate_groups)
        if before:
            self._inbox.take(id, set(before).difference(lies))
        if lies:
            instance = held.homes.get(id, held.root)
            case = held.state.instances.get(instance)
            called = about(case.name, case.business_key) if case is not None else None
            shown = Shown(task.due, task.priority, task.name, held.definitions[instance], called)
            self._inbox.lay(id, lies, shown)

    def _task_completed(self, held: Held, event: ev.TaskCompleted) -> None:
        self._close_task(
            held,
            event.task,
            {"ended": event.at, "completed_by": event.by, "outcome": event.outcome},
        )

    def _close_task(self, held: Held, id: int, changes: dict[str, Any]) -> None:
        self._tasks.change(id, changes)
        self._inbox.take(id, held.tasks.pop(id))

    def _job_created(self, held: Held, event: ev.JobCreated) -> None:
        self._jobs.new[event.job] = [
            event.job, held.root, event.token, event.node, event.kind, event.due, event.retries,
            event.cycle, event.topic, event.steps,
        ]  # fmt: skip
        self.is_due(event.due)

    def _job_changed(self, _: Held, event: ev.JobChanged) -> None:
        self._jobs.change(event.job, {
            "due": event.due, "retries": event.retries, "cycle": event.cycle, "error": event.error,
            "worker": event.worker, "locked_until": event.locked_until,
            "remaining": event.remaining,
        })  # fmt: skip
        self.is_due(event.due)

    def is_due(self, due: int | None) -> None:
        """Something of this transaction is due then: the timer thread is told."""
        if due is not None and (self._nearest is None or due < self._nearest):
            self._nearest = due

    def _subscribed(self, held: Held, event: ev.Subscribed) -> None:
        self._subscriptions.new[event.subscription] = [
            event.subscription, held.root, event.token, event.node, event.kind, event.name,
            _json(event.data) if event.data is not None else None,
        ]  # fmt: skip

    def _wait_moved(self, held: Held, event: ev.WaitMoved) -> None:
        table = self._subscriptions if event.wait in self._subscriptions.new else self._jobs
        wait = held.state.waits.get(event.wait)
        if isinstance(wait, Subscription):
            table = self._subscriptions
        table.change(event.wait, {"node": event.node})

    def _wait_ended(self, _: Held, event: ev.WaitEnded) -> None:
        wait = event.wait
        if wait in self._subscriptions.new:
            self._subscriptions.drop(wait)
            return
        if wait not in self._jobs.new:
            self._subscriptions.drop(wait)
        self._jobs.drop(wait)

    def _incident_opened(self, held: Held, event: ev.IncidentOpened) -> None:
        self._incidents.new[event.incident] = [
            event.incident, held.root, event.token, event.node, event.job, event.at, event.message,
            event.detail,
        ]  # fmt: skip
        definition = held.definitions[held.homes.get(event.token, held.root)]
        live = held.state.tokens.get(event.token)
        name = live.node.label if live is not None and live.node.id == event.node else event.node
        self._stopped[definition, event.node] = Stopped(
            event.incident, held.root, event.at, definition, event.node, name
        )

    def _incident_resolved(self, _: Held, event: ev.IncidentResolved) -> None:
        self._incidents.change(event.incident, {"resolved": event.at, "resolved_by": event.by})

    def _written(self, held: Held, event: ev.Logged) -> None:
        self._logged.append((held.root, event.token, event.at, event.text))

    def _intervened(self, held: Held, event: ev.Intervened) -> None:
        """It stands in the journal."""


def _names(names: Sequence[str]) -> bytes | None:
    return _json(names) if names else None


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
    ev.Intervened: Rows._intervened,
}
