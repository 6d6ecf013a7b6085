"""Rules about flows that BPMN 2.0.2 does not allow, and conditions that nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator

from engine.elements.boundary_event import BoundaryEvent
from engine.elements.catch_event import CatchEvent
from engine.elements.end_event import EndEvent
from engine.elements.event import Event
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.event_sub_process import EventSubProcess
from engine.elements.parallel_gateway import ParallelGateway
from engine.elements.start_event import StartEvent
from engine.elements.throw_event import ThrowEvent
from engine.errors import Finding
from engine.lint.finding import finding
from engine.model import Node, Process
from engine.triggers.cancel import Cancel
from engine.triggers.compensation import Compensation
from engine.triggers.link import Link


def flow_ends(process: Process) -> Iterator[Finding]:
    """Nothing flows into a start or out of an end. BPMN 2.0.2 tables 10.87 and 10.88."""
    for start in process.every(StartEvent):
        if start.incoming:
            yield finding("error", "flow-into-start", start, "no flow may lead into a start event")
    for end in process.every(EndEvent):
        if end.outgoing:
            yield finding("error", "flow-from-end", end, "no flow may leave an end event")


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
            why = f"the condition of the flow {flow.label} is ignored"
            yield finding("warning", "ignored-condition", node, why)
