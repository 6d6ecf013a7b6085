"""One file that holds everything of a team: written beside a running server, checked, taken out.

A ZIP file with the names of the data directory: ``workingflow.db`` (as it was at one moment),
``files/``, ``secret.key`` and ``workingflow.toml``, and ``SHA256SUMS`` (for ``sha256sum -c``) and
``manifest.json``. Nothing else may be in it, so no name leads out of where it is unpacked.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from appliance import __version__
from appliance.datadir import DataDirectory, fsync
from appliance.errors import BackupDamaged, BackupFailed, Conflict, StorageFull
from appliance.store import sqlite
from appliance.store.migrations import VERSION
from appliance.store.soundness import damage

FORMAT = 1
DATABASE = "workingflow.db"
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024
COPIED_PAGES = 1000
"""How many pages of the database are copied before others may stop it."""

_MEMBER = re.compile(
    r"workingflow\.db|workingflow\.toml|secret\.key|files/([0-9a-f]{2})/\1[0-9a-f]{6}_[^/\\\0]+"
)
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")
_BESIDE = ("secret.key", "workingflow.toml")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FOR_OWNER = 0o600 << 16


class Manifest(msgspec.Struct, frozen=True):
    """What an archive says of itself. ``missing`` are files whose bytes were gone before."""

    format: int
    workingflow: str
    schema: int
    made: str
    files: int
    missing: list[str]


class Progress(msgspec.Struct, frozen=True):
    """How far it is: ``step`` is database, files or checking, ``done`` of ``total`` parts of it."""

    step: str
    done: int
    total: int


Watch = Callable[[Progress], object]
"""Told now and then how far it is; may raise ``ShuttingDown`` to stop it."""


def unwatched(_: Progress) -> None:
    """Nobody wants to know."""


def write(directory: DataDirectory, target: Path, watch: Watch = unwatched) -> Manifest:
    """Write a backup of a data directory and check it; a server may run meanwhile.

    Raises ``Conflict`` when the target exists, ``StorageFull``, ``BackupFailed``; no part of it is
    left then.
    """
    if target.exists():
        raise Conflict(f"{target} exists already.")
    inside = target.parent == directory.backups
    # What a crash leaves in ``tmp`` goes with the next start.
    part = (directory.tmp if inside else target.parent) / f".{target.name}.{secrets.token_hex(4)}"
    copy = directory.tmp / f"backup-{secrets.token_hex(8)}.db"
    try:
        with directory.files_held():
            stored = _copy_database(directory.database, copy, watch)
            with open(part, "xb", opener=_private) as file:
                manifest = _pack(directory, copy, stored, file, watch)
                file.flush()
                os.fsync(file.fileno())
        verify(part, watch)
        part.rename(target)
        fsync(target.parent)
    except (OSError, sqlite.Error) as error:
        raise _failure(error) from error
    finally:
        part.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return manifest


def verify(path: Path, watch: Watch = unwatched) -> Manifest:
    """Read all of an archive and compare it with its sums. Raises ``BackupDamaged``."""
    with _opened(path) as archive:
        manifest, sums = _said(archive)
        for number, (name, wanted) in enumerate(sums.items()):
            watch(Progress("checking", number, len(sums)))
            with archive.open(name) as file:
                if _digest(file) != wanted:
                    raise BackupDamaged(f"{path.name}: {name} is not as it was written.")
    return manifest


def extract(path: Path, into: Path, watch: Watch = unwatched) -> Manifest:
    """Unpack an archive into an empty directory. Raises ``BackupDamaged``, ``StorageFull``."""
    try:
        with _opened(path) as archive:
            manifest, sums = _said(archive)
            _check_room(archive, into)
            (into / "files").mkdir(mode=0o700)
            for number, (name, wanted) in enumerate(sums.items()):
                watch(Progress("files", number, len(sums)))
                with archive.open(name) as source:
                    if _unpack(source, into / name) != wanted:
                        raise BackupDamaged(f"{path.name}: {name} is not as it was written.")
    except OSError as error:
        raise _failure(error) from error
    return manifest


def _copy_database(path: Path, copy: Path, watch: Watch) -> list[str]:
    """Copy the database as it is now; the names of the files that it knows."""
    with (
        contextlib.closing(sqlite.connect(path, busy_timeout=10)) as source,
        contextlib.closing(sqlite.connect(copy)) as target,
    ):
        copy.chmod(0o600)
        source.execute("PRAGMA wal_autocheckpoint = 0")
        # A snapshot that is held: without it the copy would begin anew with every commit.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchall()
        with target.backup("main", source, "main") as backup:
            while not backup.done:
                backup.step(COPIED_PAGES)
                copied = backup.page_count - backup.remaining
                watch(Progress("database", copied, backup.page_count))
        source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode = delete")
        if problems := damage(target):
            raise BackupFailed(f"The database is damaged: {problems[0]}. See `workingflow check`.")
        return [name for (name,) in target.execute("SELECT stored FROM file ORDER BY stored")]


def _pack(
    directory: DataDirectory, copy: Path, stored: list[str], file: IO[bytes], watch: Watch
) -> Manifest:
    sums: dict[str, str] = {}
    missing: list[str] = []
    with zipfile.ZipFile(file, "w") as archive:
        sums[DATABASE] = _add(archive, DATABASE, copy, zipfile.ZIP_DEFLATED)
        for name in _BESIDE:
            if (directory.path / name).is_file():
                sums[name] = _add(archive, name, directory.path / name, zipfile.ZIP_DEFLATED)
        for number, name in enumerate(stored):
            watch(Progress("files", number, len(stored)))
            member = f"files/{name[:2]}/{name}"
            try:  # what people upload is packed already, most of it
                sums[member] = _add(archive, member, directory.path / member, zipfile.ZIP_STORED)
            except FileNotFoundError:
                missing.append(name)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(FORMAT, __version__, VERSION, made, len(stored), missing)
        lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        archive.writestr(_info(SUMS), lines)
        archive.writestr(_info(MANIFEST), msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _add(archive: zipfile.ZipFile, name: str, path: Path, how: int) -> str:
    digest = hashlib.sha256()
    with (
        path.open("rb") as source,
        archive.open(_info(name, how), "w", force_zip64=True) as target,
    ):
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _info(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type = how
    info.external_attr = _FOR_OWNER
    return info


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BackupDamaged(f"{path.name} is damaged or no backup: {error}.") from error


def _said(archive: zipfile.ZipFile) -> tuple[Manifest, dict[str, str]]:
    """What an archive says of itself, and its sums: exactly one for each member."""
    names = archive.namelist()
    try:
        manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        sums = _sums(archive.read(SUMS).decode())
    except (KeyError, ValueError) as error:
        raise BackupDamaged(f"This is no backup, or it is damaged: {error}.") from None
    if manifest.format > FORMAT:
        raise BackupDamaged("This backup was written by a newer version of the program.")
    unexpected = {name for name in sums if not _MEMBER.fullmatch(name)}
    unexpected |= set(names) ^ {*sums, SUMS, MANIFEST}
    if unexpected or len(names) != len(set(names)) or DATABASE not in sums:
        raise BackupDamaged(f"The backup holds what does not belong in one: {sorted(unexpected)}")
    return manifest, sums


def _sums(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.removesuffix("\n").split("\n"):
        match = _SUM.fullmatch(line)
        if match is None:
            raise ValueError(f"{SUMS} has a line that is no sum")
        found[match[2]] = match[1]
    return found


def _unpack(source: IO[bytes], path: Path) -> str:
    """Write one member, durably; its digest."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    with open(path, "xb", opener=_private) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _check_room(archive: zipfile.ZipFile, into: Path) -> None:
    needed, free = sum(info.file_size for info in archive.infolist()), shutil.disk_usage(into).free
    if needed > free:
        raise StorageFull(
            f"The backup needs {needed / 1024**2:.0f} MiB, and {free / 1024**2:.0f} MiB are free."
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _failure(error: Exception) -> Exception:
    if isinstance(error, sqlite.FullError) or getattr(error, "errno", None) in _FULL:
        return StorageFull(
            "The disk is full; nothing of the backup is left there."
            " Make room, or take another disk."
        )
    if isinstance(error, OSError):
        return BackupFailed(f"{error.filename or 'The backup'}: {error.strerror or error}.")
    return BackupFailed(f"The database cannot be copied: {error}.")
