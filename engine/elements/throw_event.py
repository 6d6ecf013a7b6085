"""Intermediate throw event: makes something happen and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.elements.event import Event
from engine.triggers.compensation import Compensation

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class ThrowEvent(Event):
    """Throws its triggers; a none event is only a milestone.

    One that does not wait for the compensation that it throws ``hurries``: its token stays with the
    handlers, and another one goes on.
    """

    tag = "intermediateThrowEvent"
    position = "throw"
    instant = True
    hurries = False

    def link(self, reader: Reader) -> None:
        super().link(reader)
        compensation = self.trigger(Compensation)
        self.hurries = compensation is not None and not compensation.waits

    def enter(self, run: Run, token: Token) -> None:
        if not self.throw(run, token):
            return
        if token.children and self.hurries:
            assert token.scope is not None
            run.proceed(self, token.scope)
        elif not token.children:
            run.leave(token)

    def emptied(self, run: Run, token: Token) -> None:
        if not self.hurries:
            run.leave(token)
            return
        scope = token.scope
        assert scope is not None
        run.emit(ev.Left(token.id, run.now))
        run.rest(scope)
