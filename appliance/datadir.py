"""The data directory: everything of a team, for its owner only, used by one process at a time.

    workingflow.db     the database, with its -wal and -shm while it is open
    workingflow.toml   settings (optional, written by people)
    files/             what people uploaded
    secret.key         32 random bytes as hex, made once
    backups/  tmp/     copies; things that do not outlive the process
    lock               locked (flock) by the process that serves, and names it

Copying the directory while nothing runs is a complete move.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import Conflict, DataDirectoryLocked, DataDirectoryUnusable

OWN_NAMES = frozenset({
    "workingflow.db", "workingflow.db-wal", "workingflow.db-shm", "workingflow.toml",
    "files", "secret.key", "backups", "tmp", "lock", "lost+found",
})  # fmt: skip
ASIDE = "before-restore-"
"""What a restore puts aside lies in a folder of this name and the time."""
_SECRET_BYTES = 32

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class DataDirectory:
    """An opened data directory; ``open`` makes what is missing, ``lock`` makes it ours alone."""

    path: Path
    _lock: int | None = field(default=None, repr=False)

    @classmethod
    def open(cls, path: Path) -> DataDirectory:
        """Open or create the directory. Raises ``DataDirectoryUnusable``."""
        try:
            _make_private(path)
            for name in ("files", "backups", "tmp"):
                (path / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(path, error) from error
        return cls(path)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "workingflow.db"

    @property
    def files(self) -> Path:
        """Where uploaded files live."""
        return self.path / "files"

    @property
    def backups(self) -> Path:
        """Where backups are written."""
        return self.path / "backups"

    @property
    def tmp(self) -> Path:
        """For files that do not outlive the process; on the same file system as ``files``."""
        return self.path / "tmp"

    def lock(self) -> None:
        """Make this process the only one that serves the directory.

        Raises ``DataDirectoryLocked`` naming the process that holds it. The operating system
        gives the lock back when this process ends, however it ends.
        """
        if self._lock is not None:
            return
        path = self.path / "lock"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise DataDirectoryLocked(
                f"The data directory {self.path} is in use by process {holder}."
                " Stop that one, or name another directory with --data."
            ) from None
        except OSError as error:
            os.close(handle)
            raise _unusable(path, error) from error
        self._lock = handle

    def check_whole(self) -> None:
        """Raises ``DataDirectoryUnusable`` when a restore took the database away and died."""
        aside = sorted(self.path.glob(f"{ASIDE}*"))
        if aside and not self.database.exists():
            raise DataDirectoryUnusable(
                f"A restore of {self.path} was interrupted. Restore the backup again, or move back"
                f" what lies in {aside[-1].name}."
            )

    def unlock(self) -> None:
        """Let another process have the directory; harmless when it is not locked."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextlib.contextmanager
    def files_held(self) -> Iterator[None]:
        """While this lasts no file of an instance goes. Raises ``Conflict`` when some just do."""
        with self._locked_files(fcntl.LOCK_SH) as locked:
            if not locked:
                raise Conflict("Old instances are being removed. Try again in a moment.")
            yield

    @contextlib.contextmanager
    def files_going(self) -> Iterator[None]:
        """Files may be removed while this lasts. Raises ``Conflict`` while a backup is made."""
        with self._locked_files(fcntl.LOCK_EX) as locked:
            if not locked:
                raise Conflict("A backup is being made. Try again when it is ready.")
            yield

    @contextlib.contextmanager
    def _locked_files(self, kind: int) -> Iterator[bool]:
        """The lock that backups share and that removals want alone, in this and other processes."""
        handle = os.open(self.files, os.O_RDONLY)
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            locked = True
        except BlockingIOError:
            locked = False
        try:
            yield locked
        finally:
            os.close(handle)

    def empty_tmp(self) -> None:
        """Remove what an earlier process left in ``tmp``; only for the holder of the lock."""
        for path in self.tmp.iterdir():
            try:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            except OSError as error:
                log.warning("%s was not removed: %s", path, error.strerror)

    def secret(self) -> bytes:
        """The installation's secret, made at the first call; never replaced by itself."""
        path = self.path / "secret.key"
        try:
            if not path.exists():
                self._make_secret(path)
            found = bytes.fromhex(path.read_text("ascii").strip())
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                path.chmod(0o600)
        except ValueError:
            found = b""
        except OSError as error:
            raise _unusable(path, error) from error
        if len(found) != _SECRET_BYTES:
            raise DataDirectoryUnusable(
                f"{path} is damaged: it must hold {_SECRET_BYTES} bytes as hex digits. Put it back"
                " from a backup, or remove it to get a new one."
            )
        return found

    def _make_secret(self, path: Path) -> None:
        # A link into place: whoever is second keeps the first one's secret, nobody sees half of it.
        draft = self.tmp / f"secret-{secrets.token_hex(8)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, secrets.token_hex(_SECRET_BYTES).encode() + b"\n")
            os.fsync(handle)
            os.link(draft, path)
            fsync(self.path)
        except FileExistsError:
            pass
        finally:
            os.close(handle)
            draft.unlink()


def _make_private(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True)
        with contextlib.suppress(PermissionError):
            fsync(path.parent)
        return
    except FileExistsError:
        if not path.is_dir():
            raise DataDirectoryUnusable(
                f"{path} is a file, not a directory. Name another with --data."
            ) from None
    names = (each.name for each in path.iterdir())
    foreign = sorted(name for name in names if name not in OWN_NAMES and ASIDE not in name)
    known = (path / "workingflow.db").exists() or (path / "workingflow.toml").exists()
    if foreign and not known:
        raise DataDirectoryUnusable(
            f"{path} is not empty and is no data directory of Workingflow: it holds {foreign[0]}."
            " Name an empty or a new directory."
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        _tighten(path)


def _tighten(path: Path) -> None:
    try:
        path.chmod(0o700)
    except PermissionError:
        # A mounted volume may belong to somebody else; what lies in it is private all the same.
        log.warning("%s can be entered by other users of this machine", path)


def _unusable(path: Path, error: OSError) -> DataDirectoryUnusable:
    reasons = {
        errno.ENOLCK: "this file system cannot lock files",
        errno.EOPNOTSUPP: "this file system cannot lock files",
        errno.ENOSPC: "the disk is full",
    }
    reason = reasons.get(error.errno or 0, error.strerror or str(error))
    remedies = {
        errno.EACCES: "Let this user write there, or name",
        errno.EPERM: "Let this user write there, or name",
        errno.EROFS: "Mount it for writing, or name",
        errno.ENOSPC: "Make room, or name",
    }
    remedy = remedies.get(error.errno or 0, "Name")
    return DataDirectoryUnusable(
        f"The data directory cannot be used: {error.filename or path}: {reason}."
        f" {remedy} another directory with --data."
    )


def fsync(folder: Path) -> None:
    """Make what a folder lists durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
