"""Backups: whole, checked, made beside a running box; what is damaged or harmful is refused."""

import errno
import hashlib
import os
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from appliance import archive
from appliance.audit import Wanted
from appliance.backups import BY_HAND, DAILY, PATIENCE, Backups
from appliance.box import Box
from appliance.errors import (
    BackupDamaged,
    BackupFailed,
    BackupNotFound,
    Conflict,
    ShuttingDown,
    StorageFull,
)
from appliance.store import sqlite
from tests.appliance.ended import begun, ended, finish
from tests.appliance.given import DAY, HOUR, MINUTE, NOON
from tests.appliance.processes import ADMIN


def content(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def rewritten(path: Path, members: dict[str, bytes]) -> Path:
    """An archive with these members instead."""
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return path


@pytest.fixture
def made(box) -> Path:
    """A backup of a box with two instances, one of which has ended."""
    ended(box)
    begun(box)
    (box.directory.path / "workingflow.toml").write_text('language = "de"\n')
    box.directory.secret()
    return box.directory.backups / box.backups.make(ADMIN).name


# --- what is in one


def test_everything_of_a_team_is_in_it(box, made):
    members = content(made)
    [stored] = [path.name for path in box.directory.files.rglob("*.pdf")]
    assert set(members) == {
        "workingflow.db", "workingflow.toml", "secret.key", f"files/{stored[:2]}/{stored}",
        "SHA256SUMS", "manifest.json",
    }  # fmt: skip
    assert members["workingflow.toml"] == b'language = "de"\n'
    assert members[f"files/{stored[:2]}/{stored}"] == b"%PDF-1.7\n" + b"x" * 5000
    assert made.stat().st_mode & 0o077 == 0
    assert list(box.directory.tmp.iterdir()) == []


def test_the_database_in_it_is_whole(box, made, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(content(made)["workingflow.db"])
    connection = sqlite.connect(copy)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM instance").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    connection.close()


def test_what_is_committed_meanwhile_does_not_disturb_it(box, made, monkeypatch):
    monkeypatch.setattr(archive, "COPIED_PAGES", 5)
    steps: list[archive.Progress] = []

    def watch(progress: archive.Progress) -> None:
        steps.append(progress)
        if progress.step == "database" and len(steps) < 10:
            finish(box, begun(box))

    target = made.with_name("other.zip")
    manifest = archive.write(box.directory, target, watch)
    assert manifest.files == 1
    assert len(box.instances.list("all").items) > 5
    assert archive.verify(target) == manifest
    copied = [progress for progress in steps if progress.step == "database"]
    assert [p.done for p in copied] == sorted({p.done for p in copied})  # it never began anew
    assert copied[-1].done == copied[-1].total
    assert {progress.step for progress in steps} == {"database", "files", "checking"}


def test_a_file_whose_bytes_are_gone_is_told(box, made):
    [path] = box.directory.files.rglob("*.pdf")
    path.unlink()
    manifest = archive.write(box.directory, made.with_name("other.zip"))
    assert manifest.missing == [path.name]
    assert archive.verify(made.with_name("other.zip")) == manifest


def test_files_do_not_go_while_one_is_made(box, made):
    refused: list[str] = []

    def watch(progress: archive.Progress) -> None:
        if progress.step != "checking":
            with pytest.raises(Conflict, match="backup"), box.directory.files_going():
                pass
            refused.append(progress.step)

    archive.write(box.directory, made.with_name("other.zip"), watch)
    assert set(refused) == {"database", "files"}
    with box.directory.files_going():
        pass


def test_none_is_made_while_files_go(box, made):
    with box.directory.files_going(), pytest.raises(Conflict, match="removed"):
        archive.write(box.directory, made.with_name("other.zip"))


# --- what can go wrong


def nothing_left(box: Box, but: set[str]) -> bool:
    left = {path.name for path in (*box.directory.backups.iterdir(), *box.directory.tmp.iterdir())}
    return left == but


def test_a_target_that_is_there_is_kept(box, made):
    before = made.read_bytes()
    with pytest.raises(Conflict):
        archive.write(box.directory, made)
    assert made.read_bytes() == before
    assert nothing_left(box, {made.name})


def test_a_folder_that_is_not_there(box, made):
    with pytest.raises(BackupFailed, match="No such file"):
        archive.write(box.directory, made.parent / "nowhere" / "x.zip")
    assert nothing_left(box, {made.name})


def test_a_disk_that_fills_up_leaves_nothing(box, made, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(StorageFull):
        box.backups.write(made.with_name("other.zip"), ADMIN)
    assert nothing_left(box, {made.name})
    state = box.backups.state()
    assert (state.progress, "full" in state.problem) == (None, True)
    monkeypatch.undo()
    box.backups.make(ADMIN, DAILY)
    assert box.backups.state().problem == ""


def test_a_server_that_stops_leaves_nothing(box, made):
    def stop(_: archive.Progress) -> None:
        raise ShuttingDown("now")

    with pytest.raises(ShuttingDown):
        archive.write(box.directory, made.with_name("other.zip"), stop)
    assert nothing_left(box, {made.name})


def test_a_damaged_database_makes_no_backup(box, made):
    box.store.close()
    with box.directory.database.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(b"\xff" * 8192)
    with pytest.raises(BackupFailed):
        archive.write(box.directory, made.with_name("other.zip"))
    assert nothing_left(box, {made.name})


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 0xFF]))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_bit_that_flipped_is_found(made, part):
    flip(made, int(made.stat().st_size * part))
    with pytest.raises(BackupDamaged):
        archive.verify(made)


def test_what_was_cut_off_is_found(made):
    made.write_bytes(made.read_bytes()[:-300])
    with pytest.raises(BackupDamaged):
        archive.verify(made)


def test_what_was_exchanged_is_found(made):
    members = content(made)
    rewritten(made, members | {"secret.key": b"0" * 64})
    with pytest.raises(BackupDamaged, match=r"secret\.key"):
        archive.verify(made)


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/evil", "files/../../evil", "files/ab/../evil", "files/ab/abcdef01_/evil",
        "files/ab/abcdef01_..\\evil", "files/cd/abcdef01_evil", "lock", "tmp/evil",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(made, tmp_path, name):
    members = content(made)
    digest = hashlib.sha256(b"evil").hexdigest()
    sums = members["SHA256SUMS"] + f"{digest}  {name}\n".encode()
    rewritten(made, members | {name: b"evil", "SHA256SUMS": sums})
    into = tmp_path / "into"
    into.mkdir()
    for act in (lambda: archive.verify(made), lambda: archive.extract(made, into)):
        with pytest.raises(BackupDamaged):
            act()
    assert list(into.rglob("*")) == []
    assert list(tmp_path.rglob("*evil*")) == []


def test_a_member_that_no_sum_covers_is_refused(made):
    rewritten(made, content(made) | {"files/ab/abcdef01_more": b"?"})
    with pytest.raises(BackupDamaged, match="abcdef01_more"):
        archive.verify(made)


def test_a_member_that_is_missing_is_refused(made):
    members = content(made)
    del members["secret.key"]
    rewritten(made, members)
    with pytest.raises(BackupDamaged, match=r"secret\.key"):
        archive.verify(made)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 1000])
def test_what_is_no_archive_is_refused(tmp_path, data):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(BackupDamaged):
        archive.verify(path)


def test_an_archive_of_something_else_is_refused(tmp_path):
    rewritten(tmp_path / "x.zip", {"readme.txt": b"hello"})
    with pytest.raises(BackupDamaged):
        archive.verify(tmp_path / "x.zip")


def test_one_of_a_newer_format_is_refused(made):
    members = content(made)
    newer = members["manifest.json"].replace(b'"format": 1', b'"format": 2')
    rewritten(made, members | {"manifest.json": newer})
    with pytest.raises(BackupDamaged, match="newer"):
        archive.verify(made)


def test_what_does_not_fit_on_the_disk_is_said_before(made, tmp_path, monkeypatch):
    disk = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(StorageFull, match="MiB"):
        archive.extract(made, tmp_path)


# --- the list


def test_the_latest_comes_first(box, clock):
    for _ in range(3):
        clock.advance(HOUR)
        box.backups.make(ADMIN)
    clock.advance(HOUR)
    box.backups.make(ADMIN, DAILY)
    for name in ("notes.txt", "backup-x.zip", "daily-20269901T000000Z.zip", ".x.part"):
        (box.directory.backups / name).write_text("not ours")
    found = box.backups.list()
    assert [each.at for each in found] == [NOON + hours * HOUR for hours in (4, 3, 2, 1)]
    assert [each.daily for each in found] == [True, False, False, False]
    assert found[0].size == (box.directory.backups / found[0].name).stat().st_size


def test_one_is_taken_away_and_removed(box, made):
    path = box.backups.download(made.name, ADMIN).result(10)
    assert path == made
    box.backups.delete(made.name, ADMIN).result(10)
    assert not made.exists()
    assert [(e.by, e.action, e.subject) for e in box.audit.list(Wanted(action="backup")).items] == [
        ("admin", "backup.delete", made.name),
        ("admin", "backup.download", made.name),
        ("admin", "backup.make", made.name),
    ]


@pytest.mark.parametrize("name", ["", "..", "../workingflow.db", "/etc/passwd", "backup-1.zip"])
def test_a_name_that_is_no_backup(box, made, name):
    for act in (box.backups.get, lambda n: box.backups.download(n, ADMIN),
                lambda n: box.backups.delete(n, ADMIN)):  # fmt: skip
        with pytest.raises(BackupNotFound):
            act(name)


def test_one_is_made_in_the_background(box, monkeypatch):
    going, wait = threading.Event(), threading.Event()
    write = archive.write

    def slow(*arguments):
        going.set()
        wait.wait(10)
        return write(*arguments)

    monkeypatch.setattr(archive, "write", slow)
    box.backups.start()
    box.backups.begin(ADMIN)
    assert going.wait(10)
    assert box.backups.state().progress is not None
    with pytest.raises(Conflict):
        box.backups.begin(ADMIN)
    with pytest.raises(Conflict):
        box.backups.make(ADMIN)
    wait.set()
    box.backups.close()
    assert box.backups.state().progress is None


# --- each day


@pytest.fixture
def daily(box, clock) -> Backups:
    box.system.look().result(10)  # the day on which the box was new
    return Backups(
        box.store, box.directory, clock, at="02:30", zone=ZoneInfo("Europe/Berlin"), kept=3
    )


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).astimezone(UTC).timestamp() * 1000)


def test_the_first_is_due_at_its_time_and_the_next_a_day_later(daily, clock):
    assert daily.next() == at("2026-05-02T02:30:00+02:00")
    assert not daily.make_daily()
    clock.now = at("2026-05-02T02:30:00+02:00")
    assert daily.make_daily()
    assert not daily.make_daily()
    assert daily.next() == at("2026-05-03T02:30:00+02:00")


def test_one_that_was_missed_is_made_when_the_box_runs_again(daily, clock):
    clock.advance(5 * DAY)
    assert daily.make_daily()
    assert not daily.make_daily()


def test_so_many_are_kept_and_those_by_hand_too(box, daily, clock):
    box.backups.make(ADMIN, BY_HAND)
    for _ in range(6):
        clock.advance(DAY)
        assert daily.make_daily()
    found = daily.list()
    assert [each.daily for each in found] == [True, True, True, False]
    assert found[0].at == clock.now


def test_never_means_never(box, clock):
    never = Backups(box.store, box.directory, clock)
    clock.advance(10 * DAY)
    assert never.next() is None
    assert not never.make_daily()


def test_after_a_failure_it_is_tried_again_in_an_hour(daily, clock, monkeypatch):
    clock.advance(DAY)
    monkeypatch.setattr(archive, "write", lambda *_: (_ for _ in ()).throw(StorageFull("full")))
    with pytest.raises(StorageFull):
        daily.make_daily()
    monkeypatch.undo()
    clock.advance(MINUTE)
    assert not daily.make_daily()
    clock.advance(PATIENCE)
    assert daily.make_daily()


def test_sums_can_be_checked_by_others(made):
    members = content(made)
    sums = members.pop("SHA256SUMS").decode()
    members.pop("manifest.json")
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    assert sums == "".join(f"{digest}  {name}\n" for name, digest in digests.items())
