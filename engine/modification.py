"""Moving tokens by hand: cancel here, start there, when reality took another way.

What is cancelled is told by a node (every token at it) or by the id of one token. What is started
is told by a node; where its subprocess is open several times, by the id of the open one, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.errors import NotWaiting
from engine.loops import MultiInstance
from engine.model import Container, Node
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
        _leave_out(run, token)
        run.cancel_token(token)
    return [token.scope for token in tops if token.scope is not None]


def start_at(run: Run, instance: Instance, start: Start) -> None:
    """Let a token enter a node, opening the subprocesses around it that are not open yet.

    Raises NotWaiting when the process has no such node, or when it stands in an event subprocess
    or several open subprocesses, so that its place cannot be told.
    """
    node, within = (start, None) if isinstance(start, str) else start
    target = _node(instance, node)
    run.arrive(target, _scope(run, instance, target, within))


def can_start(node: Node) -> bool:
    """Whether :func:`start_at` may find a place for a token at a node."""
    if node.tag in ("boundaryEvent", "eventSubProcess"):
        return False
    container = node.container
    while container is not None:
        if container.tag == "eventSubProcess":
            return False
        container = container.container
    return True


def settle(run: Run, scope: Token) -> None:
    """Look whether a scope in which something was cancelled has come to its end."""
    loop = scope.node.loop
    emptied = scope.alive and not scope.transit and not scope.children
    if emptied and scope.loop == ev.BODY and isinstance(loop, MultiInstance):
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
    return [
        token for token in instance.below() if token.instance is instance and token is not instance
    ]


def _node(instance: Instance, node: str) -> Node:
    target = instance.process.nodes.get(node)
    if target is None:
        raise NotWaiting(f"{instance.process.key} has no element {node!r}")
    return target


def _leave_out(run: Run, token: Token) -> None:
    """A parallel multi-instance has one iteration less; others are cancelled as a whole."""
    body = token.scope
    if token.loop is None or token.loop == ev.BODY or body is None:
        return
    loop = token.node.loop
    if not isinstance(loop, MultiInstance) or loop.sequential:
        raise NotWaiting(f"{token.node.label!r} is done one after the other: cancel all of it")
    run.emit(ev.LoopAdvanced(body.id, body.total - 1, body.begun - 1, body.completed))


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
    if container.loop is not None or container.tag == "eventSubProcess":
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
