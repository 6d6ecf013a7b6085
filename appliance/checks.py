"""Is all well with a data directory? Everything is read, nothing is changed; a server may run.

What is looked at: the database file itself, the rules between its tables, whether rows tell what
the journal tells, the uploaded files, the chain of the audit log.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from appliance.datadir import DataDirectory
from appliance.files import DOOMED, UPLOADED
from appliance.library import Library
from appliance.store import chain, sqlite
from appliance.store.replay import differences
from appliance.store.soundness import damage, unsound

SAMPLE = 1000
"""How many instances are replayed unless all are asked for: the oldest and the latest of them."""

_ROOTS = "SELECT id FROM instance WHERE parent IS NULL ORDER BY id"
_SOME = f"SELECT id FROM ({_ROOTS} LIMIT ?1) UNION SELECT id FROM ({_ROOTS} DESC LIMIT ?1)"
_AUDIT = f"SELECT {chain.COLUMNS} FROM audit ORDER BY id"


class Check(msgspec.Struct, frozen=True):
    """What one look has found: nothing, when all is well."""

    name: str
    looked_at: int
    problems: list[str]


def checks(directory: DataDirectory, *, every: bool = False) -> Iterator[Check]:
    """All looks, one by one; ``every`` instance is replayed, not some of them."""
    with contextlib.closing(sqlite.connect(directory.database, busy_timeout=10)) as connection:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")  # one moment for all of them
        yield Check("database", _count(connection, "sqlite_master"), damage(connection))
        yield Check("rules", _count(connection, "instance"), unsound(connection))
        yield _journal(connection, every)
        yield _files(connection, directory)
        yield _audit(connection)


def _journal(connection: sqlite.Connection, every: bool) -> Check:
    library = Library(lambda: connection)
    sql, bound = (_ROOTS, ()) if every else (_SOME, (SAMPLE // 2,))
    roots = [id for (id,) in connection.execute(sql, bound)]
    found = [line for root in roots for line in _differences(connection, root, library)]
    return Check("journal", len(roots), found)


def _differences(connection: sqlite.Connection, root: int, library: Library) -> list[str]:
    try:
        return differences(connection, root, library.process)
    except Exception as error:  # noqa: BLE001 - rows that make no sense raise anything
        return [f"instance {root}: its rows or its journal cannot be read: {error!r}"]


def _files(connection: sqlite.Connection, directory: DataDirectory) -> Check:
    rows = dict(connection.execute("SELECT stored, size FROM file").fetchall())
    there = {path.name: path for path in directory.files.glob("*/*")}
    missing = [f"{name} is missing" for name in rows if name not in there]
    cut = [
        f"{name} has {there[name].stat().st_size} bytes, not {size}"
        for name, size in rows.items()
        if name in there and there[name].stat().st_size != size
    ]
    left = [name for name in there if name not in rows and not _on_its_way(directory, name)]
    return Check("files", len(rows), [*missing, *cut, *(f"{n} belongs to nothing" for n in left)])


def _on_its_way(directory: DataDirectory, name: str) -> bool:
    """Just uploaded, or just let go of."""
    marks = (directory.tmp / f"{kind}{name}" for kind in (UPLOADED, DOOMED))
    return (
        any(mark.exists() for mark in marks) or not Path(directory.files, name[:2], name).exists()
    )


def _audit(connection: sqlite.Connection) -> Check:
    verdict = chain.verify(map(chain.entry_of, connection.execute(_AUDIT)))
    return Check("audit", verdict.entries, [verdict.problem] if verdict.problem else [])


def _count(connection: sqlite.Connection, table: str) -> int:
    return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
