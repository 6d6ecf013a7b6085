"""Timers: ten thousand due at once beside people's requests, and how late each of many fires."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from appliance.store import sqlite
from tests.bench.load import Load, serving
from tests.bench.measure import quantile
from tests.bench.stores import KEY, NEVER, Filling, filled, opened

CONNECTIONS = 8
START = 20
"""Seconds that a server may take to start."""
LEFT = "SELECT count(*) FROM job WHERE due <= ?"
ONCE = """
SELECT count(*), min(entered), max(entered), count(i.ended) FROM
    (SELECT root, count(*) AS entered FROM activity WHERE node = 'e' GROUP BY root) a
JOIN instance i ON i.id = a.root
WHERE i.definition = (SELECT id FROM definition WHERE key = 'timer')
"""


def timers_at_once(scale: float = 1) -> dict[str, Any]:
    """The slowest hundredth of ``status`` and of starts while 10,000 timers fire, against idle."""
    count, quiet = int(10_000 * scale), 4 * scale
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        shutil.copytree(filled(Filling(live=100, timers=count)), data)
        connection = sqlite.connect(data / "workingflow.db", busy_timeout=10)
        due = time.time() + START + 2 * quiet
        sql = "UPDATE job SET due = ? WHERE due = ?"
        connection.execute(sql, (int(due * 1000), NEVER)).fetchall()
        [(id,)] = connection.execute("SELECT max(id) FROM instance").fetchall()
        with serving(data) as server:
            loads = {
                "status": Load(server, f"/processapi/{id}/status", 200, None, CONNECTIONS),
                "start": Load(server, f"/processapi/{KEY}/start", 201, b"{}", CONNECTIONS),
            }
            _taken(loads, quiet / 8)
            idle = [_taken(loads, quiet / 8) for _ in range(4)]
            if (early := due - time.time()) < 0:
                raise SystemExit("the machine is too busy: the timers fired too early")
            time.sleep(early)
            busy = []
            while connection.execute(LEFT, (int(due * 1000),)).fetchall() != [(0,)]:
                busy.append(_taken(loads, quiet / 8))
            took = time.time() - due
            fired, least, most, ended = connection.execute(ONCE).fetchall()[0]
        connection.close()
    if (fired, ended, least, most) != (count, count, 1, 1):
        raise SystemExit(f"not each timer fired once: {(fired, ended, least, most)}")
    calm, burst = _p99(idle), _p99(busy)
    return {
        "timers": count,
        "fired_per_second": count / took,
        "p99_ms": burst["status"] * 1000,
        "baseline_p99_ms": calm["status"] * 1000,
        "ratio": burst["status"] / calm["status"],
        "start_p99_ms": burst["start"] * 1000,
        "baseline_start_p99_ms": calm["start"] * 1000,
        "start_ratio": burst["start"] / calm["start"],
    }


def _taken(loads: dict[str, Load], seconds: float) -> dict[str, list[float]]:
    """How long each answer took; the loads take turns."""
    return {name: load.run(seconds).latencies for name, load in loads.items()}


def _p99(turns: list[dict[str, list[float]]]) -> dict[str, float]:
    """The slowest hundredth of all turns together."""
    return {
        name: quantile([each for turn in turns for each in turn[name]], 0.99) for name in turns[0]
    }


def timer_lateness(scale: float = 1) -> dict[str, Any]:
    """How late 100 timers per second fire, against a thread that only sleeps to each moment."""
    count = max(20, int(1_000 * scale))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder) / "data"
        shutil.copytree(filled(Filling(timers=count, apart=10)), data)
        box = opened(data)
        begin = time.time_ns() // 1_000_000 + 500
        last = begin + 10 * count
        sql = f"UPDATE job SET due = due - {NEVER} + {begin} WHERE due <= {NEVER + 10 * count}"
        try:
            box.store.write(lambda connection: connection.execute(sql).fetchall()).result()
            due = dict(
                box.store.read().execute("SELECT root, due FROM job WHERE due <= ?", (last,))
            )
            slept: list[float] = []
            sleeper = threading.Thread(target=_sleep, args=(sorted(due.values()), slept))
            sleeper.start()
            box.start()
            while (next := box.clockwork.next_due()) is not None and next <= last:
                time.sleep(0.05)
            sleeper.join()
            ended = box.store.read().execute(
                "SELECT root, ended FROM activity WHERE node = 'n' AND ended IS NOT NULL"
            )
            late = [at - due[root] for root, at in ended if root in due]
        finally:
            box.close()
    assert len(late) == len(due), (len(late), len(due))
    return {
        "timers": len(late),
        "p99_ms": quantile(late, 0.99),
        "median_ms": quantile(late, 0.5),
        "baseline_p99_ms": quantile(slept, 0.99),
    }


def _sleep(moments: list[int], slept: list[float]) -> None:
    for moment in moments:
        time.sleep(max(0, moment / 1000 - time.time()))
        slept.append(time.time() * 1000 - moment)
