"""The last calls of each API key, in memory: to see what a program really sends.

Nothing of it is stored: it begins anew with the server, and is gone with it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

KEPT = 50
"""How many calls of a key are known."""

BODY = 2_000
"""How many bytes of a body are kept."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call and how it was answered. ``at`` is in milliseconds, ``body`` what fits of it."""

    at: int
    method: str
    path: str
    status: int
    request_id: str
    body: bytes = b""

    @property
    def whole(self) -> bool:
        """Whether the body is all there."""
        return len(self.body) < BODY


class Calls:
    """What was called with which key. Used by the event loop's thread only."""

    def __init__(self) -> None:
        self._of: dict[int, deque[Call]] = {}

    def note(self, key: int, call: Call) -> None:
        """Keep a call, in place of the oldest when there are many."""
        known = self._of.get(key)
        if known is None:
            known = self._of[key] = deque(maxlen=KEPT)
        known.append(call)

    def of(self, key: int) -> list[Call]:
        """The calls of a key, the last one first."""
        return list(reversed(self._of.get(key, ())))

    def forget(self, key: int) -> None:
        """Drop what is known of a key."""
        self._of.pop(key, None)
