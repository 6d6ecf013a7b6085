"""Which element of another version of a process takes the place of which old one.

Elements of the same id correspond, and what is left over where name and kind are the same; both
only where nothing would be lost: in the same subprocess, repeated in the same way, waiting for the
same kind of thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.elements.boundary_event import BoundaryEvent
from engine.elements.event import Event
from engine.errors import MappingInvalid
from engine.loops import MultiInstance
from engine.model import Flow, Node, Process

if TYPE_CHECKING:
    from engine.loops import Loop


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Two versions of a process, and which ``nodes`` of the new one replace those of the old."""

    old: Process
    new: Process
    nodes: Mapping[str, str]

    @classmethod
    def of(cls, old: Process, new: Process, given: Mapping[str, str]) -> Correspondence:
        """What is given, completed by what is obvious. Raises MappingInvalid."""
        found = complete(old, new, given)
        wrong = _faults(old, new, given, found)
        if wrong:
            raise MappingInvalid(wrong)
        return cls(old, new, found)

    def target(self, id: str | None) -> Node | None:
        """The new node in the place of an old one, None when there is none."""
        target = self.nodes.get(id) if id is not None else None
        return self.new.nodes[target] if target is not None else None

    def misfit(self, node: Node, target: Node) -> str:
        """Why a new node cannot take the place of an old one."""
        return misfit(node, target, self.nodes)

    def flow(self, id: str) -> Flow | None:
        """The new flow in the place of an old one, between the nodes that it joined."""
        old = self.old.flows[id]
        target = self.target(old.target.id)
        if target is None:
            return None
        same = self.new.flows.get(id)
        if same is not None and same.target is target:
            return same
        source = self.target(old.source.id)
        between = [flow for flow in target.incoming if flow.source is source]
        return between[0] if len(between) == 1 else None


def complete(old: Process, new: Process, given: Mapping[str, str]) -> dict[str, str]:
    """What corresponds: what is ``given``, and what is obvious for the rest.

    An empty text in ``given`` says that nothing takes the place of an element.
    """
    found: dict[str, str] = {id: target for id, target in given.items() if target}
    taken = set(found.values())
    here, there = _by_name(old, new), _by_name(new, old)
    for node in _outer_first(old):
        if node.id in given:
            continue
        like = (node.tag, node.name)
        alike = there.get(like, []) if len(here.get(like, [])) == 1 else []
        for target in [new.nodes.get(node.id), *(alike if len(alike) == 1 else [])]:
            if target is not None and target.id not in taken and not misfit(node, target, found):
                found[node.id] = target.id
                taken.add(target.id)
                break
    return found


def suggested(old: Process, new: Process) -> dict[str, str]:
    """The elements of two versions that obviously correspond."""
    return complete(old, new, {})


def misfit(node: Node, target: Node | None, mapping: Mapping[str, str]) -> str:
    """Why an element cannot take the place of another; empty when it can."""
    if target is None:
        return "the new version has no such element"
    if target.tag != node.tag:
        return f"it would become a {target.tag}"
    if _repetition(node.loop) != _repetition(target.loop):
        return "it is repeated in another way"
    if _container(node, mapping) != _container(target, {}):
        return "it would move to another subprocess"
    if waits_for(node) != waits_for(target):
        return f"it waits for {_said(target)} instead of {_said(node)}"
    if isinstance(node, BoundaryEvent) and isinstance(target, BoundaryEvent):
        return _other_host(node, target, mapping)
    return ""


def waits_for(node: Node) -> list[str]:
    """The kinds of what an event waits for."""
    if not isinstance(node, Event):
        return []
    every = ["every one"] if node.all_of else []
    return every + sorted(trigger.name for trigger in node.triggers)


def _faults(
    old: Process, new: Process, given: Mapping[str, str], whole: Mapping[str, str]
) -> dict[str, str]:
    """What is wrong with what is given, by the ids of the old elements."""
    found: dict[str, str] = {}
    for id, target in given.items():
        if id not in old.nodes:
            found[id] = "the old version has no such element"
        elif target and (reason := misfit(old.nodes[id], new.nodes.get(target), whole)):
            found[id] = reason
    return found


def _outer_first(old: Process) -> list[Node]:
    """Containers before what is in them, activities before what is attached to them."""
    return sorted(old.walk(), key=lambda node: isinstance(node, BoundaryEvent))


def _by_name(process: Process, other: Process) -> dict[tuple[str, str], list[Node]]:
    """The nodes that only one of two versions has, by kind and name."""
    found: dict[tuple[str, str], list[Node]] = {}
    for node in process.nodes.values():
        if node.name and node.id not in other.nodes:
            found.setdefault((node.tag, node.name), []).append(node)
    return found


def _repetition(loop: Loop | None) -> tuple[type | None, bool]:
    return (type(loop) if loop else None), isinstance(loop, MultiInstance) and loop.sequential


def _container(node: Node, mapping: Mapping[str, str]) -> str | None:
    container = node.container
    if container is None or isinstance(container, Process):
        return None
    return mapping.get(container.id, container.id)


def _other_host(node: BoundaryEvent, target: BoundaryEvent, mapping: Mapping[str, str]) -> str:
    if node.host is None or target.host is None:
        return ""
    if mapping.get(node.host.id) == target.host.id:
        return ""
    return "it would be attached to another activity"


def _said(node: Node) -> str:
    return " and ".join(waits_for(node)) or "nothing"
