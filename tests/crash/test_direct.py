"""Commands of the shell on a failing disk, or killed: stored, or refused and not there, ever.

A command ends after its answer, so what it refused must not lie in the log for the next program to
find; and it may work beside a server, which must not take it for its own.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from appliance.actor import SHELL
from appliance.box import Box
from appliance.config import Config
from appliance.datadir import DataDirectory
from appliance.direct import DirectDatabase
from appliance.errors import StorageFull
from appliance.keys import Keys
from appliance.store import sqlite
from tests.appliance.ended import check
from tests.appliance.given import NOON, Clock
from tests.appliance.processes import ERP, deploy
from tests.crash import command
from tests.crash.faulty import Faults, faulty_disk

pytestmark = pytest.mark.crash
STEP = 1 if int(os.environ.get("WORKINGFLOW_FAULT_ROUNDS", "1")) > 50 else 5
"""Not every write is tried unless many rounds are asked for."""


@pytest.fixture
def faults() -> Iterator[Faults]:
    with faulty_disk() as faults:
        yield faults


@pytest.fixture(params=["alone", "beside a server"])
def data(tmp_path: Path, request: pytest.FixtureRequest, faults: Faults) -> Iterator[Path]:
    """A data directory in use, with a server or without."""
    box = opened(tmp_path / "data")
    deploy(box, "start > a > end")
    box.instances.start("play", {}, ERP).result(10)
    if request.param == "alone":
        box.close()
    yield tmp_path / "data"
    box.close()


def opened(path: Path) -> Box:
    return Box(Config(data=path, demos=False), Clock())


def copied(data: Path, name: str) -> Path:
    """What the next program would find, were all of this machine's killed now."""
    copy = data.with_name(name)
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("lock", "*-shm"))
    return copy


def names(path: Path) -> set[str]:
    """The keys that the next server knows; all else is sound, and the copy is gone."""
    box = opened(path)
    try:
        check(box)
        assert box.audit.verify().problem == ""
        found = {each.name for each in box.keys.list()}
        told = [each.subject for each in box.audit.all() if each.action == "key.create"]
        assert sorted(told) == sorted(found)
        return found
    finally:
        box.close()
        shutil.rmtree(path)


@contextlib.contextmanager
def shell(data: Path) -> Iterator[Keys]:
    """Keys as commands make them."""
    with contextlib.closing(DirectDatabase.open(DataDirectory.open(data))) as database:
        yield Keys(database, lambda: NOON)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("write", sqlite.FullError), ("write", sqlite.IOError), ("sync", sqlite.IOError)],
)
@pytest.mark.parametrize("length", [1, 1000])
def test_what_a_command_answers_is_true(data, faults, kind, error, length):
    stored: set[str] = set()
    refused = 0
    for after in count(0, 1 if kind == "sync" else STEP):
        name, may_be = f"key {after}", set[str]()
        with shell(data) as keys:
            faults.arm(kind, error, after, length)
            try:
                keys.create(name, by=SHELL).result()
                stored.add(name)
            except StorageFull as refusal:
                refused += 1
                may_be = {name} if "look whether" in str(refusal) else may_be
            killed, dark = copied(data, "killed"), copied(data, "dark")
            faults.lose_power(data, dark, Random(after))
            faults.disarm()
        assert stored <= names(killed) <= stored | may_be
        assert stored <= names(dark) <= stored | may_be
        assert names(copied(data, "ended")) == stored
        if not faults.met:
            break
    assert refused
    assert stored


def test_what_cannot_be_taken_back_is_told(data, faults):
    with shell(data) as keys:
        faults.arm("sync", sqlite.IOError, 0, 1000)
        with pytest.raises(StorageFull, match="look whether this was stored"):
            keys.create("doubtful", by=SHELL)
        faults.disarm()


@pytest.mark.parametrize("kind", ["write", "sync"])
def test_a_command_is_killed_at_any_operation(data, kind):
    answered: set[str] = set()
    killed: set[str] = set()
    for number in count(1, 1 if kind == "sync" else STEP):
        name = f"key {number}"
        done = command.run(kind, number, "kill", "api-key", "create", name, "--data", str(data))
        if done.returncode == 0:
            assert done.stdout.startswith("wf_")
            answered.add(name)
        else:
            assert done.returncode == -signal.SIGKILL
            killed.add(name)
        assert answered <= names(copied(data, "copy")) <= answered | killed
        if done.returncode == 0:
            break
    assert killed


def test_a_command_on_a_broken_disk_says_so_and_fails(data):
    done = command.run("sync", 1, "always", "api-key", "create", "ERP", "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert "The disk cannot be" in done.stderr
    assert "Traceback" not in done.stderr
    assert names(copied(data, "copy")) == set()
