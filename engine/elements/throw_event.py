"""Intermediate throw event: makes something happen and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.elements.event import Event

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token


class ThrowEvent(Event):
    """Throws its triggers; a none event is only a milestone."""

    tag = "intermediateThrowEvent"
    position = "throw"
    instant = True

    def enter(self, run: Run, token: Token) -> None:
        token.transit += 1
        for trigger in self.triggers:
            trigger.throw(run, token, self)
            if not token.alive:
                return
        token.transit -= 1
        run.rest(token)

    def emptied(self, run: Run, token: Token) -> None:
        run.leave(token)
