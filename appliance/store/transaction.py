"""The transaction that a batch of commands shares, and how one of them fails without the others.

A command on instances computes in memory and hands over finished rows, so its failure leaves
nothing to undo. Whatever runs SQL of its own does so within :meth:`Transaction.savepoint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from appliance.store import sqlite
from appliance.store.rows import Rows
from appliance.store.sequence import Sequence

T = TypeVar("T")

COMMIT_PAGES = 12
"""About how many pages a commit writes at least: one for each tree that a command touches."""
JOURNAL_BYTES = 1000
"""About how many journaled bytes make one page more; rows repeat what the journal says."""


class TransactionLost(Exception):
    """The database gave the whole transaction up, not only what one command did."""


class Transaction:
    """What the commands of one batch write together. Used by the writer only."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self.connection = connection
        self.rows = Rows(connection)
        self.sequence = Sequence(self.begin)
        self.new_id = self.sequence.next
        self.after: list[Callable[[], object]] = []
        """Called once the transaction is durable, in order, before anybody is answered."""

    def begin(self) -> sqlite.Connection:
        """The connection, with a transaction begun."""
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN IMMEDIATE")
        return self.connection

    def flush(self) -> None:
        """Write the rows that were handed over, so that reads see them.

        Raises ``TransactionLost``: they may belong to any command of the batch.
        """
        if self.rows:
            self.begin()
            try:
                self.rows.flush()
            except Exception as error:
                raise TransactionLost from error

    @contextmanager
    def savepoint(self) -> Iterator[sqlite.Connection]:
        """What happens inside is undone as a whole when it raises."""
        self.flush()
        connection, blocks, after = self.begin(), self.sequence.taken, len(self.after)
        connection.execute("SAVEPOINT command")
        try:
            yield connection
            self.rows.flush()
        except BaseException as error:
            self.rows.discard()
            del self.after[after:]
            if not connection.in_transaction:
                raise TransactionLost from error
            connection.execute("ROLLBACK TO command")
            connection.execute("RELEASE command")
            if self.sequence.taken != blocks:
                self.sequence.forget()
            raise
        connection.execute("RELEASE command")

    def commit(self) -> int:
        """Make everything durable; returns about how many pages were written."""
        self.flush()
        if not self.connection.in_transaction:
            return 0
        self.connection.execute("COMMIT")
        return COMMIT_PAGES + self.rows.take_bytes() // JOURNAL_BYTES

    def write_over(self) -> None:
        """Commit a new block of ids, where the log may hold the transaction that failed."""
        self.new_id()
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Leave nothing of it."""
        self.rows.discard()
        self.rows.take_bytes()
        self.rows.take_news()
        self.after.clear()
        self.sequence.forget()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
