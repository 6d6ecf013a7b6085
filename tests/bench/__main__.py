"""Benchmarks: ``python -m tests.bench [NAME …] [--json] [--scale SHARE]``.

Each measures our work against a baseline in the same run, in turns, and prints medians and their
ratio as one line of JSON. The ratio is what counts: absolute times say more about the machine.
Nothing passes or fails here. What compares with SpiffWorkflow needs the extra ``bench``. Stores
with a million instances are made once, in the system's temporary directory, and kept there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from appliance import __version__
from appliance.store import sqlite
from tests.bench.deploying import deploy_model
from tests.bench.durable_start import durable_start
from tests.bench.durable_steps import durable_steps
from tests.bench.engine_alone import engine_alone
from tests.bench.engine_work import long_loop, multi_instance
from tests.bench.footprint import cold_start, growth, memory
from tests.bench.history import (
    inbox_page,
    start_beside_history,
    start_beside_timers,
    status_of_finished,
)
from tests.bench.measure import Missing
from tests.bench.pages import page_times
from tests.bench.panning import panning
from tests.bench.timers import timer_lateness, timers_at_once

BENCHES: dict[str, Callable[[float], dict[str, Any]]] = {
    "durable_start": durable_start,
    "durable_steps": durable_steps,
    "engine_alone": engine_alone,
    "multi_instance": multi_instance,
    "long_loop": long_loop,
    "deploy_model": deploy_model,
    "status_of_finished": status_of_finished,
    "start_beside_history": start_beside_history,
    "start_beside_timers": start_beside_timers,
    "timers_at_once": timers_at_once,
    "timer_lateness": timer_lateness,
    "inbox_page": inbox_page,
    "page_times": page_times,
    "panning": panning,
    "memory": memory,
    "growth": growth,
    "cold_start": cold_start,
}


def main() -> int:
    """Run the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="print JSON lines only")
    parser.add_argument("--scale", type=float, default=1, help="a share of the size, for a try")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in BENCHES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}")
    machine = _machine()
    if not chosen.json:
        print(", ".join(f"{name} {value}" for name, value in machine.items()))  # noqa: T201
    missing = False
    for name in chosen.names or BENCHES:
        try:
            found = BENCHES[name](chosen.scale)
        except Missing as error:
            print(f"{name}: {error}", file=sys.stderr)  # noqa: T201
            missing = True
            continue
        at = datetime.now(UTC).isoformat(timespec="seconds")
        busy = {"load": round(os.getloadavg()[0], 1), "at": at}
        line = {"bench": name, "scale": chosen.scale, **_rounded(found), **busy, **machine}
        print(json.dumps(line), flush=True)  # noqa: T201
    return int(missing)


def _machine() -> dict[str, Any]:
    return {
        "workingflow": __version__,
        "spiffworkflow": _version("SpiffWorkflow"),
        "python": platform.python_version(),
        "sqlite": sqlite.VERSION,
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.platform(terse=True),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _rounded(found: dict[str, Any]) -> dict[str, Any]:
    """Four digits are more than any of these numbers is good for."""
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in found.items()
    }


if __name__ == "__main__":
    sys.exit(main())
