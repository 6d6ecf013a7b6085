"""Compensation: undo what was completed, latest first. BPMN 2.0.2 section 13.5.5.

Every completed activity that has a compensation handler leaves a subscription in its scope, with
the variables that it had; a subprocess passes those of its inside on. A throw event runs the
handlers as children of its own token and goes on when they are done, or at once when it does not
wait. A subprocess with a compensation event subprocess is undone by that one instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import dialect
from engine import events as ev
from engine.model import Container
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
    waits = True

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        self.activity = xml.get("activityRef")
        self.waits = dialect.compensation_waits(reader, xml)

    def link(self, event: Event, reader: Reader) -> None:
        if self.activity is not None and self.activity not in event.process.nodes:
            why = f"activityRef {self.activity!r} names no activity of the process"
            reader.report_node("error", "dangling-reference", event, why)

    def throw(self, run: Run, token: Token, event: Event) -> None:
        assert token.scope is not None
        compensate(run, token, _holder(token.scope), self.activity)


def completed(run: Run, token: Token) -> None:
    """An activity was completed: remember in its scope how to undo it."""
    node, scope = token.node, token.scope
    assert scope is not None
    handler = node.compensation
    if handler is not None and token.loop != ev.BODY:
        data: dict[str, Any] = {"variables": dict(token.variables)}
        if _is_event_sub_process(handler):
            data["inside"] = [[wait.node, wait.name, wait.data] for wait in _waits(token)]
        run.subscribe(scope, node, "compensation", None, data)
        return
    if _is_event_sub_process(node):
        return
    iteration = token.loop is not None and token.loop != ev.BODY
    within = None if iteration else node.id
    for wait in _waits(token):
        data = dict(wait.data or {})
        data["variables"] = {**token.variables, **data.get("variables", {})}
        run.subscribe(scope, run.node(wait), "compensation", within or wait.name, data)


def compensate(run: Run, token: Token, scope: Token, activity: str | None) -> None:
    """Run the handlers of what was completed in ``scope`` as children of ``token``."""
    waits = [
        wait for wait in _waits(scope) if activity is None or activity in (wait.node, wait.name)
    ]
    token.transit += 1
    for wait in reversed(waits):
        handler, data = run.node(wait).compensation, wait.data or {}
        run.emit(ev.WaitEnded(wait.id))
        if isinstance(handler, Container) and _is_event_sub_process(handler):
            _undo(run, token, handler, data)
        elif handler is not None:
            _handle(run, token, handler, data.get("variables", {}))
    token.transit -= 1
    run.rest(token)


def _handle(run: Run, token: Token, handler: Node, variables: dict[str, Any]) -> None:
    placed = run.place(handler, token, None, ev.BODY if handler.loop is not None else None)
    if variables:
        run.set_local(placed, variables)
    run.stand(placed)


def _undo(run: Run, token: Token, node: Container, data: dict[str, Any]) -> None:
    """Run a compensation event subprocess; it may undo what was completed beside it."""
    placed = run.place(node, token)
    if data.get("variables"):
        run.set_local(placed, data["variables"])
    for inner, name, inner_data in data.get("inside", ()):
        done = node.process.nodes[inner]
        run.subscribe(placed, done, "compensation", name, inner_data)
    run.open(placed)


def _waits(token: Token) -> list[Subscription]:
    return [
        wait
        for wait in token.waits.values()
        if isinstance(wait, Subscription) and wait.kind == "compensation"
    ]


def _is_event_sub_process(node: Node) -> bool:
    """Whether it undoes the subprocess around it (see ``EventSubProcess.link``)."""
    return node.container is not None and node.container.compensation is node


def _holder(scope: Token) -> Token:
    """The scope whose completed work is meant: inside an event subprocess, the one around it.

    One that begins by compensation holds itself what its scope had completed.
    """
    while (
        scope.node.tag == "eventSubProcess"
        and scope.scope is not None
        and not _is_event_sub_process(scope.node)
    ):
        scope = scope.scope
    return scope
