"""Rules about scopes: how each begins, what in it is never reached, what in it never waits."""

from __future__ import annotations

from collections.abc import Iterator

from engine.elements.event_sub_process import EventSubProcess
from engine.elements.start_event import StartEvent
from engine.errors import Finding
from engine.graph import loops, reachable
from engine.lint.events import stays
from engine.lint.finding import finding
from engine.model import Container, Node, Process


def _containers(process: Process) -> Iterator[Container]:
    """The process and every subprocess in it."""
    yield process
    yield from process.every(Container)


def starts(process: Process) -> Iterator[Finding]:
    """Each scope has one way to begin."""
    for container in _containers(process):
        none = [
            node
            for node in container.children
            if isinstance(node, StartEvent) and not node.triggers
        ]
        if not container.children:
            yield finding("error", "empty", container, f"{container.label!r} holds nothing")
        elif len(none) > 1 and not isinstance(container, EventSubProcess):
            yield finding(
                "error",
                "several-starts",
                none[1],
                "there is more than one start event without a trigger: keep one of them",
            )
        if isinstance(container, EventSubProcess):
            if len(container.events()) != 1 or not container.events()[0].triggers:
                yield finding(
                    "error",
                    "event-subprocess-start",
                    container,
                    "an event subprocess needs one start event, with a trigger",
                )
        elif container is not process:
            for node in container.children:
                if isinstance(node, StartEvent) and node.triggers:
                    yield finding(
                        "error",
                        "start-trigger",
                        node,
                        "only a process or an event subprocess starts by a trigger",
                    )


def dead_elements(process: Process) -> Iterator[Finding]:
    """Every element can be reached."""
    for container in _containers(process):
        entries: list[Node] = [*container.starts, *container.event_sub_processes]
        entries += [
            node
            for node in container.children
            if node.compensates or node.instantiates or isinstance(node, StartEvent)
        ]
        alive = reachable(entries)
        for node in container.children:
            if node not in alive:
                yield finding(
                    "warning", "unreachable", node, f"{node.label!r} can never be reached"
                )


def busy_loops(process: Process) -> Iterator[Finding]:
    """A loop waits somewhere."""
    for container in _containers(process):
        for loop in loops(node for node in container.children if not _waits(node)):
            first = min(loop, key=lambda node: node.line)
            yield finding(
                "warning",
                "loop-without-wait",
                first,
                "the loop through "
                + ", ".join(repr(node.label) for node in loop[:4])
                + " never waits: it may spin until the step limit",
            )


def _waits(node: Node) -> bool:
    return node.before or stays(node)
