"""Processor time of several pieces of work, taken in turns so that each meets the same machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

ROUNDS = 9


def least(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The least that each took, in seconds of all processors: whatever disturbs only adds."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, seconds in zip(works, times, strict=True):
            gc.collect()
            began = time.process_time()
            work()
            seconds.append(time.process_time() - began)
    return [min(seconds) for seconds in times]
