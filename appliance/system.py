"""The box as administrators see it: sizes and their growth, the health of its threads, its log."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import linear_regression

import msgspec

from appliance import __version__, logs
from appliance.clockwork import Clockwork, ClockworkHealth
from appliance.datadir import DataDirectory
from appliance.errors import InvalidInput
from appliance.pending import Pending
from appliance.store import sqlite
from appliance.store.store import Store
from appliance.store.writer import WriterHealth
from engine.times import DAY

KEPT_DAYS = 800
"""How long the sizes of each day are kept."""
FORECAST_DAYS = 30
"""How far back the growth is looked at."""
FEWEST = 3
"""Of fewer days nothing can be told."""

_NOTE = "INSERT OR REPLACE INTO size (day, at, database, files) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM size WHERE day < ?"
_SIZES = "SELECT day, at, database, files FROM size WHERE day > ? ORDER BY day"
_LAST = "SELECT day, at, database, files FROM size ORDER BY day DESC LIMIT 1"


class DaySize(msgspec.Struct, frozen=True):
    """How many bytes there were on a day (counted from 1970, UTC), when last looked at (ms)."""

    day: int
    at: int
    database: int
    files: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.database + self.files


class Space(msgspec.Struct, frozen=True):
    """Bytes: what lies where, what the database could use again, and what the disk has."""

    database: int
    reusable: int
    log: int
    files: int
    backups: int
    free: int
    disk: int


class Forecast(msgspec.Struct, frozen=True):
    """How the store grows. None: too little is known, or (``days_left``) it does not grow."""

    bytes_per_day: int | None
    days_left: int | None


class Program(msgspec.Struct, frozen=True):
    """What runs here, since when (ms), with how many bytes of memory (0: not known)."""

    version: str
    python: str
    sqlite: str
    system: str
    directory: Path
    process: int
    started: int
    memory: int


class System:
    """The facts of the box."""

    def __init__(
        self,
        store: Store,
        directory: DataDirectory,
        clockwork: Clockwork,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._directory = directory
        self._clockwork = clockwork
        self._clock = clock
        self._started = clock()

    def program(self) -> Program:
        """What runs here."""
        return Program(
            version=__version__,
            python=platform.python_version(),
            sqlite=sqlite.VERSION,
            system=f"{platform.system()} {platform.machine()}",
            directory=self._directory.path,
            process=os.getpid(),
            started=self._started,
            memory=_memory(),
        )

    def space(self) -> Space:
        """What takes how much room; files as of the last look."""
        last, disk = self._last(), shutil.disk_usage(self._directory.path)
        database = self._directory.database
        return Space(
            database=_size(database),
            reusable=self._pragma("freelist_count") * self._pragma("page_size"),
            log=_size(database.with_name(f"{database.name}-wal")),
            files=last.files if last else 0,
            backups=sum(_size(path) for path in self._directory.backups.iterdir()),
            free=disk.free,
            disk=disk.total,
        )

    def growth(self, days: int = 365) -> list[DaySize]:
        """The sizes of the last days, the oldest first; days without a look are left out."""
        rows = self._store.read().execute(_SIZES, (self._today() - days,))
        return [DaySize(*row) for row in rows]

    def forecast(self) -> Forecast:
        """When the disk will be full if the store goes on to grow as it did lately."""
        known = self.growth(FORECAST_DAYS)
        if len(known) < FEWEST:
            return Forecast(None, None)
        slope = linear_regression([d.day for d in known], [d.total for d in known]).slope
        free = shutil.disk_usage(self._directory.path).free
        return Forecast(round(slope), int(free / slope) if slope >= 1 else None)

    def writer(self) -> WriterHealth:
        """How the thread does that writes the database."""
        return self._store.health()

    def timers(self) -> ClockworkHealth:
        """How timers do, and what was late after the last stop."""
        return self._clockwork.health()

    def log(self, level: str = "debug", q: str = "") -> list[logs.Line]:
        """What was logged last, the latest first. Raises ``InvalidInput`` for an unknown level."""
        if level not in logs.LEVELS:
            raise InvalidInput(f"There is no level {level[:20]}.")
        return logs.recent.lines(level, q)

    def look(self) -> Pending[None]:
        """Note the sizes of today. It adds up all files: for a thread in the background."""
        files = self._store.read().execute("SELECT ifnull(sum(size), 0) FROM file").fetchone()[0]
        today = self._today()
        row = (today, self._clock(), _size(self._directory.database), files)

        def work(connection: sqlite.Connection) -> None:
            connection.execute(_NOTE, row)
            connection.execute(_FORGET, (today - KEPT_DAYS,))

        return self._store.write(work)

    def _today(self) -> int:
        return self._clock() // DAY

    def _last(self) -> DaySize | None:
        row = self._store.read().execute(_LAST).fetchone()
        return DaySize(*row) if row else None

    def _pragma(self, name: str) -> int:
        return self._store.read().execute(f"PRAGMA {name}").fetchone()[0]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _memory() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:  # not Linux
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
