"""What the store remembers of a live top-level instance beside its state, to write its rows."""

from __future__ import annotations

from collections.abc import Iterable

from engine.state import State

ASSIGNEE, USER, GROUP = 0, 1, 2
"""``inbox.kind``: whose inbox a task lies in."""

TOKEN_BYTES = 1000
"""About what a token with its dictionaries takes in memory."""

Place = tuple[int, str]
"""Whose inbox: the kind and the name."""


class Held:
    """A state and what its rows repeat of it.

    ``homes`` gives the called instance a token belongs to (tokens of the top-level one are not in
    it), ``definitions`` the definition of each live instance, ``tasks`` where each open task lies.
    ``data`` counts the bytes of what was set: an upper bound of what the variables take.
    """

    __slots__ = ("data", "definitions", "homes", "root", "state", "tasks")

    def __init__(self, root: int, state: State) -> None:
        self.root = root
        self.state = state
        self.data = 0
        self.homes: dict[int, int] = {}
        self.definitions: dict[int, int] = {}
        self.tasks: dict[int, tuple[Place, ...]] = {}

    @property
    def weight(self) -> int:
        """About how many bytes of memory this takes."""
        return self.data + TOKEN_BYTES * len(self.state)


def places(assignee: str | None, users: Iterable[str], groups: Iterable[str]) -> tuple[Place, ...]:
    """In whose inbox a task lies: its assignee's alone, or else all its candidates'."""
    if assignee is not None:
        return ((ASSIGNEE, assignee),)
    return (*((USER, user) for user in dict.fromkeys(users)),
            *((GROUP, group) for group in dict.fromkeys(groups)))  # fmt: skip
