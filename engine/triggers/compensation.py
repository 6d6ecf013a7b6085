"""Compensation: undo what was completed, latest first. BPMN 2.0.2 section 13.5.5.

Every completed activity that has a compensation handler leaves a subscription in its scope, with
the variables that it had; a subprocess passes those of its inside on. A throw event runs the
handlers as children of its own token and goes on when they are done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine.state import Subscription
from engine.triggers.trigger import Trigger

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.markup import Element
    from engine.model import Node
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Compensation(Trigger):
    """Compensates one activity (``activityRef``) or everything that was completed in the scope."""

    name = "compensation"
    tag = "compensateEventDefinition"
    positions = frozenset({"event subprocess start", "boundary", "throw", "end"})

    activity: str | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        self.activity = xml.get("activityRef")

    def throw(self, run: Run, token: Token, event: Event) -> None:
        assert token.scope is not None
        compensate(run, token, _holder(token.scope), self.activity)


def completed(run: Run, token: Token) -> None:
    """An activity was completed: remember in its scope how to undo it."""
    node, scope = token.node, token.scope
    assert scope is not None
    handler = node.compensation
    if handler is not None and token.loop != ev.BODY:
        run.subscribe(scope, node, "compensation", None, {"variables": dict(token.variables)})
        return
    iteration = token.loop is not None and token.loop != ev.BODY
    within = None if iteration else node.id
    for wait in list(token.waits.values()):
        if isinstance(wait, Subscription) and wait.kind == "compensation":
            variables = {**token.variables, **(wait.data or {}).get("variables", {})}
            run.subscribe(
                scope, run.node(wait), "compensation", within or wait.name, {"variables": variables}
            )


def compensate(run: Run, token: Token, scope: Token, activity: str | None) -> None:
    """Run the handlers of what was completed in ``scope`` as children of ``token``."""
    waits = [
        wait
        for wait in scope.waits.values()
        if isinstance(wait, Subscription)
        and wait.kind == "compensation"
        and (activity is None or activity in (wait.node, wait.name))
    ]
    token.transit += 1
    for wait in reversed(waits):
        node = run.node(wait)
        run.emit(ev.WaitEnded(wait.id))
        if node.compensation is not None:
            _handle(run, token, node.compensation, (wait.data or {}).get("variables", {}))
    token.transit -= 1
    run.rest(token)


def _handle(run: Run, token: Token, handler: Node, variables: dict[str, Any]) -> None:
    placed = run.place(handler, token, None, ev.BODY if handler.loop is not None else None)
    if variables:
        run.set_local(placed, variables)
    if handler.before:
        run.create_job(placed, handler, "before", due=run.now)
    else:
        run.begin(placed)


def _holder(scope: Token) -> Token:
    """The scope whose completed work is meant: inside an event subprocess, the one around it."""
    while scope.node.tag == "eventSubProcess" and scope.scope is not None:
        scope = scope.scope
    return scope
