"""Event-based gateway: the first of several events decides. BPMN 2.0.2 section 13.4.4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine import events as ev
from engine.elements.catch_event import CatchEvent
from engine.elements.receive_task import ReceiveTask
from engine.model import Node

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class EventBasedGateway(Node):
    """Its token holds the waits of the catch events behind it.

    One that instantiates has no incoming flow: the events behind it start an instance. A parallel
    one then waits for all the others, too.
    """

    tag = "eventBasedGateway"
    listens = True
    parallel = False

    def read(self, xml: Element, reader: Reader) -> None:
        self.instantiates = xml.get("instantiate") == "true"
        self.parallel = xml.get("eventGatewayType") == "Parallel"
        if self.parallel and not self.instantiates:
            reader.report(
                "error", "event-gateway", xml, "only an instantiating event gateway can be parallel"
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
        if self.instantiates and self.incoming:
            reader.report_node(
                "error",
                "event-gateway",
                self,
                "an instantiating event gateway has no incoming flow",
            )

    def enter(self, run: Run, token: Token) -> None:
        self.await_events(run, token, ())

    def chosen(self, run: Run, scope: Token, event: Node) -> None:
        if self.parallel and len(self.outgoing) > 1:
            self.await_events(run, run.place(self, scope), [event])

    def decided(self, run: Run, token: Token) -> None:
        if not self.parallel:
            run.end_waits(token)
        if not token.waits:
            run.emit(ev.Left(token.id, run.now))

    def await_events(self, run: Run, token: Token, but: Sequence[Node]) -> None:
        """Listen to all events behind it, ``but`` to some not."""
        for flow in self.outgoing:
            target = flow.target
            if target in but:
                continue
            if isinstance(target, CatchEvent):
                target.listen(run, token)
            elif isinstance(target, ReceiveTask):
                target.enter(run, token)
