"""A box is killed at any moment: what it had answered is there, and nothing is half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance import archive
from appliance.box import Box
from appliance.config import Config
from appliance.library import Library
from appliance.store.replay import differences
from appliance.store.soundness import unsound
from tests.crash.worker import POINTS

pytestmark = pytest.mark.crash
ROUNDS = int(os.environ.get("WORKINGFLOW_CRASH_ROUNDS", "6"))
HOUSE = {"before-removal", "before-files", "before-backup", "after-backup"}
"""Points that come seldom."""
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Promises:
    """What a killed box had answered."""

    started: set[int] = field(default_factory=set)
    completed: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    files: set[tuple[int, str]] = field(default_factory=set)

    def hear(self, line: str) -> None:
        """Note one line of the worker."""
        kind, *rest = line.split()
        if kind == "started":
            self.started.add(int(rest[0]))
        elif kind == "completed":
            self.completed[int(rest[0])] = int(rest[1])
        elif kind == "moved":
            self.moved[int(rest[0])] = int(rest[1])
        elif kind == "goes":
            self.gone.add(int(rest[0]))
        elif kind == "file":
            self.files.add((int(rest[0]), rest[1]))


def run(data: Path, promises: Promises, lines: int, *point: str) -> int:
    """Let a box work until it has said so many lines, then kill it (or until it kills itself)."""
    command = [sys.executable, "-m", "tests.crash.worker", str(data), *point]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            promises.hear(line)
            if number == lines:
                process.kill()
    return process.returncode


def check(data: Path, promises: Promises) -> None:
    """Everything that was promised is there, and everything that is there is sound."""
    box = Box(Config(data=data, demos=False))
    try:
        read = box.store.read()
        assert unsound(read) == []
        library = Library(box.store.read)
        roots = {id for (id,) in read.execute("SELECT id FROM instance WHERE parent IS NULL")}
        for root in roots:
            assert differences(read, root, library.process) == []
        assert promises.started <= {*roots, *promises.gone}
        done = {id for (id,) in read.execute("SELECT id FROM task WHERE completed_by = 'kermit'")}
        assert {t for t, root in promises.completed.items() if root in roots} <= done
        assert promises.completed.keys() - done <= {
            task for task, root in promises.completed.items() if root in promises.gone
        }
        left = dict(read.execute("SELECT id, ended FROM task WHERE completed_by IS NULL"))
        for task, root in promises.moved.items():
            assert left.get(task) or root in promises.gone
        for id, name in promises.files:
            assert id in promises.gone or box.files.open(id, name).path.is_file()
        assert box.audit.verify().problem == ""
        check_backups(box)
        check_files(box)
        check_timers(box)
    finally:
        box.close()


def check_files(box: Box) -> None:
    """Every row has its bytes, all bytes have a row, nothing is left over."""
    rows = dict(box.store.read().execute("SELECT stored, size FROM file"))
    there = {p.name: p.stat().st_size for p in box.directory.files.rglob("*") if p.is_file()}
    assert there == rows
    assert list(box.directory.tmp.iterdir()) == []


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


def test_killed_at_random_moments(tmp_path):
    chance = random.Random(os.environ.get("WORKINGFLOW_CRASH_SEED", "5"))
    data, promises = tmp_path / "data", Promises()
    for _ in range(ROUNDS):
        code = run(data, promises, chance.randint(1, 300))
        assert code == -signal.SIGKILL
        check(data, promises)
    assert promises.completed
    assert promises.moved
    assert promises.files


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(tmp_path, point):
    data, promises = tmp_path / "data", Promises()
    code = run(data, promises, 20_000, point, "1" if point in HOUSE else "5")
    assert code == -signal.SIGKILL
    check(data, promises)
