"""The one who writes: a thread that takes every command that waits and commits them together.

Group commit: one durable commit (an fsync) serves a whole batch, so the more callers wait, the less
each of them costs. A batch ends when nobody waits, or at a limit of number or time; whose turn it
is stands in ``line.py``. Callers are answered after the commit. A command that raises is refused
alone; when the disk is full the whole batch is refused and the writer goes on.

Before :meth:`Writer.start` nobody serves many callers, as in scenarios and commands of the shell:
then each command is run and committed by the thread that gives it, which spares it two changes of
threads.

A command is called again, alone, when its batch could not be written and nobody knows whose fault
it was. So it must have no effect outside the transaction; such go to ``transaction.after``.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from queue import Empty
from typing import TypeVar

import msgspec

from appliance.errors import Overloaded, ShuttingDown, StorageFull
from appliance.pending import Outcome, Pending, settle
from appliance.store import sqlite
from appliance.store.line import Item, Line
from appliance.store.transaction import Transaction, TransactionLost

T = TypeVar("T")
Command = Callable[[Transaction], T]

BATCH_COMMANDS = 256
BATCH_SECONDS = 0.01
QUEUE_COMMANDS = 1_024
"""More are refused; the web server takes twice as many requests in, so that reads find room."""
WAL_PAGES = 2_000
"""A checkpoint runs at the latest when about so many pages (4 KiB) were written to the log.

After so few it is nearly through before the many who were answered ask again; after four times as
many it makes the slowest hundredth of them wait. A single caller meets it once in 130 commits.
"""
QUIET_SECONDS = 1.0
"""... and earlier, when nothing was asked for so long."""

_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"
_UNCHANGED = "The disk is full or cannot be written. Nothing was changed."
_IN_DOUBT = (
    "The disk cannot be written. Nothing was changed, unless the server stops before it can be"
    " written again: then look whether this was stored."
)
_DISK = (sqlite.FullError, sqlite.IOError)
_BUSY = (sqlite.BusyError, sqlite.LockedError)

log = logging.getLogger(__name__)


class WriterHealth(msgspec.Struct, frozen=True):
    """How the writer does since the start: what waits, commits, what went into them.

    ``batch`` and ``milliseconds`` are of the last commit and the largest of all; ``failed_at`` (ms
    since 1970) is when the database last refused a commit.
    """

    waiting: int
    commits: int
    commands: int
    batch: int
    largest_batch: int
    milliseconds: float
    longest_milliseconds: float
    failures: int
    failed_at: int | None


class Writer:
    """Runs commands one by one; ``on_rollback`` drops what was cached."""

    def __init__(
        self,
        connection: sqlite.Connection,
        *,
        on_rollback: Callable[[], object] = lambda: None,
        on_commit: Callable[[Transaction], object] = lambda _: None,
    ) -> None:
        self._transaction = Transaction(connection)
        self._on_rollback = on_rollback
        self._on_commit = on_commit
        self._line = Line()
        self._turn = _Turn()
        self._closed = self._started = False
        self._alone = threading.Lock()
        """Held by a thread that runs its command itself."""
        self._wal_pages = 0
        self._commits = self._commands = self._batch = self._largest = self._failures = 0
        self._seconds = self._longest = 0.0
        self._failed_at: int | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Serve in a thread of its own from now on, so that nobody's event loop stands still.

        Harmless when it does already.
        """
        with self._alone:
            if self._closed:
                raise _stopping()
            if not self._started:
                self._started = True
                self._thread.start()

    def submit(self, command: Command[T]) -> Pending[T]:
        """Let a command run; the result is there when it is durable. No command may call this.

        Raises ``Overloaded`` when too many wait already, ``ShuttingDown`` after :meth:`close`.
        """
        if self._closed:
            raise _stopping()
        if not self._started and (done := self._at_once(command)):
            return done
        submitted = self._turn.submitted
        if len(self._line) + len(submitted) >= QUEUE_COMMANDS:
            raise Overloaded("Too much is waiting to be stored.")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            pending: Pending[T] = Pending()
            self._line.put((pending, command))
            if self._closed:
                self._turn_away()
            return pending
        pending = Pending(self._hand_over)
        if not submitted:
            loop.call_soon(self._hand_over)
        submitted.append((pending, command))
        return pending

    def submit_behind(self, command: Command[T]) -> Pending[T]:
        """The same for what nobody waits for: callers go first. For threads without a loop."""
        if self._closed:
            raise _stopping()
        if not self._started and (done := self._at_once(command)):
            return done
        if len(self._line) >= QUEUE_COMMANDS:
            raise Overloaded("Too much is waiting to be stored.")
        pending: Pending[T] = Pending()
        self._line.put_behind((pending, command))
        if self._closed:
            self._turn_away()
        return pending

    def write(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        """Let ``work`` run SQL; when it raises, nothing of it is stored."""

        def command(transaction: Transaction) -> T:
            with transaction.savepoint() as connection:
                return work(connection)

        return self.submit(command)

    def health(self) -> WriterHealth:
        """How it does."""
        return WriterHealth(
            len(self._line), self._commits, self._commands, self._batch, self._largest,
            self._seconds * 1000, self._longest * 1000, self._failures, self._failed_at,
        )  # fmt: skip

    def close(self) -> None:
        """Serve what waits, then stop. Harmless when it is closed already."""
        with self._alone:
            if self._closed:
                return
            self._closed = True
            if not self._started:
                self._stop()
                return
        self._line.end()
        self._turn_away()

    def _at_once(self, command: Command[T]) -> Pending[T] | None:
        """Run a command in this thread; None: meanwhile somebody serves."""
        with self._alone:
            if self._started:
                return None
            if self._closed:
                raise _stopping()
            pending: Pending[T] = Pending()
            self._serve([(pending, command)])
            return pending

    def _turn_away(self) -> None:
        """Refuse who came in the moment in which it ended."""
        if threading.current_thread() is not self._thread:
            self._thread.join()
            settle([(pending, None, _stopping()) for pending, _ in self._line.rest()])

    def _hand_over(self) -> None:
        """Wake the writer once for all that one turn of an event loop submitted.

        Woken by the first of them, it would fight the loop for Python's lock instead of finding a
        batch; that costs a quarter of the throughput.
        """
        submitted, self._turn.submitted = self._turn.submitted, []
        if self._closed:
            settle([(pending, None, _stopping()) for pending, _ in submitted])
            return
        for item in submitted:
            self._line.put(item)
        if self._closed:
            self._turn_away()

    def _run(self) -> None:
        while batch := self._next_batch():
            self._serve(batch)
        self._stop()

    def _next_batch(self) -> list[Item]:
        """Wait for a command; the rest of the batch is taken while it runs. Empty at the end."""
        while True:
            try:
                item = self._line.first(QUIET_SECONDS if self._wal_pages else None)
            except Empty:
                self._checkpoint()
                continue
            return [item] if item is not None else []

    def _serve(self, batch: list[Item]) -> None:
        outcomes: list[Outcome] = []
        try:
            self._execute(batch, outcomes)
            began = time.perf_counter()
            self._wal_pages += self._transaction.commit()
            self._count(len(batch), time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            self._undo()
            cause = error.__cause__ if isinstance(error, TransactionLost) else None
            settle(self._after_failure(batch, outcomes, cause or error))
            return
        self._announce()
        settle(outcomes)
        if self._wal_pages > WAL_PAGES:
            self._checkpoint()

    def _execute(self, batch: list[Item], outcomes: list[Outcome]) -> None:
        """Run the batch, and what else waits meanwhile, up to the limits."""
        transaction, line = self._transaction, self._line
        until = time.monotonic() + BATCH_SECONDS
        for pending, command in batch:  # grows while we go
            after = len(transaction.after)
            try:
                outcomes.append((pending, command(transaction), None))
            except TransactionLost:
                raise
            except Exception as error:  # noqa: BLE001 - it belongs to this caller alone
                del transaction.after[after:]
                outcomes.append((pending, None, _refusal(error) or error))
            if (
                len(batch) == len(outcomes) < BATCH_COMMANDS
                and time.monotonic() < until
                and (item := line.another())
            ):
                batch.append(item)

    def _after_failure(
        self,
        batch: list[Item],
        outcomes: list[Outcome],
        error: BaseException,
    ) -> list[Outcome]:
        """What to tell the callers of a batch of which nothing was stored."""
        doubtful = isinstance(error, sqlite.IOError) and not self._bury()
        said = _IN_DOUBT if doubtful else _UNCHANGED
        refusal = _refusal(error)
        if refusal is None and len(batch) > 1:
            log.error("a batch failed; its commands run again one by one", exc_info=error)
            for item in batch:
                self._serve([item])
            return []
        if refusal is not None:
            self._failures += 1
            self._failed_at = time.time_ns() // 1_000_000
            log.error("nothing can be stored: %s", error)
        own = [refused for _, _, refused in outcomes] + [None] * (len(batch) - len(outcomes))
        return [
            (pending, None, refused or _refusal(error, said) or error)
            for (pending, _), refused in zip(batch, own, strict=True)
        ]

    def _count(self, commands: int, seconds: float) -> None:
        self._commits += 1
        self._commands += commands
        self._batch, self._seconds = commands, seconds
        self._largest = max(self._largest, commands)
        self._longest = max(self._longest, seconds)

    def _undo(self) -> None:
        try:
            self._transaction.rollback()
        except sqlite.Error:
            log.exception("a rollback failed")
        self._on_rollback()

    def _bury(self) -> bool:
        """Write over what was refused, in the log; whether that was possible.

        When only the sync failed, the log holds it whole: were this process killed now, the next
        one would take it for committed.
        """
        try:
            self._transaction.write_over()
        except sqlite.Error as error:
            log.error("what was refused lies in the log until something can be stored: %s", error)
            self._undo()
            return False
        return True

    def _announce(self) -> None:
        callbacks, self._transaction.after = self._transaction.after, []
        for callback in [lambda: self._on_commit(self._transaction), *callbacks]:
            try:
                callback()
            except Exception:
                log.exception("telling of a commit failed")

    def _checkpoint(self) -> None:
        """Move the log into the database file. A full disk only means: later."""
        self._wal_pages = 0
        try:
            self._transaction.connection.execute(_CHECKPOINT).fetchall()
        except sqlite.Error as error:
            log.warning("the checkpoint failed: %s", error)

    def _stop(self) -> None:
        transaction = self._transaction
        try:
            transaction.sequence.give_back()
            transaction.commit()
        except sqlite.Error as error:
            log.warning("the last ids were not given back: %s", error)
            self._undo()


def _stopping() -> ShuttingDown:
    return ShuttingDown("The server is stopping.")


class _Turn(threading.local):
    """What an event loop, in its thread, submitted since it last let others run."""

    def __init__(self) -> None:
        self.submitted: list[Item] = []


def _refusal(error: BaseException, full: str = _UNCHANGED) -> StorageFull | Overloaded | None:
    """What a failure of the database itself means to a caller; None: it is somebody's mistake."""
    if isinstance(error, _DISK):
        return StorageFull(full)
    if isinstance(error, _BUSY):
        return Overloaded("Another program holds the database.")
    return None
