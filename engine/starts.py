"""What starts a process by itself: timers, messages, signals and conditions at its start events.

They belong to a definition, not to an instance, so the store keeps them; here is what they wait
for. An instance that one of them starts begins at its ``node``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Literal

from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.receive_task import ReceiveTask
from engine.elements.start_event import StartEvent
from engine.errors import ExpressionFailed
from engine.scopes import Outside
from engine.times import parse_cycle
from engine.triggers.conditional import Conditional
from engine.triggers.message import Message
from engine.triggers.signal import Signal
from engine.triggers.timer import Timer
from engine.triggers.trigger import Trigger
from engine.values import as_text

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.model import Node, Process


@dataclass(frozen=True, slots=True)
class StartTrigger:
    """One thing that starts a process: when a timer is due, or the ``name`` of a message or signal.

    The ``name`` of a condition is its text.
    """

    node: str
    kind: Literal["timer", "message", "signal", "conditional"]
    name: str | None = None
    due: int | None = None
    cycle: str | None = None


def start_triggers(process: Process, now: int, zone: tzinfo) -> list[StartTrigger]:
    """Everything that starts a process from ``now`` on.

    Raises ExpressionFailed or TimeInvalid when a timer or name cannot be told at deployment.
    """
    scope = Outside(now, zone)

    def value(expression: Expression | None) -> Any:
        return None if expression is None else expression.evaluate(scope)

    found: list[StartTrigger] = []
    for node, triggers in _starting(process):
        for trigger in triggers:
            if isinstance(trigger, Timer):
                due, cycle = trigger.series(value(trigger.when), now, zone, value(trigger.end))
                if due is not None:
                    found.append(StartTrigger(node.id, "timer", None, due, cycle))
            elif isinstance(trigger, Message):
                found.append(StartTrigger(node.id, "message", as_text(value(trigger.message))))
            elif isinstance(trigger, Signal):
                found.append(StartTrigger(node.id, "signal", as_text(value(trigger.signal))))
            elif isinstance(trigger, Conditional) and trigger.condition is not None:
                found.append(StartTrigger(node.id, "conditional", trigger.condition.text))
        if isinstance(node, ReceiveTask) and node.message is not None:
            found.append(StartTrigger(node.id, "message", as_text(value(node.message))))
    return found


def condition_holds(
    process: Process, node: str, values: Mapping[str, Any], now: int, zone: tzinfo
) -> bool:
    """Whether the condition of a start event is true for these values; a missing one is false."""
    scope = Outside(now, zone, values)
    for trigger in getattr(process.nodes[node], "triggers", ()):
        if isinstance(trigger, Conditional) and trigger.condition is not None:
            try:
                return trigger.condition.evaluate(scope) is True
            except ExpressionFailed:
                return False
    return False


def _starting(process: Process) -> Iterator[tuple[Node, tuple[Trigger, ...]]]:
    """The nodes where an instance may begin by an event, with their triggers."""
    for node in process.children:
        if isinstance(node, StartEvent):
            yield node, node.triggers
        elif isinstance(node, ReceiveTask) and node.instantiates:
            yield node, ()
        elif isinstance(node, EventBasedGateway) and node.instantiates:
            for flow in node.outgoing:
                yield flow.target, getattr(flow.target, "triggers", ())


def next_start(due: int, cycle: str | None, zone: tzinfo) -> tuple[int, str] | None:
    """When a timer start that was ``due`` is due again, and the rest of its cycle; None: never."""
    if cycle is None:
        return None
    series = parse_cycle(cycle, due, zone)
    following = series.next(due)
    return None if following is None else (following, series.rest().text)
