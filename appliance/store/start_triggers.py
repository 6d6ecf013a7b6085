"""Timers, messages, signals and conditions that start the latest version of a process, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.store import sqlite
from appliance.store.delivery import Start
from appliance.store.transaction import Transaction
from appliance.store.work import Work
from engine.starts import StartTrigger, next_start

_DROP = """
DELETE FROM start_trigger WHERE definition IN (SELECT id FROM definition WHERE key = ?)
"""
_ADD = """
INSERT INTO start_trigger (id, definition, node, kind, name, due, cycle)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_TIMER = """
SELECT t.definition, t.node, d.key, d.suspended, t.due, t.cycle
FROM start_trigger t JOIN definition d ON d.id = t.definition WHERE t.id = ?
"""
_OTHER = """
SELECT d.key FROM start_trigger t JOIN definition d ON d.id = t.definition
WHERE t.kind = ? AND t.name = ? AND d.key <> ? AND NOT d.suspended LIMIT 1
"""
_AGAIN = "UPDATE start_trigger SET due = ?, cycle = ? WHERE id = ?"
_RESCHEDULE = "UPDATE start_trigger SET due = ? WHERE id = ? AND due = ?"
_OVER = "DELETE FROM start_trigger WHERE id = ?"


def replace(
    transaction: Transaction, key: str, definition: int, triggers: Sequence[StartTrigger]
) -> None:
    """A new version starts by its own triggers only; within a savepoint."""
    transaction.connection.execute(_DROP, (key,))
    for each in triggers:
        row = (each.node, each.kind, each.name, each.due, each.cycle)
        transaction.connection.execute(_ADD, (transaction.new_id(), definition, *row))
        transaction.rows.is_due(each.due)


def other_start(transaction: Transaction, key: str, trigger: StartTrigger) -> str | None:
    """The key of another process, not suspended, that the same thing starts."""
    row = transaction.connection.execute(_OTHER, (trigger.kind, trigger.name, key)).fetchone()
    return row[0] if row is not None else None


def fire(work: Work, id: int) -> bool:
    """Start a process whose timer is due, and set the timer to its next time. False: not any more.

    A suspended process misses this time. One that refuses to start misses it, too.
    """
    rows = work.query(_TIMER, (id,))
    if not rows or rows[0][4] is None or rows[0][4] > work.now:
        return False
    definition, node, key, suspended, due, cycle = rows[0]
    with work.transaction.savepoint() as connection:
        following = next_start(due, cycle, work.zone)
        if following is None:
            connection.execute(_OVER, (id,))
        else:
            connection.execute(_AGAIN, (*following, id))
            work.transaction.rows.is_due(following[0])
        if not suspended:
            work.start_at(Start(definition, node, key, False, "timer", None), {}, "a timer")
    return True


def reschedule(connection: sqlite.Connection, id: int, due: int, expected: int) -> bool:
    """Let a timer fire at another time; whether it still had the time that was expected."""
    connection.execute(_RESCHEDULE, (due, id, expected))
    return connection.changes() > 0
