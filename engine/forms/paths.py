"""Values by path: reading and writing nested data, and the flat names that an HTML form sends."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from itertools import pairwise
from typing import Any, cast

from engine.forms.model import MISSING, Path
from engine.forms.narrow import dict_of, list_of

_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d{1,3})\]")
_MAX_STEPS = 20


def path_text(path: Path) -> str:
    """A path as people and pages write it: ``items[2].cost``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def path_of(text: str) -> Path | None:
    """The path that ``text`` writes, or None when it is none: rows are counted to 999."""
    path: list[str | int] = []
    end = 0
    for step in _STEP.finditer(text):
        if step.start() != end:
            return None
        path.append(int(step[2]) if step[2] else step[1])
        end = step.end()
    if not path or end != len(text) or len(path) > _MAX_STEPS or isinstance(path[0], int):
        return None
    return tuple(path)


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


def put(tree: dict[str, Any], path: Path, value: Any, origin: Mapping[str, Any]) -> None:
    """Set a value at ``path``, beginning from a copy of what ``origin`` has under that name."""
    name = str(path[0])
    if len(path) == 1:
        tree[name] = value
        return
    known: Any = origin.get(name)
    if name not in tree or tree[name] is known:
        tree[name] = deepcopy(known)
    node: Any = tree
    for step, following in pairwise(path):
        node = _inner(node, step, following)
    node[path[-1]] = value


def _inner(node: Any, step: str | int, following: str | int) -> Any:
    """The container at ``step``, made when there is none of the right kind."""
    if isinstance(step, int):
        node.extend({} for _ in range(step + 1 - len(node)))
    known: Any = node[step] if isinstance(step, int) else node.get(step)
    return _container(node, step, known, following)


def _container(node: Any, step: str | int, known: Any, following: str | int) -> Any:
    fresh: Any = [] if isinstance(following, int) else {}
    if not isinstance(known, type(fresh)):
        node[step] = known = fresh
    return known


def unclaimed(sent: Mapping[str, Any], claimed: set[Path]) -> Iterator[Path]:
    """The paths that were sent and that nobody claims."""
    above = {path[:length] for path in claimed for length in range(len(path))}
    waiting = deque[tuple[Path, Any]](((name,), value) for name, value in sent.items())
    while waiting:
        path, value = waiting.popleft()
        if path not in above:
            if path not in claimed:
                yield path
            continue
        for step, inner in _items(value):
            if inner is not None:
                waiting.append(((*path, step), inner))


def _items(value: Any) -> Iterable[tuple[str | int, Any]]:
    fields = dict_of(value)
    return enumerate(list_of(value) or []) if fields is None else fields.items()


def _grow(nested: dict[str, Any], path: Path, value: Any) -> None:
    """Set a value in nested data; rows that nobody named yet are None."""
    node: Any = nested
    steps: Path = (*path, "")
    for step, following in pairwise(steps):
        if isinstance(step, int):
            node.extend([None] * (step + 1 - len(node)))
        known: Any = node[step] if isinstance(step, int) else node.get(step)
        if following == "":
            node[step] = known if value == {} and known else value
            return
        node = _container(node, step, known, following)
