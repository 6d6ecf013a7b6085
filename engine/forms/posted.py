"""What an HTML form sent, as values: flat names become nested data, absence gets a meaning.

A browser sends nothing for a checkbox that is not checked or a list without rows; only the form
knows that they were there. The page that renders a form uses these names:

- ``items[2].cost``: a field, by its path (:func:`engine.forms.paths.path_text`),
- ``items[2]``: marks a row that may hold nothing else (any value),
- ``receipt:remove``: the stored name of a file to remove, once for each.

Names that begin with ``_`` (a token, the outcome) are not the form's. A text under the name of a
file field is what is left of a field in which no file was chosen, and means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.forms.model import MANY_CHOICES, Component
from engine.forms.narrow import dict_of, list_of
from engine.forms.paths import nest

_REMOVE = ":remove"


def posted(components: Sequence[Component], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Values for ``check`` from all pairs of name and text that a form sent."""
    sent: dict[str, list[str]] = {}
    for name, text in pairs:
        if not name.startswith("_"):
            sent.setdefault(name, []).append(text)
    for name in [name for name in sent if name.endswith(_REMOVE)]:
        sent.pop(_name(name), None)
    values = nest({_name(name): _value(name, texts) for name, texts in sent.items()})
    return _complete(components, values)


def _name(name: str) -> str:
    return name.removesuffix(_REMOVE)


def _value(name: str, texts: list[str]) -> Any:
    if name.endswith(_REMOVE):
        return {"remove": texts}
    if name.endswith("]"):
        return {}
    return texts if len(texts) > 1 else texts[0]


def _complete(components: Sequence[Component], values: dict[str, Any]) -> dict[str, Any]:
    """Say what browsers leave out: unchecked, nothing chosen, no rows."""
    for component in components:
        key = component.key
        if component.binding is not None and not component.binding.writable:
            continue
        if component.type == "group":
            _complete(component.components, _below(values, key))
            continue
        if not key:
            continue
        scope, name = _below(values, key[:-1]), key[-1]
        if component.type == "checkbox":
            scope.setdefault(name, False)
        elif component.type in MANY_CHOICES:
            scope.setdefault(name, [])
        elif component.type == "filepicker" and not isinstance(scope.get(name), dict):
            scope.pop(name, None)
        elif component.type == "dynamiclist":
            for row in list_of(scope.setdefault(name, [])) or []:
                if (inner := dict_of(row)) is not None:
                    _complete(component.components, inner)
    return values


def _below(values: dict[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    for step in key:
        inner = dict_of(values.get(step))
        if inner is None:
            inner = values[step] = {}
        values = inner
    return values
