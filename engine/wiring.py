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
    for inner in process.every(EventSubProcess):
        if inner.incoming or inner.outgoing:
            why = "an event subprocess begins by its event: no flow may lead to it or leave it"
            yield finding("error", "event-subprocess-flow", inner, why)
    for boundary in process.every(BoundaryEvent):
        if boundary.incoming:
            why = "no flow may lead into a boundary event"
            yield finding("error", "flow-into-boundary", boundary, why)
    for gateway in process.every(EventBasedGateway):
        if not gateway.outgoing:
            why = f"{gateway.label!r} waits for nothing: it needs events behind it"
            yield finding("error", "event-gateway", gateway, why)
    for end in process.every(EndEvent):
        if end.trigger(Cancel) is not None and not _in_transaction(end):
            why = "a cancel end event belongs into a transaction"
            yield finding("error", "cancel", end, why)


def _in_transaction(node: Node) -> bool:
    place: Node | None = node
    while place is not None and not place.transaction:
        place = place.container
    return place is not None


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


def dead_flows(process: Process) -> Iterator[Finding]:
    """Every flow can be taken."""
    for node in process.nodes.values():
        has_flows = node.compensates and (node.incoming or node.outgoing)
        if has_flows and not isinstance(node, EventSubProcess):
            why = f"{node.label!r} compensates: its flows are never taken"
            yield finding("warning", "dead-flow", node, why)
    for event in process.every(Event):
        if _leads_nowhere(event):
            why = f"the flows out of {event.label!r} are never taken"
            yield finding("warning", "dead-flow", event, why)
        elif isinstance(event, CatchEvent) and event.incoming and event.trigger(Link) is not None:
            why = f"{event.label!r} is reached by its link: no flow should lead to it"
            yield finding("warning", "flow-into-link", event, why)


def _leads_nowhere(event: Event) -> bool:
    if not event.outgoing:
        return False
    if isinstance(event, BoundaryEvent):
        return event.trigger(Compensation) is not None
    return isinstance(event, ThrowEvent) and event.trigger(Link) is not None


_PLAIN = (ParallelGateway, EventBasedGateway)


def unread_conditions(process: Process) -> Iterator[Finding]:
    """Every condition decides something."""
    for flow in process.flows.values():
        node = flow.source
        if flow.condition is not None and (flow is node.default or isinstance(node, _PLAIN)):
            why = f"the condition of flow {flow.id!r} is ignored"
            yield finding("warning", "ignored-condition", node, why)


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
