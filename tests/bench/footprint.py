"""What it takes: memory while idle and with many live instances, disk, time until it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from appliance.actor import Actor
from appliance.box import Box
from appliance.config import Config
from tests.bench.load import ROOT, free_port
from tests.bench.measure import resident
from tests.bench.stores import KEY, PROGRAM, Filling, filled, models, opened

EXPENSE = "expense_reimbursement_demo"
GROUP = 500
MB = 1024 * 1024
SOURCES = (sys.executable, "-m", "appliance")
BINARY = ROOT / "dist" / "workingflow"


def memory(scale: float = 1) -> dict[str, Any]:
    """The server's memory while idle, and what 100,000 instances add that this program started."""
    count = int(100_000 * scale)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        with _serving(Path(folder) / "idle") as (process, _):
            idle = resident(process.pid)
        found = subprocess.run(
            [sys.executable, "-m", "tests.bench.footprint", str(Path(folder) / "live"), str(count)],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
    before, after = json.loads(found.stdout)
    return {"idle_mb": idle / MB, "live_instances": count, "added_mb": (after - before) / MB}


def _start_many(data: Path, count: int) -> tuple[int, int]:
    """This process's memory before and after it started so many instances that stay live."""
    box = opened(data)
    box.store.start()
    try:
        box.processes.deploy(models(), PROGRAM).result()
        for _ in range(GROUP):
            box.instances.start(KEY, {}, PROGRAM).result()
        before = resident(os.getpid())
        for _ in range(count // GROUP):
            started = [box.instances.start(KEY, {"n": n}, PROGRAM) for n in range(GROUP)]
            for each in started:
                each.result()
        return before, resident(os.getpid())
    finally:
        box.close()


def growth(scale: float = 1) -> dict[str, Any]:
    """Bytes on disk for each finished expense, and when its retention is over."""
    count = max(10, int(500 * scale))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        now = [time.time_ns() // 1_000_000]
        box = Box(Config(data=Path(folder) / "data"), lambda: now[0])
        try:
            _expense(box)
            before = _size(box)
            for _ in range(count):
                _expense(box)
            after = _size(box)
            box.retention.set(EXPENSE, 1, Actor("user", "admin", admin=True)).result()
            now[0] += 3 * 86_400_000
            box.retention.run(Actor("user", "admin", admin=True))
            kept = _size(box)
        finally:
            box.close()
    return {
        "instances": count,
        "bytes_each": (after - before) / count,
        "bytes_each_after_retention": (kept - before) / count,
    }


def _expense(box: Box) -> None:
    """One expense, from its start to its payment; nobody sends it back."""
    root = box.instances.start(EXPENSE, {"department": "Sales"}, PROGRAM).result().instance_id
    given: list[tuple[str, dict[str, Any]]] = [
        (
            "fozzie",
            {
                "title": "Train to the customer",
                "amount": 84,
                "currency": "EUR",
                "category": "travel",
                "expenseDate": "2026-11-02",
                "notes": "",
            },
        ),
        ("kermit", {"decision": "approve", "reviewComment": ""}),
        ("gonzo", {"paymentReference": "2026-000123", "paidOn": "2026-11-09"}),
    ]
    for who, values in given:
        [task] = box.instances.status(root).tasks
        done = box.store.command(
            "complete",
            who,
            lambda work, id=task.id, values=values: work.open(root).complete(id, values),
        )
        done.result()
    assert box.instances.status(root).status == "COMPLETED"


def _size(box: Box) -> int:
    """The size of the database with nothing left in its log."""
    box.store.write(lambda connection: None).result()
    pages = box.store.read().execute("SELECT * FROM pragma_page_count()").fetchone()[0]
    return pages * 4096


def cold_start(scale: float = 1) -> dict[str, Any]:
    """From the command to the first answer, with a full store and with an empty one.

    The program is ``dist/workingflow`` where it was built, else the sources. A scale of 4.5 fills
    5 GB, in some minutes.
    """
    big = filled(Filling(finished=int(1_000_000 * scale)))
    found: dict[str, list[float]] = {"full": [], "empty": []}
    for _ in range(5 if scale >= 1 else 1):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for name, data in (("full", big), ("empty", Path(folder) / "data")):
                opened(data).close()  # what is left to do after the last run is done before
                with _serving(data, _shipped()) as (_, seconds):
                    found[name].append(seconds)
    seconds = {name: median(times) for name, times in found.items()}
    return {
        "program": "one file" if BINARY.is_file() else "sources",
        "seconds": seconds["full"],
        "baseline_seconds": seconds["empty"],
        "store_gb": (big / "workingflow.db").stat().st_size / 1e9,
        "ratio": seconds["full"] / seconds["empty"],
    }


@contextmanager
def _serving(
    data: Path, program: Sequence[str] = SOURCES
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The program as people start it, once it answers, and how long that took."""
    port = free_port()
    command = [*program, "serve", "--data", str(data), "--port", str(port)]
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not _answers(port):
                if process.poll() is not None:
                    raise SystemExit("the server ended by itself")
                time.sleep(0.005)
            yield process, time.perf_counter() - began
        finally:
            process.terminate()


def _shipped() -> Sequence[str]:
    return [str(BINARY)] if BINARY.is_file() else SOURCES


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


if __name__ == "__main__":
    print(json.dumps(_start_many(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201
