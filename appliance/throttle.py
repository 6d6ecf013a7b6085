"""How often something may fail before whoever tries has to wait."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.errors import TooManyAttempts


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many failures at once; then one more in each ``seconds / failures``."""

    failures: int
    seconds: int


class Throttle:
    """Counts attempts by key in memory, for the most recent ``size`` keys.

    Each key has a bucket that empties with time (``clock`` in milliseconds); a full one refuses.
    An attempt counts as failed until it is ``forgiven``, so that many at once gain nothing.
    """

    def __init__(self, clock: Callable[[], int], size: int = 10_000) -> None:
        self._clock = clock
        self._size = size
        self._buckets: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        self._guard = threading.Lock()

    def attempt(self, keys: Mapping[Any, Allowance]) -> None:
        """Count one attempt for each key; ``TooManyAttempts`` when one of them has no more."""
        with self._guard:
            wait = max(self._wait(key, allowance) for key, allowance in keys.items())
            if wait > 0:
                raise TooManyAttempts(math.ceil(wait / 1000))
            for key, allowance in keys.items():
                self._add(key, allowance, 1)
            while len(self._buckets) > self._size:
                self._buckets.popitem(last=False)

    def forgive(self, keys: Mapping[Any, Allowance]) -> None:
        """Take an attempt back: it succeeded."""
        with self._guard:
            for key, allowance in keys.items():
                self._add(key, allowance, -1)

    def forget(self, key: Hashable) -> None:
        """Start afresh for a key."""
        with self._guard:
            self._buckets.pop(key, None)

    def _add(self, key: Hashable, allowance: Allowance, amount: int) -> None:
        self._buckets[key] = (max(0.0, self._level(key, allowance) + amount), self._clock())
        self._buckets.move_to_end(key)

    def _level(self, key: Hashable, allowance: Allowance) -> float:
        now = self._clock()
        level, moment = self._buckets.get(key, (0.0, now))
        if moment > now:  # the clock was set back: begin to count from here
            self._buckets[key] = level, now
            return level
        drained = (now - moment) * allowance.failures / (allowance.seconds * 1000)
        return max(0.0, level - drained)

    def _wait(self, key: Hashable, allowance: Allowance) -> float:
        above = self._level(key, allowance) + 1 - allowance.failures
        return above * allowance.seconds * 1000 / allowance.failures
