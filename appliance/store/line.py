"""Who waits for the writer: callers in the order they came, and behind them what nobody waits for.

Timers that are due by the thousand must not hold up a person. So callers go first; but each batch
begins with one from behind, for a server that is never idle would never come to them otherwise.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Literal

from appliance.pending import Pending
from appliance.store.transaction import Transaction

Item = tuple[Pending[Any], Callable[[Transaction], Any]]
"""A command, and its result that somebody may wait for."""


class Line:
    """Many threads put in, one takes out."""

    def __init__(self) -> None:
        # What is no item only wakes the thread that takes: None at the end, else False.
        self._callers: SimpleQueue[Item | Literal[False] | None] = SimpleQueue()
        self._behind: deque[Item] = deque()
        self._called = False

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
        self._called = False
        while not self._behind:
            item = self._callers.get(timeout=timeout)
            if item is not False:
                self._called = True
                return item
        return self._behind.popleft()

    def another(self) -> Item | None:
        """One more for the batch; None: commit, for what is behind does not hold up a caller."""
        while not self._callers.empty():
            item = self._callers.get_nowait()
            if item is None:
                self.end()  # it comes after this batch
                return None
            if item is not False:
                self._called = True
                return item
        return None if self._called or not self._behind else self._behind.popleft()
