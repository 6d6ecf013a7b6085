"""A disk that fails when it is told to: a layer between SQLite and the system's files.

Every connection that is opened while it is the default goes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import apsw

NAME = "faulty"
BELOW = "unix"


@dataclass
class Faults:
    """Which operation fails, and how: the next but ``after`` of a kind, and ``length`` in a row."""

    kind: str = ""
    error: Callable[[], object] = apsw.IOError
    after: int = 0
    length: int = 0
    met: int = 0

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


class _File(apsw.VFSFile):
    def __init__(self, faults: Faults, name: object, flags: list[int]) -> None:
        super().__init__(BELOW, name, flags)  # pyright: ignore[reportArgumentType]
        self._faults = faults

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._faults.meet("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._faults.meet("sync")
        super().xSync(flags)


class _Disk(apsw.VFS):
    def __init__(self, faults: Faults) -> None:
        super().__init__(NAME, BELOW)
        self._faults = faults

    def xOpen(self, name: object, flags: list[int]) -> _File:  # noqa: N802
        return _File(self._faults, name, flags)


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
