"""Questions about the nodes and flows of one container, for lint and joins: who can reach whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from engine.model import Node


def successors(node: Node) -> list[Node]:
    """Where a token can go next: along flows, by boundary events, by links."""
    found = [flow.target for flow in node.outgoing]
    return [*found, *_jumps(node)] if node.boundaries or node.triggers else found


def _jumps(node: Node) -> list[Node]:
    found: list[Node] = [*node.boundaries]
    for trigger in node.triggers:
        target = getattr(trigger, "target", None)
        if target is not None:
            found.append(target)
    return found


def predecessors(node: Node) -> list[Node]:
    """Where a token can have come from."""
    found = [flow.source for flow in node.incoming]
    host = getattr(node, "host", None)
    if host is not None:
        found.append(host)
    found.extend(getattr(node, "linked_from", ()))
    return found


def reachable(starts: Iterable[Node]) -> set[Node]:
    """All nodes that tokens at these nodes can come to, themselves included."""
    pending = list(starts)
    seen = set(pending)
    while pending:
        node = pending.pop()
        for flow in node.outgoing:
            if flow.target not in seen:
                seen.add(flow.target)
                pending.append(flow.target)
        if node.boundaries or node.triggers:
            new = [each for each in _jumps(node) if each not in seen]
            seen.update(new)
            pending += new
    return seen


def reaching(join: Node) -> dict[str, int]:
    """For every node before ``join``: the incoming flows that it can reach, as bits by their order.

    Paths do not pass through the join itself.
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
            queue.extend(predecessors(node))
    return found


def loops(nodes: Iterable[Node]) -> list[list[Node]]:
    """The strongly connected parts of these nodes that hold a cycle. Tarjan 1972, no recursion."""
    place = {node: number for number, node in enumerate(nodes)}
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: list[list[Node]] = []
    for root in _led_back_to(place):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(successors(root)))]
        while work:
            node, following = work[-1]
            for each in following:
                if each not in index:
                    if each not in place:
                        continue
                    index[each] = low[each] = len(index)
                    stack.append(each)
                    on_stack.add(each)
                    work.append((each, iter(successors(each))))
                    break
                if each in on_stack:
                    low[node] = min(low[node], index[each])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found += _component(node, stack, on_stack)
    return found


def _led_back_to(place: Mapping[Node, int]) -> list[Node]:
    """Where ways lead back to, in the order that nodes have here: each cycle has one of these."""
    last = len(place)
    flows = [
        flow.target
        for node, number in place.items()
        for flow in node.outgoing
        if place.get(flow.target, last) <= number
    ]
    jumps = [
        each
        for node, number in place.items()
        if node.boundaries or node.triggers
        for each in _jumps(node)
        if place.get(each, last) <= number
    ]
    return flows + jumps


def _component(root: Node, stack: list[Node], on_stack: set[Node]) -> list[list[Node]]:
    part: list[Node] = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        part.append(node)
        if node is root:
            break
    return [part] if len(part) > 1 or root in successors(root) else []


def dominators(starts: Sequence[Node]) -> dict[Node, Node]:
    """For each reachable node but the starts: the nearest node that every way to it passes.

    Nodes that have no such node, because they can be reached from several starts, are left out.
    Cooper, Harvey and Kennedy 2001.
    """
    order = _reverse_postorder(starts)
    number = {node: i for i, node in enumerate(order)}
    above: dict[Node, Node | None] = dict.fromkeys(starts)
    changed = True
    while changed:
        changed = False
        for node in order:
            if node in starts:
                continue
            known = [each for each in predecessors(node) if each in above]
            nearest: Node | None = known[0] if known else None
            for other in known[1:]:
                nearest = _common(nearest, other, above, number)
            if node not in above or above[node] is not nearest:
                above[node] = nearest
                changed = True
    return {node: found for node, found in above.items() if found is not None}


def _common(
    a: Node | None, b: Node | None, above: dict[Node, Node | None], number: dict[Node, int]
) -> Node | None:
    while a is not b:
        if a is None or b is None:
            return None
        if number[a] > number[b]:
            a = above.get(a)
        else:
            b = above.get(b)
    return a


def _reverse_postorder(starts: Sequence[Node]) -> list[Node]:
    seen: set[Node] = set()
    order: list[Node] = []
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        work = [(start, iter(successors(start)))]
        while work:
            node, following = work[-1]
            for each in following:
                if each not in seen:
                    seen.add(each)
                    work.append((each, iter(successors(each))))
                    break
            else:
                order.append(node)
                work.pop()
    return order[::-1]
