"""Commands beside a server: they make the database, wait their turn, and undo what fails."""

import subprocess
import sys

import pytest

from appliance import direct
from appliance.datadir import DataDirectory
from appliance.direct import DirectDatabase
from appliance.errors import (
    CannotStart,
    DatabaseNewer,
    DataDirectoryLocked,
    DataDirectoryUnusable,
    GroupNotFound,
    StorageFull,
)
from appliance.people import People
from appliance.store import sqlite
from appliance.store.migrations import VERSION
from appliance.store.store import Store
from tests.appliance.given import PASSWORD, Clock


@pytest.fixture
def data(tmp_path):
    data = DataDirectory.open(tmp_path / "data")
    yield data
    data.unlock()


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits, neither for a lock nor for a starting server."""
    monkeypatch.setattr(direct, "BUSY_SECONDS", 0)
    monkeypatch.setattr(direct, "STARTING_SECONDS", 0)


def test_before_the_first_start_the_database_is_made(data):
    database = DirectDatabase.open(data)
    People(database, Clock()).add("kermit", PASSWORD)
    database.close()
    store = Store(data.database)
    assert store.migrated_from == VERSION
    assert People(store, Clock()).get("kermit").active
    store.close()


def test_a_server_and_a_command_see_each_others_writes(data):
    store = Store(data.database)
    database = DirectDatabase.open(data)
    served, beside = People(store, Clock()), People(database, Clock())
    served.add("kermit", PASSWORD).result()
    assert beside.get("kermit")
    beside.disable("kermit")
    assert not served.get("kermit").active
    database.close()
    store.close()


def test_what_fails_halfway_leaves_nothing(data):
    database = DirectDatabase.open(data)
    with pytest.raises(GroupNotFound):
        People(database, Clock()).add("kermit", PASSWORD, groups=["nowhere"])
    assert People(database, Clock()).list() == []
    database.close()


def test_a_database_of_a_newer_program_is_left_alone(data):
    DirectDatabase.open(data).close()
    with sqlite.connect(data.database) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(DatabaseNewer) as refused:
        DirectDatabase.open(data)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize("content", [b"this is no database, it is a letter" * 100, b"\0" * 5000])
def test_a_file_that_is_no_database_is_refused(data, content):
    data.database.write_bytes(content)
    with pytest.raises(DataDirectoryUnusable):
        DirectDatabase.open(data)
    assert data.database.read_bytes() == content


def test_a_database_of_another_program_is_refused(data):
    with sqlite.connect(data.database) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    with pytest.raises(DataDirectoryUnusable, match="another program"):
        DirectDatabase.open(data)


def test_a_server_that_never_finishes_starting_is_named(data, impatient):
    data.lock()
    with pytest.raises(DataDirectoryLocked):
        DirectDatabase.open(DataDirectory.open(data.path))


def test_a_database_that_stays_busy_is_reported(data, impatient):
    database = DirectDatabase.open(data)
    other = sqlite.connect(data.database)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotStart, match="busy"):
        People(database, Clock()).add_group("hr")
    other.execute("ROLLBACK")
    People(database, Clock()).add_group("hr")
    other.close()
    database.close()


def test_a_full_disk_is_said_and_nothing_changes(data):
    database = DirectDatabase.open(data)
    pages = database.read().execute("PRAGMA page_count").fetchone()[0]
    database.read().execute(f"PRAGMA max_page_count = {pages}")
    people = People(database, Clock())

    def fill():
        for number in range(1000):
            people.add_group(f"group{number}", "x" * 100)

    with pytest.raises(StorageFull):
        fill()
    known = len(people.groups())
    database.read().execute("PRAGMA max_page_count = 1000000")
    people.add_group("hr")
    assert len(people.groups()) == known + 1
    database.close()


def test_many_commands_at_once_all_succeed(data, root):
    DirectDatabase.open(data).close()
    commands = [
        [sys.executable, "-m", "appliance", "api-key", "create", f"key {number}"]
        for number in range(4)
    ]
    running = [
        subprocess.Popen(
            [*command, "--data", str(data.path)],
            cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for command in commands
    ]  # fmt: skip
    outcomes = [(process.communicate(), process.returncode) for process in running]
    assert [code for _, code in outcomes] == [0] * 4
    assert len({output.strip() for (output, _), _ in outcomes}) == 4
