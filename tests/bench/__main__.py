"""Benchmarks: ``python -m tests.bench [NAME …] [--json]``.

Each measures our work against a baseline in the same run, interleaved, and prints the times and
their ratio, which is what counts: absolute times say more about the machine. Nothing passes or
fails here.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from typing import Any

from appliance.store import sqlite
from tests.bench.deploying import deploy_model
from tests.bench.durable_start import durable_start
from tests.bench.engine_work import long_loop, multi_instance

BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "durable_start": durable_start,
    "deploy_model": deploy_model,
    "multi_instance": multi_instance,
    "long_loop": long_loop,
}


def main() -> int:
    """Run the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="print JSON lines only")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in BENCHES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}")
    machine = {
        "python": platform.python_version(),
        "sqlite": sqlite.VERSION,
        "machine": platform.machine(),
        "system": platform.platform(terse=True),
    }
    if not chosen.json:
        print(", ".join(f"{name} {value}" for name, value in machine.items()))  # noqa: T201
    for name in chosen.names or BENCHES:
        result = {"bench": name, **BENCHES[name](), **machine}
        print(json.dumps(result), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
