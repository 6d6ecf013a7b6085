"""The disk takes no more: refusals are clear, nothing is half done, and it goes on afterwards."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import StorageFull
from appliance.library import Library
from appliance.store.replay import differences
from appliance.store.soundness import unsound
from tests.appliance.given import HOUR, Clock
from tests.appliance.processes import ERP, deploy, names

pytestmark = pytest.mark.crash
REMIND = "start > a > end\na ?| late PT1H\nlate > remind > end2"


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let the system refuse every write beyond this size of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(Config(data=tmp_path / "data", demos=False), Clock())
    box.store.start()
    deploy(box, REMIND)
    yield box
    box.close()


def wal(box: Box) -> int:
    """The size of the write-ahead log."""
    return box.directory.database.with_name("workingflow.db-wal").stat().st_size


def check(box: Box) -> None:
    """Rows and journal tell the same, and no rule is broken."""
    read = box.store.read()
    library = Library(box.store.read)
    assert unsound(read) == []
    for (root,) in read.execute("SELECT id FROM instance").fetchall():
        assert differences(read, root, library.process) == []


def start_until_refused(box: Box) -> tuple[list[int], int]:
    """Start instances in batches until one is refused: the started ones and how many were not."""
    started: list[int] = []
    refused = 0
    while not refused:
        pending = [box.instances.start("play", {"n": "x" * 500}, ERP) for _ in range(20)]
        for each in pending:
            try:
                started.append(each.result(10).instance_id)
            except StorageFull:
                refused += 1
    return started, refused


def test_starts_are_refused_clearly_and_the_box_goes_on(box):
    with no_file_beyond(wal(box) + 200_000):
        started, refused = start_until_refused(box)
        known = [row.id for row in page(box)]
    assert refused
    assert set(started) <= set(known)
    check(box)
    later = box.instances.start("play", {}, ERP).result(10).instance_id
    assert later not in known
    check(box)


def page(box: Box) -> list:
    """All instances that are there."""
    rows, cursor = [], ""
    while cursor is not None:
        found = box.instances.list("all", page=cursor)
        rows += found.items
        cursor = found.next
    return rows


def test_timers_that_could_not_be_stored_fire_when_there_is_space(box, monkeypatch):
    ids = [box.instances.start("play", {"n": n}, ERP).result(10).instance_id for n in range(100)]
    box.clock.advance(HOUR)
    with no_file_beyond(wal(box) + 8_192):
        box.clockwork.fire_due()
        assert box.clockwork._set_aside
    check(box)
    box.clockwork._set_aside.clear()
    box.clockwork.fire_due()
    for id in ids:
        assert sorted(names(box, id)) == ["a", "remind"]
    check(box)


def test_a_checkpoint_that_fails_is_only_late(box):
    for _ in range(50):
        box.instances.start("play", {"n": "x" * 2000}, ERP).result(10)
    with no_file_beyond(box.directory.database.stat().st_size + 4096):
        box.store._writer._checkpoint()
    check(box)
    box.store._writer._checkpoint()
    box.instances.start("play", {}, ERP).result(10)
    check(box)


def test_a_commit_that_fails_is_not_there_after_a_restart(box, tmp_path):
    with no_file_beyond(wal(box) + 100_000):
        started, _ = start_until_refused(box)
    known = {row.id for row in page(box)}
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), box.clock)
    assert {row.id for row in page(again)} == known >= set(started)
    check(again)
    again.close()
