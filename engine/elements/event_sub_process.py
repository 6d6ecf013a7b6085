"""Event subprocess: listens while its scope is open, and runs inside it when something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.elements.event import Event
from engine.elements.start_event import StartEvent
from engine.elements.sub_process import SubProcess
from engine.triggers.compensation import Compensation

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class EventSubProcess(SubProcess):
    """An interrupting one ends everything else in its scope, other event subprocesses too."""

    tag = "eventSubProcess"

    def events(self) -> list[Event]:
        """Its start events."""
        return [start for start in self.starts if isinstance(start, StartEvent)]

    def link(self, reader: Reader) -> None:
        super().link(reader)
        if any(start.trigger(Compensation) is not None for start in self.events()):
            assert self.container is not None
            self.container.compensation = self

    def listen(self, run: Run, scope: Token) -> None:
        """Wait in a scope for what starts it."""
        for start in self.events():
            start.listen(run, scope)

    def begin_at(self, run: Run, scope: Token, start: StartEvent, values: dict[str, Any]) -> None:
        """Something happened that starts it."""
        if start.interrupting:
            run.cancel_children(scope)
            assert self.container is not None
            self.container.stop_listening(run, scope)
        token = run.place(self, scope)
        if values:
            run.set_local(token, values)
        run.open(token, start)

    def emptied(self, run: Run, token: Token) -> None:
        run.leave(token)
