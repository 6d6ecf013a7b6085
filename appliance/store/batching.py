"""Rows of batches: who asked for what, what became of each subject (``appliance/batches.py``)."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.store import sqlite

_COUNTS = """
    (SELECT count(*) FROM batch_item i WHERE i.batch = b.id),
    (SELECT count(*) FROM batch_item i WHERE i.batch = b.id AND i.outcome = 'done'),
    (SELECT count(*) FROM batch_item i WHERE i.batch = b.id AND i.outcome = 'refused')
"""
ROW = f"SELECT b.id, b.at, b.by, b.what, b.given, b.finished, {_COUNTS} FROM batch b WHERE b.id = ?"
LATEST = f"""
SELECT b.id, b.at, b.by, b.what, b.given, b.finished, {_COUNTS}
FROM batch b ORDER BY b.id DESC LIMIT ?
"""
NEXT = "SELECT id, by, what, given FROM batch WHERE finished IS NULL ORDER BY id LIMIT 1"
WAITING = """
SELECT subject FROM batch_item WHERE batch = ? AND outcome IS NULL ORDER BY subject LIMIT ?
"""
REFUSED = """
SELECT subject, coalesce(reason, '') FROM batch_item
WHERE batch = ? AND outcome = 'refused' ORDER BY subject LIMIT ?
"""
_INSERT = "INSERT INTO batch (id, at, by, what, given) VALUES (?, ?, ?, ?, ?)"
_CHOOSE = "INSERT INTO batch_item (batch, subject) VALUES (?, ?)"
_SETTLE = """
UPDATE batch_item SET outcome = ?, reason = ? WHERE batch = ? AND subject = ? AND outcome IS NULL
"""
_FINISH = "UPDATE batch SET finished = ? WHERE id = ?"


def row(connection: sqlite.Connection, id: int) -> tuple | None:
    """A batch with its counts."""
    return connection.execute(ROW, (id,)).fetchone()


def latest(connection: sqlite.Connection, limit: int) -> list[tuple]:
    """The last batches that were asked for, the latest first."""
    return connection.execute(LATEST, (limit,)).fetchall()


def next_batch(connection: sqlite.Connection) -> tuple | None:
    """The oldest batch that is not finished."""
    return connection.execute(NEXT).fetchone()


def waiting(connection: sqlite.Connection, batch: int, limit: int) -> list[int]:
    """Subjects whose turn has not come."""
    return [subject for (subject,) in connection.execute(WAITING, (batch, limit))]


def refused(connection: sqlite.Connection, batch: int, limit: int) -> list[tuple]:
    """What could not be done to whom, and why."""
    return connection.execute(REFUSED, (batch, limit)).fetchall()


def write(connection: sqlite.Connection, row: tuple[object, ...], subjects: Sequence[int]) -> None:
    """Store a batch and what it is about."""
    connection.execute(_INSERT, row)
    connection.executemany(_CHOOSE, [(row[0], subject) for subject in subjects])


def settle(
    connection: sqlite.Connection, batch: int, subject: int, outcome: str, reason: str | None
) -> None:
    """Say what became of a subject."""
    connection.execute(_SETTLE, (outcome, reason, batch, subject))


def finish(connection: sqlite.Connection, batch: int, now: int) -> None:
    """Every subject has had its turn."""
    connection.execute(_FINISH, (now, batch))
