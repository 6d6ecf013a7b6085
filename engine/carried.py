"""The in and out mappings of call activities, scripts and events, in the words of all dialects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.conversion import KINDS
from engine.mapping import Mapping
from engine.scopes import Names

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


@dataclass(slots=True)
class Carried:
    """What crosses a border: single values, or with ``everything`` all variables as well."""

    mappings: tuple[Mapping, ...] = ()
    everything: bool = False
    business_key: Expression | None = None

    def values(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> dict[str, Any]:
        """The values as they are seen at a token, ``extra`` names first."""
        values = Names(run, token).variables() if self.everything else {}
        for mapping in self.mappings:
            mapping.put(values, run, token, extra)
        return values


def read_carried(xml: Element, name: str, reader: Reader) -> Carried:
    """Read the ``<in>`` or ``<out>`` elements of an element, or others like them."""
    carried = Carried()
    found: list[Mapping] = []
    for element in reader.extensions(xml, name):
        if name == "in" and element.get("businessKey"):
            carried.business_key = reader.expression(element, element.get("businessKey"), name)
        elif name in ("in", "out") and element.get("variables") == "all":
            carried.everything = True
        elif (mapping := _mapping(element, name, reader)) is not None:
            found.append(mapping)
    carried.mappings = tuple(found)
    return carried


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
