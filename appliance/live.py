"""Tells pages that something changed: topics, never data, which is fetched by those who may."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable
from types import TracebackType

TASKS, INSTANCES, PROCESSES = "tasks", "instances", "processes"
COMMENTS, NOTICES = "comments", "notices"

PAUSE = 0.2
"""Seconds within which changes are gathered: a busy store does not keep every page busy."""


class Topics:
    """What one page hears; a context manager, used on one event loop."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._new: dict[str, None] = {}
        self._heard = asyncio.Event()

    async def get(self) -> str:
        """The next topic that changed; the same one twice in a row is told once."""
        await self._heard.wait()
        topic = next(iter(self._new))
        del self._new[topic]
        if not self._new:
            self._heard.clear()
        return topic

    def tell(self, topics: Iterable[str]) -> None:
        """Let the page hear these."""
        self._new.update(dict.fromkeys(topics))
        self._heard.set()

    def __enter__(self) -> Topics:
        self._live.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.remove(self)


class Live:
    """Who wants to hear of changes. ``publish`` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.AbstractEventLoop, set[Topics]] = {}
        self._gathered: dict[asyncio.AbstractEventLoop, set[str]] = {}
        self.now = time.time_ns()
        """Another number after each change, and in each process."""

    def subscribe(self) -> Topics:
        """What a page on the running event loop hears from now on."""
        return Topics(self)

    def publish(self, *topics: str) -> None:
        """Say that something about these topics changed."""
        self.now += 1
        if not self._listeners:
            return
        with self._lock:
            for loop in list(self._listeners):
                gathered = self._gathered.get(loop)
                if gathered is not None:
                    gathered.update(topics)
                    continue
                self._gathered[loop] = set(topics)
                try:
                    loop.call_soon_threadsafe(loop.call_later, PAUSE, self._tell, loop)
                except RuntimeError:  # the loop is closed
                    del self._listeners[loop], self._gathered[loop]

    def add(self, topics: Topics) -> None:
        """Begin to tell."""
        with self._lock:
            self._listeners.setdefault(asyncio.get_running_loop(), set()).add(topics)

    def remove(self, topics: Topics) -> None:
        """Stop telling."""
        with self._lock:
            for loop, listeners in list(self._listeners.items()):
                listeners.discard(topics)
                if not listeners:
                    del self._listeners[loop]

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            changed = self._gathered.pop(loop, set[str]())
            listeners = list(self._listeners.get(loop, ()))
        for each in listeners:
            each.tell(changed)
