"""Who hears of a message or signal: instances that wait for it and processes that start by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.world import Throw

if TYPE_CHECKING:
    from appliance.store.work import Work

_WAITING = """
SELECT s.id, s.root FROM subscription s
LEFT JOIN activity a ON a.id = s.token JOIN instance i ON i.id = coalesce(a.instance, s.token)
WHERE s.name = :name AND s.kind IN (:kind, :own) AND (:only IS NULL OR s.root = :only)
    AND (:but IS NULL OR s.root <> :but) AND (:key IS NULL OR i.business_key = :key)
ORDER BY s.id
"""
_STARTING = """
SELECT t.definition, t.node, d.key, d.suspended, t.kind, t.name
FROM start_trigger t JOIN definition d ON d.id = t.definition
WHERE t.kind = :kind AND t.name = :name AND NOT EXISTS (
    SELECT 1 FROM subscription s JOIN activity a ON a.id = s.token
    JOIN instance i ON i.id = a.instance
    WHERE s.name = t.name AND s.kind = t.kind AND a.node = t.node AND i.definition = t.definition
) ORDER BY t.id
"""
_CONDITIONAL = """
SELECT t.definition, t.node, d.key, d.suspended, t.kind, NULL
FROM start_trigger t JOIN definition d ON d.id = t.definition
WHERE t.kind = 'conditional' AND NOT d.suspended ORDER BY t.id
"""


@dataclass(frozen=True, slots=True)
class Thrown:
    """What was thrown, and where: only to one top-level instance, or to all but the one it is from.

    Its own instance has heard of it at once, within the engine.
    """

    throw: Throw
    only: int | None = None
    but: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A start event of the latest version of a process, and what happened there."""

    definition: int
    node: str
    key: str
    suspended: bool
    kind: str
    name: str | None


def waiting(work: Work, thrown: Thrown, business_key: str | None = None) -> list[tuple[int, int]]:
    """The subscriptions that wait for it with their top-level instances, oldest first."""
    throw = thrown.throw
    own = "local-signal" if throw.kind == "signal" and thrown.only is not None else throw.kind
    bound = {"name": throw.name, "kind": throw.kind, "only": thrown.only, "but": thrown.but}
    return work.query(_WAITING, bound | {"own": own, "key": business_key})


def starting(work: Work, throw: Throw) -> list[Start]:
    """The start events that wait for it, but where an instance that has begun still does."""
    return _starts(work.query(_STARTING, {"name": throw.name, "kind": throw.kind}))


def conditional(work: Work) -> list[Start]:
    """The start events that wait for a condition, of processes that may start."""
    return _starts(work.query(_CONDITIONAL, ()))


def _starts(rows: Sequence[tuple]) -> list[Start]:
    return [
        Start(definition, node, key, bool(off), kind, name)
        for definition, node, key, off, kind, name in rows
    ]
