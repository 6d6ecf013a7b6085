"""Which nodes can still send a token to a join: reachability along sequence flows."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.model import Node


def reaching(join: Node) -> dict[str, int]:
    """For every node before ``join``: the incoming flows that it can reach, as bits by their order.

    Paths do not pass through the join itself. Boundary events count as a way out of their
    activity, a link catch event as a way out of its throw events.
    """
    found: dict[str, int] = {}
    for index, flow in enumerate(join.incoming):
        bit = 1 << index
        queue: deque[Node] = deque([flow.source])
        while queue:
            node = queue.popleft()
            if node is join or found.get(node.id, 0) & bit:
                continue
            found[node.id] = found.get(node.id, 0) | bit
            queue.extend(_before(node))
    return found


def _before(node: Node) -> list[Node]:
    before = [flow.source for flow in node.incoming]
    host = getattr(node, "host", None)
    if host is not None:
        before.append(host)
    before.extend(getattr(node, "linked_from", ()))
    return before
