"""Moving running instances to another version of their process.

A mapping says which node of the new version takes the place of which old one. Tokens keep their
ids, variables, tasks and the time their timers have used; boundary timers that the new version adds
begin to run, those that it dropped end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import events as ev
from engine.errors import Refused
from engine.model import Container, Node, Process
from engine.state import Instance, Token, Wait

if TYPE_CHECKING:
    from engine.run import Run


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a token or wait cannot move: where it is now, and the reason for people."""

    token: int
    node: str
    reason: str


class MigrationIncomplete(Refused):
    """A migration that would lose something; ``obstacles`` lists everything in its way."""

    code = "MIGRATION_INCOMPLETE"

    def __init__(self, obstacles: list[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        first = obstacles[0]
        more = f" (and {len(obstacles) - 1} more)" if len(obstacles) > 1 else ""
        super().__init__(f"{first.node}: {first.reason}{more}")


def suggested(old: Process, new: Process) -> dict[str, str]:
    """Which nodes of two versions obviously correspond: same id, same kind, same place."""
    return {id: id for id, node in old.nodes.items() if not _misfit(node, new.nodes.get(id), {})}


def complete(old: Process, new: Process, mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping with what it leaves out filled in by :func:`suggested`."""
    return {**suggested(old, new), **mapping}


def obstacles(instance: Instance, new: Process, mapping: Mapping[str, str]) -> list[Obstacle]:
    """Everything of a running instance that a mapping does not carry over."""
    found: list[Obstacle] = []
    for token in _own(instance):
        if token is not instance:
            found += _token_obstacles(token, new, mapping)
        for wait in token.waits.values():
            found += _wait_obstacles(wait, instance, new, mapping)
    return found


def migrate(
    run: Run, instance: Instance, definition: int, new: Process, mapping: Mapping[str, str]
) -> None:
    """Move an instance to a definition. Raises MigrationIncomplete and then changes nothing."""
    in_the_way = obstacles(instance, new, mapping)
    if in_the_way:
        raise MigrationIncomplete(in_the_way)
    tokens = list(_own(instance))
    hosts = {token.id: {b.id for b in token.node.boundaries} for token in tokens}
    run.emit(ev.InstanceChanged(instance.id, definition=definition))
    for token in tokens:
        if token is not instance:
            run.emit(ev.Moved(token.id, mapping[token.node.id]))
    for token in tokens:
        for wait in list(token.waits.values()):
            _move_wait(run, wait, new, mapping)
    for token in tokens:
        _listen_to_new(run, token, {mapping.get(id, id) for id in hosts[token.id]})


def _own(instance: Instance) -> list[Token]:
    """The tokens of an instance, parents first, without those of instances it called."""
    found: list[Token] = []
    stack: list[Token] = [instance]
    while stack:
        token = stack.pop()
        found.append(token)
        stack.extend(child for child in token.children.values() if not isinstance(child, Instance))
    return found


def _token_obstacles(token: Token, new: Process, mapping: Mapping[str, str]) -> list[Obstacle]:
    node = token.node
    target = mapping.get(node.id)
    if target is None:
        return [Obstacle(token.id, node.id, "the mapping says nothing about it")]
    reason = _misfit(node, new.nodes.get(target), mapping)
    if reason:
        return [Obstacle(token.id, node.id, reason)]
    if token.scope is not None and node.joins and token.flow is not None:
        flow = new.flows.get(token.flow)
        if flow is None or flow.target.id != target:
            return [Obstacle(token.id, node.id, f"its incoming flow {token.flow!r} is gone")]
    return []


def _wait_obstacles(
    wait: Wait, instance: Instance, new: Process, mapping: Mapping[str, str]
) -> list[Obstacle]:
    node = instance.process.nodes[wait.node]
    if node.tag == "boundaryEvent" or node is wait.token.node:
        return []
    target = mapping.get(node.id)
    reason = "the mapping says nothing about it"
    if target is not None:
        reason = _misfit(node, new.nodes.get(target), mapping)
    return [Obstacle(wait.token.id, node.id, reason)] if reason else []


def _misfit(node: Node, target: Node | None, mapping: Mapping[str, str]) -> str:
    """Why a node cannot take the place of another; empty when it can."""
    if target is None:
        return "the new version has no such element"
    if target.tag != node.tag:
        return f"it would become a {target.tag}"
    if (target.loop is None) is not (node.loop is None):
        return "it is a loop in one version only"
    if _container(node, mapping) != _container(target, {}):
        return "it would move to another subprocess"
    return ""


def _container(node: Node, mapping: Mapping[str, str]) -> str | None:
    container = node.container
    if container is None or isinstance(container, Process):
        return None
    return mapping.get(container.id, container.id)


def _move_wait(run: Run, wait: Wait, new: Process, mapping: Mapping[str, str]) -> None:
    target = mapping.get(wait.node)
    if target is None or target not in new.nodes:
        run.emit(ev.WaitEnded(wait.id))
    elif target != wait.node:
        run.emit(ev.WaitMoved(wait.id, target))


def _listen_to_new(run: Run, token: Token, known: set[str]) -> None:
    node = token.node
    if token.loop is None or token.loop == ev.BODY:
        for boundary in node.boundaries:
            if boundary.id not in known and not any(
                wait.node == boundary.id for wait in token.waits.values()
            ):
                boundary.listen(run, token)
    if isinstance(node, Container) and token.loop != ev.BODY:
        heard = {wait.node for wait in token.waits.values()}
        for event_sub_process in node.event_sub_processes:
            if not any(start.id in heard for start in event_sub_process.events()):
                event_sub_process.listen(run, token)
