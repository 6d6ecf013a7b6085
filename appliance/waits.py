"""What an instance waits for besides people and its clock: messages, signals, conditions.

What may be compensated waits for nothing and is left out.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from appliance.store import sqlite

if TYPE_CHECKING:
    from appliance.library import Library

_SUBSCRIPTIONS = """
SELECT coalesce(a.instance, s.token), s.node, s.kind, s.name, a.started, i.definition, i.started
FROM subscription s LEFT JOIN activity a ON a.id = s.token
JOIN instance i ON i.id = coalesce(a.instance, s.token)
WHERE s.root = ? AND s.kind <> 'compensation' ORDER BY s.id
"""
MOST = 200


class Awaited(msgspec.Struct, frozen=True):
    """Something from outside that lets a step go on; ``kind`` as in ``ev.SubscriptionKind``."""

    node_id: str
    node_name: str
    kind: str
    name: str | None
    since: int


def awaited(
    connection: sqlite.Connection, library: Library, root: int, inside: set[int]
) -> list[Awaited]:
    """What the instances ``inside`` of a top-level one wait for, the oldest first."""
    rows = connection.execute(_SUBSCRIPTIONS, (root,))
    found = (
        Awaited(node, library.label(definition, node), kind, name, since or started)
        for instance, node, kind, name, since, definition, started in rows
        if instance in inside
    )
    return list(islice(found, MOST))
