"""Cancel: undoes a transaction and leaves it by its cancel boundary event (BPMN 10.3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.errors import UncaughtError
from engine.state import Token
from engine.triggers.compensation import compensate
from engine.triggers.trigger import Trigger

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.run import Run


class Cancel(Trigger):
    """Ends a transaction as if it had not happened, with all its iterations (BPMN 13.5.5)."""

    name = "cancel"
    tag = "cancelEventDefinition"
    positions = frozenset({"boundary", "end"})

    def throw(self, run: Run, token: Token, event: Event) -> None:
        whole = _whole(_transaction(token))
        iterations = list(whole.children.values()) if whole.loop == ev.BODY else [whole]
        for scope in (whole, *iterations):
            run.drop_arrivals(scope)
        for scope in reversed(iterations):
            for child in list(scope.children.values()):
                if not _holds(child, token):
                    run.cancel_token(child)
            compensate(run, token, scope, None)
        compensate(run, token, whole, None)

    def undone(self, run: Run, token: Token) -> None:
        """All handlers are done: leave the transaction."""
        body = _whole(_transaction(token))
        boundary = next((b for b in body.node.boundaries if b.trigger(Cancel) is not None), None)
        if boundary is None:
            raise UncaughtError(f"{body.node} was cancelled but has no cancel boundary event")
        boundary.caught(run, body, {})


def _transaction(token: Token) -> Token:
    scope = token.scope
    while scope is not None and not scope.node.transaction:
        scope = scope.scope
    if scope is None:
        raise UncaughtError(f"{token.node} is in no transaction")
    return scope


def _whole(transaction: Token) -> Token:
    """The body of a transaction that is done several times, else itself."""
    if transaction.loop is None or transaction.scope is None:
        return transaction
    return transaction.scope


def _holds(scope: Token, token: Token) -> bool:
    inner: Token | None = token
    while inner is not None and inner is not scope:
        inner = inner.scope
    return inner is scope
