"""The backups in the data directory: made now or each day, listed, taken away; old ones go.

What is in one: ``archive.py``. Putting one back: ``restore.py``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from appliance import archive
from appliance.actor import SYSTEM, Actor
from appliance.archive import Progress, Watch, unwatched
from appliance.background import Background
from appliance.database import Database
from appliance.datadir import DataDirectory
from appliance.errors import BackupNotFound, Conflict, ShuttingDown
from appliance.pending import Pending
from appliance.store import chain, sqlite
from engine.errors import Refused
from engine.times import HOUR

DAILY, BY_HAND = "daily", "backup"
PATIENCE = HOUR
"""Milliseconds after a failure until the daily backup is tried again."""

_NAME = re.compile(rf"({DAILY}|{BY_HAND})-(\d{{8}}T\d{{6}})Z\.zip")
_STAMP = "%Y%m%dT%H%M%S"
_FIRST = "SELECT at FROM size ORDER BY day LIMIT 1"

log = logging.getLogger(__name__)


class Backup(msgspec.Struct, frozen=True):
    """A backup in the data directory. ``at`` in ms, ``size`` in bytes; ``daily``: by itself."""

    name: str
    at: int
    size: int
    daily: bool


class BackupState(msgspec.Struct, frozen=True):
    """What goes on: how far the one at hand is, why the last one failed, when the next is due."""

    progress: Progress | None
    problem: str
    next: int | None


class Backups:
    """The backups of the box. ``at`` is a time of day (``HH:MM``) in ``zone``, empty for never."""

    def __init__(
        self,
        database: Database,
        directory: DataDirectory,
        clock: Callable[[], int],
        *,
        at: str = "",
        zone: ZoneInfo = ZoneInfo("UTC"),  # noqa: B008 - immutable
        kept: int = 7,
        watch: Watch = unwatched,
    ) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._at = at
        self._zone = zone
        self._kept = kept
        self._watch = watch
        self._asked: Actor | None = None
        self._progress: Progress | None = None
        self._problem = ""
        self._patience = 0
        self._background = Background("backups", self._work)
        self.start = self._background.start
        self.close = self._background.close

    def list(self) -> list[Backup]:
        """All of them, the latest first."""
        found = [_backup(path) for path in self._directory.backups.glob("*.zip")]
        known = [each for each in found if each is not None]
        return sorted(known, key=lambda each: (each.at, each.name), reverse=True)

    def get(self, name: str) -> Backup:
        """One of them. Raises ``BackupNotFound``."""
        for each in self.list():
            if each.name == name:
                return each
        raise BackupNotFound(f"There is no backup {name[:100]}.")

    def download(self, name: str, by: Actor) -> Pending[Path]:
        """Where a backup lies, for somebody who takes it away. Raises ``BackupNotFound``."""
        path = self._directory.backups / self.get(name).name
        return self._told(by, "backup.download", name, path)

    def delete(self, name: str, by: Actor) -> Pending[Path]:
        """Remove one. Raises ``BackupNotFound``."""
        path = self._directory.backups / self.get(name).name
        path.unlink(missing_ok=True)
        return self._told(by, "backup.delete", name, path)

    def state(self) -> BackupState:
        """What goes on."""
        return BackupState(self._progress, self._problem, self.next())

    def begin(self, by: Actor) -> None:
        """Make one in the background. Raises ``Conflict`` while one is made."""
        if self._asked is not None or self._progress is not None:
            raise Conflict("A backup is being made.")
        self._asked = by
        self._background.wake()

    def make(self, by: Actor, kind: str = BY_HAND) -> Backup:
        """Make one in this thread and check it.

        Raises ``Conflict`` while one is made, ``StorageFull``, ``BackupFailed``.
        """
        target = self._directory.backups / self.name(kind)
        self.write(target, by)
        return self.get(target.name)

    def name(self, kind: str = BY_HAND) -> str:
        """What one that is made now is called."""
        now = datetime.fromtimestamp(self._clock() / 1000, UTC)
        return f"{kind}-{now:{_STAMP}}Z.zip"

    def write(self, target: Path, by: Actor) -> archive.Manifest:
        """Make one anywhere. Raises the same."""
        if self._progress is not None:
            raise Conflict("A backup is being made.")
        self._see(Progress("database", 0, 1))
        try:
            manifest = archive.write(self._directory, target, self._see)
            self._problem = ""
        except Refused as error:
            self._problem = str(error)
            self._patience = self._clock() + PATIENCE
            raise
        finally:
            self._progress = None
        facts = {"files": manifest.files, "missing": len(manifest.missing)}
        self._told(by, "backup.make", target.name, target, **facts).result()
        return manifest

    def next(self) -> int | None:
        """When the next daily one is due, in ms; None: never."""
        if not self._at:
            return None
        made = [each.at for each in self.list()]
        row = self._database.read().execute(_FIRST).fetchone()
        last = made[0] if made else row[0] if row else self._clock()
        return self._after(last)

    def make_daily(self) -> bool:
        """Make the daily one when it is due, and let old ones go; whether it was."""
        due, now = self.next(), self._clock()
        if due is None or due > now or self._patience > now:
            return False
        made = self.make(SYSTEM, DAILY)
        log.info("a backup is made", extra={"backup": made.name, "bytes": made.size})
        for old in [each for each in self.list() if each.daily][self._kept :]:
            (self._directory.backups / old.name).unlink(missing_ok=True)
        return True

    def _after(self, last: int) -> int:
        """The first time of day after a moment."""
        hour, minute = map(int, self._at.split(":"))
        moment = datetime.fromtimestamp(last / 1000, self._zone)
        due = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if due <= moment:
            due += timedelta(days=1)
        return int(due.timestamp() * 1000)

    def _work(self) -> None:
        by, self._asked = self._asked, None
        try:
            if by is not None:
                self.make(by)
            self.make_daily()
        except Refused as error:
            log.error("no backup was made: %s", error)

    def _see(self, progress: Progress) -> None:
        if self._background.stopping:
            raise ShuttingDown("The server is stopping.")
        self._progress = progress
        self._watch(progress)

    def _told(
        self, by: Actor, action: str, name: str, path: Path, **facts: object
    ) -> Pending[Path]:
        now = self._clock()

        def work(connection: sqlite.Connection) -> Path:
            chain.record(connection, now, by, action, name, **facts)
            return path

        return self._database.write(work)


def _backup(path: Path) -> Backup | None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    try:
        at = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
        return Backup(path.name, int(at.timestamp() * 1000), path.stat().st_size, match[1] == DAILY)
    except (ValueError, FileNotFoundError):  # no such day; it has just gone
        return None
