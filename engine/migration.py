"""Moving running instances to another version of their process.

Tokens keep their ids, variables, tasks and what they wait for; timers keep the time they have used.
What the new version adds around them begins to listen, what it dropped ends and is remembered, so
that an undo can bring it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine import jobs
from engine.correspondence import Correspondence
from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.user_task import UserTask
from engine.errors import MigrationIncomplete, Obstacle
from engine.migration_waits import Lost, Waits, compensations, is_optional
from engine.model import Container, Node
from engine.state import Instance, Job, Subscription, Token, Wait

if TYPE_CHECKING:
    from engine.run import Run

Facts = Mapping[str, Any]
"""What the journal keeps of a migration, as :func:`migrate` returns it."""


def obstacles(instance: Instance, how: Correspondence) -> list[Obstacle]:
    """Everything of a running instance that a mapping does not carry over."""
    found: list[Obstacle] = []
    for token in reversed(instance.own()):
        reason = _token_obstacle(token, how) if token is not instance else ""
        if reason:
            found.append(Obstacle(token.id, token.node.id, reason))
            continue
        for wait in token.waits.values():
            reason = _wait_obstacle(wait, how)
            if reason:
                found.append(Obstacle(token.id, wait.node, reason))
    return found


def migrate(
    run: Run,
    instance: Instance,
    definition: int,
    how: Correspondence,
    undone: Facts | None = None,
) -> dict[str, Any]:
    """Move an instance to a definition, and return what an undo needs.

    ``undone`` are the facts of the migration that this one takes back. Raises
    MigrationIncomplete and then changes nothing.
    """
    in_the_way = obstacles(instance, how)
    if in_the_way:
        raise MigrationIncomplete(in_the_way)
    facts = {"from": instance.definition, "to": definition, "until": run.world.new_id()}
    return facts | {"lost": _Move(run, instance, definition, how, undone or {}).move()}


class _Move:
    """One migration at work. ``was`` is where each token stood."""

    def __init__(
        self, run: Run, instance: Instance, definition: int, how: Correspondence, undone: Facts
    ) -> None:
        self._run = run
        self._instance = instance
        self._definition = definition
        self._how = how
        self._undone = undone
        self._tokens = instance.own()[::-1]  # parents first
        self._was = {token.id: token.node for token in self._tokens}

    def move(self) -> list[Lost]:
        """Move everything; returns the waits that the new version has no place for."""
        run = self._run
        run.emit(ev.InstanceChanged(self._instance.id, definition=self._definition))
        for token in self._tokens:
            if token is not self._instance:
                self._move_token(token)
        waits = Waits(run, self._how)
        lost = [each for token in self._tokens for each in waits.carry(token, self._old(token))]
        self._move_incidents()
        for token in self._tokens:
            self._renew(token, self._old(token))
            self._listen(token, self._old(token), waits)
        for scope in self._tokens:
            self._join_again(scope)
        if self._instance.suspended:
            jobs.freeze_all(run, self._instance)
        return lost

    def _old(self, token: Token) -> Node:
        return self._was[token.id]

    def _move_token(self, token: Token) -> None:
        flow = self._how.flow(token.flow) if token.flow in self._how.old.flows else None
        other = flow.id if flow is not None and flow.id != token.flow else None
        self._run.emit(ev.Moved(token.id, self._how.nodes[token.node.id], other))

    def _move_incidents(self) -> None:
        """An incident of an element that is called otherwise now is opened there again."""
        run, own = self._run, {token.id for token in self._tokens}
        for incident in list(run.state.incidents.values()):
            target = self._how.nodes.get(incident.node, incident.node)
            if incident.token.id in own and target != incident.node:
                run.emit(ev.IncidentResolved(incident.id, run.now, run.by))
                run.emit(
                    ev.IncidentOpened(
                        run.world.new_id(), incident.token.id, target, incident.at,
                        incident.message, incident.job, incident.detail,
                    )
                )  # fmt: skip

    def _renew(self, token: Token, was: Node) -> None:
        """What a token takes over from the new version of its node."""
        run, node = self._run, token.node
        if token.task is not None and isinstance(node, UserTask) and isinstance(was, UserTask):
            changes = node.renewed(run, token, was)
            if changes:
                run.emit(ev.TaskChanged(token.id, changes, run.now, run.by))
        if not _is_scope(token) or not isinstance(was, Container):
            return
        assert isinstance(node, Container)
        known = {*was.initial, *token.variables}
        added = {name: value for name, value in node.initial.items() if name not in known}
        if added:
            run.set_local(token, added)
        if isinstance(node, AdHocSubProcess) and isinstance(was, AdHocSubProcess):
            self._count_again(token, was, node)

    def _count_again(self, token: Token, was: AdHocSubProcess, node: AdHocSubProcess) -> None:
        """How far the round of an ad-hoc subprocess is, in the activities of the new version."""
        begun = {self._how.nodes.get(start.id) for start in was.starts[: token.begun]}
        through = token.begun >= len(was.starts)
        count = len(node.starts) if through else sum(start.id in begun for start in node.starts)
        if (token.total, token.begun) != (len(node.starts), count):
            self._run.emit(ev.LoopAdvanced(token.id, len(node.starts), count, token.completed))

    def _listen(self, token: Token, was: Node, waits: Waits) -> None:
        """Begin to listen to what the new version adds around a token."""
        if any(isinstance(each, Job) and each.kind == "before" for each in token.waits.values()):
            return  # it listens when its work begins
        if token.id < self._undone.get("until", 0):
            waits.restore(token, self._undone["lost"], closed=_is_closed(token))
            return
        node, run = token.node, self._run
        if token.loop is None or token.loop == ev.BODY:
            for boundary in self._added(was.boundaries, node.boundaries):
                boundary.listen(run, token)
        if isinstance(was, Container) and isinstance(node, Container) and _is_scope(token):
            added = self._added(was.event_sub_processes, node.event_sub_processes)
            for event_sub_process in () if _is_closed(token) else added:
                event_sub_process.listen(run, token)
        if isinstance(node, EventBasedGateway):
            events = [flow.target for flow in was.outgoing]
            known = [target for each in events if (target := self._how.target(each.id))]
            node.await_events(run, token, known)

    def _added(self, old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
        """Those of the new version that take no old one's place."""
        known = {self._how.nodes.get(node.id) for node in old}
        return [node for node in new if node.id not in known]

    def _join_again(self, scope: Token) -> None:
        """Let tokens arrive again at a join with other incoming flows than it had."""
        run = self._run
        for arrived in list(scope.arrived.values()):
            tokens = list(arrived.values())
            was, node = self._old(tokens[0]), tokens[0].node
            if node.settles or _joins_alike(was, node):
                continue
            for token in tokens:
                run.emit(ev.Left(token.id, run.now, ev.MERGED))
                run.arrive(node, scope, self._how.new.flows.get(token.flow or ""))


def _is_scope(token: Token) -> bool:
    return token.loop != ev.BODY


def _is_closed(token: Token) -> bool:
    """Whether only event subprocesses still run in a scope: no other one begins then."""
    node = token.node
    return (
        isinstance(node, Container)
        and bool(token.children)
        and all(child.node in node.event_sub_processes for child in token.children.values())
    )


def _joins_alike(was: Node, node: Node) -> bool:
    flows = {flow.id for flow in was.incoming}, {flow.id for flow in node.incoming}
    return flows[0] == flows[1] and was.start_quantity == node.start_quantity


def _token_obstacle(token: Token, how: Correspondence) -> str:
    if how.target(token.node.id) is None:
        return _missing(token.node, how)
    joining = token.scope is not None and token.node.joins
    if joining and token.flow is not None and how.flow(token.flow) is None:
        return f"its incoming flow {token.flow!r} is gone"
    return ""


def _wait_obstacle(wait: Wait, how: Correspondence) -> str:
    node = how.old.nodes[wait.node]
    if is_optional(node, wait.token.node):
        return ""
    target = how.target(node.id)
    if target is None:
        return _missing(node, how)
    if isinstance(wait, Subscription) and wait.kind == "compensation":
        return _compensation_obstacle(wait, how)
    if isinstance(wait, Job) and wait.kind == "external" and not getattr(target, "topic", None):
        return "no worker does it in the new version"
    if isinstance(wait, Subscription) and wait.kind == "receive" and node.tag != "receiveTask":
        return "" if getattr(target, "waits", False) else "it waits for no trigger any more"
    return ""


def _compensation_obstacle(wait: Subscription, how: Correspondence) -> str:
    for done in compensations(wait):
        old, new = how.old.nodes[done], how.target(done)
        handler = new.compensation if new is not None else None
        if handler is None or old.compensation is None:
            return f"what {old.label!r} did could not be undone any more"
        if (handler.tag == "eventSubProcess") is not (old.compensation.tag == "eventSubProcess"):
            return f"what {old.label!r} did would be undone in another way"
    return ""


def _missing(node: Node, how: Correspondence) -> str:
    """Why nothing takes the place of an element."""
    same = how.new.nodes.get(node.id)
    reason = how.misfit(node, same) if same is not None else ""
    return reason or "the mapping says nothing about it"
