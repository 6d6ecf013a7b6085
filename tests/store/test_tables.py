"""The migrations build exactly the schema that the models describe."""

import re

import pytest
from playhouse.apsw_ext import APSWDatabase

from appliance.store import sqlite
from appliance.store.migrations import MIGRATIONS
from appliance.store.tables import TABLES
from appliance.store.tables_people import PEOPLE_TABLES
from appliance.store.tables_upkeep import UPKEEP_TABLES
from appliance.store.tables_work import WORK_TABLES


def schema(connection: sqlite.Connection) -> dict[str, str]:
    """The words of the statement that made each table and index."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: " ".join(re.findall(r'[^\s"(),]+', sql)) for name, sql in rows}


@pytest.fixture(scope="module")
def migrated() -> dict[str, str]:
    connection = sqlite.connect(":memory:")
    for migration in MIGRATIONS:
        connection.execute(migration)
    found = schema(connection)
    connection.close()
    return found


@pytest.fixture(scope="module")
def described() -> dict[str, str]:
    database = APSWDatabase(":memory:")
    tables = [*TABLES, *PEOPLE_TABLES, *UPKEEP_TABLES, *WORK_TABLES]
    with database.connection_context(), database.bind_ctx(tables):
        database.create_tables(tables, safe=False)
        return schema(database.connection())


def test_both_have_the_same_tables_and_indexes(migrated, described):
    assert sorted(migrated) == sorted(described)


def test_each_table_and_index_is_the_same(migrated, described):
    different = {
        name: (migrated[name], sql) for name, sql in described.items() if migrated[name] != sql
    }
    assert different == {}
