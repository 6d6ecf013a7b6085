"""Expressions: ``${…}`` and ``#{…}`` as Flowable reads them, compiled once to Python functions.

    compile("Order ${order.id} of ${initiator}").evaluate(scope)

The text of an attribute is a literal, one expression, or a mixture, which gives text. ``#{`` means
the same as ``${``; ``\\${`` is the two characters. Nothing outside of the scope's variables, the
functions of :mod:`engine.juel.functions` and the methods of :mod:`engine.juel.methods` can be
reached. Differences from Flowable: numbers are exact, ``'text' + x`` joins, lists and maps may be
written as literals, and dates are text that is read when needed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import lark

from engine.errors import ExpressionFailed, ExpressionInvalid
from engine.juel.arithmetic import Trouble
from engine.juel.build import Build
from engine.juel.coerce import joined, plain, text_of, truth_of
from engine.juel.flat import flat, is_flat, is_plain
from engine.juel.node import PROBLEMS, Node, Run, placed
from engine.juel.scope import Scope
from engine.juel.split import Part, split
from engine.juel.target import assign, is_target

__all__ = ["Expression", "Scope", "compile", "text_of", "truth_of"]

_SIMPLE = frozenset({type(None), bool, int, str})


class Expression:
    """A compiled expression. One that is sure to be right is built when it is first needed.

    ``constant`` is true when it always has the same value, ``value``.
    """

    __slots__ = ("_node", "_offset", "_run", "constant", "text", "value")

    def __init__(self, text: str) -> None:
        self.text = text
        self.constant = False
        self.value: Any = None
        self._node: Node | None = None
        self._offset = 0
        self._run: Run | None = None

    @classmethod
    def literal(cls, text: str) -> Expression:
        """One that is only text."""
        expression = cls(text)
        expression.constant, expression.value = True, text
        return expression

    def built(self) -> Node:
        """What it is made of. Raises ExpressionInvalid."""
        if self._node is None:
            node, self._offset = _read(self.text)
            self._node, self._run = node, node.run
            self.constant = node.kind == "constant"
            self.value = node.value if self.constant else None
        return self._node

    @property
    def names(self) -> frozenset[str]:
        """The variables that must exist."""
        return frozenset(each.value for each in self.built().walk() if each.kind == "name")

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @property
    def is_target(self) -> bool:
        """Whether a value can be assigned to it."""
        return is_target(self.built())

    def evaluate(self, scope: Scope) -> Any:
        """The value in a scope. Raises ExpressionFailed."""
        try:
            run = self._run or self.built().run
            value = run(scope)
            return value if value.__class__ in _SIMPLE else plain(value)
        except PROBLEMS as problem:
            raise self._failed(problem) from None

    def assign(self, scope: Scope, value: Any) -> None:
        """Assign a value to the variable or place that it names. Raises ExpressionFailed."""
        try:
            assign(self.built(), scope, value)
        except PROBLEMS as problem:
            raise self._failed(problem) from None

    def _failed(self, problem: Exception) -> ExpressionFailed:
        trouble = placed(problem, self.built().place)
        return ExpressionFailed(_message(trouble, self.text, self._offset))


@lru_cache(maxsize=4096)
def compile(text: str) -> Expression:
    """Compile the text of an attribute. Raises ExpressionInvalid.

    Space around it does not count.
    """
    text = text.strip()
    if "{" not in text:
        return Expression.literal(text)
    expression = Expression(text)
    if not is_plain(text):
        expression.built()
    return expression


def _read(text: str) -> tuple[Node, int]:
    """What a text is made of, and where in it that begins. Raises ExpressionInvalid."""
    try:
        parts = split(text)
    except Trouble as problem:
        raise ExpressionInvalid(_message(problem, text, 0)) from None
    nodes = [_node(part, text) for part in parts]
    return (nodes[0], parts[0].place) if len(parts) == 1 else (_mixture(nodes, parts), 0)


def _mixture(nodes: list[Node], parts: list[Part]) -> Node:
    runs = [(node.run, node.place, part.place) for node, part in zip(nodes, parts, strict=True)]

    def run(scope: Scope) -> str:
        texts: list[str] = []
        for value_of, place, offset in runs:
            try:
                texts.append(text_of(value_of(scope)))
            except PROBLEMS as problem:
                trouble = placed(problem, place)
                raise Trouble(trouble.message, (trouble.place or 0) + offset) from None
        return joined(texts)

    return Node(run, 0, parts=tuple(nodes))


def _node(part: Part, text: str) -> Node:
    if not part.is_expression:
        return Node(lambda _: part.text, 0, "constant", part.text)
    if is_flat(part.text):
        return flat(part.text)
    try:
        return _parser().parse(part.text)  # pyright: ignore
    except lark.exceptions.UnexpectedEOF:
        problem = Trouble("it ends too early", len(part.text))
    except lark.exceptions.UnexpectedInput as unexpected:
        problem = _unexpected(unexpected, part.text)
    except Trouble as trouble:
        problem = trouble
    raise ExpressionInvalid(_message(problem, text, part.place))


def _unexpected(problem: lark.exceptions.UnexpectedInput, text: str) -> Trouble:
    place = problem.pos_in_stream
    token = getattr(problem, "token", None)
    if place is None or place >= len(text) or (token is not None and token.type == "$END"):
        return Trouble("it ends too early", len(text))
    return Trouble(f"“{token or text[place]}” is not expected", place)


@cache
def _parser() -> lark.Lark:
    grammar = Path(__file__).with_name("juel.lark").read_text(encoding="utf-8")
    return lark.Lark(grammar, parser="lalr", transformer=Build(), maybe_placeholders=False)


def _message(problem: Trouble, text: str, offset: int) -> str:
    place = "" if problem.place is None else f" (at character {problem.place + offset + 1})"
    return f"{problem.message} in expression: {_shortened(text)}{place}"


def _shortened(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97]}…"
