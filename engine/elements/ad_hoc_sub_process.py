"""Ad-hoc subprocess: activities without an order of their own. BPMN 2.0.2 section 13.3.5.

Activities that no flow leads to begin by themselves: all at once, or one after the other in the
order of the file. With a condition this goes on, round by round, until it holds after an activity
was completed; without one each is done once. A command may start more of them, or complete it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.elements.sub_process import SubProcess
from engine.errors import NotWaiting

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.model import Node
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class AdHocSubProcess(SubProcess):
    """``sequential`` ones have one activity at a time; ``begun`` counts those of the round."""

    tag = "adHocSubProcess"
    watches = True
    sequential = False
    cancels_remaining = True
    condition: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        self.sequential = xml.get("ordering") == "Sequential"
        self.cancels_remaining = xml.get("cancelRemainingInstances", "true") != "false"
        condition = xml.child("completionCondition")
        if condition is not None and (condition.text or "").strip():
            self.condition = reader.condition(condition)

    def enter(self, run: Run, token: Token) -> None:
        if self.initial:
            run.set_local(token, dict(self.initial))
        for event_sub_process in self.event_sub_processes:
            event_sub_process.listen(run, token)
        self._begin(run, token, 0)
        run.rest(token)

    def _begin(self, run: Run, token: Token, done: int) -> None:
        """Begin the next activity of a round, or all of them."""
        following = self.starts[done : done + 1] if self.sequential else self.starts
        run.emit(ev.LoopAdvanced(token.id, len(self.starts), done + len(following), done))
        for node in following:
            run.arrive(node, token)

    def offered(self, token: Token) -> list[Node]:
        """What may be started now."""
        busy = self.sequential and (token.children or token.transit)
        return [] if busy else list(self.starts)

    def start(self, run: Run, token: Token, node: str) -> None:
        """Start one of the activities that are offered. Raises NotWaiting."""
        found = next((each for each in self.offered(token) if each.id == node), None)
        if found is None:
            raise NotWaiting(f"{node!r} cannot be started in {self} now")
        run.arrive(found, token)

    def proceeded(self, run: Run, token: Token, node: Node) -> None:
        """An activity inside was completed: perhaps this is enough."""
        if self.condition is None or not run.test(self.condition, token):
            return
        if self.cancels_remaining:
            run.cancel_children(token)
        if not token.children and not token.transit:
            run.leave(token)

    def emptied(self, run: Run, token: Token) -> None:
        """Nothing runs inside: go on with the round, or begin another one where it must go on."""
        enough = self.condition is not None and run.test(self.condition, token)
        if not enough and token.begun < len(self.starts):
            self._begin(run, token, token.begun)
        elif enough or self.condition is None or not self.starts:
            run.leave(token)
        else:
            self._begin(run, token, 0)
