"""Signal: a broadcast by name to everything that waits for it, or within one instance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from engine.mapping import Mappings, read_mappings
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


class Signal(Trigger):
    """A signal by name.

    ``local`` ones stay in the top-level instance that they are thrown in (Flowable's scope
    ``processInstance``): nothing outside hears them, and those who wait for one hear nobody else.
    What is thrown ``later`` is told by a job, while its instance goes on.
    """

    name = "signal"
    tag = "signalEventDefinition"
    positions = frozenset({"start", "event subprocess start", "catch", "boundary", "throw", "end"})

    signal: Expression | None = None
    local = False
    later = False
    carried: Mappings | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        text = xml.own.get("signalExpression")
        reference = xml.get("signalRef")
        if text is None and reference is not None:
            definition = reader.definition("signal", reference.rpartition(":")[2])
            if definition is None:
                why = f"signalRef {reference!r} names no signal of the file"
                reader.report("error", "dangling-reference", event_xml, why)
                return
            text = definition.get("name") or definition.get("id")
            self.local = definition.own.get("scope") == "processInstance"
        if not text:
            reader.report("error", "signal", event_xml, "it needs a signalRef")
            return
        self.signal = reader.expression(event_xml, text, "signal name")
        self.carried = read_mappings(xml, "in", reader)
        self.later = reader.flag(xml, "async")

    def listen(self, run: Run, token: Token, event: Event) -> None:
        kind = "local-signal" if self.local else "signal"
        run.subscribe(token, event, kind, event_name(run, self.signal, token))

    def throw(self, run: Run, token: Token, event: Event) -> None:
        name = event_name(run, self.signal, token)
        values = self.carried.values(run, token) if self.carried is not None else {}
        values = checked_variables(values | event.outs.values(run, token))
        if self.later:
            run.outbox.append(Throw("signal", name, values, later=True, local=self.local))
        elif self.local:
            _broadcast(run, ("signal", "local-signal"), name, values)
        else:
            _broadcast(run, ("signal",), name, values)
            run.outbox.append(Throw("signal", name, values))


def check_signals(signals: Iterable[Element], reader: Reader) -> None:
    """A signal is told by its name: each has one, and no two have the same."""
    seen: set[str] = set()
    for signal in signals:
        name = (signal.get("name") or "").strip()
        if not name or signal.get("id") is None:
            reader.report("error", "signal", signal, "a signal needs an id and a name")
        elif name in seen:
            reader.report("error", "signal", signal, f"there are two signals of the name {name!r}")
        seen.add(name)


def _broadcast(run: Run, kinds: Sequence[str], name: str, variables: dict[str, Any]) -> None:
    """Let everything of this top-level instance that waits for it go on."""
    for wait in list(run.state.waits.values()):
        if (
            isinstance(wait, Subscription)
            and wait.kind in kinds
            and wait.name == name
            and wait.id in run.state.waits
        ):
            run.reached(wait, variables)
