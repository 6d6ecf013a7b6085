"""Drafts: models that somebody is drawing, saved while they do.

Each draft belongs to the person who began it; other administrators may look and help. A save names
the revision that it changes, so nobody overwrites unseen what somebody else saved meanwhile. Not
here: what a model means (``engine``) and putting it to work (``processes.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appliance.actor import Actor
from appliance.database import Database
from appliance.errors import DraftChanged, DraftNotFound, TooLarge
from appliance.store import sqlite
from engine.xml import inspect

if TYPE_CHECKING:
    from appliance.pending import Pending

_DRAFT = """
SELECT id, name, process, base, revision, owner, created, changed, changed_by, converted FROM draft
"""
_INSERT = """
INSERT INTO draft (name, process, base, content, revision, owner, created, changed, changed_by,
    converted) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?) RETURNING id
"""
_SAVE = """
UPDATE draft SET name = ?, process = ?, content = ?, revision = revision + 1, changed = ?,
    changed_by = ? WHERE id = ?
"""
_REBASE = "UPDATE draft SET base = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft without its model. ``process`` is the key that it has now, ``base`` the version that
    it began with (None: it began as something new); times are milliseconds. ``converted`` says what
    became of the words of another dialect when it began."""

    id: int
    name: str
    process: str
    base: int | None
    revision: int
    owner: str
    created: int
    changed: int
    changed_by: str
    converted: tuple[str, ...] = ()


class Drafts:
    """Make, list, save and throw away drafts. Writes return a ``Pending``."""

    def __init__(self, database: Database, clock: Callable[[], int], limit: int) -> None:
        """No model may be larger than ``limit`` bytes."""
        self._database = database
        self._clock = clock
        self._limit = limit

    def list(self) -> list[Draft]:
        """All drafts, the one changed last first."""
        return self._found("ORDER BY changed DESC, id DESC")

    def get(self, id: int) -> Draft:
        """One draft. Raises ``DraftNotFound``."""
        return _get(self._database.read(), id)

    def of_process(self, key: str) -> list[Draft]:
        """The drafts of a process, the one changed last first."""
        return self._found("WHERE process = ? ORDER BY changed DESC, id DESC", key)

    def content(self, id: int) -> bytes:
        """The model as it was saved last. Raises ``DraftNotFound``."""
        sql = "SELECT content FROM draft WHERE id = ?"
        row = self._database.read().execute(sql, (id,)).fetchone()
        if row is None:
            raise _missing(id)
        return row[0]

    def create(
        self, content: bytes, by: Actor, base: int | None = None, converted: Sequence[str] = ()
    ) -> Pending[Draft]:
        """Begin a draft with this model. Raises ``ModelInvalid`` when it is no BPMN at all."""
        name, process = self._titles(content)
        now = self._clock()

        def work(connection: sqlite.Connection) -> Draft:
            said = json.dumps(list(converted))
            row = (name, process, base, content, by.name, now, now, by.name, said)
            (id,) = connection.execute(_INSERT, row).fetchone()
            return _get(connection, id)

        return self._database.write(work)

    def save(self, id: int, content: bytes, revision: int, by: Actor) -> Pending[Draft]:
        """Keep a change of the revision that its author has seen.

        Raises ``ModelInvalid``, ``DraftNotFound``; ``DraftChanged`` when it was saved meanwhile.
        """
        name, process = self._titles(content)
        now = self._clock()

        def work(connection: sqlite.Connection) -> Draft:
            found = _get(connection, id)
            if found.revision != revision:
                raise DraftChanged(
                    f"{found.changed_by} has saved this draft meanwhile: reload it to see how it is"
                    " now, or keep yours as a draft of its own."
                )
            connection.execute(_SAVE, (name, process, content, now, by.name, id))
            return _get(connection, id)

        return self._database.write(work)

    def rebase(self, id: int, version: int) -> Pending[None]:
        """Say that the draft is now what was deployed as this version."""

        def work(connection: sqlite.Connection) -> None:
            connection.execute(_REBASE, (version, id))

        return self._database.write(work)

    def delete(self, id: int) -> Pending[None]:
        """Throw a draft away. Raises ``DraftNotFound``."""

        def work(connection: sqlite.Connection) -> None:
            _get(connection, id)
            connection.execute("DELETE FROM draft WHERE id = ?", (id,))

        return self._database.write(work)

    def _found(self, rest: str, *values: object) -> list[Draft]:
        rows = self._database.read().execute(f"{_DRAFT} {rest}", values)
        return [_draft(row) for row in rows]

    def _titles(self, content: bytes) -> tuple[str, str]:
        """The name and key of the first process that runs, or else of the first."""
        if len(content) > self._limit:
            raise TooLarge(f"A model may have {self._limit:,} bytes.")
        bpmn = inspect(content)
        found = next(iter((*bpmn.executable, *bpmn.processes)), None)
        return (found.name or found.key, found.key) if found is not None else ("", "")


def _get(connection: sqlite.Connection, id: int) -> Draft:
    row = connection.execute(f"{_DRAFT} WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise _missing(id)
    return _draft(row)


def _draft(row: Sequence[Any]) -> Draft:
    *facts, converted = row
    return Draft(*facts, converted=tuple(json.loads(converted)))


def _missing(id: int) -> DraftNotFound:
    return DraftNotFound(f"There is no draft {id}. It may have been thrown away.")
