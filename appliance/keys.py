"""API keys: ``wf_`` and 32 random bytes in base62, shown once; only their SHA-256 is kept.

``verify`` works from memory. A change of any key, by this process or by a command beside it, also
raises one number in the database; ``verify`` looks at that number now and then, after each change
of this process and before it refuses a key, and reads the keys again only when it differs. So a
new, deactivated or deleted key counts at once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from appliance import names
from appliance.actor import SYSTEM, Actor
from appliance.database import Database, note
from appliance.errors import Conflict, InvalidInput, KeyNotFound
from appliance.store import chain, sqlite

if TYPE_CHECKING:
    from appliance.pending import Pending

USED_EVERY = 60_000
"""How exactly "last used" is known, in milliseconds: a request is not a write."""

LOOK_EVERY = 0.02
"""How long, in seconds, a command beside the server may have revoked a key before it is noticed.

A read of the database gives Python's lock away, which a busy server pays with more than the read.
"""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_DIGITS = 43  # 62**43 > 2**256
_SHAPE = re.compile(rf"wf_[0-9A-Za-z]{{{_DIGITS}}}")
_PREFIX = len("wf_") + 8
_NO_HASH = bytes(32)
_KEY = "SELECT id, name, prefix, active, created, created_by, expires, last_used"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret. Times are milliseconds; ``expires`` None is never."""

    id: int
    name: str
    prefix: str
    active: bool
    created: int
    created_by: str
    expires: int | None
    last_used: int | None

    def usable(self, now: int) -> bool:
        """Whether the key lets anybody in at this time."""
        return self.active and (self.expires is None or now < self.expires)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only moment at which ``text`` is known."""

    key: Key
    text: str

    def __repr__(self) -> str:
        return f"NewKey({self.key})"


class Keys:
    """Make, list, change and verify API keys."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._version = -1
        self._look_at = 0.0
        self._known: dict[str, list[tuple[bytes, Key]]] = {}
        self._used: dict[str, int] = {}

    def verify(self, text: str) -> Key | None:
        """The usable key whose secret this is, or None whatever is wrong with it."""
        if not _SHAPE.fullmatch(text):
            return None
        if time.monotonic() >= self._look_at:
            self._refresh()
        digest = hashlib.sha256(text.encode()).digest()
        found = self._match(text, digest)
        if found is None:  # made a moment ago, perhaps
            self._refresh()
            found = self._match(text, digest)
        if found is None or not found.usable(now := self._clock()):
            return None
        self._note_use(found, now)
        return found

    def list(self) -> list[Key]:
        """All keys by name, inactive and expired ones too."""
        rows = self._database.read().execute(f"{_KEY} FROM api_key ORDER BY folded")
        return [_key(row) for row in rows]

    def get(self, name_or_id: str | int) -> Key:
        """One key. Raises ``KeyNotFound``."""
        sql = f"{_KEY} FROM api_key WHERE {'id' if isinstance(name_or_id, int) else 'folded'} = ?"
        value = name_or_id if isinstance(name_or_id, int) else names.folded(name_or_id)
        row = self._database.read().execute(sql, (value,)).fetchone()
        if row is None:
            raise KeyNotFound(f"There is no API key {name_or_id}.")
        return _key(row)

    def create(
        self, name: str, *, expires: int | None = None, by: Actor = SYSTEM
    ) -> Pending[NewKey]:
        """Make a key; what it starts has the initiator ``api:<name>``.

        Raises ``InvalidInput``; ``Conflict`` when a key has the name.
        """
        now = self._clock()
        name = names.line(name, "name of an API key", 64)
        if not name:
            raise InvalidInput("An API key needs a name.")
        if expires is not None and expires <= now:
            raise InvalidInput("An API key cannot expire in the past.")
        text = _new_text()
        new = Key(0, name, text[:_PREFIX], True, now, str(by), expires, None)
        row = (name, names.folded(name), new.prefix, hashlib.sha256(text.encode()).digest(),
               True, now, new.created_by, expires)  # fmt: skip

        def work(connection: sqlite.Connection) -> NewKey:
            # The number of the change is a number that no earlier key had.
            id = _changed(connection)
            try:
                connection.execute(
                    "INSERT INTO api_key (id, name, folded, prefix, hash, active, created,"
                    " created_by, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (id, *row),
                )
            except sqlite.ConstraintError:
                raise Conflict(f"There is an API key {name} already.") from None
            facts = {"key": id, "prefix": new.prefix, "expires": expires}
            chain.record(connection, now, by, "key.create", name, **facts)
            return NewKey(replace(new, id=id), text)

        return self._database.write(work)

    def deactivate(self, key: int, by: Actor = SYSTEM) -> Pending[None]:
        """Refuse this key from now on, until it is activated."""
        return self._write("UPDATE api_key SET active = 0 WHERE id = ?", key, by, "key.deactivate")

    def activate(self, key: int, by: Actor = SYSTEM) -> Pending[None]:
        """Accept this key again."""
        return self._write("UPDATE api_key SET active = 1 WHERE id = ?", key, by, "key.activate")

    def delete(self, key: int, by: Actor = SYSTEM) -> Pending[None]:
        """Forget this key; what it started keeps its name."""
        return self._write("DELETE FROM api_key WHERE id = ?", key, by, "key.delete")

    def _write(self, sql: str, key: int, by: Actor, action: str) -> Pending[None]:
        def work(connection: sqlite.Connection) -> None:
            row = connection.execute("SELECT name FROM api_key WHERE id = ?", (key,)).fetchone()
            if row is None:
                raise KeyNotFound(f"There is no API key {key}.")
            connection.execute(sql, (key,))
            chain.record(connection, self._clock(), by, action, row[0], key=key)
            _changed(connection)

        return self._database.write(work).finally_(self._look_again)

    def _match(self, text: str, digest: bytes) -> Key | None:
        found: Key | None = None
        for kept, key in self._known.get(text[:_PREFIX]) or [(_NO_HASH, None)]:
            if hmac.compare_digest(kept, digest):
                found = key
        return found

    def _look_again(self, _: BaseException | None) -> None:
        self._look_at = 0.0

    def _refresh(self) -> None:
        self._look_at = time.monotonic() + LOOK_EVERY
        connection = self._database.read()
        version = connection.execute(
            "SELECT value FROM revision WHERE topic = 'api_key'"
        ).fetchone()
        if version is None or version[0] == self._version:
            return
        known: dict[str, list[tuple[bytes, Key]]] = {}
        for *row, kept in connection.execute(f"{_KEY}, hash FROM api_key"):
            known.setdefault(row[2], []).append((kept, _key(row)))
        # The number was read first: a change in between is seen by the next request.
        self._known, self._version = known, version[0]

    def _note_use(self, key: Key, now: int) -> None:
        last = self._used.get(key.prefix, key.last_used or 0)
        if now - last < USED_EVERY:
            return
        self._used[key.prefix] = now

        def work(connection: sqlite.Connection) -> None:
            connection.execute("UPDATE api_key SET last_used = ? WHERE id = ?", (now, key.id))

        note(self._database, work)


def _new_text() -> str:
    number = int.from_bytes(secrets.token_bytes(32), "big")
    digits: list[str] = []
    for _ in range(_DIGITS):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "wf_" + "".join(reversed(digits))


def _key(row: Sequence[Any]) -> Key:
    id, name, prefix, active, created, created_by, expires, last_used = row
    return Key(id, name, prefix, bool(active), created, created_by, expires, last_used)


def _changed(connection: sqlite.Connection) -> int:
    """Let every reader know; the answer rises with each change."""
    row = connection.execute(
        "INSERT INTO revision (topic, value) VALUES ('api_key', 1)"
        " ON CONFLICT (topic) DO UPDATE SET value = revision.value + 1 RETURNING value"
    )
    return row.fetchone()[0]
