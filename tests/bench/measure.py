"""What all benchmarks share: taking turns, medians, percentiles, and what a process uses."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median


class Missing(Exception):
    """A package that a benchmark compares with is not installed."""


@contextmanager
def alone() -> Iterator[None]:
    """What was there before is none of the garbage collector's business meanwhile."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def collected() -> Iterator[None]:
    """The garbage collector runs before, and not by chance in the turn of one of two."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def interleaved(
    works: Mapping[str, Callable[[], object]],
    rounds: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """The median seconds of each work; they take turns, so that what disturbs one disturbs all."""
    found: dict[str, list[float]] = {name: [] for name in works}
    with alone():
        for name, work in list(works.items()) * rounds:
            with collected():
                began = clock()
                work()
                found[name].append(clock() - began)
    return {name: median(seconds) for name, seconds in found.items()}


def least(*works: Callable[[], object], rounds: int = 9) -> list[float]:
    """The least processor time of each, in seconds, in turns: whatever disturbs only adds."""
    times: list[list[float]] = [[] for _ in works]
    with alone():
        for work, seconds in list(zip(works, times, strict=True)) * rounds:
            with collected():
                began = time.process_time()
                work()
                seconds.append(time.process_time() - began)
    return [min(seconds) for seconds in times]


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def resident(process: int) -> int:
    """How many bytes of memory a process holds. Linux only."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(process)


def cpu_seconds(process: int) -> float:
    """The processor time that a process has used. Linux only."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
