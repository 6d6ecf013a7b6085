"""Forms being edited: kept by themselves, one per person and key, until saved as a version.

A change names the revision that it changes, so that two windows of a person never replace unseen
what the other has kept. Not here: versions of forms (``forms.py``), models (``drafts.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from appliance.actor import Actor
from appliance.database import Database
from appliance.errors import DraftChanged, InvalidInput, TooLarge
from appliance.pending import Pending
from appliance.store import sqlite

LARGEST = 1024 * 1024
"""Bytes of one form."""

_COLUMNS = "user_name, version, revision, changed, source"
_OF = f"SELECT {_COLUMNS} FROM form_draft WHERE form = ? AND user_name = ?"
_OTHERS = "SELECT user_name, changed FROM form_draft WHERE form = ? AND user_name <> ? ORDER BY 2"
_KEEP = f"INSERT OR REPLACE INTO form_draft (form, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
_FORGET = "DELETE FROM form_draft WHERE form = ? AND user_name = ?"


@dataclass(frozen=True, slots=True)
class FormDraft:
    """What somebody makes of a form: ``source`` is its JSON text, ``version`` what it began with
    (0: nothing), ``changed`` when it was kept last, in milliseconds."""

    owner: str
    version: int
    revision: int
    changed: int
    source: str


class FormDrafts:
    """The drafts of the box."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def of(self, form: str, user: str) -> FormDraft | None:
        """What a person makes of a form, if they edit it."""
        return _find(self._database.read(), form, user)

    def others(self, form: str, user: str) -> list[tuple[str, int]]:
        """Who else edits it, and when they changed something last."""
        return self._database.read().execute(_OTHERS, (form, user)).fetchall()

    def keep(
        self, form: str, source: str, version: int, revision: int, by: Actor
    ) -> Pending[FormDraft]:
        """Keep a change of the revision that its author has seen (0: none yet).

        Raises ``TooLarge``, ``InvalidInput``; ``DraftChanged`` when another window has kept
        something meanwhile.
        """
        if len(source.encode()) > LARGEST:
            raise TooLarge(f"A draft has at most {LARGEST} bytes.")
        if not _is_object(source):
            raise InvalidInput("A form is a JSON object.")
        now = self._clock()

        def work(connection: sqlite.Connection) -> FormDraft:
            found = _find(connection, form, by.name)
            if (found.revision if found else 0) != revision:
                raise DraftChanged(
                    "Another window of yours has changed this form meanwhile: reload it to see how"
                    " it is now."
                )
            draft = FormDraft(by.name, version, revision + 1, now, source)
            connection.execute(_KEEP, (form, by.name, version, revision + 1, now, source))
            return draft

        return self._database.write(work)

    def forget(self, form: str, user: str) -> Pending[None]:
        """Nothing that a person made of it is wanted any more, or it is a version now."""

        def work(connection: sqlite.Connection) -> None:
            connection.execute(_FORGET, (form, user))

        return self._database.write(work)


def _is_object(source: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(source), dict)
    except msgspec.DecodeError:
        return False


def _find(connection: sqlite.Connection, form: str, user: str) -> FormDraft | None:
    row = connection.execute(_OF, (form, user)).fetchone()
    return row and FormDraft(*row)
