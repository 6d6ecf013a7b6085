"""Expressions that need no parser say exactly what the parser says of them."""

from __future__ import annotations

import random
from datetime import UTC
from itertools import pairwise

import pytest

from engine import juel
from engine.errors import ExpressionFailed, ExpressionInvalid
from engine.juel.flat import is_flat, is_plain
from tests.juel.conftest import Names

OPERANDS = (
    "amount", "order.kind", "order.lines.first", "missing", "order.missing.more", "none", "flag",
    "7", "-7", "0", "'travel'", '"a b"', "''", "true", "false", "null", " amount ", "'7'",
)  # fmt: skip
SIGNS = ("==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%")
VALUES = {
    "amount": 120, "order": {"kind": "travel", "lines": {"first": 1}}, "none": None, "flag": True,
}  # fmt: skip


def texts() -> list[str]:
    chance = random.Random(7)
    return [
        chance.choice(OPERANDS)
        + "".join(
            chance.choice(SIGNS) + chance.choice(OPERANDS) for _ in range(chance.randrange(4))
        )
        for _ in range(1500)
    ]


def attributes() -> list[str]:
    """Expressions alone, and some with text and others beside them."""
    alone = [f"${{{text}}}" for text in texts()]
    mixed = [f"Of {one}, #{two[1:]} and {one}" for one, two in pairwise(alone)]
    return alone + mixed[:500]


def told(text: str) -> tuple[object, object, object]:
    """What a text comes to, or what is wrong with it; the names in it."""
    try:
        expression = juel.compile(text)
    except ExpressionInvalid as problem:
        return str(problem), None, None
    try:
        value: object = expression.evaluate(Names(dict(VALUES), UTC))
    except ExpressionFailed as problem:
        value = str(problem)
    return repr(value), expression.names, expression.is_target


def test_the_parser_says_the_same(monkeypatch: pytest.MonkeyPatch):
    wanted = attributes()
    assert sum(map(is_plain, wanted)) > len(wanted) / 2
    juel.compile.cache_clear()
    quick = [told(text) for text in wanted]
    juel.compile.cache_clear()
    monkeypatch.setattr(juel, "is_flat", lambda _text: False)
    monkeypatch.setattr(juel, "is_plain", lambda _text: False)
    assert [told(text) for text in wanted] == quick


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a b", "a ==", "== a", "a.b()", "a(1)", "a[0]", "!a", "empty a", "a and b", "not",
        "a ? b : c", "date:now()", "1.5", "1e3", "12345678901234567890", "'it\\'s'", "a.empty",
        "1 + 2", "true", "äh", "a$b", "a == '{'", "(a)", "- 1", "a.b.", "1a", "div",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_parser(text: str):
    assert not is_flat(text)
    assert not is_plain(f"${{{text}}}")
