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

_NO_NAME = rf"(?:{'|'.join(sorted(RESERVED))})(?![A-Za-z0-9_])"
_NAME = rf"(?!{_NO_NAME})[A-Za-z_][A-Za-z0-9_]*"
_END = r"(?![\w$.])"
_PATH = rf"({_NAME}(?:\.{_NAME})*){_END}"
_WORD = rf"(?:true|false|null){_END}"
_NUMBER = rf"-?[0-9]{{1,9}}{_END}"
_SIGN = r"==|!=|<=|>=|<|>|&&|\|\||[-+*/%]"
_OPERAND = rf"""(?:{_PATH}|{_WORD}|{_NUMBER}|'[^'\\{{}}]*'|"[^"\\{{}}]*")"""
_INSIDE = rf"\s*{_OPERAND}\s*(?:(?:{_SIGN})\s*{_OPERAND}\s*)*"
_LITERAL = r"[^$#\\{}]*"
_FLAT = re.compile(_INSIDE)
_ALONE = re.compile(rf"[$#]\{{{_INSIDE}\}}")
_MIXED = re.compile(rf"{_LITERAL}(?:[$#]\{{{_INSIDE}\}}{_LITERAL})*")
_STEP = re.compile(
    rf"""\s*(?:{_PATH}|({_WORD})|({_NUMBER})|'([^']*)'|"([^"]*)")\s*(?P<sign>{_SIGN})?"""
)
_WORDS = {"true": True, "false": False, "null": None}


def is_flat(text: str) -> bool:
    """Whether an expression, without its braces, is as plain as that.

    One without variables is not: what it comes to should be known at once.
    """
    found = _FLAT.fullmatch(text) if len(text) <= MAX_LENGTH else None
    return found is not None and found.lastindex is not None


def is_plain(text: str) -> bool:
    """Whether an attribute holds such expressions and literal text: it is sure to be right."""
    if len(text) > MAX_LENGTH:
        return False
    alone = _ALONE.fullmatch(text)
    return alone.lastindex is not None if alone else _MIXED.fullmatch(text) is not None


def flat(text: str) -> Node:
    """The node of an expression that :func:`is_flat`."""
    operands: list[Node] = []
    signs: list[Operator] = []
    for found in _STEP.finditer(text):
        operands.append(_operand(found))
        if found["sign"]:
            signs.append((found["sign"], found.start("sign")))
    return bind(operands, signs)


def _operand(found: re.Match[str]) -> Node:
    path, word, number, single, double = found.group(1, 2, 3, 4, 5)
    if path is not None:
        return _path(path, found.start(1))
    if word is not None:
        return constant(_WORDS[word], found.start(2))
    if number is not None:
        return constant(int(number), found.start(3))
    if single is not None:
        return constant(single, found.start(4) - 1)
    return constant(double, found.start(5) - 1)


def _path(text: str, place: int) -> Node:
    name, *members = text.split(".")
    node = named(name, place)
    for each in members:
        place += len(name) + 1
        node, name = member(node, each, place), each
    return node
