"""Runs a box until it is killed, and looks at what it left: all it answered, once, and all sound.

``tests/crash/worker.py`` is what runs; ``python -m tests.crash`` does this for hours.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance import archive
from appliance.box import Box
from appliance.config import Config
from tests.appliance.ended import check as check_store
from tests.appliance.given import Clock
from tests.crash import command

ROOT = Path(__file__).resolve().parent.parent.parent
SECOND = 1000


@dataclass
class Promises:
    """What a killed box had answered, and what it was asked for (``tried``)."""

    tried: set[str] = field(default_factory=set)
    started: dict[int, str] = field(default_factory=dict)
    completed: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    files: set[tuple[int, str]] = field(default_factory=set)
    keys: dict[str, bool] = field(default_factory=dict)
    """Keys that a command was to make, and whether it said so."""
    reached: int = 0
    """How many times it killed itself where it was told to."""

    def __len__(self) -> int:
        return sum(map(len, (self.started, self.completed, self.moved, self.files, self.keys)))

    def hear(self, line: str) -> None:
        """Note one line of the worker."""
        kind, *rest = line.split()
        if kind == "dies":
            self.reached += 1
        elif kind == "tries":
            self.tried.add(rest[0])
        elif kind == "started":
            self.started[int(rest[0])] = rest[1]
        elif kind == "completed":
            self.completed[int(rest[0])] = int(rest[1])
        elif kind == "moved":
            self.moved[int(rest[0])] = int(rest[1])
        elif kind == "goes":
            self.gone.add(int(rest[0]))
        elif kind == "file":
            self.files.add((int(rest[0]), rest[1]))


def run(
    data: Path,
    promises: Promises,
    lines: int,
    *point: str,
    halfway: Callable[[], object] = lambda: None,
) -> int:
    """Let a box work until it has said so many lines, then kill it (or until it kills itself)."""
    words = [sys.executable, "-m", "tests.crash.worker", str(data), *point]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            promises.hear(line)
            if number == lines // 2:
                halfway()
            if number == lines:
                process.kill()
    return process.returncode


def make_key(data: Path, promises: Promises, kind: str, number: int) -> None:
    """Let a command make a key beside the box, and be killed at an operation on the disk."""
    name = f"key {len(promises.keys)}"
    done = command.run(kind, number, "kill", "api-key", "create", name, "--data", str(data))
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    promises.keys[name] = done.returncode == 0
    promises.reached += killed(done.returncode)


def killed(code: int) -> bool:
    """Whether a process ended as it was meant to."""
    return code == -signal.SIGKILL


def check(data: Path, promises: Promises) -> None:
    """Everything that was promised is there, and everything that is there is sound."""
    clock = Clock(int(time.time() * SECOND))
    box = Box(Config(data=data, demos=False), clock)
    try:
        check_store(box)
        check_promises(box, promises)
        assert box.audit.verify().problem == ""
        check_backups(box)
        check_timers(box)
        fire_all(box, clock)
        check_timers(box)
        check_store(box)
    finally:
        box.close()


def check_promises(box: Box, promises: Promises) -> None:
    """What was answered is there once; what was asked for and not answered, at most once."""
    read = box.store.read()
    rows = read.execute("SELECT id, business_key FROM instance WHERE parent IS NULL").fetchall()
    keys = [key for _, key in rows]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= promises.tried
    there = dict(rows)
    for id, key in promises.started.items():
        assert there.get(id) == key or id in promises.gone
    done = {id for (id,) in read.execute("SELECT id FROM task WHERE completed_by = 'kermit'")}
    for task, root in promises.completed.items():
        assert task in done or root in promises.gone
    left = dict(read.execute("SELECT id, ended FROM task WHERE completed_by IS NULL"))
    for task, root in promises.moved.items():
        assert left.get(task) or root in promises.gone
    keys = {key.name for key in box.keys.list()}
    assert {name for name, told in promises.keys.items() if told} <= keys <= promises.keys.keys()
    for id, name in promises.files:
        assert id in promises.gone or box.files.open(id, name).path.is_file()


def check_backups(box: Box) -> None:
    """A backup that is there is whole, and no part of one is left."""
    for path in box.directory.backups.iterdir():
        archive.verify(path)


def check_timers(box: Box) -> None:
    """No timer fired twice, and each that fired left its trace."""
    read = box.store.read()
    twice = read.execute(
        "SELECT root FROM activity WHERE node = 'late' GROUP BY root HAVING count(*) > 1"
    ).fetchall()
    assert twice == []
    [(fired,)] = read.execute("SELECT count(*) FROM activity WHERE node = 'late'")
    [(reminded,)] = read.execute("SELECT count(*) FROM task WHERE name = 'remind'")
    assert fired == reminded


def fire_all(box: Box, clock: Clock) -> None:
    """Let time pass: every report that still waits is late then, once."""
    read = box.store.read()
    for _ in range(3):  # what is begun by a job may have a timer of its own
        clock.advance(SECOND)
        box.clockwork.fire_due()
    unfired = read.execute("SELECT count(*) FROM job WHERE due <= ?", (clock.now,)).fetchall()
    assert unfired == [(0,)]
    never = read.execute(
        "SELECT root FROM activity r WHERE node = 'report' AND ended IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM activity l WHERE l.root = r.root AND l.node = 'late')"
    ).fetchall()
    assert never == []
