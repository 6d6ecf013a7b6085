"""The facts of the box: sizes and growth, the health of its threads, what it logged last."""

import logging

import pytest

from appliance import __version__, logs
from appliance.errors import InvalidInput, StorageFull
from appliance.store import sqlite
from appliance.store.transaction import Transaction
from appliance.system import DaySize, Forecast
from tests.appliance.ended import ended
from tests.appliance.given import DAY, HOUR
from tests.appliance.processes import ADMIN, ERP, deploy
from tests.play import as_xml


def look(box, days: int = 1) -> None:
    box.system.look().result(10)
    box.clock.advance(days * DAY)


def grow(box, sizes: list[int], every: int = 1) -> None:
    """Pretend that the database had these sizes on the days before today."""
    today = box.clock.now // DAY
    rows = [(today - every * age, box.clock.now, size, 0) for age, size in enumerate(sizes[::-1])]

    def work(connection: sqlite.Connection) -> None:
        connection.executemany(
            "INSERT INTO size (day, at, database, files) VALUES (?, ?, ?, ?)", rows
        )

    box.store.write(work).result(10)


def test_what_runs_here(box):
    found = box.system.program()
    assert (found.version, found.sqlite, found.started) == (
        __version__, sqlite.VERSION, box.clock.now,
    )  # fmt: skip
    assert found.directory == box.directory.path
    assert found.memory > 10_000_000


def test_what_takes_how_much_room(box):
    ended(box, count=3)
    (box.directory.backups / "daily-20260501T023000Z.zip").write_bytes(b"x" * 700)
    look(box)
    space = box.system.space()
    assert space.database == box.directory.database.stat().st_size
    assert (space.files, space.backups) == (3 * 5009, 700)
    assert space.log > 0
    assert space.reusable % 4096 == 0
    assert 0 < space.free < space.disk


def test_a_day_has_one_size_and_old_days_go(box):
    look(box, 0)
    ended(box)
    look(box, 1)
    look(box, 900)
    look(box, 0)
    assert [day.files for day in box.system.growth(10_000)] == [5009]
    assert box.system.growth()[0].day == box.clock.now // DAY


def test_growth_is_told_day_by_day(box):
    look(box)
    ended(box)
    look(box, 2)
    look(box, 0)
    days = box.system.growth()
    assert [day.day - days[0].day for day in days] == [0, 1, 3]
    assert [day.files for day in days] == [0, 5009, 5009]
    assert isinstance(days[0], DaySize)
    assert days[1].total == days[1].database + 5009


def test_of_few_days_nothing_is_foretold(box):
    grow(box, [1000, 2000])
    assert box.system.forecast() == Forecast(None, None)


def test_how_many_days_are_left(box, monkeypatch):
    disk = type("Usage", (), {"free": 5000, "total": 9000})
    monkeypatch.setattr("appliance.system.shutil.disk_usage", lambda _: disk)
    grow(box, [1000, 2000, 3000, 4000])
    assert box.system.forecast() == Forecast(1000, 5)


@pytest.mark.parametrize("sizes", [[5000, 5000, 5000], [5000, 4000, 3000]])
def test_what_does_not_grow_fills_no_disk(box, sizes):
    grow(box, sizes)
    forecast = box.system.forecast()
    assert forecast.days_left is None
    assert forecast.bytes_per_day is not None


def test_long_ago_does_not_count(box):
    grow(box, [1000, 2000, 3000], every=31)
    assert box.system.forecast() == Forecast(None, None)


def test_the_writer_counts(box):
    before = box.system.writer()
    for _ in range(3):
        box.store.write(lambda _: None).result(10)
    after = box.system.writer()
    assert after.commands - before.commands == 3
    assert 1 <= after.commits - before.commits <= 3
    assert after.waiting == 0
    assert after.longest_milliseconds >= after.milliseconds > 0
    assert (after.failures, after.failed_at) == (0, None)


def test_the_writer_tells_of_a_full_disk(box):
    def shrink(transaction: Transaction) -> None:
        pages = transaction.connection.execute("PRAGMA page_count").fetchone()[0]
        transaction.connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    box.store.change(shrink).result(10)
    large = {"x.bpmn": as_xml("start > a > end", "x").encode() + b" " * 100_000}
    with pytest.raises(StorageFull):
        box.processes.deploy(large, ADMIN).result(10)
    writer = box.system.writer()
    assert writer.failures == 1
    assert writer.failed_at is not None


def test_timers_tell_how_late_they_were(box):
    deploy(box, "start > a > end\na ?| late PT1H\nlate > b > end2")
    for _ in range(3):
        box.instances.start("play", {}, ERP).result(10)
    idle = box.system.timers()
    assert (idle.fired, idle.last_fired, idle.latest) == (0, None, 0)
    assert idle.next_due == box.clock.now + HOUR
    box.clock.advance(HOUR + 1500)
    box.clockwork.fire_due()
    timers = box.system.timers()
    assert (timers.fired, timers.last_fired, timers.next_due) == (3, box.clock.now, None)
    assert (timers.late, timers.latest, timers.waiting) == (1500, 1500, 0)


def test_what_was_late_after_the_last_stop(box):
    deploy(box, "start > a > end\na ?| late PT1H\nlate > b > end2")
    box.instances.start("play", {}, ERP).result(10)
    due = box.clock.now + HOUR
    box.clock.advance(3 * HOUR)
    box.start()
    missed = box.system.timers().missed
    assert missed is not None
    assert (missed.jobs, missed.since) == (1, due)


# --- the log


@pytest.fixture
def log(monkeypatch):
    """A logger whose lines are kept."""
    recent = logs.Recent(lines=5)
    monkeypatch.setattr(logs, "recent", recent)
    logger = logging.getLogger("appliance.test_system")
    logger.addHandler(recent)
    logger.setLevel(logging.DEBUG)
    yield logger
    logger.removeHandler(recent)


def test_the_last_lines_the_latest_first(box, log):
    for number in range(7):
        log.info("line %s", number, extra={"process_key": "expense"})
    lines = box.system.log()
    assert [line.text for line in lines] == [
        f"line {number} process_key=expense" for number in range(6, 1, -1)
    ]
    assert (lines[0].level, lines[0].logger) == ("info", "appliance.test_system")


def test_lines_of_a_level_and_with_a_word(box, log):
    log.info("all is well")
    log.error("the disk is full")
    log.warning("the disk is slow")
    assert [line.text for line in box.system.log("warning", "DISK")] == [
        "the disk is slow", "the disk is full",
    ]  # fmt: skip
    assert [line.text for line in box.system.log("error")] == ["the disk is full"]
    with pytest.raises(InvalidInput):
        box.system.log("loud")


def test_no_secret_and_no_forged_line_is_kept(box, log):
    log.info("password=hush\nforged\x1b[31m", extra={"cookie": "wf_session=abc"})
    try:
        raise ValueError("Bearer wf_0123456789abcdefghijklmnopq")
    except ValueError:
        log.exception("failed")
    failed, forged = box.system.log()
    assert "hush" not in forged.text
    assert "abc" not in forged.text
    assert "\n" not in forged.text
    assert "\x1b" not in forged.text
    assert "Traceback" in failed.text
    assert "0123456789" not in failed.text
