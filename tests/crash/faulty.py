"""A disk that fails when it is told to: a layer between SQLite and the system's files.

Every connection that is opened while it is the default goes through it. It also remembers what it
would forget: until a sync, the disk need not hold what was written, and after a sync that failed it
need not hold it ever, unless it is written again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

NAME = "faulty"
BELOW = "unix"
SECTOR = 512
"""So many bytes reach the disk together or not at all."""


@dataclass
class Unsynced:
    """The sectors of a file as the disk may still have them, and how long it was there."""

    size: int = 0
    written: dict[int, bytes] = field(default_factory=dict)
    doubtful: dict[int, bytes] = field(default_factory=dict)

    def change(self, file: apsw.VFSFile, offset: int, end: int) -> None:
        """These bytes are about to be another."""
        size = file.xFileSize()
        for sector in range(offset // SECTOR, -(-end // SECTOR)):
            if sector not in self.written:
                at = sector * SECTOR
                before = file.xRead(min(SECTOR, size - at), at) if at < size else b""
                self.written[sector] = self.doubtful.pop(sector, before.ljust(SECTOR, b"\0"))

    def synced(self, size: int) -> None:
        """The disk holds what was written since the last sync."""
        self.size = size
        self.written.clear()

    def failed(self) -> None:
        """The system holds for written what the disk may not hold."""
        self.doubtful.update(self.written)
        self.written.clear()

    def lose(self, path: Path, chance: Random) -> None:
        """Some of it, all of it or nothing is gone."""
        if not path.exists():  # removed meanwhile, not by SQLite
            return
        share = chance.choice((0.0, 0.5, 1.0))
        with path.open("r+b") as file:
            for sector, before in {**self.doubtful, **self.written}.items():
                if chance.random() < share:
                    file.seek(sector * SECTOR)
                    file.write(before)
            if share == 1:
                file.truncate(self.size)


@dataclass
class Faults:
    """Which operation fails, and how: the next but ``after`` of a kind, and ``length`` in a row."""

    kind: str = ""
    error: Callable[[], object] = apsw.IOError
    after: int = 0
    length: int = 0
    met: int = 0
    unsynced: dict[str, Unsynced] = field(default_factory=dict)
    one_by_one: threading.RLock = field(default_factory=threading.RLock)

    def arm(self, kind: str, error: Callable[[], object], after: int, length: int = 1) -> None:
        """From now on; ``error`` makes what is raised, or does something worse."""
        self.kind, self.error, self.after, self.length, self.met = kind, error, after, length, 0

    def disarm(self) -> None:
        """The disk is well again."""
        self.length = 0

    def meet(self, kind: str) -> None:
        """An operation of this kind is about to happen."""
        if kind != self.kind or self.length == 0:
            return
        if self.after > 0:
            self.after -= 1
            return
        self.length -= 1
        self.met += 1
        error = self.error()
        if isinstance(error, Exception):
            raise error

    def lose_power(self, folder: Path, copy: Path, chance: Random) -> None:
        """Let the copy of a folder hold what the disk may hold of it when the power fails now."""
        with self.one_by_one:
            for name, unsynced in self.unsynced.items():
                if Path(name).is_relative_to(folder):
                    unsynced.lose(copy / Path(name).relative_to(folder), chance)


class _File(apsw.VFSFile):
    def __init__(
        self, faults: Faults, name: apsw.URIFilename | str | None, flags: list[int]
    ) -> None:
        super().__init__(BELOW, name, flags)
        self._faults = faults
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._unsynced = faults.unsynced.setdefault(path, Unsynced(self.xFileSize()))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        with self._faults.one_by_one:
            self._faults.meet("write")
            self._unsynced.change(self, offset, offset + len(data))
            super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        with self._faults.one_by_one:
            self._unsynced.change(self, newsize, self.xFileSize())
            super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        with self._faults.one_by_one:
            try:
                self._faults.meet("sync")
            except Exception:
                self._unsynced.failed()
                raise
            super().xSync(flags)
            self._unsynced.synced(self.xFileSize())


class _Disk(apsw.VFS):
    def __init__(self, faults: Faults) -> None:
        super().__init__(NAME, BELOW)
        self._faults = faults

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> _File:  # noqa: N802
        return _File(self._faults, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self._faults.unsynced.pop(filename, None)


def install() -> Faults:
    """From now on, databases of this process are opened on a disk that can fail."""
    faults = Faults()
    _disks.append(_Disk(faults))
    apsw.set_default_vfs(NAME)
    return faults


@contextmanager
def faulty_disk() -> Iterator[Faults]:
    """The same for a while."""
    try:
        yield install()
    finally:
        apsw.set_default_vfs(BELOW)
        _disks.pop().unregister()


_disks: list[_Disk] = []
