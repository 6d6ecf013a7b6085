"""Rows of moves: who asked for which, what became of each instance (``appliance/moves.py``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.store import sqlite
from engine import events as ev

RUNNING = "SELECT count(*) FROM instance WHERE definition = ? AND ended IS NULL"
INSTANCES = "SELECT id, root FROM instance WHERE definition = ? AND ended IS NULL ORDER BY id"
LIVE = """
SELECT a.node, count(*) FROM instance i CROSS JOIN activity a ON a.root = i.root
    AND a.ended IS NULL AND a.instance = i.id
WHERE i.definition = ? AND i.ended IS NULL AND (a.loop IS NULL OR a.loop >= 0) GROUP BY a.node
"""
MIGRATIONS = "SELECT events FROM journal WHERE root = ? AND command = 'migrate' ORDER BY id DESC"
_MOVE = """
SELECT m.id, m.at, m.by, m.reason, m.source, m.target, m.undoes, m.finished,
    (SELECT max(u.id) FROM move u WHERE u.source = m.target AND u.undoes = m.id),
    (SELECT count(*) FROM moved d WHERE d.move = m.id),
    (SELECT count(*) FROM moved d WHERE d.move = m.id AND d.outcome = 'moved'),
    (SELECT count(*) FROM moved d WHERE d.move = m.id AND d.outcome = 'kept'),
    (SELECT count(*) FROM moved d WHERE d.move = m.id AND d.outcome = 'gone')
FROM move m
"""
ROW = f"{_MOVE} WHERE m.id = ?"
ROWS = f"{_MOVE} WHERE m.source = ? ORDER BY m.id DESC"
_TASK = "SELECT id, by, reason, source, target, mapping, undoes FROM move"
TASK = f"{_TASK} WHERE id = ?"
NEXT = f"{_TASK} WHERE finished IS NULL ORDER BY id LIMIT 1"
WAITING = """
SELECT d.instance, i.root FROM moved d CROSS JOIN instance i ON i.id = d.instance
WHERE d.move = ? AND d.outcome IS NULL ORDER BY d.instance LIMIT ?
"""
MOVED = "SELECT instance FROM moved WHERE move = ? AND outcome = 'moved' ORDER BY instance"
LEFT = """
SELECT instance, outcome, coalesce(reason, '') FROM moved
WHERE move = ? AND outcome IN ('kept', 'gone') ORDER BY instance LIMIT ?
"""
_INSERT = """
INSERT INTO move (id, at, by, reason, source, target, mapping, undoes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHOOSE = "INSERT INTO moved (move, instance) VALUES (?, ?)"
_SETTLE = """
UPDATE moved SET outcome = ?, reason = ? WHERE move = ? AND instance = ? AND outcome IS NULL
"""
_FINISH = "UPDATE move SET finished = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Task:
    """A move that is to be carried out; ``mapping`` has every element that corresponds."""

    id: int
    by: str
    reason: str | None
    source: int
    target: int
    mapping: dict[str, str]
    undoes: int | None


def running(connection: sqlite.Connection, definition: int) -> int:
    """How many instances run in a version."""
    return connection.execute(RUNNING, (definition,)).fetchone()[0]


def instances(connection: sqlite.Connection, definition: int) -> list[tuple[int, int]]:
    """The instances that run in a version, with their top-level ones."""
    return connection.execute(INSTANCES, (definition,)).fetchall()


def live(connection: sqlite.Connection, definition: int) -> dict[str, int]:
    """How many tokens stand at each node of a version."""
    return dict(connection.execute(LIVE, (definition,)).fetchall())


def row(connection: sqlite.Connection, id: int) -> tuple | None:
    """A move with its counts."""
    return connection.execute(ROW, (id,)).fetchone()


def rows(connection: sqlite.Connection, definitions: Iterable[int]) -> list[tuple]:
    """The moves that began in these versions, the latest first."""
    found = [each for id in definitions for each in connection.execute(ROWS, (id,))]
    return sorted(found, reverse=True)


def task(connection: sqlite.Connection, id: int) -> Task:
    """A move as it was asked for."""
    return _task(connection.execute(TASK, (id,)).fetchone())


def next_task(connection: sqlite.Connection) -> Task | None:
    """The oldest move that is not finished."""
    found = connection.execute(NEXT).fetchone()
    return _task(found) if found is not None else None


def waiting(connection: sqlite.Connection, move: int, limit: int) -> list[tuple[int, int]]:
    """Instances whose turn has not come, with their top-level ones."""
    return connection.execute(WAITING, (move, limit)).fetchall()


def moved(connection: sqlite.Connection, move: int) -> list[int]:
    """The instances that a move has moved."""
    return [id for (id,) in connection.execute(MOVED, (move,))]


def left(connection: sqlite.Connection, move: int, limit: int) -> list[tuple]:
    """The instances that a move has left where they were, and why."""
    return connection.execute(LEFT, (move, limit)).fetchall()


def write(connection: sqlite.Connection, row: tuple[Any, ...], chosen: Sequence[int]) -> None:
    """Store a move and the instances that it is about."""
    connection.execute(_INSERT, row)
    connection.executemany(_CHOOSE, [(row[0], instance) for instance in chosen])


def settle(
    connection: sqlite.Connection, move: int, instance: int, outcome: str, reason: str | None
) -> None:
    """Say what became of an instance."""
    connection.execute(_SETTLE, (outcome, reason, move, instance))


def finish(connection: sqlite.Connection, move: int, now: int) -> None:
    """Every instance has had its turn."""
    connection.execute(_FINISH, (now, move))


def facts(journal: Iterable[tuple], instance: int, move: int) -> Mapping[str, Any] | None:
    """What the journaled migrations of a top-level instance tell of one of them."""
    for (events,) in journal:
        for event in ev.decode(events):
            if isinstance(event, ev.Intervened) and _is_of(event, instance, move):
                return event.facts
    return None


def _is_of(event: ev.Intervened, instance: int, move: int) -> bool:
    return event.instance == instance and event.facts.get("mark") == move


def _task(row: tuple) -> Task:
    id, by, reason, source, target, mapping, undoes = row
    return Task(id, by, reason, source, target, msgspec.json.decode(mapping), undoes)
