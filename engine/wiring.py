"""Rules about flows that BPMN 2.0.2 does not allow, and conditions that nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator

from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.elements.boundary_event import BoundaryEvent
from engine.elements.catch_event import CatchEvent
from engine.elements.end_event import EndEvent
from engine.elements.event import Event
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.event_sub_process import EventSubProcess
from engine.elements.parallel_gateway import ParallelGateway
from engine.elements.start_event import StartEvent
from engine.elements.throw_event import ThrowEvent
from engine.errors import Finding, Severity
from engine.model import Node, Process
from engine.triggers.cancel import Cancel
from engine.triggers.compensation import Compensation
from engine.triggers.link import Link
from engine.triggers.message import Message


def finding(severity: Severity, rule: str, node: Node, message: str) -> Finding:
    """A finding at a node."""
    return Finding(severity, rule, message, node.id, node.line, node.process.file)


def impossible_flows(process: Process) -> Iterator[Finding]:
    """No flow leads where no token can go, or leaves where none can come from."""
    for node in process.nodes.values():
        if isinstance(node, EventSubProcess) and (node.incoming or node.outgoing):
            why = "an event subprocess begins by its event: no flow may lead to it or leave it"
            yield finding("error", "event-subprocess-flow", node, why)
        if isinstance(node, BoundaryEvent) and node.incoming:
            why = "no flow may lead into a boundary event"
            yield finding("error", "flow-into-boundary", node, why)
        if isinstance(node, EventBasedGateway) and not node.outgoing:
            why = f"{node.label!r} waits for nothing: it needs events behind it"
            yield finding("error", "event-gateway", node, why)
        if (
            isinstance(node, EndEvent)
            and node.trigger(Cancel) is not None
            and not _in_transaction(node)
        ):
            why = "a cancel end event belongs into a transaction"
            yield finding("error", "cancel", node, why)


def _in_transaction(node: Node) -> bool:
    place: Node | None = node
    while place is not None and not place.transaction:
        place = place.container
    return place is not None


def contested_messages(process: Process) -> Iterator[Finding]:
    """A message has one receiver: what waits side by side waits for different ones."""
    starts = [node for node in process.children if isinstance(node, StartEvent)]
    for events in (starts, *(node.boundaries for node in process.nodes.values())):
        seen: dict[str, Event] = {}
        for event in events:
            message = event.trigger(Message)
            if message is None or message.message is None or not message.message.constant:
                continue
            first = seen.setdefault(message.message.text, event)
            if first is not event:
                why = f"{first.label!r} waits for the message {message.message.text!r} already"
                yield finding("error", "contested-message", event, why)


def dead_flows(process: Process) -> Iterator[Finding]:
    """Every flow can be taken."""
    for node in process.nodes.values():
        if node.compensates and not isinstance(node, EventSubProcess):
            if node.incoming or node.outgoing:
                why = f"{node.label!r} compensates: its flows are never taken"
                yield finding("warning", "dead-flow", node, why)
        elif isinstance(node, Event) and _leads_nowhere(node):
            why = f"the flows out of {node.label!r} are never taken"
            yield finding("warning", "dead-flow", node, why)
        elif isinstance(node, CatchEvent) and node.incoming and node.trigger(Link) is not None:
            why = f"{node.label!r} is reached by its link: no flow should lead to it"
            yield finding("warning", "flow-into-link", node, why)


def _leads_nowhere(event: Event) -> bool:
    if not event.outgoing:
        return False
    if isinstance(event, BoundaryEvent):
        return event.trigger(Compensation) is not None
    return isinstance(event, ThrowEvent) and event.trigger(Link) is not None


_PLAIN = (ParallelGateway, EventBasedGateway)


def unread_conditions(process: Process) -> Iterator[Finding]:
    """Every condition decides something."""
    for node in process.nodes.values():
        for flow in node.outgoing:
            if flow.condition is not None and (flow is node.default or isinstance(node, _PLAIN)):
                why = f"the condition of flow {flow.id!r} is ignored"
                yield finding("warning", "ignored-condition", node, why)


def idle_events(process: Process) -> Iterator[Finding]:
    """What should wait has something to wait for, and what should begin can begin."""
    for node in process.nodes.values():
        if isinstance(node, CatchEvent) and not node.triggers:
            why = f"{node.label!r} waits for nothing and is passed: it needs an event definition"
            yield finding("warning", "waits-for-nothing", node, why)
        if isinstance(node, AdHocSubProcess) and any(s.tag == "startEvent" for s in node.children):
            why = "with a start event the activities of an ad-hoc subprocess have an order again"
            yield finding("warning", "ad-hoc-start", node, why)
