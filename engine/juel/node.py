"""A part of a compiled expression, and how trouble in it gets its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import TimeInvalid
from engine.juel.arithmetic import Trouble
from engine.juel.scope import Scope

Run = Callable[[Scope], Any]

MAX_DEPTH = 100
"""How deep an expression may be nested, parentheses and chains like ``a + b + c`` not counted."""

PROBLEMS = (Trouble, TimeInvalid, RecursionError)
"""What evaluating may raise for reasons of the expression or its values."""


@dataclass(slots=True)
class Node:
    """How to evaluate a part of an expression, and what is known of it beforehand.

    ``kind`` is ``constant`` or ``name`` (then ``value`` says which), ``member`` or ``index`` of the
    first of ``parts``, or ``other``. ``words`` tells text that can never be a number, ``truth`` a
    value that is always true or false; ``place`` counts from 0.
    """

    run: Run
    place: int
    kind: str = "other"
    value: Any = None
    parts: tuple[Node, ...] = ()
    words: bool = False
    truth: bool = False
    depth: int = 1

    def __post_init__(self) -> None:
        if not self.parts:
            return
        self.depth = 1 + max(part.depth for part in self.parts)
        if self.depth > MAX_DEPTH:
            raise Trouble(f"it is nested more than {MAX_DEPTH} levels deep", self.place)

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        pending: list[Node] = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(node.parts)


def placed(problem: Exception, place: int) -> Trouble:
    """A problem as Trouble at a place, unless it knows a place already."""
    if isinstance(problem, RecursionError):
        return Trouble("it is nested too deeply", place)
    known = problem.place if isinstance(problem, Trouble) else None
    return Trouble(str(problem), place if known is None else known)
