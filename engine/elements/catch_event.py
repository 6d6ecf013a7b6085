"""Intermediate catch event: waits until something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.elements.event import Event

if TYPE_CHECKING:
    from engine.model import Node
    from engine.run import Run
    from engine.state import Token


class CatchEvent(Event):
    """Also serves an event-based gateway, whose token then waits for several catch events."""

    tag = "intermediateCatchEvent"
    position = "catch"
    listens = True
    linked_from: tuple[Node, ...] = ()

    def enter(self, run: Run, token: Token) -> None:
        self.listen(run, token)
        if not any(wait.node == self.id for wait in token.waits.values()):
            run.leave(token)

    def instantiate(self, run: Run, scope: Token) -> None:
        """It happened, and that starts the instance: its gateway may wait for others, too."""
        for gateway in (flow.source for flow in self.incoming):
            gateway.chosen(run, scope, self)
        run.pass_through(self, scope)

    def caught(self, run: Run, token: Token, values: dict[str, Any]) -> None:
        if values:
            run.set_variables(token, values)
        if token.node is self:
            run.leave(token)
        else:
            assert token.scope is not None
            scope = token.scope
            token.node.decided(run, token)
            run.pass_through(self, scope)
