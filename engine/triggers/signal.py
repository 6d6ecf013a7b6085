"""Signal: a broadcast by name to everything that waits for it, or within one instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.carried import Carried, read_carried
from engine.state import Subscription
from engine.triggers.trigger import Trigger
from engine.values import checked_variables
from engine.world import Throw

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Signal(Trigger):
    """A signal by name. ``local`` ones stay in their process instance (Flowable's scope)."""

    name = "signal"
    tag = "signalEventDefinition"
    positions = frozenset({"start", "event subprocess start", "catch", "boundary", "throw", "end"})

    signal: Expression | None = None
    local = False
    carried: Carried | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        text = xml.own.get("signalExpression")
        reference = xml.get("signalRef")
        if text is None and reference is not None:
            definition = reader.definition("signal", reference.rpartition(":")[2])
            text = reference
            if definition is not None:
                text = definition.get("name") or definition.get("id")
                self.local = definition.own.get("scope") == "processInstance"
        if not text:
            reader.report("error", "signal", event_xml, "it needs a signalRef")
            return
        self.signal = reader.expression(event_xml, text, "signal name")
        self.carried = read_carried(xml, "in", reader)

    def listen(self, run: Run, token: Token, event: Event) -> None:
        run.subscribe(token, event, "signal", run.text(self.signal, token))

    def throw(self, run: Run, token: Token, event: Event) -> None:
        name = run.text(self.signal, token) or ""
        only = token.instance.id if self.local else None
        values = self.carried.values(run, token) if self.carried is not None else {}
        values = checked_variables(values)
        broadcast(run, name, values, only)
        if not self.local:
            run.outbox.append(Throw("signal", name, values))


def broadcast(run: Run, name: str, variables: dict[str, Any], instance: int | None = None) -> None:
    """Let everything of this top-level instance (or of one instance) that waits for it go on."""
    for wait in list(run.state.waits.values()):
        if (
            isinstance(wait, Subscription)
            and wait.kind == "signal"
            and wait.name == name
            and wait.id in run.state.waits
            and (instance is None or wait.token.instance.id == instance)
        ):
            run.reached(wait, variables)
