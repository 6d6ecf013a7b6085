"""Operators: which binds tighter, and each as a function of a scope.

What models compare and add are mostly integers and decimals: these take the short way, straight to
Python's operators. Everything else is coerced as JUEL says.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from engine.juel import arithmetic
from engine.juel.arithmetic import NUMBERS, bounded
from engine.juel.coerce import compare, equal, join_texts, truth_of
from engine.juel.node import PROBLEMS, Node, Run, placed

WORDS = {
    "div": "/", "mod": "%", "eq": "==", "ne": "!=", "le": "<=", "lt": "<", "ge": ">=", "gt": ">",
    "and": "&&", "or": "||",
}  # fmt: skip
RESERVED = frozenset(WORDS) | {"not", "empty", "true", "false", "null"}
"""Words that are no names."""

_LEVELS = (
    frozenset("*/%"),
    frozenset("+-"),
    frozenset(("<", "<=", ">", ">=")),
    frozenset(("==", "!=")),
    frozenset(("&&",)),
    frozenset(("||",)),
)
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "%": arithmetic.modulo,
}
_QUICK: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Operator = tuple[str, int]
"""The sign and its place."""


def bind(operands: list[Node], operators: list[Operator]) -> Node:
    """One node of operands with operators between them: the tightest first, from left to right."""
    for level in _LEVELS:
        if any(sign in level for sign, _ in operators):
            operands, operators = _bind_level(level, operands, operators)
    return operands[0]


def _bind_level(
    level: frozenset[str], operands: list[Node], operators: list[Operator]
) -> tuple[list[Node], list[Operator]]:
    bound, looser, run = [operands[0]], list[Operator](), list[tuple[Operator, Node]]()
    for sign, operand in zip(operators, operands[1:], strict=True):
        if sign[0] in level:
            run.append((sign, operand))
            continue
        bound[-1] = _combined(bound[-1], run)
        run = []
        looser.append(sign)
        bound.append(operand)
    bound[-1] = _combined(bound[-1], run)
    return bound, looser


def _combined(first: Node, more: list[tuple[Operator, Node]]) -> Node:
    if not more:
        return first
    sign = more[0][0][0]
    if sign in ("&&", "||"):
        return _any_or_all([first, *(operand for _, operand in more)], until=sign == "||")
    if len(more) == 1:
        return _two(first, *more[0])
    return _chain(first, more)


def _two(left: Node, sign: Operator, right: Node) -> Node:
    if sign[0] in _ORDER:
        return _ordered(left, sign, right)
    if sign[0] in ("==", "!="):
        return _equality(left, sign, right)
    apply, words = _step(sign[0], left.words, right.words)
    first, second, place = left.run, right.run, sign[1]
    quick = None if words else _QUICK.get(sign[0])

    def run(scope: Any) -> Any:
        one, two = first(scope), second(scope)
        try:
            if quick is not None and one.__class__ is int and two.__class__ is int:
                return bounded(quick(one, two))
            return apply(one, two)
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return Node(run, place, parts=(left, right), words=words)


def _step(sign: str, left: bool, right: bool) -> tuple[Callable[[Any, Any], Any], bool]:
    """What a sign does, and whether that gives words: ``'Order ' + id`` joins texts."""
    if sign == "+" and (left or right):
        return join_texts, True
    return _ARITHMETIC[sign], False


def _chain(first: Node, more: list[tuple[Operator, Node]]) -> Node:
    """``a + b - c …`` in one node, however long."""
    place, words = more[0][0][1], first.words
    steps: list[tuple[Callable[[Any, Any, Any], Any], Run, int]] = []
    for (sign, at), operand in more:
        apply, words = _comparing(sign) or _ignoring_zone(*_step(sign, words, operand.words))
        steps.append((apply, operand.run, at))
    start = first.run

    def run(scope: Any) -> Any:
        value = start(scope)
        for apply, operand, at in steps:
            other = operand(scope)
            try:
                value = apply(value, other, scope)
            except PROBLEMS as problem:
                raise placed(problem, at) from None
        return value

    return Node(run, place, parts=(first, *(operand for _, operand in more)), words=words)


def _ignoring_zone(
    apply: Callable[[Any, Any], Any], words: bool
) -> tuple[Callable[[Any, Any, Any], Any], bool]:
    return lambda left, right, _: apply(left, right), words


def _comparing(sign: str) -> tuple[Callable[[Any, Any, Any], Any], bool] | None:
    if sign in _ORDER:
        test = _ORDER[sign]
        return lambda left, right, scope: _in_order(left, right, test, scope), False
    if sign in ("==", "!="):
        wanted = sign == "=="
        return lambda left, right, scope: equal(left, right, scope.zone) is wanted, False
    return None


def _in_order(left: Any, right: Any, test: Callable[[Any, Any], bool], scope: Any) -> bool:
    if left is None or right is None:
        return left is right and test(0, 0)
    return test(compare(left, right, scope.zone), 0)


def _ordered(left: Node, sign: Operator, right: Node) -> Node:
    first, second, place, test = left.run, right.run, sign[1], _ORDER[sign[0]]
    if right.kind == "constant" and right.value.__class__ in NUMBERS:
        return _ordered_by(left, right, test, place)

    def run(scope: Any) -> bool:
        one, two = first(scope), second(scope)
        if one.__class__ in NUMBERS and two.__class__ in NUMBERS:
            return test(one, two)
        try:
            return _in_order(one, two, test, scope)
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return Node(run, place, parts=(left, right), truth=True)


def _ordered_by(left: Node, right: Node, test: Callable[[Any, Any], bool], place: int) -> Node:
    """A value compared with a number that stands in the expression."""
    value_of, limit = left.run, right.value

    def run(scope: Any) -> bool:
        value = value_of(scope)
        if value.__class__ in NUMBERS:
            return test(value, limit)
        try:
            return _in_order(value, limit, test, scope)
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return Node(run, place, parts=(left, right), truth=True)


def _equality(left: Node, sign: Operator, right: Node) -> Node:
    first, second, place, wanted = left.run, right.run, sign[1], sign[0] == "=="

    def run(scope: Any) -> bool:
        one, two = first(scope), second(scope)
        if one.__class__ is two.__class__ and one.__class__ in _ALIKE:
            return (one == two) is wanted
        try:
            return equal(one, two, scope.zone) is wanted
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return Node(run, place, parts=(left, right), truth=True)


_ALIKE = frozenset({str, bool}) | NUMBERS


def truth(node: Node) -> Callable[[Any], bool]:
    """A node as a condition."""
    if node.truth:
        return node.run
    value_of, place = node.run, node.place

    def run(scope: Any) -> bool:
        value = value_of(scope)
        if value is True or value is False:
            return value
        try:
            return truth_of(value)
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return run


def _any_or_all(operands: list[Node], *, until: bool) -> Node:
    """``a || b || …`` (until one is true) or ``a && b && …`` (until one is false)."""
    parts, place = tuple(operands), operands[0].place
    if len(operands) == 2:
        return Node(
            _pair(truth(operands[0]), truth(operands[1]), until), place, parts=parts, truth=True
        )
    tests = [truth(operand) for operand in operands]

    def run(scope: Any) -> bool:
        for test in tests:
            if test(scope) is until:
                return until
        return not until

    return Node(run, place, parts=parts, truth=True)


def _pair(first: Callable[[Any], bool], second: Callable[[Any], bool], until: bool) -> Run:
    if until:
        return lambda scope: first(scope) or second(scope)
    return lambda scope: first(scope) and second(scope)


def unary(apply: Callable[[Any], Any], operand: Node, place: int) -> Node:
    """An operator before its operand."""
    value_of = operand.run

    def run(scope: Any) -> Any:
        value = value_of(scope)
        try:
            return apply(value)
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return Node(run, place, parts=(operand,))
