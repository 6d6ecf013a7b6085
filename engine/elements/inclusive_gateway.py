"""Inclusive gateway: takes every flow whose condition holds, and joins what can still arrive.

A join is decided when nothing else moves, by looking at the graph: it goes on when every token that
could still reach one of its empty incoming flows could also reach one that has a token already.
BPMN 2.0.2 section 13.4.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine import events as ev
from engine.graph import reaching
from engine.model import Flow, Node

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class InclusiveGateway(Node):
    """Forks by conditions and joins exactly, in any graph."""

    tag = "inclusiveGateway"
    instant = True
    settles = True

    def link(self, reader: Reader) -> None:
        super().link(reader)
        self.joins = len(self.incoming) > 1
        self.instant = self.instant and not self.joins
        self._reach: dict[str, int] | None = None

    def choose(self, run: Run, scope: Token) -> Sequence[Flow]:
        if not self.outgoing:
            return ()
        return self.true_flows(run, scope) or self.fallback(run)

    def join(self, run: Run, scope: Token, flow: Flow | None) -> None:
        run.place(self, scope, flow)

    def ready(self, run: Run, scope: Token) -> bool:
        by_flow = self.first_by_flow(scope)
        if not by_flow or self.others_may_come(scope, set(by_flow)):
            return False
        first, *others = by_flow.values()
        for token in others:
            run.emit(ev.Left(token.id, run.now, ev.MERGED))
        run.leave(first)
        return True

    def first_by_flow(self, scope: Token) -> dict[str | None, Token]:
        """The oldest waiting token of each incoming flow that has one."""
        found: dict[str | None, Token] = {}
        for token in scope.arrived.get(self.id, {}).values():
            found.setdefault(token.flow, token)
        return found

    def others_may_come(self, scope: Token, filled: set[str | None]) -> bool:
        """Whether a token elsewhere can reach an empty flow, but none that has a token."""
        if self._reach is None:
            self._reach = reaching(self)
        full = sum(1 << i for i, flow in enumerate(self.incoming) if flow.id in filled)
        empty = (1 << len(self.incoming)) - 1 & ~full
        if not empty:
            return False
        for token in scope.children.values():
            if token.node is not self:
                reach = self._reach.get(token.node.id, 0)
                if reach & empty and not reach & full:
                    return True
        return False
