"""Who waits for the writer: callers in the order they came, and behind them what nobody waits for.

Timers that are due by the thousand must not hold up a person. So callers go first; but each batch
begins with one from behind, for a server that is never idle would never come to them otherwise.

Many who were answered together mostly ask again together, as fast as the server takes their
requests in. So before a batch that follows a large one, the writer sleeps a moment until most of
them are there again, and no caller wakes it before; when they do not come, it expects half as many
the next time. Else the first few of them would be committed alone, and their commands would fight
for Python's lock with the server that takes in the others.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from queue import Empty, SimpleQueue
from typing import Any

from appliance.pending import Pending
from appliance.store.transaction import Transaction

Item = tuple[Pending[Any], Callable[[Transaction], Any]]
"""A command, and its result that somebody may wait for."""

PATIENCE = 0.00016
"""How many seconds each of them is waited for at most: about what the server takes to hear it."""
MANY = 8
"""Callers of one batch whose return is worth a wait."""
RETURNING = 0.8
"""The share of them that is enough."""
_NOBODY = sys.maxsize


class Line:
    """Many threads put in, one takes out."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._callers: deque[Item] = deque()
        self._behind: deque[Item] = deque()
        self._taken = self._expected = 0
        self._ended = False
        self._wanted = _NOBODY
        """The thread that takes sleeps until so many callers are there."""
        self._bell: SimpleQueue[None] = SimpleQueue()
        """Wakes it; a ring too many does no harm."""

    def __len__(self) -> int:
        return len(self._callers) + len(self._behind)

    def put(self, item: Item) -> None:
        """A caller's command, after those of other callers."""
        self._callers.append(item)
        if len(self._callers) >= self._wanted:
            self._bell.put(None)

    def put_behind(self, item: Item) -> None:
        """A command that lets callers pass, also those who come later."""
        self._behind.append(item)
        if self._wanted != _NOBODY:
            self._bell.put(None)

    def end(self) -> None:
        """Nobody comes any more."""
        self._ended = True
        self._bell.put(None)

    def first(self, timeout: float | None) -> Item | None:
        """Wait for the first command of a batch. None: it was the end.

        Raises ``queue.Empty`` when none came for ``timeout`` seconds.
        """
        expected = self._expected = max(self._taken, self._expected // 2)
        self._taken = 0
        try:
            if expected >= MANY:
                self._sleep(ceil(RETURNING * expected), self._patience * expected)
            if not self._sleep(1, timeout):
                raise Empty
        finally:
            self._wanted = _NOBODY
        if self._behind:
            return self._behind.popleft()
        return self._caller()

    def another(self) -> Item | None:
        """One more for the batch; None: commit, for what is behind does not hold up a caller."""
        item = self._caller()
        if item is None and self._behind and not self._taken:
            return self._behind.popleft()
        return item

    def rest(self) -> list[Item]:
        """All who are there, taken out, when nobody serves them any more."""
        found: list[Item] = []
        for line in (self._callers, self._behind):
            with suppress(IndexError):  # another thread may take, too
                while True:
                    found.append(line.popleft())
        return found

    def _caller(self) -> Item | None:
        if not self._callers:
            return None
        self._taken += 1
        return self._callers.popleft()

    def _sleep(self, wanted: int, seconds: float | None) -> bool:
        """Until so many callers are there, or something behind, or the end; whether in time."""
        self._wanted = wanted
        until = None if seconds is None else time.monotonic() + seconds
        try:
            while len(self._callers) < wanted and not (self._behind or self._ended):
                left = None if until is None else max(0.0, until - time.monotonic())
                self._bell.get(timeout=left)
        except Empty:
            return False
        return True
