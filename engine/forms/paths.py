"""Values by path: reading and writing nested data, and the flat names that an HTML form sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from itertools import pairwise
from typing import Any, cast

from engine.forms.model import MISSING, Path

_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d{1,6})\]")


def path_text(path: Path) -> str:
    """A path as people and pages write it: ``items[2].cost``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def path_of(text: str) -> Path | None:
    """The path that ``text`` writes, or None when it is none."""
    path: list[str | int] = []
    end = 0
    for step in _STEP.finditer(text):
        if step.start() != end:
            return None
        path.append(int(step[2]) if step[2] else step[1])
        end = step.end()
    return tuple(path) if path and end == len(text) and isinstance(path[0], str) else None


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with flat names (``items[2].cost``) as nested data; rows that are absent are None."""
    nested: dict[str, Any] = {}
    for name, value in values.items():
        path = path_of(name)
        if path is None or len(path) == 1:
            nested[name] = value
        else:
            _grow(nested, path, value)
    return nested


def dig(tree: Any, key: tuple[str, ...]) -> Any:
    """The value below ``key``, or MISSING."""
    for step in key:
        if not isinstance(tree, Mapping) or step not in tree:
            return MISSING
        tree = cast("Mapping[str, Any]", tree)[step]
    return tree


def _inner(node: Any, step: str | int, following: str | int) -> Any:
    """The container at ``step``, made when it is not there."""
    fresh: Any = [] if isinstance(following, int) else {}
    if isinstance(step, int):
        if not isinstance(node, list) or step >= len(cast("list[Any]", node)):
            return fresh
        rows = cast("list[Any]", node)
        if not isinstance(rows[step], dict):
            rows[step] = {}
        return rows[step]
    if not isinstance(node, dict):
        return fresh
    table = cast("dict[str, Any]", node)
    if not isinstance(table.get(step), list if isinstance(following, int) else dict):
        table[step] = fresh
    return table[step]


def put(tree: dict[str, Any], path: Path, value: Any, origin: Mapping[str, Any]) -> None:
    """Set a value at ``path``, beginning from a copy of what ``origin`` has under that name."""
    name = path[0]
    if len(path) == 1:
        tree[str(name)] = value
        return
    node: Any = tree.get(str(name))
    if not isinstance(node, dict | list) or node is origin.get(str(name)):
        known = origin.get(str(name))
        node = tree[str(name)] = deepcopy(known) if isinstance(known, dict | list) else {}
    for step, following in pairwise(path[1:]):
        node = _inner(node, step, following)
    if isinstance(node, dict):
        node[path[-1]] = value


def unclaimed(sent: Any, claimed: set[Path], path: Path = ()) -> Iterable[Path]:
    """The paths that were sent and that nobody claims."""
    if path in claimed and not isinstance(sent, list):
        return
    if isinstance(sent, Mapping):
        for name, value in cast("Mapping[str, Any]", sent).items():
            yield from unclaimed(value, claimed, (*path, name))
    elif isinstance(sent, list) and any(known[: len(path)] == path for known in claimed):
        for number, value in enumerate(cast("list[Any]", sent)):
            if isinstance(value, Mapping):
                yield from unclaimed(value, claimed, (*path, number))
    elif path not in claimed:
        yield path


def _grow(nested: dict[str, Any], path: Path, value: Any) -> None:
    node: Any = nested
    for step, following in zip(path, (*path[1:], None), strict=True):
        if isinstance(step, int):
            rows = cast("list[Any]", node)
            rows.extend([None] * (step + 1 - len(rows)))
        elif not isinstance(node, dict):
            return
        if following is None:
            node[step] = value
            return
        fresh: Any = [] if isinstance(following, int) else {}
        known = node[step] if isinstance(step, int) else cast("dict[str, Any]", node).get(step)
        if not isinstance(known, type(fresh)):
            node[step] = fresh
        node = node[step]
