"""Send task: sends a message by ``messageRef``, or does what a service task does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.elements.service_task import ServiceTask
from engine.triggers.message import message_name, send_message
from engine.triggers.trigger import event_name

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class SendTask(ServiceTask):
    """A message that nobody waits for is not an error."""

    tag = "sendTask"
    message: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        if xml.get("messageRef") and not xml.own.get("type") and not xml.own.get("expression"):
            self.message = message_name(xml, xml, reader)
            self.skip = reader.expression(xml, xml.own.get("skipExpression"), "skip expression")
        else:
            super().read(xml, reader)

    def enter(self, run: Run, token: Token) -> None:
        if self.message is None or run.skips(self.skip, token):
            super().enter(run, token)
            return
        send_message(run, event_name(run, self.message, token), {})
        if token.alive:
            run.leave(token)
