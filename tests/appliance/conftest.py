"""A clock that stands still, a fresh store and box, the command line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.keys import Keys
from appliance.people import People
from appliance.sessions import Sessions
from appliance.setup import Setup
from appliance.store.store import Store
from tests.appliance.given import Clock, Waiting


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "workingflow.db"


@pytest.fixture
def database(path: Path) -> Iterator[Waiting]:
    """The server's store; each write is waited for."""
    store = Store(path)
    store.start()
    yield Waiting(store)
    store.close()


@pytest.fixture
def people(database: Waiting, clock: Clock) -> People:
    return People(database, clock)


@pytest.fixture
def setup(database: Waiting, clock: Clock) -> Setup:
    return Setup(database, clock)


@pytest.fixture
def sessions(database: Waiting, people: People, clock: Clock) -> Sessions:
    return Sessions(database, people, clock, idle=12 * 3600, limit=14 * 86400)


@pytest.fixture
def keys(database: Waiting, clock: Clock) -> Keys:
    return Keys(database, clock)


@pytest.fixture
def box(tmp_path: Path, clock: Clock) -> Iterator[Box]:
    """A box without processes; its timers fire when a test says so."""
    box = Box(Config(data=tmp_path / "data", demos=False), clock)
    box.store.start()
    yield box
    box.close()


@pytest.fixture
def run(tmp_path, root):
    """Run one command line in the data directory ``data``; the answer has stdout and stderr."""
    environ = {name: value for name, value in os.environ.items() if "WORKINGFLOW" not in name}
    environ |= {"WORKINGFLOW_DATA": str(tmp_path / "data"), "PYTHONPATH": str(root)}

    def run(*arguments, code=0, stdin="", **variables):
        done = subprocess.run(
            [sys.executable, "-m", "appliance", *arguments],
            input=stdin, capture_output=True, text=True, cwd=tmp_path, env=environ | variables,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
