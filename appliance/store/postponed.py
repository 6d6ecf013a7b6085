"""Signals that were thrown asynchronously: rows, until a job of their own delivers them.

They outlive the instance that threw them, and reach whoever waits when they are delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.store.delivery import Thrown
from engine.values import decode, encode
from engine.world import Throw

if TYPE_CHECKING:
    from appliance.store.work import Work

_ADD = "INSERT INTO postponed (id, name, variables, root, due) VALUES (?, ?, ?, ?, ?)"
_DUE = "SELECT name, variables, root FROM postponed WHERE id = ? AND due <= ?"
_OVER = "DELETE FROM postponed WHERE id = ?"


def keep(work: Work, throw: Throw, root: int) -> None:
    """Keep what an instance has thrown; within a savepoint."""
    only = root if throw.local else None
    row = (work.new_id(), throw.name, encode(throw.variables), only, work.now)
    work.transaction.connection.execute(_ADD, row)
    work.transaction.rows.is_due(work.now)


def deliver(work: Work, id: int) -> bool:
    """Tell everybody who waits for it by now. False when that was done already."""
    rows = work.query(_DUE, (id, work.now))
    if not rows:
        return False
    name, variables, only = rows[0]
    work.rename("signal")
    with work.transaction.savepoint() as connection:
        connection.execute(_OVER, (id,))
        work.throw(Thrown(Throw("signal", name, decode(variables)), only=only))
        work.finish()
    return True
