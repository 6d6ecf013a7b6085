"""Each write and sync of the database fails once: refusals are clear, nothing is lost, it goes on.

``WORKINGFLOW_FAULT_ROUNDS`` says how often; a few times unless told.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import Overloaded, StorageFull
from appliance.store import sqlite
from engine.errors import Refused
from tests.appliance.ended import check
from tests.appliance.given import DAY, MINUTE, Clock
from tests.crash.faulty import Faults, faulty_disk
from tests.crash.worker import FORM, KERMIT, PROCESS
from tests.play import as_xml

pytestmark = pytest.mark.crash
ROUNDS = int(os.environ.get("WORKINGFLOW_FAULT_ROUNDS", "12"))
SEED = os.environ.get("WORKINGFLOW_CRASH_SEED", "5")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
ERRORS = {"full": sqlite.FullError, "error": sqlite.IOError}


@pytest.fixture
def faults() -> Iterator[Faults]:
    with faulty_disk() as faults:
        yield faults


@dataclass
class Office:
    """A box at work, and what it has answered. Single-threaded: what is refused is known, too."""

    box: Box
    chance: random.Random
    started: set[int] = field(default_factory=set)
    completed: dict[int, int] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    refused: int = 0

    def work(self, steps: int) -> None:
        """Do something of everything; refusals must be those of a disk."""
        acts = [self.start, self.start, self.report, self.report, self.fire, self.hire,
                self.deploy, self.let_go, self.checkpoint]  # fmt: skip
        for _ in range(steps):
            try:
                self.chance.choice(acts)()
            except (StorageFull, Overloaded):
                self.refused += 1

    def start(self) -> None:
        variables = {"amount": self.chance.randint(0, 99), "note": "x" * 2000}
        started = self.box.instances.start("crash", variables, KERMIT).result(10)
        self.started.add(started.instance_id)

    def report(self) -> None:
        waiting = self.box.inbox.list(KERMIT, "group").items
        if not waiting:
            return
        chosen = self.chance.choice(waiting)
        incoming = self.box.files.receive("receipt.txt")
        incoming.write(b"x" * 100)
        received = incoming.finish()
        uploads = {"receipt": [received]}
        try:
            self.box.tasks.complete(chosen.id, KERMIT, {"amount": "7"}, uploads, now=NOW).result(10)
        except Refused:
            assert not received.path.exists()
            raise
        self.completed[chosen.id] = chosen.instance_id
        self.stored[received.stored_name] = chosen.instance_id

    def fire(self) -> None:
        clock = self.box.clock
        assert isinstance(clock, Clock)
        clock.advance(MINUTE)
        self.box.clockwork._set_aside.clear()
        self.box.clockwork.fire_due()

    def hire(self) -> None:
        name = f"group{self.chance.getrandbits(60)}"
        self.box.people.add_group(name, by=KERMIT).result(10)
        self.groups.add(name)

    def deploy(self) -> None:
        text = f"<!-- {self.chance.random()} -->{as_xml(PROCESS, 'crash').split('?>', 1)[-1]}"
        self.box.processes.deploy({"crash.bpmn": text.encode()}, KERMIT).result(10)

    def let_go(self) -> None:
        clock = self.box.clock
        assert isinstance(clock, Clock)
        clock.advance(DAY + 1)
        may_go = self.ids("SELECT id FROM instance WHERE parent IS NULL AND ended IS NOT NULL")
        try:
            self.box.retention.run(KERMIT)
        finally:
            self.started -= may_go - self.ids("SELECT id FROM instance")

    def ids(self, sql: str) -> set[int]:
        return {id for (id,) in self.box.store.read().execute(sql)}

    def checkpoint(self) -> None:
        self.box.store._writer._checkpoint()

    def check(self) -> None:
        """Everything that was answered is there, and nothing that was refused."""
        assert self.ids("SELECT id FROM instance WHERE parent IS NULL") == self.started
        assert self.ids("SELECT id FROM task WHERE completed_by = 'kermit'") == {
            task for task, root in self.completed.items() if root in self.started
        }
        assert self.ids("SELECT stored FROM file") == {
            name for name, root in self.stored.items() if root in self.started
        }
        assert {group.name for group in self.box.people.groups()} == self.groups
        assert self.box.audit.verify().problem == ""
        check(self.box)


def opened(path: Path, clock: Callable[[], int]) -> Box:
    box = Box(Config(data=path, demos=False), clock)
    box.store.start()
    return box


def prepared(path: Path, seed: str) -> Office:
    """An office with its process."""
    office = Office(opened(path, Clock()), random.Random(seed))
    model = {"crash.bpmn": as_xml(PROCESS, "crash").encode(), "report.form": FORM}
    office.box.processes.deploy(model, KERMIT).result(10)
    office.box.retention.set("", 1, KERMIT).result(10)
    return office


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("kind", ["write", "sync"])
def test_each_failure_is_survived(tmp_path, faults, kind, name):
    office = prepared(tmp_path / "data", f"{SEED} {kind} {name}")
    chance, met = office.chance, 0
    for _ in range(ROUNDS):
        faults.arm(kind, ERRORS[name], chance.randint(0, 12), chance.choice([1, 1, 3, 10_000]))
        office.work(8)
        met += faults.met
        faults.disarm()
        before = office.refused
        office.work(3)
        assert office.refused == before, "it does not go on"
        office.check()
    office.box.close()
    office.box = opened(tmp_path / "data", office.box.clock)
    office.check()
    office.box.close()
    assert met >= office.refused > 0


def test_a_disk_that_stays_broken_makes_no_promise(tmp_path, faults):
    office = prepared(tmp_path / "data", SEED)
    faults.arm("sync", sqlite.IOError, 0, 10_000)
    with pytest.raises(StorageFull, match="unless the server stops"):
        office.start()
    faults.disarm()
    office.start()
    after_a_power_cut(office, faults, tmp_path / "copy")
    office.box.close()


def test_a_disk_that_is_full_at_the_start_is_said_and_changes_nothing(tmp_path, faults):
    clock = Clock()
    office = Office(opened(tmp_path / "data", clock), random.Random(1))
    office.hire()
    office.box.close()
    faults.arm("write", sqlite.FullError, 0, 10_000)
    again = opened(tmp_path / "data", clock)  # nothing is written to open it
    with pytest.raises(StorageFull, match="full"):
        again.people.add_group("more").result(10)
    faults.disarm()
    office.box = again
    office.hire()
    office.check()
    again.close()


def test_a_server_starts_on_a_full_disk_and_can_be_read(tmp_path, faults):
    office = prepared(tmp_path / "data", "full")
    office.start()
    office.box.close()
    faults.arm("write", sqlite.FullError, 0, 1_000_000)
    office.box = again = opened(tmp_path / "data", office.box.clock)
    again.start()
    [started] = office.started
    assert again.instances.status(started).status == "ACTIVE"
    with pytest.raises(StorageFull, match="full"):
        again.people.add_group("more").result(10)
    faults.disarm()
    office.hire()
    again.close()
    office.box = opened(tmp_path / "data", again.clock)
    office.check()
    office.box.close()


def after_a_power_cut(office: Office, faults: Faults, copy: Path) -> None:
    """Everything that was answered is on the disk, whatever of the rest it holds."""
    data = office.box.directory.path
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("lock", "*-shm"))
    faults.lose_power(data, copy, office.chance)
    there, office.box = office.box, opened(copy, office.box.clock)
    try:
        office.check()
    finally:
        office.box.close()
        office.box = there


def test_the_power_fails_at_any_moment(tmp_path, faults):
    office = prepared(tmp_path / "data", f"{SEED} power")
    for number in range(ROUNDS):
        office.work(office.chance.randint(1, 12))
        after_a_power_cut(office, faults, tmp_path / str(number))
    office.box.close()


def test_what_was_refused_for_a_failed_sync_does_not_come_back(tmp_path, faults):
    office = prepared(tmp_path / "data", f"{SEED} sync")
    for number in range(ROUNDS):
        faults.arm("sync", sqlite.IOError, office.chance.randint(0, 12))
        while not faults.met:
            office.work(1)
        after_a_power_cut(office, faults, tmp_path / str(number))
        office.work(3)
        after_a_power_cut(office, faults, tmp_path / f"{number} later")
    office.box.close()
