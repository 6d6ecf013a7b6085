"""Moving tokens by hand: cancel here, start there, when reality took another way.

What is cancelled is told by a node (every token at it) or by the id of one token. What is started
is told by a node; where its subprocess is open several times, by the id of the open one, too. A
subprocess that is left empty is gone as well when tokens were moved, and done when they were only
cancelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.errors import NotWaiting
from engine.graph import reaching
from engine.loops import MultiInstance
from engine.model import Container, Flow, Node
from engine.state import Instance, Token

if TYPE_CHECKING:
    from engine.run import Run

Place = str | int
"""A node, or one token."""

Start = str | tuple[str, int]
"""A node, or a node and the token of the open subprocess that it is in."""


def cancel_at(run: Run, instance: Instance, place: Place) -> list[Token]:
    """Cancel tokens; the scopes that they were in, for :func:`settle` when all else is done.

    Raises NotWaiting when no token is there.
    """
    found = [token for token in _own(instance) if place in (token.id, token.node.id)]
    tops = [token for token in found if token.scope not in found]
    if not tops:
        raise NotWaiting(f"No token of instance {instance.id} is at {place!r}")
    for token in tops:
        if token.loop is not None and token.loop != ev.BODY and not _is_one_of_many(token):
            raise NotWaiting(f"{token.node.label!r} is done one after the other: cancel all of it")
        _leave_out(run, token)
        run.cancel_token(token)
    return [token.scope for token in tops if token.scope is not None]


def start_at(run: Run, instance: Instance, start: Start) -> None:
    """Let a token enter a node, opening the subprocesses around it that are not open yet.

    Raises NotWaiting when the process has no such node, or when it stands in a loop that is not
    open or in several open subprocesses, so that its place cannot be told.
    """
    node, within = (start, None) if isinstance(start, str) else start
    target = _node(instance, node)
    scope = _scope(run, instance, target, within)
    if target.joins:
        target.join(run, scope, _way_in(target, scope))
    else:
        run.arrive(target, scope)


def can_start(node: Node) -> bool:
    """Whether :func:`start_at` may find a place for a token at a node."""
    return node.tag not in ("boundaryEvent", "eventSubProcess")


def settle(run: Run, scope: Token, *, moved: bool = False) -> None:
    """Look what becomes of a scope in which something was cancelled.

    When it is empty it is done, or gone where the tokens were ``moved`` elsewhere.
    """
    loop = scope.node.loop
    emptied = scope.alive and not scope.transit and not scope.children
    if emptied and moved and scope.scope is not None and not isinstance(scope, Instance):
        outer = scope.scope
        _leave_out(run, scope)
        run.cancel_token(scope)
        settle(run, outer, moved=True)
    elif emptied and scope.loop == ev.BODY and isinstance(loop, MultiInstance):
        loop.finish(run, scope)
    else:
        run.rest(scope)


def followers(instance: Instance, node: str) -> list[int]:
    """The tokens that have come from a node, by the graph: those a repetition takes away.

    When the node's subprocess is not open, those that have come from the subprocess. Raises
    NotWaiting when the process has no such node.
    """
    here: Node = _node(instance, node)
    while not (scopes := _open_scopes(instance, here.container)):
        assert here.container is not None
        here = here.container
    behind = _behind(here)
    return [
        token.id
        for scope in scopes
        for token in scope.children.values()
        if token.node.id in behind and _came_by(token, behind)
    ]


def node_of(instance: Instance, place: Place) -> str:
    """The node that a place means."""
    if isinstance(place, str):
        return place
    return next((token.node.id for token in _own(instance) if token.id == place), str(place))


def _own(instance: Instance) -> list[Token]:
    return [token for token in instance.own() if token is not instance]


def _node(instance: Instance, node: str) -> Node:
    target = instance.process.nodes.get(node)
    if target is None:
        raise NotWaiting(f"{instance.process.key} has no element {node!r}")
    return target


def _leave_out(run: Run, token: Token) -> None:
    """A parallel multi-instance has one iteration less; others are cancelled as a whole."""
    body = token.scope
    if _is_one_of_many(token) and body is not None:
        run.emit(ev.LoopAdvanced(body.id, body.total - 1, body.begun - 1, body.completed))


def _is_one_of_many(token: Token) -> bool:
    loop = token.node.loop
    iterates = token.loop is not None and token.loop != ev.BODY
    return iterates and isinstance(loop, MultiInstance) and not loop.sequential


def _way_in(join: Node, scope: Token) -> Flow | None:
    """The flow that a token stands for which is put at a join: one that no other token comes by."""
    filled = {token.flow for token in scope.arrived.get(join.id, {}).values()}
    empty = [flow for flow in join.incoming if flow.id not in filled]
    reach = reaching(join)
    coming = 0
    for token in scope.children.values():
        coming |= reach.get(token.node.id, 0) if token.node is not join else 0
    alone = [flow for flow in empty if not coming & 1 << join.incoming.index(flow)]
    return next(iter([*alone, *empty, *join.incoming]), None)


def _scope(run: Run, instance: Instance, node: Node, within: int | None) -> Token:
    container = node.container
    assert container is not None
    found = [
        token
        for token in _open_scopes(instance, container)
        if within is None or within in (token.id, token.scope and token.scope.id)
    ]
    if len(found) > 1:
        raise NotWaiting(f"{container.label!r} is open several times: {node.label!r} is ambiguous")
    if found:
        return found[0]
    if within is not None and container is instance.process:
        raise NotWaiting(f"{node.label!r} is in no subprocess {within}")
    return _open(run, container, _scope(run, instance, container, within))


def _open_scopes(instance: Instance, container: Container | None) -> list[Token]:
    if container is instance.process:
        return [instance]
    return [token for token in _own(instance) if token.node is container and token.loop != ev.BODY]


def _open(run: Run, container: Container, outer: Token) -> Token:
    if container.loop is not None:
        raise NotWaiting(f"{container.label!r} cannot be opened by hand")
    token = run.place(container, outer)
    for boundary in container.boundaries:
        boundary.listen(run, token)
    if container.initial:
        run.set_local(token, dict(container.initial))
    for event_sub_process in container.event_sub_processes:
        event_sub_process.listen(run, token)
    return token


def _behind(node: Node) -> set[str]:
    """A node and all that flows lead to from it or from its boundary events."""
    found: set[str] = set()
    stack = [node]
    while stack:
        each = stack.pop()
        if each.id not in found:
            found.add(each.id)
            stack.extend(flow.target for flow in each.outgoing)
            stack.extend(each.boundaries)
    return found


def _came_by(token: Token, behind: set[str]) -> bool:
    """A token that waits at a join has come from the node only by a flow that lies behind it."""
    if not token.node.joins or token.flow is None:
        return True
    flow = token.instance.process.flows.get(token.flow)
    return flow is not None and flow.source.id in behind
