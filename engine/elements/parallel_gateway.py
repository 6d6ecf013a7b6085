"""Parallel gateway: waits for one token on each incoming flow, then takes all outgoing flows.

BPMN 2.0.2 section 13.4.1. Tokens that arrive twice by the same flow wait for the next round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine import events as ev
from engine.model import Flow, Node

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class ParallelGateway(Node):
    """Forks and joins without looking at conditions."""

    tag = "parallelGateway"
    instant = True

    def link(self, reader: Reader) -> None:
        super().link(reader)
        self.joins = len(self.incoming) > 1
        self.instant = self.instant and not self.joins

    def choose(self, run: Run, scope: Token) -> Sequence[Flow]:
        return self.outgoing

    def join(self, run: Run, scope: Token, flow: Flow | None) -> None:
        waiting = self._first_by_flow(scope, flow)
        if waiting is None:
            run.place(self, scope, flow)
            return
        for token in waiting:
            run.emit(ev.Left(token.id, run.now, ev.MERGED))
        run.joined(self, scope, flow)

    def _first_by_flow(self, scope: Token, flow: Flow | None) -> list[Token] | None:
        """The oldest waiting token of each other flow, None when one is missing."""
        arrived = scope.arrived.get(self.id)
        if arrived is None or len(arrived) + 1 < len(self.incoming):
            return None
        by_flow: dict[str | None, Token] = {}
        for token in arrived.values():
            by_flow.setdefault(token.flow, token)
        by_flow.pop(flow.id if flow else None, None)
        return list(by_flow.values()) if len(by_flow) == len(self.incoming) - 1 else None
