"""Retention: what is older than the rules say goes, all of it and nothing else."""

import re
import threading

import pytest

from appliance import retention
from appliance.audit import Wanted
from appliance.box import Box
from appliance.config import Config
from appliance.errors import Conflict, InstanceNotFound, InvalidInput, ProcessNotFound
from appliance.store.migrations import MIGRATIONS
from tests.appliance.ended import begun, check, ended, finish
from tests.appliance.given import DAY
from tests.appliance.processes import ADMIN, KERMIT, deploy, start


def gone(box, id: int) -> bool:
    try:
        box.instances.status(id)
    except InstanceNotFound:
        return True
    return False


def rows_of(box, id: int) -> dict[str, int]:
    """How many rows of each table are about an instance (one with a single activity tree)."""
    read = box.store.read()
    found = {
        table: read.execute(f"SELECT count(*) FROM {table} WHERE root = ?", (id,)).fetchone()[0]
        for table in ("instance", "activity", "task", "incident", "file", "log_line", "journal",
                      "job", "subscription")
    }  # fmt: skip
    return {table: count for table, count in found.items() if count}


# --- rules


def test_without_rules_everything_is_kept(box):
    [id] = ended(box)
    box.clock.advance(4000 * DAY)
    assert box.retention.preview().instances == 0
    assert box.retention.run(ADMIN).instances == {}
    assert not gone(box, id)


def test_a_process_has_a_rule_of_its_own_or_that_of_all_others(box):
    ids = {key: ended(box, key)[0] for key in ("short", "long", "never", "other")}
    box.retention.set("", 100, ADMIN).result(10)
    box.retention.set("short", 10, ADMIN).result(10)
    box.retention.set("long", 1000, ADMIN).result(10)
    box.retention.set("never", 0, ADMIN).result(10)
    box.clock.advance(11 * DAY)
    assert box.retention.run(ADMIN).instances == {"short": 1}
    box.clock.advance(100 * DAY)
    assert box.retention.run(ADMIN).instances == {"other": 1}
    box.retention.set("never", None, ADMIN).result(10)
    assert box.retention.run(ADMIN).instances == {"never": 1}
    assert {key for key, id in ids.items() if not gone(box, id)} == {"long"}


@pytest.mark.parametrize("days", [-1, 36_501])
def test_what_is_no_number_of_days(box, days):
    with pytest.raises(InvalidInput):
        box.retention.set("", days, ADMIN)


def test_a_process_that_there_is_not(box):
    with pytest.raises(ProcessNotFound):
        box.retention.set("nothing", 10, ADMIN)


def test_who_set_a_rule_and_what_has_gone_is_audited(box):
    ended(box, count=2)
    box.retention.set("expense", 30, ADMIN).result(10)
    box.clock.advance(31 * DAY)
    box.retention.run(KERMIT)
    done, rule = box.audit.list(Wanted(action="retention")).items
    assert (rule.by, rule.subject, rule.detail) == ("admin", "expense", {"days": [None, 30]})
    assert (done.by, done.subject) == ("kermit", "expense")
    assert done.detail == {"instances": {"expense": 2}, "files": 2}


# --- what goes


def test_nothing_of_an_instance_is_left(box):
    [old] = ended(box)
    box.clock.advance(10 * DAY)
    [younger], running = ended(box), begun(box)
    file = box.files.list(old)[0]
    before = {id: rows_of(box, id) for id in (younger, running)}
    box.retention.set("", 10, ADMIN).result(10)
    box.clock.advance(1)
    removed = box.retention.run(ADMIN)
    assert (removed.instances, removed.files) == ({"expense": 1}, 1)
    assert removed.file_bytes == file.size
    assert gone(box, old)
    assert rows_of(box, old) == {}
    assert not file.path.exists()
    assert {id: rows_of(box, id) for id in (younger, running)} == before
    scopes = "SELECT count(*) FROM variable WHERE scope = ?"
    assert box.store.read().execute(scopes, (old,)).fetchone() == (0,)
    check(box)
    finish(box, running)
    check(box)


def test_what_it_called_goes_with_it(box):
    deploy(box, "start > deep > end", "inner")
    outer = start(
        box, '<callActivity id="call" calledElement="inner"/>\nstart > call > end', "outer"
    )
    inner = box.instances.detail(outer).called[0].id
    box.retention.set("inner", 1, ADMIN).result(10)
    box.clock.advance(2 * DAY)
    [task] = box.instances.status(outer).tasks
    box.tasks.complete(task.id, ADMIN, {}, {}, now=None).result(10)
    box.clock.advance(2 * DAY)
    assert box.retention.run(ADMIN).instances == {}  # the caller's process decides
    box.retention.set("outer", 1, ADMIN).result(10)
    assert box.retention.run(ADMIN).instances == {"outer": 1}
    assert gone(box, inner)
    assert box.store.read().execute("SELECT count(*) FROM variable").fetchone() == (0,)
    check(box)


def test_no_table_is_forgotten():
    """Whoever adds a table that belongs to instances must let it go, too."""
    tables = {
        statement.split()[2]
        for sql in MIGRATIONS
        for statement in sql.split(";")
        if statement.split()[:2] == ["CREATE", "TABLE"] and re.search(r"\broot INTEGER", statement)
    }
    assert tables == {
        "instance", "activity", "task", "incident", "file", "log_line", "journal",
        "job", "subscription", "comment", "participant", "notice",
        "postponed",  # it goes when it is delivered
    }  # fmt: skip


def test_a_preview_tells_what_goes(box):
    ended(box, count=3)
    ended(box, "trip")
    rules = {"": 30}
    assert box.retention.preview(rules).instances == 0
    box.clock.advance(31 * DAY)
    preview = box.retention.preview(rules)
    assert [(p.process, p.instances, p.files, p.file_bytes) for p in preview.processes] == [
        ("expense", 3, 3, 3 * 5009), ("trip", 1, 1, 5009),
    ]  # fmt: skip
    assert preview.processes[0].oldest == box.clock.now - 31 * DAY
    assert 0 < preview.database_bytes <= box.retention._used()
    assert box.retention.preview().instances == 0
    assert len(box.instances.list("all").items) == 4


# --- the file


def test_the_database_file_shrinks(box, monkeypatch):
    monkeypatch.setattr(retention, "SPARE_PAGES", 10)
    monkeypatch.setattr(retention, "SLICE_PAGES", 16)
    ended(box, count=120)
    box.store._writer._checkpoint()
    before = box.directory.database.stat().st_size
    box.retention.set("", 1, ADMIN).result(10)
    box.clock.advance(2 * DAY)
    removed = box.retention.run(ADMIN)
    box.store.write(lambda _: None).result(10)
    box.store._writer._checkpoint()
    after = box.directory.database.stat().st_size
    assert removed.instances == {"expense": 120}
    assert after < before - removed.database_bytes // 2
    assert box.system.space().reusable <= 11 * 4096
    check(box)


def test_small_pieces_and_a_large_instance_by_itself(box, monkeypatch):
    ids = ended(box, count=7)
    monkeypatch.setattr(retention, "SLICE_INSTANCES", 3)
    assert [len(piece) for piece in box.retention._slices(ids)] == [3, 3, 1]
    monkeypatch.setattr(retention, "SLICE_STAYS", 1)
    assert [len(piece) for piece in box.retention._slices(ids)] == [1] * 7


def test_it_can_be_stopped_and_goes_on(box, monkeypatch):
    ended(box, count=5)
    monkeypatch.setattr(retention, "SLICE_INSTANCES", 1)
    box.retention.set("", 1, ADMIN).result(10)
    box.clock.advance(2 * DAY)
    delete = retention.removal.delete

    def once(connection, roots):
        box.retention.stop()
        return delete(connection, roots)

    monkeypatch.setattr(retention.removal, "delete", once)
    assert box.retention.run(ADMIN).instances == {"expense": 1}
    check(box)
    box.retention._stopping = threading.Event()
    monkeypatch.undo()
    assert box.retention.run(ADMIN).instances == {"expense": 4}


def test_files_stay_while_a_backup_is_made(box):
    [id] = ended(box)
    box.retention.set("", 1, ADMIN).result(10)
    box.clock.advance(2 * DAY)
    with box.directory.files_held(), pytest.raises(Conflict, match="backup"):
        box.retention.run(ADMIN)
    assert not gone(box, id)
    box.retention.run(ADMIN)
    assert gone(box, id)


def test_a_crash_between_rows_and_files_leaves_no_file(box, clock, tmp_path, monkeypatch):
    ended(box, count=2)
    box.retention.set("", 1, ADMIN).result(10)
    box.clock.advance(2 * DAY)
    monkeypatch.setattr(box.files, "remove", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        box.retention.run(ADMIN)
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), clock)
    assert list(again.directory.files.rglob("*.pdf")) == []
    check(again)
    again.close()


def test_a_crash_before_the_rows_go_keeps_the_files(box, clock, tmp_path, monkeypatch):
    ended(box, count=2)
    box.retention.set("", 1, ADMIN).result(10)
    box.clock.advance(2 * DAY)
    monkeypatch.setattr(retention.removal, "delete", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        box.retention.run(ADMIN)
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), clock)
    assert len(list(again.directory.files.rglob("*.pdf"))) == 2
    check(again)
    again.close()
