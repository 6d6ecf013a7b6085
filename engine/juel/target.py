"""Assigning to an expression: a variable, or a place inside one.

Values are never changed where they are: the variable gets a copy that differs at the one place, so
whoever holds the old value (the journal, another scope) is not surprised.
"""

from __future__ import annotations

from typing import Any, cast

from engine.juel.arithmetic import Trouble, described, integer_of
from engine.juel.coerce import MAX_TEXT, plain, text_of
from engine.juel.members import item_of, set_property
from engine.juel.node import PROBLEMS, Node, placed
from engine.juel.scope import Scope


def is_target(node: Node) -> bool:
    """Whether an expression can be assigned to."""
    while node.kind in ("member", "index"):
        node = node.parts[0]
    return node.kind == "name"


def assign(node: Node, scope: Scope, value: Any) -> None:
    """Assign a value to a target. Raises Trouble."""
    try:
        _assign(node, scope, plain(value))
    except PROBLEMS as problem:
        raise placed(problem, node.place) from None


def _assign(node: Node, scope: Scope, value: Any) -> None:
    keys: list[Any] = []
    while node.kind in ("member", "index"):
        keys.append(node.value if node.kind == "member" else node.parts[1].run(scope))
        node = node.parts[0]
    if node.kind != "name":
        raise Trouble("it is no variable that a value could be assigned to")
    if not keys:
        scope.set(node.value, value)
        return
    root = node.run(scope)
    if len(keys) == 1 and set_property(root, text_of(keys[0]), value):
        return
    scope.set(node.value, _with(root, keys[::-1], value, scope))


def _with(base: Any, keys: list[Any], value: Any, scope: Scope) -> Any:
    """A copy of a value that has another value at a path; maps that are missing come to be."""
    copies: list[Any] = []
    for key in keys:
        copies.append(_copy(base))
        base = item_of(base, key, scope.zone)
    for copy, key in zip(reversed(copies), reversed(keys), strict=True):
        _put(copy, key, value)
        value = copy
    return value


def _copy(value: Any) -> Any:
    if value is None:
        return {}
    if isinstance(value, list | dict):
        return cast("Any", value).copy()
    raise Trouble(f"nothing can be assigned inside of {described(value)}")


def _put(copy: Any, key: Any, value: Any) -> None:
    if isinstance(copy, dict):
        copy[text_of(key)] = value
        return
    index = integer_of(key)
    if not -len(copy) <= index <= len(copy) or len(copy) > MAX_TEXT:
        raise Trouble(f"there is no place {index} in a list of {len(copy)}")
    copy[index : index + 1 or None] = [value]
