"""Event-based gateway: the first of several events decides. BPMN 2.0.2 section 13.4.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.elements.catch_event import CatchEvent
from engine.elements.receive_task import ReceiveTask
from engine.model import Node

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class EventBasedGateway(Node):
    """Its token holds the waits of the catch events behind it."""

    tag = "eventBasedGateway"

    def read(self, xml: Element, reader: Reader) -> None:
        if xml.get("instantiate") == "true" or xml.get("eventGatewayType") == "Parallel":
            reader.report(
                "error", "unsupported", xml, "only exclusive event-based gateways are supported"
            )

    def link(self, reader: Reader) -> None:
        super().link(reader)
        for flow in self.outgoing:
            if not isinstance(flow.target, CatchEvent | ReceiveTask):
                reader.report_node(
                    "error",
                    "event-gateway",
                    self,
                    f"{flow.target.label!r} behind it is no catch event",
                )

    def enter(self, run: Run, token: Token) -> None:
        for flow in self.outgoing:
            target = flow.target
            if isinstance(target, CatchEvent):
                target.listen(run, token)
            elif isinstance(target, ReceiveTask):
                target.enter(run, token)
