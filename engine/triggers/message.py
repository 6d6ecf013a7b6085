"""Message: waits for, or sends to, exactly one receiver by the message's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.state import Subscription
from engine.triggers.trigger import Trigger, event_name
from engine.values import checked_variables
from engine.world import Throw

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Message(Trigger):
    """A message by name; the name may be an expression."""

    name = "message"
    tag = "messageEventDefinition"
    positions = frozenset({"start", "event subprocess start", "catch", "boundary", "throw", "end"})

    message: Expression | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        computed = xml.own.get("messageExpression")
        if computed:
            self.message = reader.expression(event_xml, computed, "message name")
        else:
            self.message = message_name(xml, event_xml, reader)
            reference = xml.get("messageRef")
            if reference and reader.definition("message", reference.rpartition(":")[2]) is None:
                why = f"messageRef {reference!r} names no message of the file"
                reader.report("error", "dangling-reference", event_xml, why)

    def listen(self, run: Run, token: Token, event: Event) -> None:
        run.subscribe(token, event, "message", event_name(run, self.message, token))

    def throw(self, run: Run, token: Token, event: Event) -> None:
        values = checked_variables(event.outs.values(run, token))
        send_message(run, event_name(run, self.message, token), values)


def message_name(xml: Element, owner: Element, reader: Reader) -> Expression | None:
    """The name of the message that ``messageRef`` means."""
    text = None
    reference = xml.get("messageRef")
    if reference is not None:
        message = reader.definition("message", reference.rpartition(":")[2])
        text = reference if message is None else message.get("name") or message.get("id")
    if not text:
        reader.report("error", "message", owner, "it needs a messageRef")
        return None
    return reader.expression(owner, text, "message name")


def send_message(run: Run, name: str, variables: dict[str, Any]) -> None:
    """Give a message to a receiver of the same top-level instance, else to whoever waits for it."""
    for wait in run.state.waits.values():
        if isinstance(wait, Subscription) and wait.kind == "message" and wait.name == name:
            run.reached(wait, variables)
            return
    run.outbox.append(Throw("message", name, variables))
