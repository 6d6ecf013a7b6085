"""Exclusive gateway: the first flow whose condition holds. BPMN 2.0.2 section 13.4.2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.model import Flow, Node

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token


class ExclusiveGateway(Node):
    """Routes each token along exactly one flow; never joins."""

    tag = "exclusiveGateway"
    instant = True

    def choose(self, run: Run, scope: Token) -> Sequence[Flow]:
        for flow in self.outgoing:
            if flow is not self.default and run.holds(flow, scope):
                return (flow,)
        return self.fallback(run) if self.outgoing else ()
