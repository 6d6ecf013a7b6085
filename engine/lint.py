"""Rules over whole diagrams: what would run, but hardly as it was meant.

What cannot run at all is found while reading (``engine/xml.py`` and the elements). Each rule is a
generator of findings; ``RULES`` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from engine.catches import idle_catches, stays
from engine.elements.end_event import EndEvent
from engine.elements.event import Event
from engine.elements.event_sub_process import EventSubProcess
from engine.elements.exclusive_gateway import ExclusiveGateway
from engine.elements.inclusive_gateway import InclusiveGateway
from engine.elements.parallel_gateway import ParallelGateway
from engine.elements.start_event import StartEvent
from engine.elements.user_task import UserTask
from engine.errors import Finding
from engine.graph import loops, reachable
from engine.model import Container, Node, Process
from engine.stranding import stranded_joins
from engine.triggers.compensation import Compensation
from engine.wiring import (
    contested_messages,
    dead_flows,
    idle_events,
    impossible_flows,
    unread_conditions,
)
from engine.wiring import finding as _finding

Rule = Callable[[Process], Iterator[Finding]]


def lint(process: Process) -> list[Finding]:
    """Everything that the rules find in a process, in the order of the file."""
    found = [finding for rule in RULES for finding in rule(process)]
    return sorted(found, key=lambda finding: finding.line)


def containers(process: Process) -> Iterator[Container]:
    """The process and every subprocess in it."""
    yield process
    yield from process.every(Container)


def starts(process: Process) -> Iterator[Finding]:
    """Each scope has one way to begin."""
    for container in containers(process):
        none = [
            node
            for node in container.children
            if isinstance(node, StartEvent) and not node.triggers
        ]
        if not container.children:
            yield _finding("error", "empty", container, f"{container.label!r} holds nothing")
        elif len(none) > 1 and not isinstance(container, EventSubProcess):
            yield _finding(
                "error",
                "several-starts",
                none[1],
                "there is more than one start event without a trigger: keep one of them",
            )
        if isinstance(container, EventSubProcess):
            if len(container.events()) != 1 or not container.events()[0].triggers:
                yield _finding(
                    "error",
                    "event-subprocess-start",
                    container,
                    "an event subprocess needs one start event, with a trigger",
                )
        elif container is not process:
            for node in container.children:
                if isinstance(node, StartEvent) and node.triggers:
                    yield _finding(
                        "error",
                        "start-trigger",
                        node,
                        "only a process or an event subprocess starts by a trigger",
                    )


def flow_ends(process: Process) -> Iterator[Finding]:
    """Nothing flows into a start or out of an end. BPMN 2.0.2 tables 10.87 and 10.88."""
    for start in process.every(StartEvent):
        if start.incoming:
            yield _finding("error", "flow-into-start", start, "no flow may lead into a start event")
    for end in process.every(EndEvent):
        if end.outgoing:
            yield _finding("error", "flow-from-end", end, "no flow may leave an end event")


def dead_elements(process: Process) -> Iterator[Finding]:
    """Every element can be reached."""
    for container in containers(process):
        entries: list[Node] = [*container.starts, *container.event_sub_processes]
        entries += [
            node
            for node in container.children
            if node.compensates or node.instantiates or isinstance(node, StartEvent)
        ]
        alive = reachable(entries)
        for node in container.children:
            if node not in alive:
                yield _finding(
                    "warning", "unreachable", node, f"{node.label!r} can never be reached"
                )


def blind_gateways(process: Process) -> Iterator[Finding]:
    """A gateway leads somewhere."""
    for node in process.every(ExclusiveGateway, InclusiveGateway, ParallelGateway):
        if not node.outgoing:
            why = f"no flow leaves {node.label!r}: what comes to it ends there"
            yield _finding("warning", "no-way-on", node, why)


def missing_defaults(process: Process) -> Iterator[Finding]:
    """A gateway always has a way out."""
    for node in process.every(ExclusiveGateway, InclusiveGateway):
        if len(node.outgoing) < 2:
            continue
        bare = [flow for flow in node.outgoing if flow is not node.default and not flow.condition]
        if not bare and node.default is None and not _covers_all(node):
            yield _finding(
                "warning",
                "missing-default",
                node,
                f"{node.label!r} has no default flow: without a true condition it fails",
            )
        elif bare and isinstance(node, ExclusiveGateway) and bare[0] is not node.outgoing[-1]:
            yield _finding(
                "warning",
                "always-taken",
                node,
                f"flow {bare[0].id!r} has no condition: the flows after it are never taken",
            )


_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_COMPARISON = re.compile(r"([^=!<>&|?]+)(==|!=|<=|>=|<|>)([^=!<>&|?]+)")


def _covers_all(node: Node) -> bool:
    """Whether the condition of one flow is plainly the opposite of another's."""
    texts = {
        "".join(flow.condition.text.split())[2:-1]
        for flow in node.outgoing
        if flow.condition is not None
    }
    return any(not texts.isdisjoint(_opposites(text)) for text in texts)


def _opposites(text: str) -> list[str]:
    found = [f"!{text}", f"!({text})", f"not({text})"]
    comparison = _COMPARISON.fullmatch(text)
    if comparison is not None:
        left, sign, right = comparison.groups()
        found.append(f"{left}{_OPPOSITE[sign]}{right}")
    for yes, no in (("==true", "==false"), ("==false", "==true")):
        if text.endswith(yes):
            found.append(text.removesuffix(yes) + no)
    return found


def busy_loops(process: Process) -> Iterator[Finding]:
    """A loop waits somewhere."""
    for container in containers(process):
        for loop in loops(node for node in container.children if not _waits(node)):
            first = min(loop, key=lambda node: node.line)
            yield _finding(
                "warning",
                "loop-without-wait",
                first,
                "the loop through "
                + ", ".join(repr(node.label) for node in loop[:4])
                + " never waits: it may spin until the step limit",
            )


def _waits(node: Node) -> bool:
    return node.before or stays(node)


def useless_handlers(process: Process) -> Iterator[Finding]:
    """A compensation handler can be called."""
    handlers = [node for node in process.nodes.values() if node.compensation is not None]
    if not handlers:
        return
    thrown = any(
        event.position in ("throw", "end") and event.trigger(Compensation) is not None
        for event in process.every(Event)
    )
    if not thrown and not any(node.transaction for node in process.every(Container)):
        for node in handlers:
            yield _finding(
                "hint",
                "never-compensated",
                node,
                f"nothing compensates {node.label!r}: its handler never runs",
            )


def nobodys_tasks(process: Process) -> Iterator[Finding]:
    """Somebody sees every user task."""
    for node in process.every(UserTask):
        if not ("assignee" in node.texts or node.users or node.groups or node.task_listeners):
            yield _finding(
                "hint",
                "nobodys-task",
                node,
                f"{node.label!r} has no assignee and no candidates: only administrators see it",
            )


def unset_variables(process: Process) -> Iterator[Finding]:
    """Variables that conditions read are set by something, where the model can tell."""
    from engine.variables import read_by, written_in

    written = written_in(process)
    if written is None:
        return
    for node, names in read_by(process):
        for name in sorted(names - written):
            yield _finding(
                "hint",
                "unset-variable",
                node,
                f"nothing in the model sets {name!r}: it must be given when an instance starts",
            )


RULES: tuple[Rule, ...] = (
    starts,
    flow_ends,
    impossible_flows,
    contested_messages,
    dead_flows,
    unread_conditions,
    idle_events,
    dead_elements,
    blind_gateways,
    missing_defaults,
    stranded_joins,
    busy_loops,
    idle_catches,
    useless_handlers,
    nobodys_tasks,
    unset_variables,
)
