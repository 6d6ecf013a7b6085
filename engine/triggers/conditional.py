"""Conditional: happens when a condition is true after a variable changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.triggers.trigger import Trigger

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Conditional(Trigger):
    """Waits for a condition; it is evaluated once when the waiting begins."""

    name = "conditional"
    tag = "conditionalEventDefinition"
    positions = frozenset({"start", "event subprocess start", "catch", "boundary"})

    condition: Expression | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        condition = xml.child("condition")
        if condition is None or not (condition.text or "").strip():
            reader.report("error", "conditional", event_xml, "it needs a condition")
            return
        self.condition = reader.condition(condition)

    def listen(self, run: Run, token: Token, event: Event) -> None:
        run.subscribe(token, event, "conditional")

    def holds(self, run: Run, token: Token) -> bool:
        """Whether the condition is true now; a variable that does not exist yet makes it false."""
        return self.condition is not None and run.tentative(self.condition, token)
