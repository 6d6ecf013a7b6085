"""Complex gateway: joins by a condition of its own. BPMN 2.0.2 section 13.4.5.

Tokens wait until the activation condition holds; ``activationCount`` is how many flows
have one. Then the gateway forks by conditions (``waitingForStart`` is true) and waits for the
tokens that can still come by the other flows. When none can, it forgets these and begins anew, with
what came by the first flows again; only outgoing flows whose condition asks for
``waitingForStart`` are looked at when it forgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine import events as ev
from engine.elements.inclusive_gateway import InclusiveGateway
from engine.scopes import Names

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.model import Flow
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


CONSUMED = "activatedBy"


class ComplexGateway(InclusiveGateway):
    """Without an activation condition it joins like an inclusive gateway.

    A token that came by no flow stands for a gateway that was activated and is not reset yet.
    """

    tag = "complexGateway"
    activation: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        condition = xml.child("activationCondition")
        if condition is not None and (condition.text or "").strip():
            self.activation = reader.condition(condition)

    def join(self, run: Run, scope: Token, flow: Flow | None) -> None:
        run.place(self, scope, flow)
        self._begin(run, scope)

    def ready(self, run: Run, scope: Token) -> bool:
        if self.activation is None:
            return super().ready(run, scope)
        reset = self._resetting(scope)
        if reset is None:
            return False
        filled = {*_consumed(reset), *self.first_by_flow(scope)}
        if self.others_may_come(scope, filled):
            return False
        self._reset(run, scope, reset)
        self._begin(run, scope)
        return True

    def _begin(self, run: Run, scope: Token) -> None:
        """Fork as often as what has arrived is enough, and one token of each flow made it so."""
        while self.activation is not None and self._resetting(scope) is None:
            first = self.first_by_flow(scope)
            names = Names(run, scope, {"activationCount": len(first), "waitingForStart": True})
            if not first or not run.test_in(self.activation, names):
                return
            for token in first.values():
                run.emit(ev.Left(token.id, run.now, ev.MERGED))
            reset = run.place(self, scope)
            run.set_local(reset, {CONSUMED: sorted(flow for flow in first if flow is not None)})
            run.follow(self._flows(run, scope, waiting=True), scope)
            if len(first) < len(self.incoming):
                return
            self._reset(run, scope, reset)

    def choose(self, run: Run, scope: Token) -> Sequence[Flow]:
        if self.activation is None:
            return super().choose(run, scope)
        return self._flows(run, scope, waiting=not self.joins)

    def _resetting(self, scope: Token) -> Token | None:
        return next((t for t in scope.children.values() if t.node is self and t.flow is None), None)

    def _reset(self, run: Run, scope: Token, reset: Token) -> None:
        """Forget a token of each flow that had none before; what else is here begins anew."""
        consumed = _consumed(reset)
        for flow, token in self.first_by_flow(scope).items():
            if flow not in consumed:
                run.emit(ev.Left(token.id, run.now, ev.MERGED))
        run.leave(reset)

    def _flows(self, run: Run, scope: Token, *, waiting: bool) -> list[Flow]:
        names = Names(run, scope, {"waitingForStart": waiting})
        taken = [
            flow
            for flow in self.outgoing
            if flow is not self.default
            and (waiting or (flow.condition and "waitingForStart" in flow.condition.names))
            and (flow.condition is None or run.test_in(flow.condition, names))
        ]
        return taken or (self.fallback(run) if waiting and self.outgoing else [])


def _consumed(reset: Token) -> list[str]:
    """The flows whose tokens activated the gateway that this token stands for."""
    return reset.variables.get(CONSUMED, [])
