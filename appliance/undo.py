"""Undoing the last thing that was moved by hand, as long as nothing happened since.

It is another move, not the past again: what it enters begins anew, with new tasks and new times,
and what ran on the way has run.
"""

from __future__ import annotations

import msgspec

from appliance.store import queries, sqlite
from engine import events as ev
from engine.model import Process

COMMANDS = ("modify", "repeat")


class Undo(msgspec.Struct, frozen=True):
    """Tokens to cancel and nodes to enter; ``mark`` is the id of the move in the journal."""

    mark: int
    cancel: tuple[int, ...]
    start: tuple[str, ...]


def undo_of(
    connection: sqlite.Connection, process: Process, root: int, instance: int
) -> Undo | None:
    """How to undo the last command of a top-level instance; None where a move cannot do that.

    That is when it was no move in this very instance, set variables, too, or cancelled a round of
    a loop or a join that waited.
    """
    last = connection.execute(queries.LAST_COMMAND, (root,)).fetchone()
    if last is None or last[1] not in COMMANDS:
        return None
    mark = last[0]
    events = ev.decode(connection.execute(queries.EVENTS_OF, (mark,)).fetchone()[0])
    [move] = [event for event in events if isinstance(event, ev.Intervened)]
    if move.instance != instance or move.facts.get("names"):
        return None
    came = {event.token for event in events if isinstance(event, ev.Entered)}
    live = connection.execute(queries.LIVE, (root, instance)).fetchall()
    scopes = {token: scope for token, _, scope, *_ in live if token in came}
    cancel = tuple(token for token, scope in scopes.items() if scope not in scopes)
    start = _left(connection, process, instance, events)
    return Undo(mark, cancel, start) if start is not None and (start or cancel) else None


def _left(
    connection: sqlite.Connection, process: Process, instance: int, events: list[ev.Event]
) -> tuple[str, ...] | None:
    """The innermost nodes where tokens were cancelled; None if one of them cannot be entered."""
    gone = [
        event.token for event in events if isinstance(event, ev.Left) and event.how == ev.CANCELLED
    ]
    stays = [connection.execute(queries.STAY, (token,)).fetchone() for token in gone]
    here = [(node, scope, loop) for owner, node, scope, loop in stays if owner == instance]
    around = {scope for _, scope, _ in here}
    inner = [
        node
        for token, (owner, node, *_) in zip(gone, stays, strict=True)
        if owner == instance and token not in around
    ]
    looped = any(loop is not None for _, _, loop in here)
    return None if looped or any(process.nodes[node].joins for node in inner) else tuple(inner)
