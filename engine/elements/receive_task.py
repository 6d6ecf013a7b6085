"""Receive task: waits for its message, or to be triggered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine.model import Node
from engine.triggers.message import message_name
from engine.triggers.trigger import event_name

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token, Wait
    from engine.xml import Reader


class ReceiveTask(Node):
    """Without a ``messageRef`` it waits for a trigger by its token (as in Flowable)."""

    tag = "receiveTask"
    listens = True
    message: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        self.instantiates = xml.get("instantiate") == "true"
        if xml.get("messageRef"):
            self.message = message_name(xml, xml, reader)

    def enter(self, run: Run, token: Token) -> None:
        if self.message is None:
            run.subscribe(token, self, "receive")
        else:
            run.subscribe(token, self, "message", event_name(run, self.message, token))

    def instantiate(self, run: Run, scope: Token) -> None:
        """The message that it would wait for is here already; its gateway may wait for others."""
        for gateway in (flow.source for flow in self.incoming):
            gateway.chosen(run, scope, self)
        self._pass(run, scope)

    def _pass(self, run: Run, scope: Token) -> None:
        if self.plain:
            run.pass_through(self, scope)
        else:
            run.leave(run.place(self, scope))

    def triggered(self, run: Run, token: Token, wait: Wait, values: dict[str, Any]) -> None:
        if values:
            run.set_variables(token, values)
        if token.node is self:
            run.leave(token)
            return
        scope = token.scope
        assert scope is not None
        run.emit(ev.WaitEnded(wait.id))
        token.node.decided(run, token)
        self._pass(run, scope)
