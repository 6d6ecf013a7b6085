"""Putting a backup back: into an empty data directory, or in place of what is there.

Nothing that was there is lost: it moves into a folder ``before-restore-…`` of the data directory.
The restored database lets no old session or link in, and its audit log tells of the restore.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from appliance import archive
from appliance.actor import SHELL, Actor
from appliance.archive import Manifest, Watch, unwatched
from appliance.config import FILE_NAME
from appliance.datadir import ASIDE, DataDirectory, fsync
from appliance.direct import DirectDatabase
from appliance.errors import BackupDamaged, Conflict
from appliance.store import chain, sqlite
from appliance.store.soundness import damage

_PARTS = ("files", "secret.key", "workingflow.db-wal", "workingflow.db-shm", "workingflow.db")
"""What is exchanged, the database last."""
_LET_IN = ("session", "one_time_token")


def restore(
    data: Path, backup: Path, now: int, by: Actor = SHELL, watch: Watch = unwatched
) -> Manifest:
    """Put a backup into an empty data directory that no server uses.

    Raises ``Conflict`` when the directory holds anything, ``DataDirectoryLocked``,
    ``BackupDamaged``, ``DatabaseNewer``, ``StorageFull``; then it is as it was.
    """
    return _restore(data, backup, now, by, watch, replace=False)


def replace(
    data: Path, backup: Path, now: int, by: Actor = SHELL, watch: Watch = unwatched
) -> Manifest:
    """The same in place of what the data directory holds, which is kept beside it."""
    return _restore(data, backup, now, by, watch, replace=True)


def _restore(
    data: Path, backup: Path, now: int, by: Actor, watch: Watch, *, replace: bool
) -> Manifest:
    directory = DataDirectory.open(data)
    directory.lock()
    try:
        if not replace:
            _refuse_what_is_used(directory)
        with _staging(directory) as staging:
            manifest = archive.extract(backup, staging, watch)
            _make_ready(staging, backup.name, now, by)
            if replace:
                _put_aside(directory, now)
            _put_in_place(staging, directory)
        return manifest
    finally:
        directory.unlock()


@contextlib.contextmanager
def _staging(directory: DataDirectory) -> Iterator[Path]:
    staging = directory.tmp / f"restore-{secrets.token_hex(8)}"
    staging.mkdir(mode=0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_what_is_used(directory: DataDirectory) -> None:
    if directory.database.exists() or any(directory.files.iterdir()):
        raise Conflict(
            f"{directory.path} is in use: it holds cases already. Name an empty directory, or put"
            " the backup in their place with --force."
        )


def _make_ready(staging: Path, name: str, now: int, by: Actor) -> None:
    """Check the database, bring it up to date, and end what would let people in."""
    path = staging / archive.DATABASE
    try:
        with contextlib.closing(sqlite.connect(path)) as connection:
            problems = damage(connection)
    except sqlite.Error as error:
        problems = [str(error)]
    if problems:
        raise BackupDamaged(f"The database in {name} is damaged: {problems[0]}.")

    def work(connection: sqlite.Connection) -> None:
        for table in _LET_IN:
            connection.execute(f"DELETE FROM {table}")
        chain.record(connection, now, by, "backup.restore", name)

    with contextlib.closing(DirectDatabase.open(DataDirectory.open(staging))) as database:
        database.write(work).result()


def _put_aside(directory: DataDirectory, now: int) -> None:
    moment = datetime.fromtimestamp(now / 1000, UTC)
    aside = directory.path / f"{ASIDE}{moment:%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    for name in reversed(_PARTS):
        if (directory.path / name).exists():
            (directory.path / name).rename(aside / name)
    fsync(aside)
    fsync(directory.path)


def _put_in_place(staging: Path, directory: DataDirectory) -> None:
    with contextlib.suppress(FileNotFoundError):
        directory.files.rmdir()
    *others, database = _PARTS
    for name in others:
        if (staging / name).exists():
            (staging / name).replace(directory.path / name)
    # Settings are about a machine: those that are here stay.
    if (staging / FILE_NAME).exists() and not (directory.path / FILE_NAME).exists():
        (staging / FILE_NAME).replace(directory.path / FILE_NAME)
    fsync(directory.path)  # what the database tells of is there before it
    (staging / database).replace(directory.path / database)
    fsync(directory.path)
