"""Start event: where a process, subprocess or event subprocess begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.elements.event import Event
from engine.form_fields import FormField, read_form_fields
from engine.triggers.error import Error
from engine.triggers.message import Message
from engine.triggers.signal import Signal

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class StartEvent(Event):
    """A none start is passed at once; what starts a whole process is kept outside any instance.

    Where several things must happen, the first of them starts an instance, which waits for the
    others.
    """

    tag = "startEvent"
    instant = True
    interrupting = True
    initiator: str | None = None
    form_key: str | None = None
    form_fields: tuple[FormField, ...] = ()

    def read(self, xml: Element, reader: Reader) -> None:
        event_sub_process = self.container is not None and self.container.tag == "eventSubProcess"
        self.position = "event subprocess start" if event_sub_process else "start"
        self.interrupting = xml.get("isInterrupting", "true") != "false"
        self.repeats = event_sub_process and not self.interrupting
        super().read(xml, reader)
        if self.repeats and self.trigger(Error) is not None:
            reader.report("warning", "event-subprocess-start", xml, "an error always interrupts")
            self.interrupting, self.repeats = True, False
        simple = all(isinstance(each, Message | Signal) for each in self.triggers)
        if self.all_of and self.position == "start" and not simple:
            why = "a process that several things must start can wait for messages and signals only"
            reader.report("error", "unsupported", xml, why)
        self.instant = True
        self.initiator = xml.own.get("initiator")
        self.form_key = xml.own.get("formKey") or xml.own.get("formRef")
        self.form_fields = read_form_fields(xml, reader)

    def instantiate(self, run: Run, scope: Token) -> None:
        if self.all_of and self.position == "start":
            self.listen(run, run.place(self, scope))
        else:
            super().instantiate(run, scope)

    def caught(self, run: Run, token: Token, values: dict[str, Any]) -> None:
        if token.node is self:
            run.set_variables(token, values)
            run.leave(token)
            return
        from engine.elements.event_sub_process import EventSubProcess

        assert isinstance(self.container, EventSubProcess)
        self.container.begin_at(run, token, self, values)
