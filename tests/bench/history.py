"""What a full store costs: status, starts and inboxes beside a great many instances."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import cycle
from statistics import median
from typing import Any

from appliance.actor import Actor
from appliance.box import Box
from appliance.pending import Pending
from appliance.views import Started
from tests.bench.measure import collected, quantile
from tests.bench.stores import KEY, PROGRAM, Filling, filled, opened

WORKER = Actor.user("worker")
GIVEN = {"department": "Engineering", "notes": "Q2 travel expenses"}
GROUP = 64
MEASURED = 10
"""So many calls are made at least."""


def status_of_finished(scale: float = 1) -> dict[str, Any]:
    """The slowest hundredth of ``status`` with 1,000,000 finished instances, against 10,000."""

    def status(box: Box) -> Callable[[], object]:
        ids = [id for (id,) in box.store.read().execute("SELECT id FROM instance")]
        some = cycle(random.Random(1).choices(ids, k=1000))
        return lambda: box.instances.status(next(some))

    many, few = Filling(finished=int(1_000_000 * scale)), Filling(finished=int(10_000 * scale))
    calls = int(10_000 * scale)
    # On a busy machine the slowest hundredth of calls this short is how long others had the turn.
    own = _compared(status, full=many, small=few, calls=calls, clock=time.thread_time)
    return {
        **_compared(status, full=many, small=few, calls=calls),
        "cpu_median_ratio": own["median_ratio"],
        "cpu_p99_ratio": own["p99_ratio"],
    }


def start_beside_history(scale: float = 1) -> dict[str, Any]:
    """The slowest hundredth of a durable start with 1,000,000 finished and 100,000 live ones."""
    full = Filling(finished=int(1_000_000 * scale), live=int(100_000 * scale))
    return _compared(
        lambda box: lambda: _start(box).result(),
        full=full,
        small=Filling(),
        calls=int(4_000 * scale),
    )


def start_beside_timers(scale: float = 1) -> dict[str, Any]:
    """Processor time of a durable start, 64 at a time, with 100,000 timers that wait."""

    def start(box: Box) -> None:
        for each in [_start(box) for _ in range(GROUP)]:
            each.result()

    found = _compared(
        lambda box: lambda: start(box),
        full=Filling(timers=int(100_000 * scale)),
        small=Filling(),
        calls=int(200 * scale),
        clock=time.process_time,
    )
    return {
        "cpu_us": found["full_median_us"] / GROUP,
        "baseline_cpu_us": found["small_median_us"] / GROUP,
        "ratio": found["median_ratio"],
    }


def inbox_page(scale: float = 1) -> dict[str, Any]:
    """The first page of 10,000 tasks of a person among 1,000,000, against 100 among 10,000."""
    full = Filling(live=int(1_000_000 * scale), mine=max(1, int(10_000 * scale)))
    small = Filling(live=int(10_000 * scale), mine=max(1, int(100 * scale)))
    found = _compared(lambda box: lambda: box.inbox.list(WORKER), full=full, small=small, calls=100)
    return {
        "median_ms": found["full_median_us"] / 1000,
        "baseline_median_ms": found["small_median_us"] / 1000,
        "ratio": found["median_ratio"],
    }


def _start(box: Box) -> Pending[Started]:
    return box.instances.start(KEY, GIVEN, PROGRAM)


def _compared(
    make: Callable[[Box], Callable[[], object]],
    *,
    full: Filling,
    small: Filling,
    calls: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """Median and slowest hundredth of a call in a full and a small store, call by call in turn."""
    with ExitStack() as open, collected():
        works: dict[str, Callable[[], object]] = {}
        for name, filling in (("full", full), ("small", small)):
            box = opened(filled(filling))
            open.callback(box.close)
            box.store.start()
            works[name] = make(box)
        found: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(max(calls, MEASURED)):
            for name, work in works.items():
                began = clock()
                work()
                found[name].append(clock() - began)
    later = {
        name: times[len(times) // 10 :] for name, times in found.items()
    }  # caches are full by then
    middle = {name: median(times) for name, times in later.items()}
    worst = {name: quantile(times, 0.99) for name, times in later.items()}
    return {
        **{f"{name}_median_us": value * 1e6 for name, value in middle.items()},
        **{f"{name}_p99_us": value * 1e6 for name, value in worst.items()},
        "median_ratio": middle["full"] / middle["small"],
        "p99_ratio": worst["full"] / worst["small"],
    }
