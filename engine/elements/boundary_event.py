"""Boundary event: listens while an activity runs, and interrupts it or goes on beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.elements.event import Event
from engine.model import Node
from engine.triggers.cancel import Cancel
from engine.triggers.compensation import Compensation
from engine.triggers.error import Error
from engine.triggers.trigger import Trigger

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class BoundaryEvent(Event):
    """Attached to ``host``. A compensation boundary only names the handler."""

    tag = "boundaryEvent"
    position = "boundary"
    host: Node | None = None
    interrupting = True

    def read(self, xml: Element, reader: Reader) -> None:
        super().read(xml, reader)
        self.interrupting = xml.get("cancelActivity", "true") != "false"
        self.repeats = not self.interrupting
        if not self.triggers:
            reader.report("error", "boundary", xml, "a boundary event needs an event definition")
        if self.repeats and (self.trigger(Error) or self.trigger(Cancel)):
            reader.report("warning", "boundary", xml, "an error or cancel event always interrupts")
            self.interrupting, self.repeats = True, False

    def link(self, reader: Reader) -> None:
        super().link(reader)
        self.instant = False
        if self.host is None:
            return
        self._check_only(Cancel, "cancel", self.host, reader)
        if self.trigger(Cancel) is not None and not self.host.transaction:
            why = f"a cancel event belongs to a transaction, and {self.host.label!r} is none"
            reader.report_node("error", "cancel", self, why)
        self._check_only(Compensation, "compensation", self.host, reader)
        if self.trigger(Compensation) is not None:
            self.host.compensation = reader.compensation_handler(self)

    def _check_only(self, kind: type[Trigger], name: str, host: Node, reader: Reader) -> None:
        alike = [other for other in host.boundaries if other.trigger(kind) is not None]
        if self in alike[1:]:
            why = f"{host.label!r} has the {name} event {alike[0].label!r} already"
            reader.report_node("error", name, self, why)

    def caught(self, run: Run, token: Token, values: dict[str, Any]) -> None:
        scope = token.scope
        assert scope is not None
        if self.interrupting and token is not run.telling:
            run.cancel_token(token)
        if values:
            run.set_variables(scope, values)
        if self.plain:
            run.pass_through(self, scope)
        else:
            run.begin(run.place(self, scope))
