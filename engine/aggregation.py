"""What the iterations of a multi-instance activity give, gathered into one list.

The list is in the order of the iterations. It is kept at the body until all are done and becomes a
variable outside then; an *overview* is a variable outside from the beginning on, which has what the
iterations that still go on would give as well. Flowable computes an overview whenever it is read;
here it is a variable like all others, brought up to date whenever a command has done its work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine.errors import ExpressionFailed
from engine.mapping import Mapping
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Aggregation:
    """Gathers a value, or several by name, of each iteration into one list.

    Of several by name those that do not exist are left out.
    """

    def __init__(
        self,
        target: str,
        sources: tuple[Mapping, ...],
        *,
        single: bool,
        named_by: Expression | None = None,
        transient: bool = False,
        overview: bool = False,
    ) -> None:
        self.target = target
        self.sources = sources
        self.single = single
        self.named_by = named_by
        self.transient = transient
        self.overview = overview

    def begin(self, run: Run, body: Token) -> None:
        """No iteration has given anything yet."""
        name = self._name(run, body)
        if self.overview:
            assert body.scope is not None
            run.set_variables(body.scope, checked_variables({name: []}))
            name = _beside(name)
        run.set_local(body, checked_variables({name: []}))

    def gather(self, run: Run, token: Token, body: Token) -> None:
        """Put what an iteration has to give in its place."""
        name = _kept(self._name(run, body), body)
        gathered: list[Any] = list(body.variables[name])
        gathered.insert(_place(token, body), self._given(run, token))
        run.set_local(body, checked_variables({name: gathered}))
        if self.overview:
            self.refresh(run, body, done=token)

    def refresh(self, run: Run, body: Token, done: Token | None = None) -> bool:
        """Bring the overview up to date; false when it was. ``done`` has given its values."""
        assert body.scope is not None
        name = self._name(run, body)
        seen: list[Any] = list(body.variables[_kept(name, body)])
        others = [each for each in body.children.values() if each is not done]
        for each in sorted(others, key=lambda token: token.loop or 0):
            seen.insert(each.loop or 0, self._given_so_far(run, each))
        if _outside(body.scope, name) == seen:
            return False
        run.set_variables(body.scope, checked_variables({name: seen}))
        return True

    def hand_over(self, run: Run, body: Token) -> None:
        """All iterations are done."""
        assert body.scope is not None
        name = self._name(run, body)
        gathered = body.variables[_kept(name, body)]
        if self.transient:
            run.transient[name] = gathered
        else:
            run.set_variables(body.scope, {name: gathered})

    def _name(self, run: Run, body: Token) -> str:
        return self.target if self.named_by is None else run.text(self.named_by, body) or ""

    def _given(self, run: Run, token: Token) -> Any:
        if self.single:
            return self.sources[0].value(run, token)
        values: dict[str, Any] = {}
        for source in self.sources:
            if not source.is_missing(run, token):
                source.put(values, run, token)
        return values

    def _given_so_far(self, run: Run, token: Token) -> dict[str, Any]:
        """The same while the iteration goes on: what cannot be computed yet is left out."""
        values: dict[str, Any] = {}
        for source in self.sources:
            if source.is_missing(run, token):
                continue
            try:
                source.put(values, run, token)
            except ExpressionFailed:
                continue
        return values


def refresh_overviews(run: Run) -> bool:
    """Bring all overviews up to date; false when they were."""
    changed = False
    for instance in list(run.state.instances.values()):
        overviews = instance.process.overviews
        for token in instance.below() if overviews else ():
            if token.loop == ev.BODY:
                for aggregation in overviews.get(token.node.id, ()):
                    changed |= aggregation.refresh(run, token)
    return changed


def read_aggregations(xml: Element, reader: Reader) -> tuple[Aggregation, ...]:
    """BPMN's loopDataOutputRef with outputDataItem, and Flowable's variableAggregation."""
    found: list[Aggregation] = []
    output, item = xml.child("loopDataOutputRef"), xml.child("outputDataItem")
    if output is not None and item is not None:
        source = item.get("name") or item.get("id", "")
        mapping = Mapping(source, source=source)
        found.append(Aggregation((output.text or "").strip(), (mapping,), single=True))
    for aggregation in reader.extensions(xml, "variableAggregation"):
        target = aggregation.get("target") or ""
        named_by = reader.expression(aggregation, aggregation.get("targetExpression"), "target")
        if not target and named_by is None:
            reader.report("error", "multi-instance", xml, "variableAggregation needs a target")
        transient = aggregation.get("storeAsTransientVariable") == "true"
        overview = aggregation.get("createOverviewVariable") == "true"
        if transient and overview:
            message = "a list that is forgotten at the next wait has no overview"
            reader.report("warning", "multi-instance", xml, message)
        found.append(
            Aggregation(
                target,
                tuple(_read_sources(aggregation, reader)),
                single=False,
                named_by=named_by,
                transient=transient,
                overview=overview and not transient,
            )
        )
    return tuple(found)


def _read_sources(aggregation: Element, reader: Reader) -> Iterator[Mapping]:
    """What each iteration gives, under the name of its source if no other is said."""
    for variable in aggregation:
        if variable.name == "variable":
            yield Mapping(
                variable.get("target") or variable.get("source") or "",
                source=variable.get("source"),
                expression=reader.expression(
                    variable, variable.get("sourceExpression"), "aggregation"
                ),
                named_by=reader.expression(variable, variable.get("targetExpression"), "target"),
            )


def _beside(name: str) -> str:
    """Where the list is kept while its overview has the name: nothing else is called so."""
    return f"{name} (done)"


def _kept(name: str, body: Token) -> str:
    """The name of the list at the body, also after a move from or to a version without overview."""
    beside = _beside(name)
    return beside if beside in body.variables else name


def _outside(scope: Token, name: str) -> Any:
    """The value of a variable as it is seen around a body."""
    at: Token | None = scope
    while at is not None and name not in at.variables:
        at = at.scope
    return at.variables[name] if at is not None else None


def _place(token: Token, body: Token) -> int:
    """How many of the iterations before this one are done."""
    index = token.loop
    assert index is not None
    undone = sum(each.loop is not None and each.loop < index for each in body.children.values())
    return index - undone
