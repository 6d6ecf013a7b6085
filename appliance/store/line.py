"""Who waits for the writer: callers in the order they came, and behind them what nobody waits for.

Timers that are due by the thousand must not hold up a person. So callers go first; but each batch
begins with one from behind, for a server that is never idle would never come to them otherwise.

Many who were answered together mostly ask again together, as fast as the server takes their
requests in. So a batch that follows a large one waits a moment for as many as that had: else the
first few of them would be committed alone while the others come, at a fifth more work for each.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Literal

from appliance.pending import Pending
from appliance.store.transaction import Transaction

Item = tuple[Pending[Any], Callable[[Transaction], Any]]
"""A command, and its result that somebody may wait for."""

PATIENCE = 0.003
"""How many seconds a batch waits at most, in all."""
MANY = 8
"""Callers of one batch whose return is worth a wait."""
RETURNING = 0.8
"""The share of them that is enough."""


class Line:
    """Many threads put in, one takes out."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = self._left = patience
        self._taken = 0
        self._expected = 0.0
        # What is no item only wakes the thread that takes: None at the end, else False.
        self._callers: SimpleQueue[Item | Literal[False] | None] = SimpleQueue()
        self._behind: deque[Item] = deque()

    def __len__(self) -> int:
        return self._callers.qsize() + len(self._behind)

    def put(self, item: Item) -> None:
        """A caller's command, after those of other callers."""
        self._callers.put(item)

    def put_behind(self, item: Item) -> None:
        """A command that lets callers pass, also those who come later."""
        self._behind.append(item)
        if self._callers.empty():
            self._callers.put(False)

    def end(self) -> None:
        """Nobody comes any more."""
        self._callers.put(None)

    def first(self, timeout: float | None) -> Item | None:
        """Wait for the first command of a batch. None: it was the end.

        Raises ``queue.Empty`` when none came for ``timeout`` seconds.
        """
        self._expected = RETURNING * self._taken if self._taken >= MANY else 0
        self._taken, self._left = 0, self._patience
        while not self._behind:
            item = self._callers.get(timeout=timeout)
            if item is not False:
                self._taken = 1
                return item
        return self._behind.popleft()

    def another(self) -> Item | None:
        """One more for the batch; None: commit, for what is behind does not hold up a caller."""
        try:
            while not (item := self._caller()):
                if item is None:
                    self.end()  # it comes after this batch
                    return None
        except Empty:
            return None if self._taken or not self._behind else self._behind.popleft()
        self._taken += 1
        return item

    def _caller(self) -> Item | Literal[False] | None:
        """The next of the callers. Raises ``Empty`` when there is none and none is waited for."""
        if self._taken and self._taken < self._expected and self._callers.empty():
            began = time.monotonic()
            try:
                return self._callers.get(timeout=self._left)
            finally:
                self._left = max(0.0, self._left - (time.monotonic() - began))
        return self._callers.get_nowait()
