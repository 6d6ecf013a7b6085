"""The store as the rest of the appliance sees it: commands in, durable results out, reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TypeVar

from peewee import DatabaseError
from playhouse.apsw_ext import APSWDatabase

from appliance.errors import DataDirectoryUnusable
from appliance.pending import Pending
from appliance.store import sqlite
from appliance.store.connections import Readers, open_writer, prepare
from appliance.store.migrations import check, migrate
from appliance.store.rehearsal import rehearse
from appliance.store.states import States
from appliance.store.transaction import Transaction
from appliance.store.work import Engine, Library, Work
from appliance.store.writer import Writer, WriterHealth
from engine.commands import Command
from engine.world import Limits

T = TypeVar("T")


def _open(path: Path, busy_timeout: float) -> tuple[APSWDatabase, int]:
    """The database, up to date, and the version that it had."""
    try:
        database = open_writer(path, busy_timeout)
        try:
            check(database.connection())
            prepare(database)
            return database, migrate(database.connection())
        except BaseException:
            database.close()
            raise
    except (DatabaseError, sqlite.Error) as error:
        raise DataDirectoryUnusable(f"{path} cannot be used as a database: {error}.") from error


class Store:
    """An open database. ``write`` and ``read`` are all that most of the appliance needs."""

    def __init__(self, path: Path, *, busy_timeout: float = 10) -> None:
        """Open or create the database and bring it up to date.

        ``busy_timeout`` is how many seconds to wait for another program that writes. Raises
        ``DatabaseNewer`` and ``DataDirectoryUnusable``, with the file as it was.
        """
        self._database, self.migrated_from = _open(path, busy_timeout)
        self._readers = Readers(path)
        self.on_due: Callable[[int], object] = lambda _: None
        """Told after each commit when the earliest job of it is due (ms)."""
        self.on_change: Callable[[], object] = lambda: None
        """Told after each commit that changed instances."""
        self.states = States()
        self._writer = Writer(
            self._database.connection(),
            on_rollback=self.states.clear,
            on_commit=self._committed,
        )
        self._engine: Engine | None = None

    def attach(
        self,
        library: Library,
        clock: Callable[[], int],
        zone: tzinfo = UTC,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        """Give the store what commands on instances need; before the first of them."""
        self._engine = Engine(library, clock, zone, limits, self.states)

    def start(self) -> None:
        """Let a thread write from now on; until then, each command is done by its caller."""
        self._writer.start()

    @property
    def zone(self) -> tzinfo:
        """The time zone of processes."""
        assert self._engine is not None
        return self._engine.zone

    def read(self) -> sqlite.Connection:
        """A read-only connection of the calling thread; it sees all that is committed."""
        return self._readers.connection()

    def rehearse(self, root: int) -> Command | None:
        """A command on a copy of a live top-level instance, which is never stored."""
        assert self._engine is not None
        return rehearse(self.read(), self._engine, root)

    def write(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        """Run SQL as the writer; when ``work`` raises, nothing of it is stored.

        It may be called twice (when its batch could not be written), so it has no other effect.
        """
        return self._writer.write(work)

    def change(self, work: Callable[[Transaction], T]) -> Pending[T]:
        """The same, with the transaction: for new ids and for what follows a commit."""
        return self._writer.submit(work)

    def command(self, name: str, by: str, work: Callable[[Work], T]) -> Pending[T]:
        """Run a command on instances: ``name`` and ``by`` go to the journal."""
        assert self._engine is not None
        return self._writer.submit(self._engine.command(name, by, work))

    def background(self, name: str, by: str, work: Callable[[Work], T]) -> Pending[T]:
        """The same, for one of many that nobody waits for: it lets people and programs pass."""
        assert self._engine is not None
        return self._writer.submit_behind(self._engine.command(name, by, work))

    def health(self) -> WriterHealth:
        """How the writer does."""
        return self._writer.health()

    def _committed(self, transaction: Transaction) -> None:
        changed, due = transaction.rows.take_news()
        if due is not None:
            self.on_due(due)
        if changed:
            self.on_change()

    def close(self) -> None:
        """Finish what waits, move the log into the database file, close. No reader may be left."""
        self._writer.close()
        self._readers.close()
        self._database.close()
