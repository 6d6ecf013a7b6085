"""Moving tokens by hand: cancel here, start there, when reality took another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import NotWaiting
from engine.model import Container, Node
from engine.state import Instance, Token

if TYPE_CHECKING:
    from engine.run import Run


def cancel_at(run: Run, instance: Instance, node: str) -> list[Token]:
    """Cancel every token at a node; the scopes that they were in, not yet looked at for their end.

    Raises NotWaiting when no token is there.
    """
    found = [
        token
        for token in instance.below()
        if token.instance is instance and token.node.id == node and token is not instance
    ]
    tops = [token for token in found if token.scope is None or token.scope not in found]
    if not tops:
        raise NotWaiting(f"No token of instance {instance.id} is at {node!r}")
    for token in tops:
        run.cancel_token(token)
    return [token.scope for token in tops if token.scope is not None]


def start_at(run: Run, instance: Instance, node: str) -> None:
    """Let a token enter a node, opening the subprocesses around it that are not open yet.

    Raises NotWaiting when the process has no such node, or when it stands in an event subprocess
    or several open iterations, so that its place cannot be told.
    """
    target = instance.process.nodes.get(node)
    if target is None:
        raise NotWaiting(f"{instance.process.key} has no element {node!r}")
    run.arrive(target, _scope(run, instance, target))


def _scope(run: Run, instance: Instance, node: Node) -> Token:
    container = node.container
    assert container is not None
    if container is instance.process:
        return instance
    open_scopes = [
        token
        for token in instance.below()
        if token.instance is instance and token.node is container and not _is_body(token)
    ]
    if len(open_scopes) > 1:
        raise NotWaiting(f"{container.label!r} is open several times: {node.label!r} is ambiguous")
    if open_scopes:
        return open_scopes[0]
    return _open(run, container, _scope(run, instance, container))


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


def _is_body(token: Token) -> bool:
    return token.loop is not None and token.loop < 0
