"""End event: a token ends here, perhaps with a bang."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.elements.event import Event
from engine.triggers.cancel import Cancel

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token


class EndEvent(Event):
    """Throws its triggers one after the other; without one it just consumes the token."""

    tag = "endEvent"
    position = "end"
    instant = True

    def enter(self, run: Run, token: Token) -> None:
        if self.throw(run, token):
            run.rest(token)

    def emptied(self, run: Run, token: Token) -> None:
        cancel = self.trigger(Cancel)
        if cancel is not None:
            cancel.undone(run, token)
        else:
            run.leave(token)
