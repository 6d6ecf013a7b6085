"""Propagation of errors and escalations: the search for who catches one, from a token outwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.model import Container
from engine.state import Token

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.triggers.error import Error
    from engine.triggers.escalation import Escalation
    from engine.triggers.trigger import Trigger

Found = tuple["Event", "Trigger", Token]


def catcher(token: Token, kind: type[Error] | type[Escalation], code: str) -> Found | None:
    """The event that catches a code thrown at a token, its trigger, and the token that holds it.

    Event subprocesses inside a scope come before boundary events of the scope; a called process
    passes on to its call activity. What was thrown inside an event subprocess is not caught by
    another one of the same scope.
    """
    inside: Token | None = None
    current: Token | None = token
    while current is not None:
        container = current.node
        if isinstance(container, Container) and current.loop != ev.BODY:
            esps = container.event_sub_processes
            if inside is None or inside.node not in esps:
                found = _match([start for esp in esps for start in esp.events()], kind, code)
                if found is not None:
                    return *found, current
        if current.loop is None or current.loop == ev.BODY:
            found = _match(list(current.node.boundaries), kind, code)
            if found is not None:
                return *found, current
        inside, current = current, current.scope
    return None


def _match(
    events: list[Event], kind: type[Error] | type[Escalation], code: str
) -> tuple[Event, Trigger] | None:
    catch_all: tuple[Event, Trigger] | None = None
    for event in events:
        trigger = event.trigger(kind)
        if trigger is None:
            continue
        if trigger.code == code:
            return event, trigger
        if not trigger.code and catch_all is None:
            catch_all = event, trigger
    return catch_all
