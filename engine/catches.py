"""Rules about events that catch: whether what they wait for can happen where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

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
from engine.elements.user_task import UserTask
from engine.errors import Finding
from engine.model import Container, Node, Process
from engine.thrown import Thrown
from engine.triggers.cancel import Cancel
from engine.triggers.error import Error
from engine.triggers.escalation import Escalation
from engine.triggers.message import Message
from engine.triggers.signal import Signal
from engine.triggers.timer import Timer
from engine.triggers.trigger import Trigger
from engine.wiring import finding


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
