"""Which errors and escalations reach which events, as far as the model alone can tell.

It follows the search of :func:`engine.propagation.catcher` in the other direction, from inside out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.elements.call_activity import CallActivity
from engine.elements.event import Event
from engine.elements.event_sub_process import EventSubProcess
from engine.elements.script_task import ScriptTask
from engine.elements.send_task import SendTask
from engine.elements.service_task import ServiceTask
from engine.elements.user_task import UserTask
from engine.loops import MultiInstance
from engine.mapping import Mapping
from engine.model import Container, Node
from engine.triggers.cancel import Cancel
from engine.triggers.compensation import Compensation
from engine.triggers.error import Error
from engine.triggers.escalation import Escalation
from engine.triggers.trigger import Trigger

ANY = None
"""A code that only a run can tell: scripts, workers and called processes throw it."""

Codes = frozenset[str | None]


class Thrown:
    """All that is thrown of one kind, told by its codes."""

    def __init__(self, kind: type[Error] | type[Escalation]) -> None:
        self._kind = kind
        self._known: dict[Node, Codes] = {}

    def missed_at(self, node: Node) -> Iterator[Trigger]:
        """Triggers of an activity's boundary events that nothing ever comes to."""
        catching = self._catching(node.boundaries)
        return _missed(catching, self._at(node)) if catching else iter(())

    def missed_in(self, container: Container) -> Iterator[Trigger]:
        """Triggers of a scope's event subprocesses that nothing ever comes to."""
        catching = self._catching(_starts(container))
        return _missed(catching, self._inside(container)) if catching else iter(())

    def _catching(self, events: Iterable[Event]) -> list[Error | Escalation]:
        found = (event.trigger(self._kind) for event in events)
        return [trigger for trigger in found if trigger is not None]

    def _at(self, node: Node) -> Codes:
        """What boundary events of an activity can catch."""
        if node not in self._known:
            found = self._through(node) if isinstance(node, Container) else self._own(node)
            self._known[node] = found | self._codes(_told(node))
        return self._known[node]

    def _through(self, container: Container) -> Codes:
        left = self._left(self._inside(container), _starts(container))
        return left.union(*map(self._uncaught, container.event_sub_processes))

    def _inside(self, container: Container) -> Codes:
        """What event subprocesses of a scope can catch: nothing that one of them throws."""
        plain = [each for each in container.children if not isinstance(each, EventSubProcess)]
        found = self._own(container).union(*map(self._uncaught, plain))
        return found | {ANY} if self._kind is Error and any(map(_on_the_way, plain)) else found

    def _uncaught(self, node: Node) -> Codes:
        return self._left(self._at(node), node.boundaries)

    def _left(self, codes: Codes, events: Iterable[Event]) -> Codes:
        caught = {trigger.code or "" for trigger in self._catching(events)}
        return frozenset() if "" in caught else codes - caught

    def _own(self, node: Node) -> Codes:
        """What a node throws by itself."""
        throws = isinstance(node, Event) and node.position in ("throw", "end")
        codes = self._codes(node.triggers if throws else ())
        unknown = isinstance(node, CallActivity)
        if unknown or (self._kind is Error and (_has_script(node) or _has_worker(node))):
            return codes | {ANY}
        return codes

    def _codes(self, triggers: Iterable[Trigger]) -> Codes:
        """The codes that are thrown; handlers that are called may stand anywhere."""
        found: set[str | None] = set()
        for trigger in triggers:
            if isinstance(trigger, self._kind):
                found.add(trigger.code or "")
            elif isinstance(trigger, Compensation | Cancel):
                found.add(ANY)
        return frozenset(found)


def _missed(catching: Iterable[Error | Escalation], codes: Codes) -> Iterator[Trigger]:
    """Those of the triggers in one place that catch none of the codes thrown there."""
    seen: set[str | None] = set()
    for trigger in sorted(catching, key=lambda trigger: not trigger.code):
        code = trigger.code or ""
        left = codes & {code, ANY} if code else codes - seen
        if code in seen or not left:
            yield trigger
        seen.add(code)


def _starts(container: Container) -> Iterator[Event]:
    return (start for inner in container.event_sub_processes for start in inner.events())


def _told(node: Node) -> Iterator[Trigger]:
    """What a loop throws, past what is inside the activity."""
    if isinstance(node.loop, MultiInstance):
        events = (node.loop.event, *(decision.event for decision in node.loop.decisions))
        yield from (trigger for event in events if event is not None for trigger in event.triggers)


def _has_worker(node: Node) -> bool:
    """Also one whose kind of work is not supported here: that is told elsewhere."""
    if not isinstance(node, ServiceTask) or node.expression is not None:
        return False
    return not isinstance(node, SendTask) or node.message is None


def _has_script(node: Node) -> bool:
    if isinstance(node, ScriptTask) and node.script is not None:
        return True
    listeners = (*node.start_listeners, *node.end_listeners)
    if isinstance(node, UserTask):
        listeners += node.task_listeners
    mappings = (*node.inputs, *node.outputs)
    return any(listener.script is not None for listener in listeners) or any(
        map(_computed, mappings)
    )


def _on_the_way(node: Node) -> bool:
    """Listeners of flows stand in the scope, not at the activity."""
    return any(each.script is not None for flow in node.outgoing for each in flow.listeners)


def _computed(mapping: Mapping) -> bool:
    inner = (*(mapping.listed or ()), *(mapping.named or ()))
    return mapping.script is not None or any(map(_computed, inner))
