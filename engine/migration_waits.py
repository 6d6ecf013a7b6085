"""What a token waits for, carried over to another version of its process.

What waits for the same as before just belongs to another node. A timer whose duration is another
one keeps the time it has used; every other wait that is told anew begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine.elements.boundary_event import BoundaryEvent
from engine.elements.event import Event
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.receive_task import ReceiveTask
from engine.elements.start_event import StartEvent
from engine.state import Job, Subscription, Token, Wait
from engine.times import parse_duration
from engine.triggers.conditional import Conditional
from engine.triggers.message import Message
from engine.triggers.signal import Signal
from engine.triggers.timer import Timer
from engine.values import as_text

if TYPE_CHECKING:
    from engine.correspondence import Correspondence
    from engine.juel import Expression
    from engine.model import Node
    from engine.run import Run
    from engine.triggers.trigger import Trigger

Lost = dict[str, Any]
"""A wait that was given up, as the journal keeps it."""


class Waits:
    """Carries waits over, once the tokens stand at their new nodes."""

    def __init__(self, run: Run, how: Correspondence) -> None:
        self._run = run
        self._how = how

    def carry(self, token: Token, was: Node) -> list[Lost]:
        """Carry over what a token waits for that stood at ``was``; returns what was given up."""
        self._carry_compensations(token)
        by_node: dict[str, list[Wait]] = {}
        for wait in token.waits.values():
            if wait.kind != "compensation":
                by_node.setdefault(wait.node, []).append(wait)
        lost: list[Lost] = []
        for id, waits in by_node.items():
            node, target = self._how.old.nodes[id], self._how.target(id)
            if target is None or not self._has_place(token, node, was, target):
                lost += [_lost(wait) for wait in waits]
                self._end(waits)
            else:
                self._keep(token, node, target, waits)
        return lost

    def restore(self, token: Token, lost: Sequence[Mapping[str, Any]], *, closed: bool) -> None:
        """Wait again for what was given up at a token; a closed scope listens to nothing new."""
        for each in lost:
            node = self._how.new.nodes.get(each["node"])
            if each["token"] != token.id or node is None:
                continue
            if not (closed and isinstance(node, StartEvent)):
                self._restore(token, node, each)

    def _restore(self, token: Token, node: Node, lost: Mapping[str, Any]) -> None:
        run = self._run
        if "name" in lost:
            run.subscribe(token, node, lost["kind"], lost["name"])
            return
        id = run.world.new_id()
        due, retries, cycle = lost["due"], lost["retries"], lost["cycle"]
        run.emit(ev.JobCreated(id, token.id, node.id, lost["kind"], due, retries, cycle))
        if lost["remaining"] is not None:
            run.emit(ev.JobChanged(id, due, retries, cycle, remaining=lost["remaining"]))

    def _has_place(self, token: Token, node: Node, was: Node, target: Node) -> bool:
        """Whether the new element stands where it can be heard at the token."""
        if isinstance(was, EventBasedGateway) and node is not was:
            return any(flow.target is target for flow in token.node.outgoing)
        return True

    def _keep(self, token: Token, node: Node, target: Node, waits: list[Wait]) -> None:
        told = [wait for wait in waits if wait.kind not in ("before", "after", "external")]
        if told and _says(node) != _says(target) and not self._shift(token, node, target, told):
            self._end(told)
            waits = [wait for wait in waits if wait not in told]
            self._begin(token, target)
        for wait in waits:
            if wait.node != target.id:
                self._run.emit(ev.WaitMoved(wait.id, target.id))

    def _begin(self, token: Token, target: Node) -> None:
        if isinstance(target, Event):
            target.listen(self._run, token)
        elif isinstance(target, ReceiveTask):
            target.enter(self._run, token)

    def _shift(self, token: Token, node: Node, target: Node, waits: list[Wait]) -> bool:
        """Whether only the duration of a timer is another one; then the time used is kept."""
        old, new = _only_timer(node), _only_timer(target)
        job = waits[0]
        if old is None or new is None or not isinstance(job, Job) or job.cycle is not None:
            return False
        before, after = self._span(old, token), self._span(new, token)
        if before is None or after is None:
            return False
        more = after - before
        due = None if job.due is None else job.due + more
        remaining = None if job.remaining is None else job.remaining + more
        self._run.emit(
            ev.JobChanged(job.id, due, job.retries, job.cycle, job.error, remaining=remaining)
        )
        return True

    def _span(self, timer: Timer, token: Token) -> int | None:
        """The milliseconds of a timer's duration, None when it is no plain one."""
        run = self._run
        value = run.evaluate(timer.when, token) if timer.when is not None else None
        text = as_text(value) if value is not None else "R"
        if timer.kind != "timeDuration" or text.startswith("R"):
            return None
        return parse_duration(text).after(run.now, run.world.zone) - run.now

    def _end(self, waits: Sequence[Wait]) -> None:
        for wait in waits:
            self._run.emit(ev.WaitEnded(wait.id))

    def _carry_compensations(self, token: Token) -> None:
        """All of them anew when one is called otherwise now, since their order counts."""
        run, nodes = self._run, self._how.nodes
        held = [wait for wait in token.waits.values() if isinstance(wait, Subscription)]
        records = [wait for wait in held if wait.kind == "compensation"]
        renamed = [
            (nodes[each.node], _renamed(each.name, nodes), _inside(each.data, nodes))
            for each in records
        ]
        if renamed == [(each.node, each.name, each.data) for each in records]:
            return
        self._end(records)
        for node, name, data in renamed:
            run.subscribe(token, self._how.new.nodes[node], "compensation", name, data)


def is_optional(node: Node, holder: Node) -> bool:
    """Whether a wait at ``holder`` may end without harm when its element is gone."""
    if isinstance(node, BoundaryEvent | StartEvent):
        return True
    return isinstance(holder, EventBasedGateway) and node is not holder


def compensations(wait: Subscription) -> Iterator[str]:
    """The ids of all activities that a record of compensation is about."""
    stack: list[tuple[str, dict[str, Any] | None]] = [(wait.node, wait.data)]
    while stack:
        node, data = stack.pop()
        yield node
        stack.extend((inner, more) for inner, _, more in (data or {}).get("inside", ()))


def _lost(wait: Wait) -> Lost:
    about: Lost = {"token": wait.token.id, "node": wait.node, "kind": wait.kind}
    if isinstance(wait, Subscription):
        return about | {"name": wait.name}
    return about | {
        "due": wait.due, "retries": wait.retries, "cycle": wait.cycle, "remaining": wait.remaining,
    }  # fmt: skip


def _says(node: Node) -> list[tuple[str | None, ...]]:
    """What an element says about what it waits for."""
    if isinstance(node, Event):
        return sorted((_told(trigger) for trigger in node.triggers), key=str)
    return [("message", _text(node.message))] if isinstance(node, ReceiveTask) else []


def _told(trigger: Trigger) -> tuple[str | None, ...]:
    if isinstance(trigger, Timer):
        return trigger.name, trigger.kind, _text(trigger.when), _text(trigger.end)
    if isinstance(trigger, Message):
        return trigger.name, _text(trigger.message)
    if isinstance(trigger, Signal):
        return trigger.name, _text(trigger.signal)
    if isinstance(trigger, Conditional):
        return trigger.name, _text(trigger.condition)
    return (trigger.name,)


def _text(expression: Expression | None) -> str | None:
    return expression.text.strip() if expression is not None else None


def _only_timer(node: Node) -> Timer | None:
    if not isinstance(node, Event) or len(node.triggers) != 1:
        return None
    return node.trigger(Timer)


def _renamed(id: str | None, nodes: Mapping[str, str]) -> str | None:
    return nodes.get(id, id) if id is not None else None


def _inside(data: dict[str, Any] | None, nodes: Mapping[str, str]) -> dict[str, Any] | None:
    """The data of a record whose records inside are called as in the new version."""
    if not data or "inside" not in data:
        return data
    inside = [
        [nodes.get(node, node), _renamed(name, nodes), _inside(more, nodes)]
        for node, name, more in data["inside"]
    ]
    same = [list(each) for each in data["inside"]]
    return data if inside == same else {**data, "inside": inside}
