"""The rule about parallel joins: whether a token may wait there for others that never come.

A join waits for a token from each of its incoming flows. Looked at is the part of the diagram
between the last node that every way to the join passes, and the join: where a choice in it leads
past some of the flows while others may still bring a token, that token is stranded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.elements.event import Event
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.exclusive_gateway import ExclusiveGateway
from engine.elements.parallel_gateway import ParallelGateway
from engine.errors import Finding
from engine.graph import dominators, predecessors, reachable
from engine.lint.finding import finding
from engine.model import Flow, Node, Process
from engine.triggers.compensation import Compensation
from engine.triggers.link import Link

Way = Flow | Node
"""Where a token goes next: along a flow, or by a boundary event."""


def stranded_joins(process: Process) -> Iterator[Finding]:
    """A parallel join gets a token from each of its flows, or from none."""
    joins = [join for join in process.every(ParallelGateway) if join.joins]
    for container in dict.fromkeys(join.container for join in joins):
        assert container is not None
        above = dominators(container.starts)
        alive = reachable(container.starts)
        for join in [join for join in joins if join.container is container and join in alive]:
            part = _Part(join, above, _before(join, above.get(join)))
            why = _dead(join, alive) or part.reason()
            if why is not None:
                yield finding("warning", "stranded-join", join, why)


def _dead(join: Node, alive: set[Node]) -> str | None:
    for flow in join.incoming:
        if flow.source not in alive:
            return (
                f"{join.label!r} waits for {flow.source.label!r}, which is never reached: "
                "it never goes on"
            )
    return None


def _before(join: Node, first: Node | None) -> dict[Node, int]:
    """For the nodes between two: the incoming flows of the join that they lead to, as bits."""
    found: dict[Node, int] = {}
    for index, flow in enumerate(join.incoming):
        bit, pending = 1 << index, [flow.source]
        while pending:
            node = pending.pop()
            if node is join or found.get(node, 0) & bit:
                continue
            found[node] = found.get(node, 0) | bit
            if node is not first:
                pending += predecessors(node)
    return found


@dataclass(slots=True)
class _Part:
    """What lies before a join: ``leads`` has for each node the flows it leads to, as bits."""

    join: Node
    above: Mapping[Node, Node]
    leads: Mapping[Node, int]

    def reason(self) -> str | None:
        """Why a token may be stranded at the join."""
        every = (1 << len(self.join.incoming)) - 1
        needs = self._needs()
        for node, leads in self.leads.items():
            choices = _choices(node)
            if len(choices) < 2:
                continue
            needed = needs.get(node, 0)
            lost = [self._lost(choice, leads, needed, every) for choice in choices]
            if all(lost):
                return (
                    f"{self.join.label!r} waits for every way out of {node.label!r}, "
                    "which takes only one: it never goes on"
                )
            if any(lost):
                return (
                    f"{self.join.label!r} may wait for ever: not every way out of "
                    f"{node.label!r} leads to all that it waits for"
                )
        return None

    def _needs(self) -> dict[Node, int]:
        """The flows to the join that nothing can come by without passing a node, as bits."""
        found: dict[Node, int] = {}
        for index, flow in enumerate(self.join.incoming):
            node: Node | None = flow.source
            while node is not None and node in self.leads:
                found[node] = found.get(node, 0) | 1 << index
                node = self.above.get(node)
        return found

    def _lost(self, choice: Sequence[Way], leads: int, needed: int, every: int) -> bool:
        """Whether other flows than those that a choice gives up may still bring a token."""
        kept = 0
        for way in choice:
            kept |= self._led_to(way)
        if kept:
            return bool(needed & ~kept)
        return needed != every and leads != 0 and self._is_over(choice)

    def _led_to(self, way: Way) -> int:
        if isinstance(way, Node):
            return self.leads.get(way, 0)
        if way.target is self.join:
            return 1 << self.join.incoming.index(way)
        return self.leads.get(way.target, 0)

    def _is_over(self, choice: Sequence[Way]) -> bool:
        """Whether tokens just end there: nothing ends the scope, or leads back to before."""
        targets = [way if isinstance(way, Node) else way.target for way in choice]
        beyond = reachable(targets)
        return self.join not in beyond and not any(
            isinstance(node, Event) and node.position in ("throw", "end") and _tells(node)
            for node in beyond
        )


def _tells(event: Event) -> bool:
    return any(not isinstance(trigger, Compensation | Link) for trigger in event.triggers)


def _choices(node: Node) -> list[list[Way]]:
    """The ways out of a node of which one is taken, each of them perhaps several at once."""
    if isinstance(node, ExclusiveGateway | EventBasedGateway):
        return [[flow] for flow in node.outgoing] if not node.instantiates else []
    conditional = [] if isinstance(node, ParallelGateway) else _conditional(node)
    events = [each for each in node.boundaries if each.trigger(Compensation) is None]
    always: list[Way] = [flow for flow in node.outgoing if flow not in conditional]
    beside = [each for each in events if not each.interrupting]
    optional: list[Way] = [*conditional, *beside]
    found = [[*always, *optional], *([*always, each] for each in optional)]
    if always and optional:
        found.append(always)
    return found + [[each] for each in events if each.interrupting]


def _conditional(node: Node) -> list[Flow]:
    return [flow for flow in node.outgoing if flow.condition or flow is node.default]
