"""Files that people upload: received as a stream, durable before their row, never a path.

A file is stored as ``<8 hex>_<safe name>`` below ``files/<first two of the hex>/``. While nobody
knows yet whether its task will be completed, a second name of it lies in ``tmp/``: after a crash,
those names tell which files may be orphans, so that nothing has to be searched.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from appliance.datadir import fsync
from appliance.errors import StorageFull, StoredFileNotFound, TooLarge
from appliance.store import sqlite
from engine.forms.sniff import HEAD, content_type

NAME_BYTES = 180
"""The longest safe name, so that the stored one fits every file system."""

UPLOADED, DOOMED = "upload-", "doomed-"
"""How second names begin. There are two, so that who keeps an upload does not spare it, too."""
_STORED = re.compile(r"[0-9a-f]{8}_[^/\0]+")
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')
_FULL = {errno.ENOSPC, errno.EDQUOT}
_COLUMNS = "stored, original, content_type, size, at, by, task, instance"

log = logging.getLogger(__name__)


class StoredFile(msgspec.Struct, frozen=True, gc=False):
    """A file of an instance. ``name`` is its public name; ``uploaded_at`` in ms."""

    name: str
    original_name: str
    content_type: str
    size: int
    uploaded_at: int
    uploaded_by: str
    task_id: int | None
    instance_id: int
    path: Path


class Received(msgspec.Struct, frozen=True, gc=False):
    """A file that was received and is durable, but belongs to nothing yet.

    ``head`` holds its first bytes, ``mark`` is its second name, which :meth:`Files.keep` removes.
    """

    stored_name: str
    original_name: str
    content_type: str
    size: int
    head: bytes
    path: Path
    mark: Path


class Incoming:
    """A file while it is received. ``write`` what comes, then ``finish`` or ``discard``."""

    def __init__(self, files: Files, name: str, limit: int) -> None:
        self._files = files
        self._name = plain_name(name)
        self._limit = limit
        self._size = 0
        self._head = b""
        self._mark, self._file = files.draft()

    def write(self, chunk: bytes) -> None:
        """Take a part of it. Raises ``TooLarge``, ``StorageFull``; then it is discarded."""
        self._size += len(chunk)
        if self._size > self._limit:
            self.discard()
            limit = f"{self._limit / 1024**2:g} MiB"
            raise TooLarge(f"{self._name} is larger than a file may be ({limit}).")
        if len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]
        try:
            self._file.write(chunk)
        except OSError as error:
            self.discard()
            raise _refusal(error) from error

    def finish(self) -> Received:
        """Make it durable under its stored name. Raises ``StorageFull``."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            stored, path, mark = self._files.link(self._mark, safe_name(self._name))
        except OSError as error:
            self.discard()
            raise _refusal(error) from error
        kind = content_type(self._name, self._head)
        return Received(stored, self._name, kind, self._size, self._head, path, mark)

    def discard(self) -> None:
        """Forget it; harmless at any time before ``finish`` returned."""
        try:
            self._file.close()
        except OSError:
            log.debug("an unfinished upload could not be flushed")
        self._mark.unlink(missing_ok=True)


class Files:
    """The files of all instances."""

    def __init__(
        self, folder: Path, tmp: Path, read: Callable[[], sqlite.Connection], limit: int
    ) -> None:
        self._folder = folder
        self._tmp = tmp
        self._read = read
        self._limit = limit

    def receive(self, name: str) -> Incoming:
        """Begin to receive a file of this name. Raises ``StorageFull``."""
        return Incoming(self, name, self._limit)

    def list(self, instance: int) -> list[StoredFile]:
        """The files of an instance and of what it calls, oldest first."""
        rows = self._read().execute(
            f"SELECT {_COLUMNS} FROM file WHERE instance = ? OR root = ? ORDER BY at, id",
            (instance, instance),
        )
        return [self.stored(row) for row in rows]

    def open(self, instance: int, name: str) -> StoredFile:
        """A file by its stored name. Raises ``StoredFileNotFound``, as when its bytes are gone."""
        row = self._read().execute(
            f"SELECT {_COLUMNS} FROM file WHERE stored = ? AND ? IN (instance, root)",
            (name, instance),
        ).fetchone()  # fmt: skip
        if row is None:
            raise StoredFileNotFound(f"File not found: {name[:200]}")
        stored = self.stored(row)
        if not stored.path.is_file():
            log.error("the bytes of a stored file are gone", extra={"path": str(stored.path)})
            raise StoredFileNotFound(f"File not found: {name[:200]}")
        return stored

    def stored(self, row: tuple) -> StoredFile:
        """A file from its row."""
        return StoredFile(*row, path=self._place(row[0]))

    def keep(self, files: Iterable[Received]) -> None:
        """These belong to an instance now."""
        for each in files:
            each.mark.unlink(missing_ok=True)

    def drop(self, files: Iterable[Received]) -> None:
        """Nobody wants these."""
        for each in files:
            each.path.unlink(missing_ok=True)
            each.mark.unlink(missing_ok=True)

    def doom(self, names: Iterable[str]) -> None:
        """These are about to lose their rows. A crash from here on leaves none of them behind."""
        for name in names:
            with suppress(FileExistsError, FileNotFoundError):
                self._doomed(name).hardlink_to(self._place(name))
        fsync(self._tmp)

    def spare(self, names: Iterable[str]) -> None:
        """These stay after all."""
        for name in names:
            self._doomed(name).unlink(missing_ok=True)

    def remove(self, names: Iterable[str]) -> None:
        """These have lost their rows."""
        for name in names:
            self._place(name).unlink(missing_ok=True)
            self._doomed(name).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what an earlier process received and did not come to keep, and what it doomed.

        Returns how many there were.
        """
        orphans = 0
        for mark in [*self._tmp.glob(f"{UPLOADED}*"), *self._tmp.glob(f"{DOOMED}*")]:
            name = mark.name.removeprefix(UPLOADED).removeprefix(DOOMED)
            if _STORED.fullmatch(name) and not self._known(name):
                self._place(name).unlink(missing_ok=True)
                orphans += 1
            mark.unlink(missing_ok=True)
        if orphans:
            log.info("removed uploads that nothing refers to", extra={"files": orphans})
        return orphans

    def draft(self) -> tuple[Path, BinaryIO]:
        """A new file to write to. Raises ``StorageFull``."""
        path = self._tmp / f"{UPLOADED}{secrets.token_hex(16)}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise _refusal(error) from error
        return path, os.fdopen(handle, "wb")

    def link(self, draft: Path, safe: str) -> tuple[str, Path, Path]:
        """Give a written draft its stored name, durably: the name, its path, its mark."""
        while True:
            stored = f"{secrets.token_hex(4)}_{safe}"
            path, mark = self._place(stored), self._mark(stored)
            self._make_folder(path.parent)
            draft.rename(mark)
            try:
                path.hardlink_to(mark)
            except FileExistsError:  # one chance in four milliards
                draft = mark
                continue
            except OSError:
                mark.unlink()
                raise
            fsync(path.parent)
            return stored, path, mark

    def _mark(self, stored: str) -> Path:
        return self._tmp / f"{UPLOADED}{stored}"

    def _doomed(self, stored: str) -> Path:
        return self._tmp / f"{DOOMED}{stored}"

    def _place(self, stored: str) -> Path:
        return self._folder / stored[:2] / stored

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            fsync(folder.parent)

    def _known(self, stored: str) -> bool:
        sql = "SELECT 1 FROM file WHERE stored = ?"
        return self._read().execute(sql, (stored,)).fetchone() is not None


def plain_name(name: str) -> str:
    """A file's name as people may see it: no folders, no controls, at most 255 characters."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = " ".join(name.split())
    stem, dot, suffix = name.rpartition(".")
    if len(name) > 255:
        name = stem[: 254 - len(suffix)] + dot + suffix if len(suffix) < 20 else name[:255]
    return name if name.strip(". ") else "file"


def safe_name(name: str) -> str:
    """A plain name that every file system takes, still readable: ``Übersicht_Mai.pdf``."""
    name = _UNSAFE.sub("_", name).lstrip(".-") or "file"
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, dot, suffix = name, "", ""
    room = NAME_BYTES - len(f"{dot}{suffix}".encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix


def _refusal(error: OSError) -> Exception:
    if error.errno in _FULL:
        return StorageFull("The disk is full. Nothing was changed.")
    return error
