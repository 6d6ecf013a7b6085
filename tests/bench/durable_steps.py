"""One client, one step after the other: durable completions against SpiffWorkflow in SQLite.

SpiffWorkflow saves its JSON into a row per step, with the same SQLite and ``synchronous=FULL``.
Neither side has forms, rights, HTTP or a second thread: each commits before it goes on. Both have
filled their log once before: while it grows, each sync also writes down where the file lies, which
takes longer than the sync itself.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from appliance.box import Box
from appliance.store import sqlite
from appliance.store.work import Work
from engine.state import Task
from tests.bench.measure import interleaved
from tests.bench.models import KEY, SEVEN
from tests.bench.spiff import Spiff
from tests.bench.stores import PROGRAM, opened

STEPS = 300
GROWTH = 1_200
"""After so many steps both logs are written from the start again."""
MODEL = SEVEN[0]


def durable_steps(scale: float = 1) -> dict[str, Any]:
    """Completions per second of both."""
    steps = max(MODEL.completions, int(STEPS * scale))
    spiff = Spiff(MODEL.theirs, KEY)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        box = opened(Path(folder) / "data")
        theirs = _table(Path(folder) / "spiff.db")
        try:
            box.processes.deploy({f"{KEY}.bpmn": MODEL.our.encode()}, PROGRAM).result()
            works = {
                "ours": lambda: _ours(box, steps),
                "spiff": lambda: _spiff(spiff, theirs, steps),
            }
            _ours(box, int(GROWTH * scale))
            _spiff(spiff, theirs, int(GROWTH * scale))
            seconds = interleaved(works, rounds=5)
            used = interleaved(works, rounds=3, clock=time.process_time)
        finally:
            theirs.close()
            box.close()
    return {
        "completions_per_second": steps / seconds["ours"],
        "spiff_completions_per_second": steps / seconds["spiff"],
        "ratio": seconds["spiff"] / seconds["ours"],
        "cpu_ratio": used["spiff"] / used["ours"],
    }


def _ours(box: Box, steps: int) -> None:
    done = 0
    while done < steps:
        root = box.instances.start(KEY, {"n": 0}, PROGRAM).result().instance_id
        for turn in range(MODEL.completions):
            box.store.command("complete", "bench", partial(_next, root, turn)).result()
            done += 1


def _next(root: int, turn: int, work: Work) -> None:
    run = work.open(root)
    task: Task = next(run.state.tasks())
    run.complete(task.id, {"n": turn + 1})


def _table(path: Path) -> sqlite.Connection:
    connection = sqlite.connect(path)
    for pragma in ("journal_mode=wal", "synchronous=full"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
    return connection


def _spiff(spiff: Spiff, table: sqlite.Connection, steps: int) -> None:
    done = 0
    while done < steps:
        workflow = spiff.start({"n": 0})
        sql = "INSERT INTO instance (state) VALUES (?) RETURNING id"
        [(id,)] = table.execute(sql, (spiff.saved(workflow),)).fetchall()
        for turn in range(MODEL.completions):
            spiff.complete(workflow, {"n": turn + 1})
            sql = "UPDATE instance SET state = ? WHERE id = ?"
            table.execute(sql, (spiff.saved(workflow), id)).fetchall()
            done += 1
