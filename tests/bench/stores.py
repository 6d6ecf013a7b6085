"""Data directories with a great many instances, made in seconds and kept for the next run.

A few instances are run for real; the rest are their rows again, under other ids, put in by SQL as
the writer would have: in the order of their ids. They lie in the system's temporary directory.
"""

from __future__ import annotations

import getpass
import os
import shutil
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path

from appliance import __version__
from appliance.actor import Actor
from appliance.box import Box
from appliance.config import Config
from appliance.store import sqlite
from tests.play import BPMN

KEY = "bench"
PROGRAM = Actor.api("bench")
NEVER = 4_000_000_000_000
"""A due time (ms) that no benchmark lives to see."""
STEP = 100
"""So far apart are the ids of copies; no template uses as many."""

_SHIFTED = {
    "instance": ("id", "root"),
    "activity": ("id", "root", "instance", "scope"),
    "task": ("id", "root", "instance"),
    "variable": ("scope",),
    "inbox": ("task",),
    "job": ("id", "root", "token"),
    "journal": ("id", "root"),
}
_OF = {
    "variable": "scope = :root OR scope IN (SELECT id FROM activity WHERE root = :root)",
    "inbox": "task IN (SELECT id FROM task WHERE root = :root)",
}
_NUMBERS = "WITH RECURSIVE n (o) AS (SELECT 1 UNION ALL SELECT o + 1 FROM n WHERE o < :count)"
_DUE = f"""
UPDATE job
SET due = :due + (root - (SELECT min(root) FROM job WHERE root <> :timer)) / {STEP} * :apart
WHERE root <> :timer"""


@dataclass(frozen=True, slots=True)
class Filling:
    """How many instances of which kind; ``mine`` of the open tasks are the assignee ``worker``'s.

    Timers are instances that wait until ``due`` (ms), each ``apart`` ms after the one before.
    """

    finished: int = 0
    live: int = 0
    mine: int = 0
    timers: int = 0
    due: int = NEVER
    apart: int = 0


def models() -> dict[str, bytes]:
    """The processes that stores are filled with."""
    task = '<userTask id="n" name="Work" flowable:{}/>'
    timer = (
        '<intermediateCatchEvent id="n"><timerEventDefinition><timeDate>${due}</timeDate>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    nodes = {
        KEY: task.format('candidateGroups="workers"'),
        "mine": task.format('assignee="worker"'),
        "timer": timer,
    }
    return {
        f"{key}.bpmn": (
            f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn"'
            f' targetNamespace="bench"><process id="{key}" isExecutable="true">'
            f'<startEvent id="s"/>{node}<endEvent id="e"/>'
            '<sequenceFlow id="f" sourceRef="s" targetRef="n"/>'
            '<sequenceFlow id="g" sourceRef="n" targetRef="e"/></process></definitions>'
        ).encode()
        for key, node in nodes.items()
    }


def filled(filling: Filling) -> Path:
    """A data directory with so much in it, made now or earlier."""
    parts = "-".join(map(str, (__version__, *astuple(filling))))
    base = Path(tempfile.gettempdir()) / f"workingflow-bench-{getpass.getuser()}"
    data = base / parts
    if not (data / "filled").exists():
        shutil.rmtree(data, ignore_errors=True)
        base.mkdir(mode=0o700, exist_ok=True)
        _fill(data, filling)
        (data / "filled").touch()
    return data


def opened(data: Path) -> Box:
    """The box over a data directory, without the processes that ship."""
    return Box(Config(data=data, demos=False))


def _fill(data: Path, filling: Filling) -> None:
    box = opened(data)
    try:
        box.processes.deploy(models(), PROGRAM).result()
        given = {"department": "Engineering", "notes": "Q2 travel expenses"}
        start = box.instances.start
        live = start(KEY, given, PROGRAM).result().instance_id
        mine = start("mine", given, PROGRAM).result().instance_id
        due = {"due": "2099-01-01T00:00:00Z"}
        timer = start("timer", due, PROGRAM).result().instance_id
        finished = start(KEY, given, PROGRAM).result().instance_id
        task = box.instances.status(finished).tasks[0].id
        work = box.store.command(
            "complete", "worker", lambda work: work.open(finished).complete(task, {"ok": True})
        )
        work.result()
    finally:
        box.close()
    connection = sqlite.connect(data / "workingflow.db")
    for pragma in ("journal_mode=delete", "synchronous=off", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN")
    copies = {finished: filling.finished, live: filling.live - filling.mine, mine: filling.mine,
              timer: filling.timers}  # fmt: skip
    for root, count in copies.items():
        _copy(connection, root, count)
    connection.execute(_DUE, {"due": filling.due, "apart": filling.apart, "timer": timer})
    connection.execute("COMMIT")
    connection.close()
    # What the system still has to write would go to the disk while something is measured.
    with (data / "workingflow.db").open("rb") as database:
        os.fsync(database.fileno())


def _copy(connection: sqlite.Connection, root: int, count: int) -> None:
    """The rows of an instance again, so many times."""
    if count <= 0:
        return
    [(first,)] = connection.execute("SELECT next FROM sequence").fetchall()
    for table, shifted in _SHIFTED.items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        given = ", ".join(
            f"t.{name} + :base + n.o * {STEP}" if name in shifted else f"t.{name}"
            for name in columns
        )
        where = _OF.get(table, "root = :root")
        template = f"t AS MATERIALIZED (SELECT * FROM {table} WHERE {where})"
        connection.execute(
            f"{_NUMBERS}, {template} INSERT INTO {table} SELECT {given} FROM n CROSS JOIN t",
            {"count": count, "root": root, "base": first - root},
        )
    used = {"next": first + (count + 1) * STEP}
    connection.execute("UPDATE sequence SET next = :next", used)
