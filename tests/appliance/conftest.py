"""A clock that stands still, and a fresh database with the tables of people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import SqliteDatabase

from appliance.direct import DirectDatabase
from appliance.keys import Keys
from appliance.people import People
from appliance.sessions import Sessions
from appliance.setup import Setup
from appliance.store.tables_people import PEOPLE_TABLES
from tests.appliance.given import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database file with the tables of people and nothing in them."""
    path = tmp_path / "workingflow.db"
    database = SqliteDatabase(path, pragmas={"journal_mode": "wal"})
    with database, database.bind_ctx(PEOPLE_TABLES):
        database.create_tables(PEOPLE_TABLES)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[DirectDatabase]:
    database = DirectDatabase(path)
    yield database
    database.close()


@pytest.fixture
def people(database: DirectDatabase, clock: Clock) -> People:
    return People(database, clock)


@pytest.fixture
def setup(database: DirectDatabase, clock: Clock) -> Setup:
    return Setup(database, clock)


@pytest.fixture
def sessions(database: DirectDatabase, people: People, clock: Clock) -> Sessions:
    return Sessions(database, people, clock, idle=12 * 3600, limit=14 * 86400)


@pytest.fixture
def keys(database: DirectDatabase, clock: Clock) -> Keys:
    return Keys(database, clock)
