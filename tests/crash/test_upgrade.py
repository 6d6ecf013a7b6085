"""An upgrade of the database is killed at any statement: it is at one version or at the next."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from appliance.store import migrations, sqlite
from appliance.store.connections import open_writer, prepare
from appliance.store.soundness import damage
from appliance.store.store import Store
from tests.crash.aging import check_upgraded, turn_back
from tests.crash.killing import Promises, killed, run
from tests.crash.killing import check as check_all
from tests.store.test_tables import schema

pytestmark = pytest.mark.crash
ROOT = Path(__file__).resolve().parent.parent.parent
STEP = 1 if int(os.environ.get("WORKINGFLOW_CRASH_ROUNDS", "1")) > 50 else 9
ROWS = 3000
"""So many that a statement writes more than fits into memory pages at once."""

UPGRADE = """
import os, signal, sys
from pathlib import Path
from itertools import count
from appliance.store import migrations
from appliance.store.connections import open_writer
last, numbers = int(sys.argv[2]), count(1)
connection = open_writer(Path(sys.argv[1]), 5).connection()
def trace(*_):
    if next(numbers) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return True
connection.set_exec_trace(trace)
grow = "CREATE TABLE more AS SELECT * FROM revision;\\nUPDATE revision SET value = value + 1;\\n"
migrations.MIGRATIONS = (*migrations.MIGRATIONS, grow + "CREATE INDEX more_topic ON more (topic)")
migrations.VERSION += 1
migrations.migrate(connection)
"""


def old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of the second version, with rows in it."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "VERSION", 2)
        database = open_writer(path, 5)
        prepare(database)
        migrations.migrate(database.connection())
    rows = [(f"topic {number} {'x' * 300}", 1) for number in range(ROWS)]
    connection = database.connection()
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO revision (topic, value) VALUES (?, ?)", rows)
    connection.execute("COMMIT")
    database.close()


def upgrade(path: Path, last: int) -> int:
    """Upgrade to a version after ours in a process that dies at a statement; its exit code."""
    command = [sys.executable, "-c", UPGRADE, str(path), str(last)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def test_killed_at_a_statement(tmp_path, monkeypatch):
    seen: set[int] = set()
    old(tmp_path / "old.db", monkeypatch)
    for last in range(1, 10_000, STEP):
        path = shutil.copy(tmp_path / "old.db", tmp_path / f"{last}.db")
        code = upgrade(path, last)
        with contextlib.closing(sqlite.connect(path)) as connection:
            seen.add(check(connection))
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert (min(seen), max(seen)) == (2, migrations.VERSION + 1)
    assert len(seen) > migrations.VERSION // 2


def check(connection: sqlite.Connection) -> int:
    """A whole version with all rows, and with nothing of the next; which one."""
    assert damage(connection) == []
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    after = version > migrations.VERSION
    values = connection.execute("SELECT value, count(*) FROM revision GROUP BY value").fetchall()
    assert values == [(2 if after else 1, ROWS)]
    wanted = sqlite.connect(":memory:")
    for sql in migrations.MIGRATIONS[:version]:
        wanted.execute(sql)
    found = {name: sql for name, sql in schema(connection).items() if not name.startswith("more")}
    assert found == schema(wanted)
    assert ("more_topic" in schema(connection)) == after
    wanted.close()
    return version


def test_what_was_killed_is_upgraded_by_the_next_start(tmp_path, monkeypatch):
    path = tmp_path / "x.db"
    old(path, monkeypatch)
    assert upgrade(path, 20) == -signal.SIGKILL
    store = Store(path)
    assert store.migrated_from >= 2
    assert check(store.read()) == migrations.VERSION
    store.close()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Promises]:
    """A data directory after some work, and what was answered."""
    data, promises = tmp_path_factory.mktemp("used") / "data", Promises()
    assert killed(run(data, promises, 200))
    check_all(data, promises)
    return data, promises


STATEMENTS_OF_A_STEP = 5
"""... beside its own: it begins, looks at the version, marks the file, notes the next, commits."""


@pytest.mark.parametrize("version", range(1, migrations.VERSION))
def test_killed_in_the_migration_from(tmp_path, used, version):
    data, promises = tmp_path / "data", used[1]
    shutil.copytree(used[0], data)
    before = turn_back(data / "workingflow.db", version)
    own = migrations.MIGRATIONS[version].strip().split(";\n")
    number = Random(version).randint(2, len(own) + STATEMENTS_OF_A_STEP)
    reached = promises.reached
    assert killed(run(data, promises, 1, "in-migration", str(number)))
    assert promises.reached == reached + 1
    with contextlib.closing(sqlite.connect(data / "workingflow.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    with contextlib.closing(Store(data / "workingflow.db")) as store:
        assert store.migrated_from == version
        check_upgraded(store.read(), before)
    check_all(data, promises)
