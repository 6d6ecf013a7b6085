"""Escalation: thrown upwards like an error, but a handler need not interrupt and none is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.propagation import catcher
from engine.triggers.trigger import Trigger
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Escalation(Trigger):
    """An escalation by its code; an empty code catches every escalation."""

    name = "escalation"
    tag = "escalationEventDefinition"
    positions = frozenset({"event subprocess start", "boundary", "throw", "end"})

    code: str | None = None
    code_variable: str | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        reference = xml.get("escalationRef")
        if reference:
            definition = reader.definition("escalation", reference.rpartition(":")[2])
            self.code = reference
            if definition is not None:
                self.code = definition.get("escalationCode") or definition.get("id")
        elif event.position in ("throw", "end"):
            reader.report("error", "escalation", event_xml, "it needs an escalationRef")
        self.code_variable = xml.own.get("escalationCodeVariable")

    def throw(self, run: Run, token: Token, event: Event) -> None:
        # What a loop tells is not for the event subprocesses of an iteration that is over.
        found = catcher(run.telling or token, Escalation, self.code or "")
        if found is None:
            return
        known = checked_variables(event.outs.values(run, token)) | {"escalationCode": self.code}
        event, trigger, holder = found
        assert isinstance(trigger, Escalation)
        values = event.received(run, holder, known) if event.ins.single else {}
        if trigger.code_variable:
            values[trigger.code_variable] = self.code
        event.caught(run, holder, values)
