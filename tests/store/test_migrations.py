"""A database is brought up to date in whole steps, or left alone."""

import contextlib
from pathlib import Path

import pytest

from appliance.errors import DatabaseNewer, DataDirectoryUnusable
from appliance.store import migrations, sqlite
from appliance.store.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workingflow.db"


def version(path: Path) -> int:
    with contextlib.closing(sqlite.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_a_new_database_gets_all_steps(path):
    store = Store(path)
    assert store.migrated_from == 0
    store.close()
    assert version(path) == migrations.VERSION


def test_a_database_of_today_is_opened_as_it_is(path):
    Store(path).close()
    store = Store(path)
    assert store.migrated_from == migrations.VERSION
    store.close()


def test_a_newer_database_is_refused_and_not_touched(path):
    Store(path).close()
    connection = sqlite.connect(path)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseNewer, match="9999"):
        Store(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused(path):
    connection = sqlite.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DataDirectoryUnusable, match="another program"):
        Store(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path):
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(DataDirectoryUnusable):
        Store(path)


def test_a_step_that_fails_leaves_the_version_before_it(path, monkeypatch):
    good = migrations.MIGRATIONS
    bad = "CREATE TABLE half (id INTEGER);\nCREATE TABLE half (id INTEGER);\n"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*good, bad))
    monkeypatch.setattr(migrations, "VERSION", len(good) + 1)
    with pytest.raises(DataDirectoryUnusable, match="half"):
        Store(path)
    assert version(path) == len(good)
    connection = sqlite.connect(path)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    assert "half" not in names
    monkeypatch.undo()
    Store(path).close()
