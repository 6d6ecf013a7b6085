"""Ad-hoc subprocess: people decide what is done, how often and when. BPMN 2.0.2 section 13.3.5.

Activities without incoming flows are offered, and begin when somebody starts them; where none of
them needs a person they begin by themselves. It is complete when its condition holds after an
activity was completed, or when somebody completes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.elements.sub_process import SubProcess
from engine.errors import NotWaiting

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.model import Node
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader

_AUTOMATIC = frozenset({"scriptTask", "serviceTask", "sendTask", "businessRuleTask", "task"})


class AdHocSubProcess(SubProcess):
    """``sequential`` ones have one activity at a time."""

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

    @property
    def automatic(self) -> bool:
        """Whether everything in it begins by itself."""
        return all(node.tag in _AUTOMATIC for node in self.starts)

    def enter(self, run: Run, token: Token) -> None:
        if self.initial:
            run.set_local(token, dict(self.initial))
        for event_sub_process in self.event_sub_processes:
            event_sub_process.listen(run, token)
        if not self.automatic:
            return
        for node in self.starts[:1] if self.sequential else self.starts:
            run.arrive(node, token)
        run.rest(token)

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
        enough = self.condition is not None and run.test(self.condition, token)
        if enough:
            if self.cancels_remaining:
                run.cancel_children(token)
                run.drop_arrivals(token)
            if not token.children and not token.transit:
                run.leave(token)
        elif self.automatic and self.sequential and not node.outgoing and node in self.starts:
            following = self.starts[self.starts.index(node) + 1 :]
            if following:
                run.arrive(following[0], token)

    def emptied(self, run: Run, token: Token) -> None:
        """Nothing runs inside: only an automatic one without a condition is complete by that."""
        if self.condition is not None:
            if run.test(self.condition, token):
                run.leave(token)
        elif self.automatic:
            run.leave(token)
