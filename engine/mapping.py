"""Mappings copy variables between scopes: into and out of called processes and activities.

:func:`read_mappings` knows the elements of all dialects that say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.conversion import KINDS, converted
from engine.errors import ExpressionFailed
from engine.scopes import Names
from engine.scripting import run_script
from engine.values import as_text, checked_variables

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.script import Script
    from engine.state import Token
    from engine.xml import Reader


class Mapping:
    """One value with the name that it gets.

    At most one of ``source`` (a variable), ``expression``, ``script``, ``listed`` (the items of a
    list) and ``named`` (the entries of an object) says where it comes from; none gives null. It
    becomes a value of a ``kind``, if one is named. The name is ``target``, or computed by
    ``named_by``; what is ``transient`` is forgotten at the next wait.
    """

    __slots__ = (
        "expression",
        "kind",
        "listed",
        "local",
        "named",
        "named_by",
        "script",
        "source",
        "target",
        "transient",
    )

    def __init__(
        self,
        target: str,
        *,
        source: str | None = None,
        expression: Expression | None = None,
        script: Script | None = None,
        listed: tuple[Mapping, ...] | None = None,
        named: tuple[Mapping, ...] | None = None,
        local: bool = False,
        named_by: Expression | None = None,
        kind: str | None = None,
        transient: bool = False,
    ) -> None:
        self.target = target
        self.source = source
        self.expression = expression
        self.script = script
        self.listed = listed
        self.named = named
        self.local = local
        self.named_by = named_by
        self.kind = kind
        self.transient = transient

    def name(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> str:
        """The name that the value gets. Raises ExpressionFailed when it is computed and null."""
        if self.named_by is None:
            return self.target
        name = self.named_by.evaluate(Names(run, token, extra))
        if name is None:
            raise ExpressionFailed(f"The name {self.named_by.text} at {token.node} is null")
        return as_text(name)

    def is_missing(self, run: Run, token: Token) -> bool:
        """Whether it comes from a variable that does not exist here."""
        return self.source is not None and not Names(run, token).has(self.source)

    def put(
        self,
        values: dict[str, Any],
        run: Run,
        token: Token,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Add the value to others under its name."""
        found = run.transient if self.transient else values
        found[self.name(run, token, extra)] = self.value(run, token, extra)

    def value(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> Any:
        """The value as a token sees it, ``extra`` names first; what does not exist is null."""
        if self.listed is not None:
            return [item.value(run, token) for item in self.listed]
        if self.named is not None:
            return {entry.target: entry.value(run, token) for entry in self.named}
        value = self._found(run, token, Names(run, token, extra))
        return value if self.kind is None else converted(value, self.kind, run.now, run.world.zone)

    def _found(self, run: Run, token: Token, names: Names) -> Any:
        if self.source is not None:
            return names.find(self.source)
        if self.script is not None:
            return run_script(run, token, self.script, names)
        return self.expression.evaluate(names) if self.expression is not None else None

    def read_into(self, run: Run, token: Token) -> None:
        """An input: becomes a local variable of the token."""
        run.set_local(token, self._checked(run, token))

    def write_out(self, run: Run, token: Token) -> None:
        """An output: becomes a variable outside the token."""
        assert token.scope is not None
        values = self._checked(run, token)
        if self.local:
            run.set_local(token.scope, values)
        else:
            run.set_variables(token.scope, values)

    def _checked(self, run: Run, token: Token) -> dict[str, Any]:
        values: dict[str, Any] = {}
        self.put(values, run, token)
        return checked_variables(values)


@dataclass(slots=True)
class Mappings:
    """All that one element hands over: single values, or with ``everything`` all variables too."""

    single: tuple[Mapping, ...] = ()
    everything: bool = False
    business_key: Expression | None = None

    def values(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> dict[str, Any]:
        """The values as they are seen at a token, ``extra`` names first."""
        values = Names(run, token).variables() if self.everything else {}
        for mapping in self.single:
            mapping.put(values, run, token, extra)
        return values


def read_mappings(xml: Element, name: str, reader: Reader) -> Mappings:
    """Read the ``<in>`` or ``<out>`` elements of an element, or others like them."""
    mappings = Mappings()
    found: list[Mapping] = []
    for element in reader.extensions(xml, name):
        if name == "in" and element.get("businessKey"):
            mappings.business_key = reader.expression(element, element.get("businessKey"), name)
        elif name in ("in", "out") and element.get("variables") == "all":
            mappings.everything = True
        elif (mapping := _mapping(element, name, reader)) is not None:
            found.append(mapping)
    mappings.single = tuple(found)
    return mappings


def _mapping(element: Element, name: str, reader: Reader) -> Mapping | None:
    source, target = element.get("source"), element.get("target")
    expression = reader.expression(element, element.get("sourceExpression"), name)
    named_by = reader.expression(element, element.get("targetExpression"), name)
    if (target is None and named_by is None) or (source is None and expression is None):
        reader.report("error", "mapping", element, f"<{name}> needs a source and a target")
        return None
    return Mapping(
        target or "",
        source=source if expression is None else None,
        expression=expression,
        local=name == "out" and element.get("local") == "true",
        named_by=named_by,
        kind=_kind(element, name, reader),
        transient=name in ("in", "out") and element.get("transient") == "true",
    )


def _kind(element: Element, name: str, reader: Reader) -> str | None:
    """What a value becomes: an ``<in>`` says it for its target, an ``<out>`` for its source."""
    word = {"in": "targetType", "out": "sourceType"}.get(name)
    kind = element.get(word) if word else None
    if kind is None:
        return None
    if kind.lower() not in KINDS:
        message = f"{word} is one of {', '.join(KINDS)}, not {kind!r}"
        reader.report("error", "mapping", element, message)
    return kind.lower()
