"""Which elements and flows of the models no scenario has taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from appliance.scenario.read import Scenario
from appliance.scenario.stage import Stage
from appliance.store import sqlite
from engine.elements.boundary_event import BoundaryEvent
from engine.model import Flow, Node, Process

_DEFINITIONS = "SELECT id, key, version, resource FROM definition ORDER BY id"
_TAKEN = """
SELECT DISTINCT a.node, a.flow FROM activity a JOIN instance i ON i.id = a.instance
WHERE i.definition = ?
"""


class Covered(msgspec.Struct):
    """How much of a process was taken; ``never_taken`` are the ids of the rest."""

    file: str
    process: str
    elements: int
    elements_taken: int
    flows: int
    flows_taken: int
    never_taken: list[str]

    def __str__(self) -> str:
        rest = f"\n    never taken: {', '.join(self.never_taken)}" if self.never_taken else ""
        return (
            f"  {self.file}: {self.process}: {self.elements_taken} of {self.elements} elements,"
            f" {self.flows_taken} of {self.flows} flows{rest}"
        )


@dataclass(slots=True)
class _Seen:
    """A model as it was deployed first, and what of it was taken in any version."""

    process: Process
    taken: set[str] = field(default_factory=set)


class Coverage:
    """Gathers what scenarios take, by model file and process."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Path, str], _Seen] = {}

    def add(self, scenario: Scenario, stage: Stage) -> None:
        """Take over what a scenario that was played has taken."""
        for resource, process, taken in taken_in(stage):
            place = scenario.file.parent / resource, process.key
            self._seen.setdefault(place, _Seen(process)).taken |= taken

    def covered(self) -> list[Covered]:
        """What was taken of each process."""
        return [_covered(file, seen) for (file, _), seen in self._seen.items()]


def taken_in(stage: Stage) -> Iterator[tuple[str, Process, set[str]]]:
    """Each version of a process on a stage: its file, its model, the ids that were taken."""
    connection = stage.box.store.read()
    for id, key, version, resource in connection.execute(_DEFINITIONS).fetchall():
        process = stage.box.processes.model(key, version)
        yield resource, process, _taken(connection, id, process)


def _taken(connection: sqlite.Connection, definition: int, process: Process) -> set[str]:
    """The ids of elements and flows, also of those that leave no trace of their own."""
    taken = {id for row in connection.execute(_TAKEN, (definition,)) for id in row if id}
    for node in process.nodes.values():
        if isinstance(node, BoundaryEvent) and node.host is not None:
            handler = node.host.compensation
            if handler is not None and handler.id in taken and not node.outgoing:
                taken.add(node.id)
    for flow in process.flows.values():
        if flow.source.tag == "eventBasedGateway" and flow.target.id in taken:
            taken.add(flow.id)
    return taken


def _covered(file: Path, seen: _Seen) -> Covered:
    nodes, flows = seen.process.nodes.values(), seen.process.flows.values()
    left_nodes = [node for node in nodes if node.id not in seen.taken]
    left_flows = [flow for flow in flows if flow.id not in seen.taken]
    return Covered(
        str(file),
        seen.process.key,
        len(nodes),
        len(nodes) - len(left_nodes),
        len(flows),
        len(flows) - len(left_flows),
        [*map(_node, left_nodes), *map(_flow, left_flows)],
    )


def _node(node: Node) -> str:
    return node.id


def _flow(flow: Flow) -> str:
    return f"{flow.id} ({flow.source.id} → {flow.target.id})"
