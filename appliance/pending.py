"""What every writing method returns: a result that arrives once it is durable.

One object serves threads (``pending.result()``) and asyncio (``await pending``). The writer settles
all results of a commit together, with one wake-up per event loop, because waking a loop costs more
than the work.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


class Pending(Generic[T]):
    """A result that is not there yet. One thread or task waits for it."""

    __slots__ = ("_before_wait", "_error", "_settled", "_then", "_value", "_waiter")

    def __init__(self, before_wait: Callable[[], object] | None = None) -> None:
        """``before_wait`` is called before a thread waits: it may hold back what it waits for."""
        self._before_wait = before_wait
        self._settled = False
        self._value: T
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | threading.Lock | None = None
        self._then: Callable[[BaseException | None], object] | None = None

    @classmethod
    def of(cls, value: T) -> Pending[T]:
        """A result that is there already."""
        pending = cls()
        settle([(pending, value, None)])
        return pending

    @property
    def settled(self) -> bool:
        """Whether the result, or the refusal, is there."""
        return self._settled

    def finally_(self, then: Callable[[BaseException | None], object]) -> Pending[T]:
        """Call ``then`` with the refusal or None once settled, in the thread that settles it."""
        self._then = then
        if self._settled:
            self._call_then()
        return self

    def result(self, timeout: float | None = None) -> T:
        """Wait in this thread. Raises what the command raised; TimeoutError after ``timeout`` s."""
        if not self._settled:
            if self._before_wait is not None:
                self._before_wait()
            # A lock that is let go once: an event takes seven times as long.
            lock = threading.Lock()
            lock.acquire()
            self._waiter = lock
            # Looked at again: it may have been settled before the writer could see the lock.
            if not self._settled and not lock.acquire(timeout=-1 if timeout is None else timeout):
                raise TimeoutError("the store has not answered in time")
        return self._outcome()

    def __await__(self) -> Generator[Any, None, T]:
        if not self._settled:
            future = self._waiter = asyncio.get_running_loop().create_future()
            if not self._settled:
                yield from future
        return self._outcome()

    def _outcome(self) -> T:
        if self._error is not None:
            raise self._error
        return self._value

    def _call_then(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            try:
                then(self._error)
            except Exception:
                log.exception("what follows a result failed")


Outcome = tuple[Pending[Any], Any, BaseException | None]
"""A pending result with its value, or with the error that is raised instead."""


def settle(outcomes: Iterable[Outcome]) -> None:
    """Give pending results their outcomes, once, and wake whoever waits for them."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for pending, value, error in outcomes:
        if pending._settled:
            continue
        pending._value, pending._error = value, error
        pending._settled = True
        if pending._then is not None:
            pending._call_then()
        waiter = pending._waiter
        if isinstance(waiter, asyncio.Future):
            loops.setdefault(waiter.get_loop(), []).append(waiter)
        elif waiter is not None:
            waiter.release()
    for loop, futures in loops.items():
        try:
            loop.call_soon_threadsafe(_wake, futures)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _wake(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
