"""Terminate: ends everything else in the scope, or (``terminateAll``) the whole instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.state import Token
from engine.triggers.trigger import Trigger

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.markup import Element
    from engine.run import Run
    from engine.xml import Reader


class Terminate(Trigger):
    """Ends its scope. BPMN 2.0.2 section 10.5.3; the options are Flowable's."""

    name = "terminate"
    tag = "terminateEventDefinition"
    positions = frozenset({"end"})

    everything = False
    multi_instance = False

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        self.everything = reader.flag(xml, "terminateAll")
        self.multi_instance = reader.flag(xml, "terminateMultiInstance")

    def throw(self, run: Run, token: Token, event: Event) -> None:
        run.emit(ev.Left(token.id, run.now))
        if self.everything:
            assert run.state.root is not None
            run.end_instance(run.state.root, "COMPLETED", "terminate end event")
            return
        scope = token.scope
        assert scope is not None
        body = _body(scope) if self.multi_instance else None
        run.cancel_children(body or scope)
        if body is not None:
            run.leave_body(body)
        else:
            run.rest(scope)


def _body(scope: Token) -> Token | None:
    """The multi-instance body around a scope, also around the call activity of its process."""
    token: Token | None = scope
    while token is not None:
        if token.loop == ev.BODY:
            return token
        token = token.scope
    return None
