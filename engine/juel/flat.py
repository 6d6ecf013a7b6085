"""What most models hold, read without the parser: operands with operators between them.

    amount > 100 && order.kind == 'travel'

The grammar (``juel.lark``) remains the whole truth: for whatever is not as plain as this there is
no answer here. The nodes are the same, and so is what they say when something is wrong.
"""

from __future__ import annotations

import re

from engine.juel.build import constant, member, named
from engine.juel.node import Node
from engine.juel.operators import RESERVED, Operator, bind

MAX_LENGTH = 1000

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_OPERAND = (
    rf"(?:({_NAME}(?:\.{_NAME})*)(?![\w$.])|(-?[0-9]{{1,9}})(?![\w$.])"
    r"|'([^'\\{}]*)'|\"([^\"\\{}]*)\")"
)
_SIGN = r"(==|!=|<=|>=|<|>|&&|\|\||[-+*/%])"
_FLAT = re.compile(rf"\s*{_OPERAND}\s*(?:{_SIGN}\s*{_OPERAND}\s*)*")
_STEP = re.compile(rf"\s*{_OPERAND}\s*{_SIGN}?")
_WORDS = {"true": True, "false": False, "null": None}
_FORBIDDEN = RESERVED - _WORDS.keys()


def names_in(text: str) -> frozenset[str] | None:
    """The variables in an expression that is as plain as that; None for any other.

    One without variables is none of these: what it comes to should be known at once.
    """
    if len(text) > MAX_LENGTH or _FLAT.fullmatch(text) is None:
        return None
    names: set[str] = set()
    for path, *_ in _STEP.findall(text):
        first, *members = path.split(".")
        if first in _FORBIDDEN or (members and not RESERVED.isdisjoint([first, *members])):
            return None
        if first and first not in _WORDS:
            names.add(first)
    return frozenset(names) or None


def flat(text: str) -> Node:
    """The node of an expression that :func:`names_in` answers for."""
    operands: list[Node] = []
    signs: list[Operator] = []
    for found in _STEP.finditer(text):
        operands.append(_operand(found))
        if found[5]:
            signs.append((found[5], found.start(5)))
    return bind(operands, signs)


def _operand(found: re.Match[str]) -> Node:
    path, number, single, double = found.group(1, 2, 3, 4)
    if path is not None:
        return _path(path, found.start(1))
    if number is not None:
        return constant(int(number), found.start(2))
    if single is not None:
        return constant(single, found.start(3) - 1)
    return constant(double, found.start(4) - 1)


def _path(text: str, place: int) -> Node:
    name, *members = text.split(".")
    if name in _WORDS:
        return constant(_WORDS[name], place)
    node = named(name, place)
    for each in members:
        place += len(name) + 1
        node, name = member(node, each, place), each
    return node
