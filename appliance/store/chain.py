"""The audit log as a chain: who did what, each entry sealed together with the one before it.

The hash of an entry is the SHA-256 of the hash before it (64 hex digits, zeros before the first), a
line feed, and this JSON without spaces: ``[id, "time", "by", "action", "subject", detail]``. So
whoever changes, removes or inserts an entry must change all that follow, and a hash that was noted
elsewhere gives that away. Old entries may go: a later one, ``audit.trim``, then tells the hash of
the last that went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from appliance.store import sqlite

TRIM = "audit.trim"
START = "0" * 64
COLUMNS = "id, at, by, action, subject, detail, hash"

_LAST = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"
_INSERT = f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_EPOCH = datetime.fromtimestamp(0, UTC)


class Entry(msgspec.Struct, frozen=True):
    """What somebody did. ``at`` is in milliseconds, ``hash`` in hex digits."""

    id: int
    at: int
    by: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class Verdict(msgspec.Struct, frozen=True):
    """What became of checking a chain; ``problem`` is empty when nothing is wrong.

    ``first`` and ``last`` are the ids of its ends, 0 of an empty one, ``head`` is its last hash.
    """

    entries: int
    first: int
    last: int
    head: str
    problem: str = ""


def record(
    connection: sqlite.Connection,
    at: int,
    by: object,
    action: str,
    subject: object = "",
    **detail: Any,
) -> None:
    """Add an entry, in the transaction of what it tells. No secret may be in ``detail``."""
    last = connection.execute(_LAST).fetchone()
    id, before = (last[0] + 1, last[1]) if last else (1, START)
    entry = Entry(id, at, str(by), action, str(subject), detail, "")
    row = (id, at, entry.by, action, entry.subject, _json(detail), sealed(entry, before))
    connection.execute(_INSERT, row)


def sealed(entry: Entry, before: str) -> str:
    """The hash that an entry must have after the one with the hash ``before``."""
    facts = (entry.id, moment(entry.at), entry.by, entry.action, entry.subject, entry.detail)
    return hashlib.sha256(before.encode() + b"\n" + _json(facts)).hexdigest()


def verify(entries: Iterable[Entry], head: str = "") -> Verdict:
    """Check a whole chain from its first entry on; ``head`` is a hash that it must contain."""
    first: Entry | None = None
    last: Entry | None = None
    trimmed = {0: START}
    count, met = 0, not head
    for entry in entries:
        if first is None:
            first = entry
        if last is not None and (entry.id != last.id + 1 or entry.hash != sealed(entry, last.hash)):
            return Verdict(count, first.id, last.id, last.hash, _broken(entry, last))
        if entry.action == TRIM:
            trimmed[entry.detail["through"]] = entry.detail["hash"]
        count, last, met = count + 1, entry, met or entry.hash == head
    if first is None or last is None:
        return Verdict(0, 0, 0, START, "" if met else _unmet(head))
    problem = _beginning(first, trimmed) or ("" if met else _unmet(head))
    return Verdict(count, first.id, last.id, last.hash, problem)


def moment(at: int) -> str:
    """A time as the chain and its exports write it."""
    return (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds")


def milliseconds(moment: str) -> int:
    """The reverse of :func:`moment`. Raises ValueError."""
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(milliseconds=1)


def entry_of(row: tuple) -> Entry:
    """An entry from its row."""
    id, at, by, action, subject, detail, hash = row
    return Entry(id, at, by, action, subject, msgspec.json.decode(detail), hash)


def _beginning(first: Entry, trimmed: dict[int, str]) -> str:
    before = trimmed.get(first.id - 1)
    if before is None:
        return f"Entries before {first.id} are missing, and no later entry accounts for them."
    return "" if first.hash == sealed(first, before) else f"Entry {first.id} was changed."


def _broken(entry: Entry, last: Entry) -> str:
    if entry.id != last.id + 1:
        return f"After entry {last.id} follows entry {entry.id}: something was removed or added."
    return f"Entry {entry.id} was changed, or one before it."


def _unmet(head: str) -> str:
    return f"No entry has the hash {head}: entries were removed or all were made anew."


_json = msgspec.json.Encoder(order="deterministic").encode
