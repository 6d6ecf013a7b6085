"""Restoring: everything is there again, nothing is lost, what is wrong changes nothing."""

import contextlib
import zipfile
from pathlib import Path

import pytest

from appliance import archive, restore
from appliance.audit import Wanted
from appliance.box import Box
from appliance.config import Config
from appliance.datadir import DataDirectory
from appliance.direct import DirectDatabase
from appliance.errors import (
    BackupDamaged,
    Conflict,
    DatabaseNewer,
    DataDirectoryLocked,
    DataDirectoryUnusable,
    StorageFull,
)
from appliance.store import sqlite
from appliance.store.migrations import VERSION
from tests.appliance.ended import begun, check, ended, finish
from tests.appliance.given import NOON, PASSWORD
from tests.appliance.processes import ADMIN


@pytest.fixture
def made(box, tmp_path) -> Path:
    """A backup, outside of the data directory, of a box with two instances and a person."""
    ended(box)
    begun(box)
    box.people.add("gonzo", PASSWORD, admin=True).result(10)
    box.directory.secret()
    target = tmp_path / "monday.zip"
    box.backups.write(target, ADMIN)
    return target


@contextlib.contextmanager
def opened(path: Path, clock):
    box = Box(Config(data=path, demos=False), clock)
    yield box
    box.close()


def content(path: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(path)): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file() and each.name != "lock"
    }


def rewritten(path: Path, name: str, change) -> None:
    """Change a member of an archive and its sum."""
    with zipfile.ZipFile(path) as old:
        members = {each: old.read(each) for each in old.namelist()}
    digest = archive.hashlib.sha256(members[name]).hexdigest()
    members[name] = change(members[name])
    sums = members[archive.SUMS].decode()
    changed = archive.hashlib.sha256(members[name]).hexdigest()
    members[archive.SUMS] = sums.replace(digest, changed).encode()
    with zipfile.ZipFile(path, "w") as new:
        for each, data in members.items():
            new.writestr(each, data)


def test_everything_is_there_again_and_goes_on(box, made, tmp_path, clock):
    rows = [row.id for row in box.instances.list("all").items]
    secret = box.directory.secret()
    manifest = restore.restore(tmp_path / "new", made, NOON)
    assert manifest.files == 1
    with opened(tmp_path / "new", clock) as again:
        assert [row.id for row in again.instances.list("all").items] == rows
        assert again.directory.secret() == secret
        assert again.people.authenticate("gonzo", PASSWORD).admin
        [running] = [row.id for row in again.instances.list("open").items]
        check(again)
        finish(again, running)
        check(again)
        assert again.audit.verify().problem == ""
    leaves = {path.name for path in (tmp_path / "new").iterdir()}
    assert leaves == {"workingflow.db", "files", "backups", "tmp", "lock", "secret.key"}
    for path in (tmp_path / "new").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_it_is_told_and_nobody_is_let_in_by_what_was_open_then(box, tmp_path, clock):
    box.people.add("gonzo", PASSWORD, admin=True).result(10)
    cookie = box.sessions.create("gonzo").result(10)
    link = box.password_links.create("gonzo").result(10)
    box.backups.write(tmp_path / "x.zip", ADMIN)
    restore.restore(tmp_path / "new", tmp_path / "x.zip", NOON)
    with opened(tmp_path / "new", clock) as again:
        assert again.sessions.get(cookie) is None
        with pytest.raises(Exception, match="not valid"):
            again.password_links.user_of(link)
        [entry] = again.audit.list(Wanted(action="backup.restore")).items
        assert (entry.by, entry.subject) == ("shell", "x.zip")


def test_what_holds_cases_is_left_alone(made, tmp_path, clock):
    with opened(tmp_path / "used", clock) as used:
        begun(used)
    before = content(tmp_path / "used")
    with pytest.raises(Conflict, match="--force"):
        restore.restore(tmp_path / "used", made, NOON)
    assert content(tmp_path / "used") == before


def test_what_is_replaced_is_kept_beside_it(box, made, tmp_path, clock):
    with opened(tmp_path / "used", clock) as used:
        used.people.add_group("only_here").result(10)
        ended(used, count=2)
        (used.directory.path / "workingflow.toml").write_text("port = 81\n")
        used.backups.make(ADMIN)
    before = content(tmp_path / "used")
    restore.replace(tmp_path / "used", made, NOON)
    with opened(tmp_path / "used", clock) as again:
        assert len(again.instances.list("all").items) == 2
        assert [group.name for group in again.people.groups()] == []
        assert len(again.backups.list()) == 1
        check(again)
    assert (tmp_path / "used" / "workingflow.toml").read_text() == "port = 81\n"
    [aside] = (tmp_path / "used").glob("before-restore-*")
    kept = content(aside)
    assert kept["workingflow.db"] == before["workingflow.db"]
    assert [name for name in kept if name.startswith("files/")] == [
        name for name in before if name.startswith("files/")
    ]


@pytest.mark.parametrize("again", [restore.restore, restore.replace])
def test_what_was_interrupted_is_no_empty_directory(made, tmp_path, clock, monkeypatch, again):
    with opened(tmp_path / "used", clock) as used:
        used.people.add_group("only_here").result(10)
    with monkeypatch.context() as patch:
        patch.setattr(restore, "_put_in_place", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore.replace(tmp_path / "used", made, NOON)
    for start in (lambda: opened(tmp_path / "used", clock).__enter__(),
                  lambda: DirectDatabase.open(DataDirectory.open(tmp_path / "used"))):  # fmt: skip
        with pytest.raises(DataDirectoryUnusable, match="was interrupted"):
            start()
    again(tmp_path / "used", made, NOON + 1000)
    with opened(tmp_path / "used", clock) as there:
        assert len(there.instances.list("all").items) == 2


def test_a_directory_in_use_by_a_server_is_left_alone(box, made):
    other = DataDirectory.open(box.directory.path)
    with pytest.raises(DataDirectoryLocked):
        restore.replace(other.path, made, NOON)
    check(box)


def test_settings_come_back_where_there_are_none(box, tmp_path, clock):
    (box.directory.path / "workingflow.toml").write_text("port = 82\n")
    box.backups.write(tmp_path / "x.zip", ADMIN)
    restore.restore(tmp_path / "new", tmp_path / "x.zip", NOON)
    assert (tmp_path / "new" / "workingflow.toml").read_text() == "port = 82\n"


# --- what is wrong changes nothing


def empty(path: Path) -> bool:
    return content(path) == {} and list((path / "tmp").iterdir()) == []


def test_a_damaged_archive(made, tmp_path):
    data = bytearray(made.read_bytes())
    data[len(data) // 2] ^= 0xFF
    made.write_bytes(data)
    with pytest.raises(BackupDamaged):
        restore.restore(tmp_path / "new", made, NOON)
    assert empty(tmp_path / "new")


def test_a_damaged_database_with_a_sum_that_fits(made, tmp_path):
    def damage(data: bytes) -> bytes:
        return data[: 4096 * 4] + b"\xff" * 8192 + data[4096 * 6 :]

    rewritten(made, "workingflow.db", damage)
    with pytest.raises(BackupDamaged, match="database"):
        restore.restore(tmp_path / "new", made, NOON)
    assert empty(tmp_path / "new")


def test_a_database_of_a_newer_program(made, tmp_path):
    def newer(data: bytes) -> bytes:
        path = tmp_path / "newer.db"
        path.write_bytes(data)
        with contextlib.closing(sqlite.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        return path.read_bytes()

    rewritten(made, "workingflow.db", newer)
    with pytest.raises(DatabaseNewer):
        restore.restore(tmp_path / "new", made, NOON)
    assert empty(tmp_path / "new")


def test_a_disk_that_is_too_small(made, tmp_path, monkeypatch):
    disk = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(StorageFull):
        restore.restore(tmp_path / "new", made, NOON)
    assert empty(tmp_path / "new")
