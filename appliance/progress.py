"""The way of an instance as a line of steps that people know: what waits for somebody."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from appliance.views import Stage
from engine.model import Container, Node, Process

SHOWN = ("userTask", "receiveTask", "callActivity", "subProcess", "adHocSubProcess", "transaction")


def stages(process: Process, visited: Sequence[str], now: Sequence[str]) -> list[Stage]:
    """Steps that are done (in their order), at hand, and ahead on the shortest way to an end."""
    here = [id for id in now if _is_step(process, id)]
    inside = {id for id in now if isinstance(process.nodes.get(id), Container)}
    current = [id for id in here if id not in inside] or here
    done = [id for id in visited if _is_step(process, id) and id not in now]
    known = {*done, *now}
    ahead = [id for id in _ahead(process, now) if id not in known]
    return [
        Stage(id, process.nodes[id].label, state)
        for state, ids in (("done", done), ("now", current), ("ahead", ahead))
        for id in ids
    ]


def _is_step(process: Process, id: str) -> bool:
    node = process.nodes.get(id)
    return node is not None and node.tag in SHOWN


def _ahead(process: Process, now: Sequence[str]) -> list[str]:
    """The steps on the shortest way from where it is now to an end; [] when there is none."""
    before: dict[str, str | None] = {id: None for id in now if id in process.nodes}
    queue = deque(before)
    while queue:
        node = process.nodes[queue.popleft()]
        if not _next(node):
            return _way(process, before, node.id)
        for following in _next(node):
            if following.id not in before:
                before[following.id] = node.id
                queue.append(following.id)
    return []


def _next(node: Node) -> list[Node]:
    """What follows; after the last node of a subprocess what follows the subprocess."""
    if node.outgoing or node.container is None:
        return [flow.target for flow in node.outgoing]
    return [flow.target for flow in node.container.outgoing]


def _way(process: Process, before: dict[str, str | None], end: str) -> list[str]:
    found: list[str] = []
    at: str | None = end
    while at is not None:
        if _is_step(process, at):
            found.append(at)
        at = before[at]
    return found[::-1]
