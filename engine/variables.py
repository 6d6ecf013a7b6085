"""Which variables a model reads and writes, as far as the model alone can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.elements.call_activity import CallActivity
from engine.elements.event import Event
from engine.elements.script_task import ScriptTask
from engine.elements.service_task import ServiceTask
from engine.elements.start_event import StartEvent
from engine.elements.user_task import UserTask
from engine.loops import MultiInstance
from engine.model import Container, Node, Process
from engine.triggers.conditional import Conditional
from engine.triggers.message import Message
from engine.triggers.signal import Signal

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.listeners import Listener

GIVEN = frozenset(
    [
        "initiator",
        "execution",
        "task",
        "processInstance",
        "authenticatedUserId",
        "loopCounter",
        "nrOfInstances",
        "nrOfActiveInstances",
        "nrOfCompletedInstances",
        "activationCount",
        "waitingForStart",
    ]
)


def read_by(process: Process) -> Iterator[tuple[Node, frozenset[str]]]:
    """The variables that the conditions and expressions of each node need to exist."""
    for node in process.nodes.values():
        names = frozenset(
            name
            for expression in _expressions(node)
            if expression is not None
            for name in expression.names
        )
        if names:
            yield node, names


def written_in(process: Process) -> set[str] | None:
    """The variables that something in the model may set; None when that cannot be told.

    Forms by key, messages, workers and calls bring variables that the model does not name.
    """
    nodes = [process, *process.nodes.values()]
    if any(_brings_unknown(node) for node in nodes):
        return None
    return set(GIVEN).union(*map(_written_by, nodes))


def named_in(process: Process) -> set[str]:
    """The variables that a model names, whether it reads or writes them."""
    named = {name for _, names in read_by(process) for name in names}
    return named.union(*map(_written_by, [process, *process.nodes.values()])) - {""}


def _written_by(node: Node) -> set[str]:
    written = {field.variable or field.id for field in getattr(node, "form_fields", ())}
    if isinstance(node, Container):
        written |= node.initial.keys()
    if isinstance(node, StartEvent):
        written.add(node.initiator or "initiator")
    if isinstance(node, ScriptTask | ServiceTask) and node.result:
        written.add(node.result.name)
    if isinstance(node, ScriptTask) and node.script is not None:
        written |= node.script.names
    for listener in _listeners(node):
        written |= listener.script.names if listener.script is not None else set()
        written |= {listener.result} if listener.result else set()
    written |= {mapping.target for mapping in (*node.inputs, *node.outputs)}
    if isinstance(node.loop, MultiInstance):
        written |= {node.loop.element_variable or "", node.loop.index_variable or ""}
        written |= {each.target for each in node.loop.aggregations}
    if isinstance(node, CallActivity):
        written |= {mapping.target for mapping in node.outs.single}
    return written


def _listeners(node: Node) -> Iterator[Listener]:
    yield from (*node.start_listeners, *node.end_listeners)
    if isinstance(node, UserTask):
        yield from node.task_listeners
    for flow in node.outgoing:
        yield from flow.listeners


def _may_set(expression: Expression | None) -> bool:
    return expression is not None and "etVariable" in expression.text


def _brings_unknown(node: Node) -> bool:
    if any(_may_set(listener.expression) for listener in _listeners(node)):
        return True
    if isinstance(node, ScriptTask) and _may_set(node.expression):
        return True
    if isinstance(node, UserTask | StartEvent) and node.form_key is not None:
        return True
    if any(mapping.named_by is not None for mapping in (*node.inputs, *node.outputs)):
        return True
    if isinstance(node, CallActivity) and (
        node.outs.everything or any(each.named_by is not None for each in node.outs.single)
    ):
        return True
    if isinstance(node, ServiceTask) and (node.topic is not None or node.expression is not None):
        return True
    return isinstance(node, Event) and any(
        isinstance(trigger, Message | Signal) for trigger in node.triggers
    )


def _expressions(node: Node) -> Iterator[Expression | None]:
    for flow in node.outgoing:
        yield flow.condition
    if isinstance(node, UserTask):
        yield from (*node.texts.values(), *node.users, *node.groups, node.due, node.priority)
        yield node.title
    if isinstance(node, Event):
        for trigger in node.triggers:
            if isinstance(trigger, Conditional):
                yield trigger.condition
