"""What all events share: they read their event definitions and listen for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from engine import events as ev
from engine.mapping import Mappings, read_mappings
from engine.model import Node
from engine.triggers import TRIGGERS
from engine.triggers.conditional import Conditional
from engine.triggers.timer import Timer
from engine.triggers.trigger import Position, Trigger
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Job, Token, Wait
    from engine.xml import Reader

Kind = TypeVar("Kind", bound=Trigger)


class Event(Node):
    """A node with any number of triggers; none means a none event.

    With ``all_of`` (parallelMultiple) every trigger must happen, else one is enough. A
    ``repeats`` event goes on listening after it happened, then for all of them again. What it
    throws carries ``outs``; of what it catches only ``ins`` are taken, if there are any.
    """

    triggers: tuple[Trigger, ...] = ()
    position: Position = "catch"
    all_of = False
    repeats = False
    ins = Mappings()
    outs = Mappings()

    def read(self, xml: Element, reader: Reader) -> None:
        self.ins, self.outs = read_mappings(xml, "in", reader), read_mappings(xml, "out", reader)
        self.all_of = xml.get("parallelMultiple") == "true"
        self.triggers = tuple(self._read_triggers(xml, reader))
        self.instant = self.instant and not self.triggers

    def link(self, reader: Reader) -> None:
        super().link(reader)
        for trigger in self.triggers:
            trigger.link(self, reader)

    def _read_triggers(self, xml: Element, reader: Reader) -> list[Trigger]:
        found: list[Trigger] = []
        for definition, tag in reader.event_definitions(xml):
            kind = TRIGGERS.get(tag)
            if kind is None:
                reader.report("error", "unsupported", xml, f"<{tag}> is not supported")
            elif self.position not in kind.positions:
                reader.report(
                    "error", "unsupported", xml, f"BPMN has no {kind.name} event as {self.position}"
                )
            else:
                trigger = kind()
                trigger.read(definition, xml, self, reader)
                found.append(trigger)
        if sum(isinstance(trigger, Conditional) for trigger in found) > 1:
            why = "an event has one condition: join several with && or ||"
            reader.report("error", "conditional", xml, why)
        return found

    def trigger(self, kind: type[Kind]) -> Kind | None:
        """Its trigger of a kind."""
        return next((trigger for trigger in self.triggers if isinstance(trigger, kind)), None)

    def throw(self, run: Run, token: Token) -> bool:
        """Throw its triggers one after the other; whether the token is still there then."""
        token.transit += 1
        for trigger in self.triggers:
            trigger.throw(run, token, self)
            if not token.alive:
                return False
        token.transit -= 1
        return True

    def listen(self, run: Run, token: Token) -> None:
        """Begin to wait at a token."""
        for trigger in self.triggers:
            trigger.listen(run, token, self)

    def timer_due(self, run: Run, job: Job) -> None:
        timer = self.trigger(Timer)
        if self.repeats and not self.all_of and timer is not None:
            timer.repeat(run, job)
        self.triggered(run, job.token, job, {})

    def condition_holds(self, run: Run, token: Token) -> bool:
        condition = self.trigger(Conditional)
        return condition is not None and condition.holds(run, token)

    def triggered(self, run: Run, token: Token, wait: Wait, values: dict[str, Any]) -> None:
        stays = (self.repeats and not self.all_of) or token is run.telling
        if not stays and wait.id in run.state.waits:
            run.emit(ev.WaitEnded(wait.id))
        values = self.received(run, token, values)
        if self.all_of and any(other.node == self.id for other in token.waits.values()):
            if values:
                run.set_variables(token, values)
            return
        if self.all_of and self.repeats:
            self.listen(run, token)
        self.caught(run, token, values)

    def received(self, run: Run, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        if not (values and self.ins.single):
            return values
        return checked_variables(self.ins.values(run, token, values))

    def caught(self, run: Run, token: Token, values: dict[str, Any]) -> None:
        """It happened at the token that held it: go on from here."""
        raise NotImplementedError(self.tag)
