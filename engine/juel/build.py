"""From the rules of ``juel.lark`` to nodes.

lark calls the method that has the alias of a rule as soon as the rule is complete, so there is no
tree and nothing recurses while parsing.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from lark import Token, Transformer

from engine.juel import arithmetic
from engine.juel.arithmetic import NUMBERS, Trouble, is_words
from engine.juel.coerce import is_empty, plain, text_of
from engine.juel.functions import FUNCTIONS, Function
from engine.juel.members import call, item_of, property_of
from engine.juel.methods import CHANGES, changed
from engine.juel.node import PROBLEMS, Node, placed
from engine.juel.operators import RESERVED, WORDS, bind, truth, unary
from engine.juel.scope import Scope
from engine.juel.target import assign, is_target
from engine.values import MAX_DIGITS

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _place(token: Token) -> int:
    return token.start_pos or 0


def constant(value: Any, place: int) -> Node:
    """Always the same value."""
    return Node(lambda _: value, place, "constant", value, words=is_words(value))


def _constant(value: Any, token: Token) -> Node:
    return constant(value, _place(token))


def named(name: str, place: int) -> Node:
    """A variable or object of the scope."""

    def run(scope: Scope) -> Any:
        try:
            return scope.get(name)
        except KeyError:
            raise Trouble(f"Unknown property “{name}” used", place) from None

    return Node(run, place, "name", name)


def member(base: Node, name: str, place: int) -> Node:
    """What a value has under a name."""
    value_of = base.run

    def run(scope: Scope) -> Any:
        value = value_of(scope)
        if value.__class__ is dict:
            return value.get(name)
        try:
            return property_of(value, name, scope.zone)
        except PROBLEMS as problem:
            raise placed(problem, place) from None

    return Node(run, place, "member", name, (base,))


class Build(Transformer[Token, Node]):
    """One method for each alias of the grammar."""

    def choose(self, children: list[Node]) -> Node:
        condition, yes, no = children
        test, then, otherwise = truth(condition), yes.run, no.run
        return Node(
            lambda scope: then(scope) if test(scope) else otherwise(scope),
            condition.place,
            parts=(condition, yes, no),
        )

    def operation(self, children: list[Any]) -> Node:
        tokens = cast("list[Token]", children[1::2])
        signs = [(WORDS.get(token, str(token)), _place(token)) for token in tokens]
        return bind(children[::2], signs)

    def negate(self, children: list[Any]) -> Node:
        token, operand = children
        test = truth(operand)
        return Node(lambda scope: not test(scope), _place(token), parts=(operand,), truth=True)

    def minus(self, children: list[Any]) -> Node:
        token, operand = children
        if operand.kind == "constant" and operand.value.__class__ in NUMBERS:
            return _constant(arithmetic.minus(operand.value), token)
        return unary(arithmetic.minus, operand, _place(token))

    def empty(self, children: list[Any]) -> Node:
        token, operand = children
        return unary(is_empty, operand, _place(token))

    def name(self, children: list[Token]) -> Node:
        name, place = str(children[0]), _place(children[0])
        if name in RESERVED:
            raise Trouble(f"“{name}” is not expected", place)
        return named(name, place)

    def member(self, children: list[Any]) -> Node:
        base, token = children
        return member(base, str(token), _place(token))

    def index(self, children: list[Node]) -> Node:
        base, key = children
        value_of, key_of, place = base.run, key.run, key.place

        def run(scope: Scope) -> Any:
            value, wanted = value_of(scope), key_of(scope)
            try:
                return item_of(value, wanted, scope.zone)
            except PROBLEMS as problem:
                raise placed(problem, place) from None

        return Node(run, place, "index", None, (base, key))

    def method(self, children: list[Any]) -> Node:
        base, token, arguments = children
        name, place, value_of = str(token), _place(token), base.run
        arguments_of = [argument.run for argument in arguments]
        apply = _change_of(base) if name in CHANGES else _call

        def run(scope: Scope) -> Any:
            value = value_of(scope)
            values = tuple([argument(scope) for argument in arguments_of])
            try:
                return apply(scope, value, name, values)
            except PROBLEMS as problem:
                raise placed(problem, place) from None

        return Node(run, place, parts=(base, *arguments))

    def function(self, children: list[Any]) -> Node:
        token, arguments = children
        name, place = re.sub(r"\s", "", token), _place(token)
        function = _function(name, len(arguments), place)
        if function.names_variable and arguments[0].kind in ("name", "constant"):
            # A name without quotes is the variable itself, not a variable that holds its name.
            arguments[0] = _constant(str(arguments[0].value), token)
        arguments_of, answer = [argument.run for argument in arguments], function.run

        def run(scope: Scope) -> Any:
            values = [argument(scope) for argument in arguments_of]
            try:
                return answer(scope, *values)
            except PROBLEMS as problem:
                raise placed(problem, place) from None

        return Node(run, place, parts=tuple(arguments))

    def integer(self, children: list[Token]) -> Node:
        token = children[0]
        if len(token) > MAX_DIGITS:
            raise Trouble(f"the number has more than {MAX_DIGITS} digits", _place(token))
        return _constant(int(token), token)

    def decimal(self, children: list[Token]) -> Node:
        token = children[0]
        try:
            value = Decimal(token)
        except InvalidOperation:  # an exponent that no Decimal has
            value = Decimal("Infinity")
        if not value.is_finite() or len(token) > MAX_DIGITS or abs(value.adjusted()) > MAX_DIGITS:
            raise Trouble(f"the number has more than {MAX_DIGITS} digits", _place(token))
        return _constant(value, token)

    def string(self, children: list[Token]) -> Node:
        token = children[0]
        for escape in _ESCAPE.finditer(token):
            if escape[1] not in "\\'\"":
                place = _place(token) + escape.start()
                raise Trouble(f"“{escape[0]}” is no escape: write \\\\, \\' or \\\"", place)
        return _constant(_ESCAPE.sub(r"\1", token[1:-1]), token)

    def true(self, children: list[Token]) -> Node:
        return _constant(True, children[0])

    def false(self, children: list[Token]) -> Node:
        return _constant(False, children[0])

    def null(self, children: list[Token]) -> Node:
        return _constant(None, children[0])

    def items(self, children: list[Any]) -> Node:
        nodes: list[Node] = children[0]
        runs = [node.run for node in nodes]
        place = nodes[0].place if nodes else 0
        return Node(lambda scope: [plain(run(scope)) for run in runs], place, parts=tuple(nodes))

    def entries(self, children: list[tuple[Node, Node]]) -> Node:
        runs = [(key.run, value.run) for key, value in children]
        place = children[0][0].place if children else 0
        return Node(
            lambda scope: {text_of(key(scope)): plain(value(scope)) for key, value in runs},
            place,
            parts=tuple(node for pair in children for node in pair),
        )

    def arguments(self, children: list[Node]) -> list[Node]:
        return children

    def pair(self, children: list[Node]) -> tuple[Node, ...]:
        return tuple(children)


def _function(name: str, count: int, place: int) -> Function:
    function = FUNCTIONS.get(name)
    if function is None:
        raise Trouble(f"the function “{name}” does not exist", place)
    if count < function.least or (function.most is not None and count > function.most):
        raise Trouble(f"{name}() is called with {count} arguments", place)
    return function


def _call(scope: Scope, value: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    return call(value, name, arguments, scope.zone)


def _change_of(base: Node) -> Any:
    """Call a method that changes a list or map: the changed copy goes where the value came from."""

    def change(scope: Scope, value: Any, name: str, arguments: tuple[Any, ...]) -> Any:
        result = changed(value, name, arguments) if value.__class__ in (list, dict) else None
        if result is None:
            return call(value, name, arguments, scope.zone)
        copy, answer = result
        if is_target(base):
            assign(base, scope, copy)
        return answer

    return change
