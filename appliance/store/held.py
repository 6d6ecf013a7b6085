"""What the store remembers of a live top-level instance beside its state, to write its rows."""

from __future__ import annotations

from appliance.store.inbox import Place
from engine.state import State

TOKEN_BYTES = 1800
"""About what a token with its dictionaries takes in memory."""


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
        return self.data + TOKEN_BYTES * (len(self.state.tokens) + len(self.state.waits))
