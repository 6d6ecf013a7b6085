"""Link: a jump to the catch event of the same name in the same scope. BPMN 2.0.2 section 10.5.5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.model import Node
from engine.triggers.trigger import Trigger

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Link(Trigger):
    """Connects throw events to one catch event by name."""

    name = "link"
    tag = "linkEventDefinition"
    positions = frozenset({"catch", "throw"})

    link_name = ""
    target: Node | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        self.link_name = xml.get("name") or event.name
        if not self.link_name:
            reader.report("error", "link", event_xml, "a link event needs a name")

    def link(self, event: Event, reader: Reader) -> None:
        from engine.elements.catch_event import CatchEvent

        if event.position != "throw":
            return
        assert event.container is not None
        found = [
            node
            for node in event.container.children
            if isinstance(node, CatchEvent)
            and any(isinstance(t, Link) and t.link_name == self.link_name for t in node.triggers)
        ]
        if len(found) == 1:
            self.target = found[0]
            found[0].linked_from += (event,)
            return
        count = "no" if not found else "more than one"
        why = f"there is {count} link catch event {self.link_name!r}"
        reader.report_node("error", "link", event, why)

    def throw(self, run: Run, token: Token, event: Event) -> None:
        scope = token.scope
        assert scope is not None
        assert self.target is not None
        run.end_waits(token)
        run.emit(ev.Left(token.id, run.now))
        run.arrive(self.target, scope)
