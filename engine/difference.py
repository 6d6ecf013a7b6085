"""What differs between two models: elements by their ids, wherever they are drawn.

Names, attributes, expressions, scripts and extension elements count; the diagram, the order of
elements and references that repeat what flows say do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.markup import Element, parse_xml

_REPEATED = frozenset({"incoming", "outgoing", "flowNodeRef", "extensionElements"})
_USUAL = {
    "startQuantity": "1", "completionQuantity": "1", "isForCompensation": "false",
    "isInterrupting": "true", "cancelActivity": "true", "parallelMultiple": "false",
    "triggeredByEvent": "false", "isCollection": "false", "testBefore": "false",
    "isSequential": "false", "textFormat": "text/plain", "instantiate": "false", "name": "",
}  # fmt: skip
"""What holds when an attribute is not there: editors write it or leave it out."""
_UNNAMED = frozenset({"id", "exporter", "exporterVersion", "targetNamespace"})


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of an element: its text before and now, None where it was or is not there."""

    fact: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """An element that is new, gone or different. ``kind`` is its tag."""

    what: Literal["added", "removed", "changed"]
    kind: str
    element: str
    name: str
    changes: tuple[Change, ...] = ()


def differences(before: bytes, now: bytes) -> list[Difference]:
    """What was changed, in the order of the newer file. Raises ModelInvalid for what is no BPMN."""
    old, new = _elements(before), _elements(now)
    found = [_added(element) for id, element in new.items() if id not in old]
    found += [
        Difference("changed", element.name, id, _name(element), changes)
        for id, element in new.items()
        if id in old and (changes := _changes(old[id], element))
    ]
    found += [
        Difference("removed", element.name, id, _name(element))
        for id, element in old.items()
        if id not in new
    ]
    return found


def _added(element: Element) -> Difference:
    return Difference("added", element.name, element.get("id", ""), _name(element))


def _name(element: Element) -> str:
    return " ".join(element.get("name", "").split())


def _elements(data: bytes) -> dict[str, Element]:
    root = parse_xml(data, "model.bpmn20.xml").root
    return {
        id: element
        for element in root.walk()
        if element is not root and _stands_alone(element) and (id := element.get("id"))
    }


def _stands_alone(element: Element) -> bool:
    """Whether people know it by its id; event definitions and expressions belong to theirs."""
    name = element.name
    inner = ("Definition", "Expression", "Characteristics")
    return element.dialect is None and not name.endswith(inner) and not name.startswith("time")


def _changes(old: Element, new: Element) -> tuple[Change, ...]:
    before, now = dict(_facts(old)), dict(_facts(new))
    if old.name != new.name:
        before["type"], now["type"] = old.name, new.name
    return tuple(
        Change(fact, before.get(fact), now.get(fact))
        for fact in sorted({*before, *now})
        if before.get(fact) != now.get(fact)
    )


def _facts(element: Element, path: str = "") -> Iterator[tuple[str, str]]:
    attributes: Mapping[str, str] = element.attributes | element.own
    for name, value in attributes.items():
        if name not in _UNNAMED and _USUAL.get(name) != value:
            yield f"{path}{name}", value
    text = (element.text or "").strip()
    if text:
        yield path.rstrip(" ") or "text", text
    numbers: dict[str, int] = {}
    for child in element:
        if child.name == "extensionElements":
            yield from _facts(child, path)
        if child.name in _REPEATED or (_stands_alone(child) and child.get("id")):
            continue
        number = numbers[child.name] = numbers.get(child.name, 0) + 1
        label = child.name if number == 1 else f"{child.name} {number}"
        facts = list(_facts(child, f"{path}{label} "))
        yield from facts or [(f"{path}{label}", "")]
