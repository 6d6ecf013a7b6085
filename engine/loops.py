"""Multi-instance and standard loops wrap any activity. BPMN 2.0.2 sections 13.3.6 and 13.3.7.

The token that enters the activity becomes the *body*; each iteration is a child of it at the same
node. Boundary events listen at the body, so they concern all iterations together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Protocol, cast

from engine import events as ev
from engine.aggregation import Aggregation, read_aggregations
from engine.errors import ExpressionFailed
from engine.juel.arithmetic import Trouble, described, integer_of
from engine.scopes import Outside
from engine.values import as_text, checked_variables

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader

LOOPS = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
"""The elements that say that an activity is done several times."""


class Loop(Protocol):
    """What an activity that is done several times asks of its loop.

    Variables that are ``gathered`` from the iterations belong to each of them alone; ``overviews``
    show them while it goes on.
    """

    gathered: frozenset[str]
    overviews: tuple[Aggregation, ...]

    def begin(self, run: Run, body: Token) -> None:
        """The body stands: begin the first iteration, or all of them."""
        ...

    def iterate(self, run: Run, token: Token, body: Token) -> None:
        """An iteration stands at the node: give it its variables."""
        ...

    def iterated(self, run: Run, token: Token, body: Token) -> None:
        """The work of an iteration is done: go on with the next, or leave the body."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """A condition that, when it holds after an iteration, makes it enough, and what is thrown then.

    BPMN 2.0.2 table 10.32: the remaining iterations are cancelled, a token goes on, and the event
    can be caught by a boundary event.
    """

    condition: Expression
    event: Event | None


class MultiInstance:
    """As many iterations as a number or a collection says, one after the other or side by side."""

    sequential = False
    cardinality: Expression | None = None
    collection: Expression | None = None
    condition: Expression | None = None
    element_variable: str | None = None
    index_variable: str | None = None
    aggregations: tuple[Aggregation, ...] = ()
    overviews: tuple[Aggregation, ...] = ()
    gathered: frozenset[str] = frozenset()
    behavior = "All"
    event: Event | None = None
    decisions: tuple[Decision, ...] = ()

    def begin(self, run: Run, body: Token) -> None:
        total = len(self._items(run, body))
        for aggregation in self.aggregations:
            aggregation.begin(run, body)
        begun = min(total, 1) if self.sequential else total
        run.emit(ev.LoopAdvanced(body.id, total, begun, 0))
        if total == 0:
            self.finish(run, body)
        for index in range(begun):
            run.arrive(body.node, body, None, index)

    def iterate(self, run: Run, token: Token, body: Token) -> None:
        index = token.loop
        assert index is not None
        values: dict[str, Any] = {}
        given = token.variables  # when it waited for its turn; perhaps repaired meanwhile
        if self.element_variable is not None and self.element_variable not in given:
            items = self._items(run, body)
            values[self.element_variable] = items[index] if index < len(items) else None
        if self.index_variable is not None and self.index_variable not in given:
            values[self.index_variable] = index
        if values:
            run.set_local(token, checked_variables(values))

    def iterated(self, run: Run, token: Token, body: Token) -> None:
        total, begun, completed = body.total, body.begun, body.completed + 1
        run.emit(ev.LoopAdvanced(body.id, total, begun, completed))
        for aggregation in self.aggregations:
            aggregation.gather(run, token, body)
        done = self.condition is not None and run.test(self.condition, token)
        decided = [each for each in self.decisions if run.test(each.condition, token)]
        if decided:
            done = True
            self._decide(run, token, body, decided)
        self._tell(run, token, body, completed)
        if not token.alive:
            return
        run.end_iteration(token)
        if done or completed >= total:
            self.finish(run, body)
        elif self.sequential:
            run.emit(ev.LoopAdvanced(body.id, total, begun + 1, completed))
            run.arrive(body.node, body, None, begun)

    def finish(self, run: Run, body: Token) -> None:
        """Nothing more is to be done: hand over what was gathered and go on."""
        run.cancel_children(body)
        for aggregation in self.aggregations:
            aggregation.hand_over(run, body)
        run.leave_body(body)

    def _tell(self, run: Run, token: Token, body: Token, completed: int) -> None:
        """Throw the event that the behaviour asks for: at each completion, or at the first."""
        if self.event is not None and (self.behavior == "None" or completed == 1):
            _throw(run, token, body, self.event)

    def _decide(self, run: Run, token: Token, body: Token, decided: list[Decision]) -> None:
        """It is enough: throw what was decided while the body stands with nothing left to do."""
        run.drop_arrivals(body)
        for other in list(body.children.values()):
            if other is not token:
                run.cancel_token(other)
        for decision in decided:
            if decision.event is not None and token.alive:
                _throw(run, token, body, decision.event)

    def _items(self, run: Run, body: Token) -> list[Any] | range:
        if self.collection is not None:
            if self.sequential:
                return _as_list(run, self.collection, body)
            known = run.collections.get(body.id)
            if known is None:
                known = run.collections[body.id] = _as_list(run, self.collection, body)
            return known
        assert self.cardinality is not None
        count = _count(run.evaluate(self.cardinality, body), body)
        if count > run.world.limits.iterations:
            raise ExpressionFailed(
                f"{body.node} asks for too many iterations: "
                f"{run.world.limits.iterations:,} are allowed"
            )
        return range(count)


def _count(value: Any, body: Token) -> int:
    """How many iterations a value asks for; decimals are cut off. Raises ExpressionFailed."""
    try:
        count = integer_of(value)
    except Trouble:
        count = -1
    if value is None or value == "" or count < 0:
        raise ExpressionFailed(
            f"The loop cardinality of {body.node} must be a number, not {described(value)}"
        )
    return count


class StandardLoop:
    """Again and again while a condition holds, tested before or after each time."""

    gathered: frozenset[str] = frozenset()
    overviews: tuple[Aggregation, ...] = ()
    condition: Expression | None = None
    test_before = False
    maximum: int | None = None

    def begin(self, run: Run, body: Token) -> None:
        if self.test_before and not self._again(run, body, 0):
            run.leave_body(body)
            return
        run.emit(ev.LoopAdvanced(body.id, 0, 1, 0))
        run.arrive(body.node, body, None, 0)

    def iterate(self, run: Run, token: Token, body: Token) -> None:
        """A standard loop gives no variables but ``loopCounter``."""

    def iterated(self, run: Run, token: Token, body: Token) -> None:
        completed = body.completed + 1
        again = self._again(run, token, completed)
        run.end_iteration(token)
        run.emit(ev.LoopAdvanced(body.id, 0, completed + again, completed))
        if again:
            run.arrive(body.node, body, None, completed)
        else:
            run.leave_body(body)

    def _again(self, run: Run, token: Token, completed: int) -> bool:
        if self.maximum is not None and completed >= self.maximum:
            return False
        return self.condition is None or run.test(self.condition, token)


def read_loop(xml: Element, reader: Reader) -> Loop | None:
    """The loop characteristics of an activity, if it has any."""
    multi = xml.child("multiInstanceLoopCharacteristics")
    standard = xml.child("standardLoopCharacteristics")
    if multi is not None and standard is not None:
        reader.report("error", "loop", xml, "it is either a multi-instance or a standard loop")
    if multi is not None:
        return _read_multi_instance(multi, reader)
    return _read_standard(standard, reader) if standard is not None else None


def _read_multi_instance(xml: Element, reader: Reader) -> Loop:
    loop = MultiInstance()
    loop.sequential = xml.get("isSequential") == "true"
    cardinality = xml.child("loopCardinality")
    if cardinality is not None:
        text = (cardinality.text or "").strip()
        if text and not text.isdecimal() and not ("${" in text or "#{" in text):
            text = f"${{{text}}}"  # a literal text could never be a number
        loop.cardinality = reader.expression(xml, text, "loopCardinality")
        if loop.cardinality is not None:
            _check_cardinality(loop.cardinality, xml, reader)
    condition = xml.child("completionCondition")
    if condition is not None and (condition.text or "").strip():
        loop.condition = reader.condition(condition)
    text = xml.own.get("collection")
    data_input = xml.child("loopDataInputRef")
    if text is None and data_input is not None:
        text = (data_input.text or "").strip()
    if text and not text.lstrip().startswith(("$", "#")):
        text = f"${{{text.strip()}}}"
    loop.collection = reader.expression(xml, text, "collection")
    item = xml.child("inputDataItem")
    loop.element_variable = xml.own.get("elementVariable") or (
        item.get("name") if item is not None else None
    )
    loop.index_variable = xml.own.get("elementIndexVariable")
    loop.aggregations = read_aggregations(xml, reader)
    loop.overviews = tuple(each for each in loop.aggregations if each.overview)
    loop.gathered = frozenset(
        source.source or "" for each in loop.aggregations for source in each.sources
    )
    loop.behavior = xml.get("behavior", "All")
    if loop.behavior in ("None", "One"):
        loop.event = _read_behavior(xml, loop.behavior, reader)
    elif loop.behavior == "Complex":
        loop.decisions = tuple(_read_decisions(xml, reader))
    elif loop.behavior != "All":
        message = f"behavior is None, One, All or Complex, not {loop.behavior!r}"
        reader.report("error", "multi-instance", xml, message)
    if loop.collection is None and loop.cardinality is None:
        reader.report("error", "multi-instance", xml, "it needs a loopCardinality or a collection")
    return loop


def _check_cardinality(cardinality: Expression, xml: Element, reader: Reader) -> None:
    """A number that stands in the model is looked at once and for all."""
    if not cardinality.constant:
        return
    text = as_text(cardinality.evaluate(Outside(0, UTC)))
    if not text.isdecimal():
        message = f"loopCardinality must be a number, not {text!r}"
        reader.report("error", "multi-instance", xml, message)


def _read_behavior(xml: Element, behavior: str, reader: Reader) -> Event | None:
    """The event that iterations throw. BPMN 2.0.2 section 13.3.7, attribute ``behavior``."""
    name = f"{behavior.lower()}BehaviorEventRef"
    reference = xml.get(name, "").rpartition(":")[2]
    if not reference:
        message = f"behavior {behavior} without {name}: nothing can catch what it throws"
        reader.report("warning", "multi-instance", xml, message)
        return None
    definition = reader.event_definition(reference)
    if definition is None:
        message = f"there is no event definition {reference!r}"
        reader.report("error", "dangling-reference", xml, message)
        return None
    return _thrown(xml, [definition], reader)


def _read_decisions(xml: Element, reader: Reader) -> Iterator[Decision]:
    """The conditions of the behavior ``Complex``, each with the event that it throws."""
    definitions = xml.all("complexBehaviorDefinition")
    if not definitions:
        message = "the behavior Complex needs a complexBehaviorDefinition"
        reader.report("error", "multi-instance", xml, message)
    for definition in definitions:
        condition, event = definition.child("condition"), definition.child("event")
        if condition is None or not (condition.text or "").strip():
            message = "a complexBehaviorDefinition needs a condition"
            reader.report("error", "multi-instance", definition, message)
            continue
        thrown = None
        if event is not None:
            found = [definition for definition, _ in reader.event_definitions(event)]
            thrown = _thrown(event, found, reader)
        expression = reader.condition(condition)
        if expression is not None:
            yield Decision(expression, thrown)


def _thrown(xml: Element, definitions: list[Element], reader: Reader) -> Event:
    """The event that the loop throws by itself, without a place in the diagram."""
    from engine.elements.throw_event import ThrowEvent
    from engine.triggers import TRIGGERS

    event = ThrowEvent("_thrown", "", xml.line, reader.current)
    for definition in definitions:
        kind = TRIGGERS.get(definition.name)
        if kind is None or "throw" not in kind.positions:
            message = f"a loop cannot throw <{definition.name}>"
            reader.report("error", "unsupported", xml, message)
            continue
        trigger = kind()
        trigger.read(definition, xml, event, reader)
        event.triggers += (trigger,)
    return event


def _throw(run: Run, token: Token, body: Token, event: Event) -> None:
    """Tell how far the loop is; its own boundary events hear of it and do not interrupt it."""
    run.telling = body
    for trigger in event.triggers:
        trigger.throw(run, token, event)
    run.telling = None


def _read_standard(xml: Element, reader: Reader) -> Loop:
    loop = StandardLoop()
    loop.test_before = xml.get("testBefore") == "true"
    maximum = xml.get("loopMaximum", "").strip()
    if maximum.isdecimal() and len(maximum) < 10:
        loop.maximum = int(maximum)
    elif maximum:
        reader.report("error", "loop", xml, f"loopMaximum must be a number, not {maximum[:40]!r}")
    condition = xml.child("loopCondition")
    if condition is not None and (condition.text or "").strip():
        loop.condition = reader.condition(condition)
    if loop.condition is None and loop.maximum is None:
        reader.report(
            "error", "loop", xml, "a standard loop needs a loopCondition or a loopMaximum"
        )
    return loop


def _as_list(run: Run, collection: Expression, body: Token) -> list[Any]:
    value = run.evaluate(collection, body)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return cast("list[Any]", value)
    raise ExpressionFailed(
        f"The collection {collection.text} of {body.node} must be a list, not {value!r}"
    )
