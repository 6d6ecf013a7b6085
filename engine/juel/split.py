"""Where the expressions are in the text of an attribute."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.juel.arithmetic import Trouble
from engine.juel.coerce import MAX_TEXT

MAX_EXPRESSION = 16_000
MAX_PARTS = 2_000

_START = re.compile(r"(\\*)[$#]\{")
_TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[{}'"]""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """Literal text, or the inside of an expression that begins at a place."""

    text: str
    place: int
    is_expression: bool


def split(text: str) -> list[Part]:
    """The parts of a text, at least one. Raises Trouble."""
    if "{" not in text:
        return [Part(text, 0, is_expression=False)]
    if len(text) > MAX_TEXT:
        raise Trouble(f"it has more than {MAX_TEXT} characters")
    parts: list[Part] = []
    literal, at = "", 0
    while (start := _START.search(text, at)) is not None:
        literal += text[at : start.start()]
        if start[1]:
            # A backslash keeps the marker as it is, and goes away itself.
            literal, at = literal + start[0][1:], start.end()
            continue
        end = _end(text, start.end())
        if literal:
            parts.append(Part(literal, 0, is_expression=False))
        parts.append(Part(text[start.end() : end], start.end(), is_expression=True))
        literal, at = "", end + 1
        if len(parts) > MAX_PARTS:
            raise Trouble(f"it has more than {MAX_PARTS} parts")
    literal += text[at:]
    if literal or not parts:
        parts.append(Part(literal, 0, is_expression=False))
    return parts


def _end(text: str, start: int) -> int:
    """Where the expression that begins at ``start`` has its closing brace."""
    open_braces = 1
    for token in _TOKEN.finditer(text, start, start + MAX_EXPRESSION):
        if token[0] == "{":
            open_braces += 1
        elif token[0] == "}":
            open_braces -= 1
            if not open_braces:
                return token.start()
        elif len(token[0]) == 1:
            raise Trouble("a text is not closed", token.start())
    if len(text) - start > MAX_EXPRESSION:
        raise Trouble(f"it has more than {MAX_EXPRESSION} characters", start)
    raise Trouble("its “}” is missing", start)
