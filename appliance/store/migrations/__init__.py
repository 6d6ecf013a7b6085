"""The steps that bring a database to this program's version, listed by name, numbered from 1.

A step is SQL text that never changes after a release. Each runs in one transaction together with
the new version number (``PRAGMA user_version``): a database is at a version or at the next, never
in between.
"""

from __future__ import annotations

from appliance.errors import DatabaseNewer, DataDirectoryUnusable
from appliance.store import sqlite
from appliance.store.migrations import (
    m0001_first,
    m0002_people,
    m0003_moves,
    m0004_batches,
    m0005_upkeep,
    m0006_saved_filters,
    m0007_public,
    m0008_drafts,
    m0009_key_rights,
    m0010_comments,
    m0011_unsent,
    m0012_second_factor,
    m0013_audiences,
    m0014_viewed,
    m0015_substitutions,
    m0016_postponed,
    m0017_converted,
    m0018_remaining,
    m0019_overdue,
    m0020_form_drafts,
    m0021_about,
    m0022_no_failed,
)

MIGRATIONS: tuple[str, ...] = (
    m0001_first.SQL, m0002_people.SQL, m0003_moves.SQL, m0004_batches.SQL, m0005_upkeep.SQL,
    m0006_saved_filters.SQL,
    m0007_public.SQL,
    m0008_drafts.SQL,
    m0009_key_rights.SQL,
    m0010_comments.SQL,
    m0011_unsent.SQL,
    m0012_second_factor.SQL,
    m0013_audiences.SQL,
    m0014_viewed.SQL,
    m0015_substitutions.SQL,
    m0016_postponed.SQL,
    m0017_converted.SQL,
    m0018_remaining.SQL,
    m0019_overdue.SQL,
    m0020_form_drafts.SQL,
    m0021_about.SQL,
    m0022_no_failed.SQL,
)  # fmt: skip
VERSION = len(MIGRATIONS)
APPLICATION_ID = 0x57464C57
"""Marks a SQLite file as ours ("WFLW")."""


def migrate(connection: sqlite.Connection) -> int:
    """Bring a database that :func:`check` accepts up to date and return the version it had."""
    found = _version(connection)
    for number in range(found + 1, VERSION + 1):
        _step(connection, number)
    return found


def check(connection: sqlite.Connection) -> None:
    """Refuse what this program cannot use; it only reads.

    Raises ``DatabaseNewer``, ``DataDirectoryUnusable`` for a database of another program.
    """
    found = _version(connection)
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if mark != APPLICATION_ID and (tables or found):
        raise DataDirectoryUnusable("The database file belongs to another program.")
    if found > VERSION:
        raise DatabaseNewer(
            f"The database has version {found}, this program knows {VERSION} at most."
            " Use the program that wrote it, or a newer one."
        )


def _step(connection: sqlite.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < number:  # else another process was quicker
            for statement in MIGRATIONS[number - 1].split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
