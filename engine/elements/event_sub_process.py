"""Event subprocess: listens while its scope is open, and runs inside it when something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine.elements.event import Event
from engine.elements.start_event import StartEvent
from engine.elements.sub_process import SubProcess

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token


class EventSubProcess(SubProcess):
    """An interrupting one ends everything else in its scope, other event subprocesses too."""

    tag = "eventSubProcess"

    def events(self) -> list[Event]:
        """Its start events."""
        return [start for start in self.starts if isinstance(start, StartEvent)]

    def listen(self, run: Run, scope: Token) -> None:
        """Wait in a scope for what starts it."""
        for start in self.events():
            start.listen(run, scope)

    def begin_at(self, run: Run, scope: Token, start: StartEvent, values: dict[str, Any]) -> None:
        """Something happened that starts it."""
        if start.interrupting:
            run.cancel_children(scope)
            self._stop_listening(run, scope)
        token = run.place(self, scope)
        if values:
            run.set_local(token, values)
        run.open(token, start)

    def _stop_listening(self, run: Run, scope: Token) -> None:
        for wait in list(scope.waits.values()):
            container = run.node(wait).container
            if isinstance(container, EventSubProcess) and container.container is scope.node:
                run.emit(ev.WaitEnded(wait.id))

    def emptied(self, run: Run, token: Token) -> None:
        run.leave(token)
