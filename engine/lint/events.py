"""Rules about events: whether what they wait for can happen where they stand, and to them alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.elements.boundary_event import BoundaryEvent
from engine.elements.call_activity import CallActivity
from engine.elements.catch_event import CatchEvent
from engine.elements.end_event import EndEvent
from engine.elements.event import Event
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.event_sub_process import EventSubProcess
from engine.elements.receive_task import ReceiveTask
from engine.elements.send_task import SendTask
from engine.elements.service_task import ServiceTask
from engine.elements.start_event import StartEvent
from engine.elements.user_task import UserTask
from engine.errors import Finding
from engine.lint.finding import finding
from engine.lint.thrown import Thrown
from engine.model import Container, Node, Process
from engine.triggers.cancel import Cancel
from engine.triggers.compensation import Compensation
from engine.triggers.error import Error
from engine.triggers.escalation import Escalation
from engine.triggers.message import Message
from engine.triggers.signal import Signal
from engine.triggers.timer import Timer
from engine.triggers.trigger import Trigger


def idle_events(process: Process) -> Iterator[Finding]:
    """What should wait has something to wait for, and what should begin can begin."""
    for event in process.every(CatchEvent):
        if not event.triggers:
            why = f"{event.label!r} waits for nothing and is passed: it needs an event definition"
            yield finding("warning", "waits-for-nothing", event, why)
    for inner in process.every(AdHocSubProcess):
        if any(child.tag == "startEvent" for child in inner.children):
            why = "with a start event the activities of an ad-hoc subprocess have an order again"
            yield finding("warning", "ad-hoc-start", inner, why)


def contested_messages(process: Process) -> Iterator[Finding]:
    """A message has one receiver: what waits side by side waits for different ones."""
    starts = [start for start in process.every(StartEvent) if start.container is process]
    hosts = {event.host for event in process.every(BoundaryEvent) if event.host is not None}
    for events in (starts, *(host.boundaries for host in hosts)):
        seen: dict[str, Event] = {}
        for event in events:
            message = event.trigger(Message)
            if message is None or message.message is None or not message.message.constant:
                continue
            first = seen.setdefault(message.message.text, event)
            if first is not event:
                why = f"{first.label!r} waits for the message {message.message.text!r} already"
                yield finding("error", "contested-message", event, why)


def useless_handlers(process: Process) -> Iterator[Finding]:
    """A compensation handler can be called."""
    handlers = [node for node in process.nodes.values() if node.compensation is not None]
    if not handlers:
        return
    thrown = any(
        event.position in ("throw", "end") and event.trigger(Compensation) is not None
        for event in process.every(Event)
    )
    if not thrown and not any(node.transaction for node in process.every(Container)):
        for node in handlers:
            yield finding(
                "hint",
                "never-compensated",
                node,
                f"nothing compensates {node.label!r}: its handler never runs",
            )


def idle_catches(process: Process) -> Iterator[Finding]:
    """What boundary events and event subprocesses wait for can happen there."""
    kinds = Thrown(Error), Thrown(Escalation)
    for host in dict.fromkeys(event.host for event in process.every(BoundaryEvent)):
        if host is not None:
            missed = [trigger for kind in kinds for trigger in kind.missed_at(host)]
            for event in host.boundaries:
                yield from _idle(event, host, missed)
    for scope in dict.fromkeys(inner.container for inner in process.every(EventSubProcess)):
        if scope is not None:
            missed = [trigger for kind in kinds for trigger in kind.missed_in(scope)]
            for start in (start for inner in scope.event_sub_processes for start in inner.events()):
                yield from _idle(start, scope, missed)


def _idle(event: Event, where: Node, missed: Sequence[Trigger]) -> Iterator[Finding]:
    reasons = [_reason(event, trigger, where, missed) for trigger in event.triggers]
    found = [reason for reason in reasons if reason is not None]
    if found and (event.all_of or len(found) == len(reasons)):
        yield found[0]


def _reason(
    event: Event, trigger: Trigger, where: Node, missed: Sequence[Trigger]
) -> Finding | None:
    """Why a trigger never happens there."""
    sent = isinstance(trigger, Message) and isinstance(where, SendTask)  # perhaps to itself
    if isinstance(trigger, Timer | Message | Signal) and not (stays(where) or sent):
        why = f"{where.label!r} is done at once: nothing can happen meanwhile"
        return finding("warning", "never-waits", event, why)
    if isinstance(trigger, Cancel) and where.transaction and not _cancels(where):
        why = f"no cancel end event in {where.label!r} leads to it"
        return finding("warning", "never-caught", event, why)
    if isinstance(trigger, Error | Escalation) and trigger in missed:
        what = f"{trigger.name} {trigger.code!r}" if trigger.code else trigger.name
        why = (
            f"no {what} comes to it: nothing in {where.label!r} throws one, "
            "or another event catches it first"
        )
        return finding("warning", "never-caught", event, why)
    return None


def _cancels(transaction: Node) -> bool:
    """Whether a cancel end event stands in it, and not only in a transaction inside."""
    assert isinstance(transaction, Container)
    return any(
        (isinstance(node, EndEvent) and node.trigger(Cancel) is not None)
        or (isinstance(node, Container) and not node.transaction and _cancels(node))
        for node in transaction.children
    )


_STAYING = (UserTask, ReceiveTask, CallActivity, EventBasedGateway, Container)


@cache
def _always_stays(kind: type[Node]) -> bool:
    return issubclass(kind, _STAYING)


def stays(node: Node) -> bool:
    """Whether a token may stand there between two commands, once the work has begun."""
    if _always_stays(node.__class__) or node.after or node.loop is not None:
        return True
    if isinstance(node, ServiceTask):
        return node.topic is not None or node.waits
    return node.triggers != () and isinstance(node, CatchEvent | BoundaryEvent)
