"""How long ended instances are kept: rules, what would go, and letting go of it, piece by piece.

A rule is a number of days, for one process or for all that have none of their own; without any,
everything is kept. What goes are rows, journal and files of instances that ended before; then the
database file is made smaller.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from appliance.actor import Actor
from appliance.database import Database
from appliance.datadir import DataDirectory
from appliance.errors import InvalidInput, ProcessNotFound
from appliance.files import Files
from appliance.fingerprint import refuse_changed
from appliance.pending import Pending
from appliance.store import chain, removal, sqlite
from engine.errors import Refused
from engine.times import DAY

LONGEST = 36_500
SLICE_INSTANCES = 20
SLICE_STAYS = 400
"""A transaction deletes no more instances than that, and no more activities unless of one."""
SLICE_PAGES = 128
"""How many pages are moved in one transaction when the file is made smaller."""
SPARE_PAGES = 256
"""So many free pages stay: they are used again soon."""

_RULES = "SELECT process, days FROM retention"
_SET = "INSERT OR REPLACE INTO retention (process, days) VALUES (?, ?)"
_UNSET = "DELETE FROM retention WHERE process = ?"
_DEFINITIONS = "SELECT id, key FROM definition"
_KNOWN = "SELECT 1 FROM definition WHERE key = ? LIMIT 1"

log = logging.getLogger(__name__)


class Going(msgspec.Struct):
    """What goes of a process: instances, the oldest since when (ms), files and their bytes."""

    process: str
    days: int
    instances: int = 0
    oldest: int | None = None
    files: int = 0
    file_bytes: int = 0


class Preview(msgspec.Struct, frozen=True):
    """What would go; of the database about so many bytes."""

    processes: list[Going]
    instances: int
    file_bytes: int
    database_bytes: int


class Removed(msgspec.Struct, frozen=True):
    """What has gone: instances by process, files, and by how much the database is to shrink."""

    instances: dict[str, int]
    files: int
    file_bytes: int
    database_bytes: int


class Retention:
    """The rules of the box, and who carries them out."""

    def __init__(
        self,
        database: Database,
        directory: DataDirectory,
        files: Files,
        clock: Callable[[], int],
    ) -> None:
        self._database = database
        self._directory = directory
        self._files = files
        self._clock = clock
        self._stopping = threading.Event()
        self.removing: int | None = None
        """How many instances went so far, while :meth:`run` is at work."""

    def rules(self) -> dict[str, int]:
        """Days by process; the empty key is for all others, 0 days are for ever."""
        return _rules(self._database.read())

    def set(
        self, process: str, days: int | None, by: Actor, seen: str | None = None
    ) -> Pending[None]:
        """Keep ended instances of a process (empty: of all others) for so many days.

        0 is for ever; None takes the process's own rule away. Raises ``ProcessNotFound``,
        ``InvalidInput``; ``Conflict`` when the rules are not those that were ``seen``.
        """
        if days is not None and not 0 <= days <= LONGEST:
            raise InvalidInput(f"Things can be kept for 1 to {LONGEST} days, or for ever (0).")
        if process and not self._database.read().execute(_KNOWN, (process,)).fetchone():
            raise ProcessNotFound(f"Process not found: {process}")
        now = self._clock()

        def work(connection: sqlite.Connection) -> None:
            rules = _rules(connection)
            refuse_changed(rules, seen)
            sql, values = (_UNSET, (process,)) if days is None else (_SET, (process, days))
            connection.execute(sql, values)
            facts = {"days": [rules.get(process), days]}
            chain.record(connection, now, by, "retention.set", process, **facts)

        return self._database.write(work)

    def preview(self, rules: Mapping[str, int] | None = None) -> Preview:
        """What would go by these rules, or by those that hold. It looks at all that ended."""
        found: dict[str, Going] = {}
        connection = self._database.read()
        for process, days, chosen in self._chosen(self.rules() if rules is None else rules):
            going = found.setdefault(process, Going(process, days))
            going.instances += len(chosen)
            oldest = min(at for _, at in chosen)
            going.oldest = oldest if going.oldest is None else min(going.oldest, oldest)
            stored = removal.files(connection, [id for id, _ in chosen])
            going.files += len(stored)
            going.file_bytes += sum(size for *_, size in stored)
        processes = sorted(found.values(), key=lambda going: going.process)
        count = sum(going.instances for going in processes)
        size = sum(going.file_bytes for going in processes)
        return Preview(processes, count, size, self._share(count))

    def run(self, by: Actor) -> Removed:
        """Let go of what is older than the rules say, in this thread.

        Others are served between its transactions. Raises ``Conflict`` while a backup is made.
        """
        removed: dict[str, int] = {}
        count = size = 0
        before = self._used()
        try:
            with self._directory.files_going():
                self.removing = 0
                for process, _, chosen in self._chosen(self.rules()):
                    for roots in self._slices([id for id, _ in chosen]):
                        instances, files, bytes = self._remove(roots)
                        removed[process] = removed.get(process, 0) + instances
                        count, size = count + files, size + bytes
                        self.removing += instances
        finally:
            self.removing = None
            freed = max(0, before - self._used())
            if removed:
                self._tell(by, Removed(removed, count, size, freed))
        self.shrink()
        return Removed(removed, count, size, freed)

    def shrink(self) -> None:
        """Give free pages of the database back to the disk."""
        while self._pages("freelist_count") > SPARE_PAGES and not self._stopping.is_set():
            began, free = time.monotonic(), self._pages("freelist_count")
            self._database.write(_vacuum).result()
            if self._pages("freelist_count") >= free:
                return
            self._rest(began)

    def stop(self) -> None:
        """Let :meth:`run` end after its transaction; the rest follows with the next."""
        self._stopping.set()

    def _chosen(self, rules: Mapping[str, int]) -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
        """Instances that are older than their rule, with their end: some of one process a time."""
        if not any(rules.values()):
            return
        keys = dict(self._database.read().execute(_DEFINITIONS).fetchall())
        now, last = self._clock(), 0
        while rows := removal.ended(self._database.read(), last):
            last = rows[-1][0]
            found: dict[str, list[tuple[int, int]]] = {}
            for id, definition, at in rows:
                days = rules.get(keys[definition], rules.get("", 0))
                if days and at < now - days * DAY:
                    found.setdefault(keys[definition], []).append((id, at))
            for process, chosen in found.items():
                yield process, rules.get(process, rules.get("", 0)), chosen

    def _slices(self, roots: Sequence[int]) -> Iterator[list[int]]:
        stays = removal.stays(self._database.read(), roots)
        portion: list[int] = []
        weight = 0
        for root in roots:
            weight += stays.get(root, 0)
            if portion and (weight > SLICE_STAYS or len(portion) == SLICE_INSTANCES):
                yield portion
                portion, weight = [], stays.get(root, 0)
            portion.append(root)
        if portion:
            yield portion

    def _remove(self, roots: list[int]) -> tuple[int, int, int]:
        """Remove these: how many instances, files and bytes of files."""
        if self._stopping.is_set():
            return 0, 0, 0
        began = time.monotonic()
        stored = removal.files(self._database.read(), roots)
        names = [name for _, name, _ in stored]
        self._files.doom(names)
        try:
            instances = self._database.write(lambda c: removal.delete(c, roots)).result()
        except Refused:
            self._files.spare(names)
            raise
        self._files.remove(names)
        self._rest(began)
        return instances, len(names), sum(size for *_, size in stored)

    def _rest(self, began: float) -> None:
        """Leave the writer to others for as long as it was taken from them."""
        self._stopping.wait(time.monotonic() - began)

    def _tell(self, by: Actor, removed: Removed) -> None:
        now = self._clock()
        facts = {"instances": removed.instances, "files": removed.files}
        log.info("ended instances are removed", extra=facts)

        def work(connection: sqlite.Connection) -> None:
            names = ", ".join(sorted(removed.instances))
            chain.record(connection, now, by, "retention.run", names, **facts)

        self._database.write(work).result()

    def _share(self, instances: int) -> int:
        """About how many bytes of the database so many instances take."""
        if not instances:
            return 0
        sql = "SELECT count(*) FROM instance"
        every = self._database.read().execute(sql).fetchone()[0]
        return self._used() * instances // max(every, instances)

    def _used(self) -> int:
        pages = self._pages("page_count") - self._pages("freelist_count")
        return pages * self._pages("page_size")

    def _pages(self, name: str) -> int:
        return self._database.read().execute(f"PRAGMA {name}").fetchone()[0]


def _rules(connection: sqlite.Connection) -> dict[str, int]:
    return dict(connection.execute(_RULES).fetchall())


def _vacuum(connection: sqlite.Connection) -> None:
    connection.execute(f"PRAGMA incremental_vacuum({SLICE_PAGES})").fetchall()
