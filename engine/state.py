"""What is live in a top-level instance and all that it calls, and the only code to change it.

A :class:`State` is a tree of tokens: the root token is the process instance, its children stand at
nodes; the token of a subprocess, call activity or multi-instance body has children of its own.
Finished things are not here (their rows are history). :func:`apply` turns events into state and is
used alike by a running command, by the store when it loads rows, and by a replay of the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from engine import events as ev

if TYPE_CHECKING:
    from engine.model import Node, Process

Resolve = Callable[[int], "Process"]
"""Gives the process of a definition id."""


class Job:
    """Work that waits: see :class:`engine.events.JobCreated`."""

    __slots__ = (
        "cycle",
        "due",
        "error",
        "id",
        "kind",
        "locked_until",
        "node",
        "remaining",
        "retries",
        "steps",
        "token",
        "topic",
        "worker",
    )

    def __init__(self, event: ev.JobCreated, token: Token) -> None:
        self.id = event.job
        self.token = token
        self.node = event.node
        self.kind = event.kind
        self.due = event.due
        self.retries = event.retries
        self.cycle = event.cycle
        self.topic = event.topic
        self.steps = event.steps
        self.error: str | None = None
        self.worker: str | None = None
        self.locked_until: int | None = None
        self.remaining: int | None = None


class Subscription:
    """A message, signal, condition or compensation that a token waits for."""

    __slots__ = ("data", "id", "kind", "name", "node", "token")

    def __init__(self, event: ev.Subscribed, token: Token) -> None:
        self.id = event.subscription
        self.token = token
        self.node = event.node
        self.kind = event.kind
        self.name = event.name
        self.data = event.data


Wait = Job | Subscription


class Incident:
    """Something that needs a person."""

    __slots__ = ("at", "detail", "id", "job", "message", "node", "token")

    def __init__(self, event: ev.IncidentOpened, token: Token) -> None:
        self.id = event.incident
        self.token = token
        self.node = event.node
        self.job = event.job
        self.message = event.message
        self.detail = event.detail
        self.at = event.at


class Task:
    """An open user task. ``delegation`` is None, "pending" or "resolved"; times in ms."""

    __slots__ = (
        "assignee",
        "candidate_groups",
        "candidate_users",
        "category",
        "claimed_at",
        "created_at",
        "delegation",
        "description",
        "due",
        "form_key",
        "id",
        "name",
        "owner",
        "priority",
        "remaining",
        "token",
    )

    def __init__(self, event: ev.TaskCreated, token: Token) -> None:
        self.id = event.task
        self.token = token
        self.name = event.name
        self.created_at = event.at
        self.assignee = event.assignee
        self.owner = event.owner
        self.priority = event.priority
        self.due = event.due
        self.form_key = event.form_key
        self.category = event.category
        self.description = event.description
        self.candidate_users = event.candidate_users
        self.candidate_groups = event.candidate_groups
        self.claimed_at: int | None = None
        self.delegation: str | None = None
        self.remaining: int | None = None


class Token:
    """One place where an instance is.

    ``transit`` counts what the running command is about to put into this scope; it is 0 at rest.
    ``arrived`` holds, per joining node, the children that wait there.
    """

    __slots__ = (
        "alive",
        "arrived",
        "begun",
        "children",
        "completed",
        "flow",
        "id",
        "instance",
        "loop",
        "node",
        "scope",
        "task",
        "total",
        "transit",
        "variables",
        "waits",
    )

    def __init__(
        self,
        id: int,
        node: Node,
        scope: Token | None,
        instance: Instance | None = None,
        flow: str | None = None,
        loop: int | None = None,
    ) -> None:
        self.id = id
        self.node = node
        self.scope = scope
        self.instance = instance if instance is not None else cast("Instance", self)
        self.flow = flow
        self.loop = loop
        self.alive = True
        self.transit = 0
        self.total = self.begun = self.completed = 0
        self.children: dict[int, Token] = {}
        self.variables: dict[str, Any] = {}
        self.waits: dict[int, Wait] = {}
        self.arrived: dict[str, dict[int, Token]] = {}
        self.task: Task | None = None

    def keeps(self, name: str) -> bool:
        """Whether a variable that is new is set here: an iteration keeps what is gathered."""
        loop = self.node.loop
        if loop is None or self.loop is None:
            return False
        return self.loop >= 0 and name in loop.gathered

    def below(self) -> Iterator[Token]:
        """This token and all below it, children before parents."""
        stack: list[tuple[Token, bool]] = [(self, False)]
        while stack:
            token, seen = stack.pop()
            if seen or not token.children:
                yield token
                continue
            stack.append((token, True))
            stack.extend((child, False) for child in token.children.values())


class Instance(Token):
    """The root token of a process instance; ``depth`` says how many instances are around it."""

    __slots__ = ("business_key", "by", "definition", "depth", "name", "process", "suspended")

    def __init__(self, event: ev.InstanceStarted, process: Process, caller: Token | None) -> None:
        super().__init__(event.instance, process, caller)
        self.definition = event.definition
        self.depth: int = 0 if caller is None else caller.instance.depth + 1
        self.process = process
        self.by = event.by
        self.business_key = event.business_key
        self.name = event.name
        self.suspended = False

    def own(self) -> list[Token]:
        """Its tokens as ``below`` has them, without those of instances that it called."""
        return [token for token in self.below() if token.instance is self]

    def keeps(self, name: str) -> bool:
        """Every variable that no inner scope has is set here."""
        return bool(name)


class State:
    """One top-level instance and all that it calls. ``root`` is None before start and after end."""

    __slots__ = (
        "conditions",
        "incidents",
        "instances",
        "joins",
        "resolve",
        "root",
        "tokens",
        "waits",
    )

    def __init__(self, resolve: Resolve) -> None:
        self.resolve = resolve
        self.root: Instance | None = None
        self.tokens: dict[int, Token] = {}
        self.instances: dict[int, Instance] = {}
        self.waits: dict[int, Wait] = {}
        self.incidents: dict[int, Incident] = {}
        self.conditions: dict[int, Subscription] = {}
        self.joins: dict[int, Token] = {}

    def take_apart(self) -> None:
        """Break the circles of a state that is not used again: its memory is free at once.

        Left to the garbage collector, states of a busy store would make it stop the program.
        """
        for token in self.tokens.values():
            token.children.clear()
            token.waits.clear()
            token.arrived.clear()
            token.task = None
        for instance in self.instances.values():
            del instance.instance

    def tasks(self) -> Iterator[Task]:
        """All open tasks, oldest first."""
        return (token.task for token in self.tokens.values() if token.task is not None)

    def __len__(self) -> int:
        """A measure of its size in memory, for a bounded cache."""
        return len(self.tokens) + len(self.waits)


def apply(state: State, event: ev.Event) -> None:
    """Change ``state`` by what happened."""
    APPLY[event.__class__](state, event)


def _instance_started(state: State, event: ev.InstanceStarted) -> None:
    caller = state.tokens[event.caller] if event.caller is not None else None
    instance = Instance(event, state.resolve(event.definition), caller)
    state.tokens[instance.id] = state.instances[instance.id] = instance
    if caller is None:
        state.root = instance
    else:
        caller.children[instance.id] = instance


def _instance_ended(state: State, event: ev.InstanceEnded) -> None:
    instance = state.instances.pop(event.instance)
    _remove(state, instance)
    if state.root is instance:
        state.root = None


def _instance_suspended(state: State, event: ev.InstanceSuspended) -> None:
    state.instances[event.instance].suspended = event.suspended


def _instance_changed(state: State, event: ev.InstanceChanged) -> None:
    instance = state.instances[event.instance]
    if event.business_key is not None:
        instance.business_key = event.business_key
    if event.name is not None:
        instance.name = event.name
    if event.definition is not None:
        instance.definition = event.definition
        instance.process = state.resolve(event.definition)
        instance.node = instance.process


def _entered(state: State, event: ev.Entered) -> None:
    scope = state.tokens[event.scope]
    node = scope.instance.process.nodes[event.node]
    token = Token(event.token, node, scope, scope.instance, event.flow, event.loop)
    state.tokens[token.id] = scope.children[token.id] = token
    if node.joins:
        if event.flow is not None:
            scope.arrived.setdefault(node.id, {})[token.id] = token
        if node.settles:
            state.joins[token.id] = token


def _passed(state: State, event: ev.Passed) -> None:
    """History only: the token was never at rest."""


def _left(state: State, event: ev.Left) -> None:
    _remove(state, state.tokens[event.token])


def _remove(state: State, token: Token) -> None:
    token.alive = False
    del state.tokens[token.id]
    state.joins.pop(token.id, None)
    scope = token.scope
    if scope is None:
        return
    scope.children.pop(token.id, None)
    arrived = scope.arrived.get(token.node.id)
    if arrived is not None and arrived.pop(token.id, None) is not None and not arrived:
        del scope.arrived[token.node.id]


def _moved(state: State, event: ev.Moved) -> None:
    token = state.tokens[event.token]
    before, token.node = token.node.id, token.instance.process.nodes[event.node]
    if event.flow is not None:
        token.flow = event.flow
    arrived = token.scope.arrived.get(before) if token.scope is not None else None
    if arrived is not None and arrived.pop(token.id, None) is not None:
        assert token.scope is not None
        if not arrived:
            del token.scope.arrived[before]
        token.scope.arrived.setdefault(event.node, {})[token.id] = token


def _loop_advanced(state: State, event: ev.LoopAdvanced) -> None:
    token = state.tokens[event.token]
    token.total, token.begun, token.completed = event.total, event.begun, event.completed


def _variables_set(state: State, event: ev.VariablesSet) -> None:
    state.tokens[event.scope].variables.update(event.values)


def _variables_removed(state: State, event: ev.VariablesRemoved) -> None:
    variables = state.tokens[event.scope].variables
    for name in event.names:
        variables.pop(name, None)


def _task_created(state: State, event: ev.TaskCreated) -> None:
    token = state.tokens[event.task]
    token.task = Task(event, token)


def _task_changed(state: State, event: ev.TaskChanged) -> None:
    task = state.tokens[event.task].task
    for name, value in event.changes.items():
        setattr(task, name, value)


def _task_completed(state: State, event: ev.TaskCompleted) -> None:
    state.tokens[event.task].task = None


def _job_created(state: State, event: ev.JobCreated) -> None:
    token = state.tokens[event.token]
    state.waits[event.job] = token.waits[event.job] = Job(event, token)


def _job_changed(state: State, event: ev.JobChanged) -> None:
    job = state.waits[event.job]
    assert isinstance(job, Job)
    job.due, job.retries, job.cycle, job.error = event.due, event.retries, event.cycle, event.error
    job.worker, job.locked_until, job.remaining = (
        event.worker,
        event.locked_until,
        event.remaining,
    )


def _subscribed(state: State, event: ev.Subscribed) -> None:
    token = state.tokens[event.token]
    subscription = Subscription(event, token)
    state.waits[subscription.id] = token.waits[subscription.id] = subscription
    if subscription.kind == "conditional":
        state.conditions[subscription.id] = subscription


def _wait_moved(state: State, event: ev.WaitMoved) -> None:
    state.waits[event.wait].node = event.node


def _wait_ended(state: State, event: ev.WaitEnded) -> None:
    wait = state.waits.pop(event.wait)
    state.conditions.pop(wait.id, None)
    del wait.token.waits[wait.id]


def _incident_opened(state: State, event: ev.IncidentOpened) -> None:
    state.incidents[event.incident] = Incident(event, state.tokens[event.token])


def _incident_resolved(state: State, event: ev.IncidentResolved) -> None:
    del state.incidents[event.incident]


def _logged(state: State, event: ev.Logged) -> None:
    """History only."""


def _intervened(state: State, event: ev.Intervened) -> None:
    """History only."""


APPLY: dict[type, Callable[[State, Any], None]] = {
    ev.InstanceStarted: _instance_started,
    ev.InstanceEnded: _instance_ended,
    ev.InstanceSuspended: _instance_suspended,
    ev.InstanceChanged: _instance_changed,
    ev.Entered: _entered,
    ev.Passed: _passed,
    ev.Left: _left,
    ev.Moved: _moved,
    ev.LoopAdvanced: _loop_advanced,
    ev.VariablesSet: _variables_set,
    ev.VariablesRemoved: _variables_removed,
    ev.TaskCreated: _task_created,
    ev.TaskChanged: _task_changed,
    ev.TaskCompleted: _task_completed,
    ev.JobCreated: _job_created,
    ev.JobChanged: _job_changed,
    ev.Subscribed: _subscribed,
    ev.WaitMoved: _wait_moved,
    ev.WaitEnded: _wait_ended,
    ev.IncidentOpened: _incident_opened,
    ev.IncidentResolved: _incident_resolved,
    ev.Logged: _logged,
    ev.Intervened: _intervened,
}
