"""Durable starts per second over HTTP, against handlers of the same server that do less.

64 connections, authentication on, ``synchronous=FULL``. The baselines are handlers of the framework
that do nothing (``empty``), or only commit five rows per request in the writer's next group:
without a look at what was sent (``rows``), or after they have taken in the body (``body_rows``).
The slowest hundredth is compared with that of ``rows`` while the garbage collector is off.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.load import CONNECTIONS, Answered, Load, Server, serving

ROUNDS = 3
SECONDS = 4
BODY = b'{"variables": {"department": "Engineering", "notes": "Q2 travel expenses"}}'
PATHS = {
    "start": "/processapi/expense_reimbursement_demo/start",
    "rows": "/bench/rows",
    "body_rows": "/bench/body_rows",
    "empty": "/bench/empty",
}


def durable_start(scale: float = 1) -> dict[str, Any]:
    """``POST …/start`` of the expense demo against the handlers that do less."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        serving(Path(folder) / "data") as server,
    ):
        return _measured(server, SECONDS * scale)


def _measured(server: Server, seconds: float) -> dict[str, Any]:
    loads = {name: Load(server, path, 201, BODY, CONNECTIONS) for name, path in PATHS.items()}
    switch = {name: Load(server, f"/bench/{name}", 201, b"", 1) for name in ("gc_off", "gc_on")}
    found: dict[str, list[Answered]] = {name: [] for name in (*loads, "rows_gc_off")}
    for load in loads.values():
        load.run(min(seconds, 1))
    for _ in range(ROUNDS):
        for name, load in loads.items():
            found[name].append(load.run(seconds))
        switch["gc_off"].run(0)
        found["rows_gc_off"].append(loads["rows"].run(seconds))
        switch["gc_on"].run(0)
    rate = {name: median(run.per_second for run in runs) for name, runs in found.items()}
    p99 = {name: median(run.p99 for run in runs) for name, runs in found.items()}
    cpu = {name: median(run.cpu for run in runs) for name, runs in found.items()}
    return {
        **{f"{name}_per_second": value for name, value in rate.items()},
        **{f"{name}_p99_ms": value * 1000 for name, value in p99.items()},
        **{f"{name}_cpu_us": value * 1e6 for name, value in cpu.items()},
        "ratio_to_rows": rate["start"] / rate["rows"],
        "ratio_to_body_rows": rate["start"] / rate["body_rows"],
        "cpu_ratio_to_rows": cpu["rows"] / cpu["start"],
        "cpu_ratio_to_body_rows": cpu["body_rows"] / cpu["start"],
        "p99_ratio_to_rows_gc_off": p99["start"] / p99["rows_gc_off"],
    }
