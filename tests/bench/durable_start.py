"""Durable starts per second over HTTP, against handlers of the same server that do less.

64 connections, authentication on, ``synchronous=FULL``. The baselines are a handler that does
nothing, and one that only commits five rows per request in the writer's next group.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.load import Load

ROOT = Path(__file__).parents[2]
ROUNDS = 3
SECONDS = 5


def durable_start() -> dict[str, Any]:
    """``POST …/start`` of the expense demo against an empty and a five-row handler."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench.server", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                assert server.stdout is not None
                port, key = server.stdout.readline().split()
                return _measured(int(port), key)
            finally:
                server.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(port: int, key: str) -> dict[str, Any]:
    body = b'{"variables": {"department": "Engineering", "notes": "Q2 travel expenses"}}'
    loads = {
        "start": Load(port, "/processapi/expense_reimbursement_demo/start", key, body, 201),
        "rows": Load(port, "/bench/rows", key, body, 201),
        "empty": Load(port, "/bench/empty", key, body, 201),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in loads}
    for load in loads.values():
        load.run(1)
    for _ in range(ROUNDS):
        for name, load in loads.items():
            found[name].append(load.run(SECONDS))
    rate = {name: median(each for each, _ in runs) for name, runs in found.items()}
    p99 = {name: median(each for _, each in runs) for name, runs in found.items()}
    return {
        **{f"{name}_per_second": value for name, value in rate.items()},
        **{f"{name}_p99_ms": value * 1000 for name, value in p99.items()},
        "ratio_to_rows": rate["start"] / rate["rows"],
        "ratio_to_empty": rate["start"] / rate["empty"],
        "p99_ratio_to_rows": p99["start"] / p99["rows"],
    }
