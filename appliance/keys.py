"""API keys: ``wf_`` and 32 random bytes in base62, shown once; only their SHA-256 is kept.

``verify`` works from memory. A change of any key, by this process or by a command beside it, also
raises one number in the database; ``verify`` looks at that number now and then, after each change
of this process and before it refuses a key, and reads the keys again only when it differs. So a
new, deactivated or deleted key counts at once.

A key may be limited to some things (``appliance.actor.Rights``), and its secret can be replaced
while the one before still counts for a time, so that programs change over without a gap.
"""

from __future__ import annotations

import hmac
import re
import secrets
import string
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from appliance import names
from appliance.actor import SCOPES, SYSTEM, USUAL, Actor, Rights
from appliance.credentials import digest
from appliance.database import Database, note
from appliance.errors import Conflict, InvalidInput, KeyNotFound
from appliance.fingerprint import refuse_changed
from appliance.store import chain, sqlite
from engine.times import MINUTE

if TYPE_CHECKING:
    from appliance.pending import Pending

T = TypeVar("T")

USED_EVERY = MINUTE
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
_KEY = """
SELECT id, name, prefix, active, created, created_by, expires, last_used,
    coalesce(owner, created_by), scopes, processes, previous_prefix, previous_until
"""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret. Times are milliseconds; ``expires`` None is never.

    ``owner`` is the person who answers for it. The secret before, of which ``previous_prefix`` is
    the beginning, counts until ``previous_until``.
    """

    id: int
    name: str
    prefix: str
    active: bool
    created: int
    created_by: str
    expires: int | None
    last_used: int | None
    owner: str
    rights: Rights
    previous_prefix: str | None
    previous_until: int | None

    @property
    def terms(self) -> tuple[int | None, str, Rights]:
        """What administrators can change of it."""
        return self.expires, self.owner, self.rights

    @property
    def actor(self) -> Actor:
        """Who a program with this key is."""
        return Actor.api(self.name, self.rights)

    def usable(self, now: int) -> bool:
        """Whether the key lets anybody in at this time."""
        return self.active and (self.expires is None or now < self.expires)


_Known = dict[str, list[tuple[bytes, int | None, Key | None]]]
"""By the beginning of a secret: its hash, until when it counts, and its key."""

_INSERT = """
INSERT INTO api_key (id, name, folded, prefix, hash, active, created, created_by, expires, owner,
    scopes, processes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


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
        self._known: _Known = {}
        self._used: dict[str, int] = {}

    def verify(self, text: str) -> Key | None:
        """The usable key whose secret this is, or None whatever is wrong with it."""
        if not _SHAPE.fullmatch(text):
            return None
        if time.monotonic() >= self._look_at:
            self._refresh()
        hash, now = digest(text), self._clock()
        found = self._match(text, hash, now)
        if found is None:  # made a moment ago, perhaps
            self._refresh()
            found = self._match(text, hash, now)
        if found is None or not found.usable(now):
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
        self,
        name: str,
        *,
        expires: int | None = None,
        rights: Rights = USUAL,
        by: Actor = SYSTEM,
    ) -> Pending[NewKey]:
        """Make a key; what it starts has the initiator ``api:<name>``.

        Raises ``InvalidInput``; ``Conflict`` when a key has the name.
        """
        now, limits = self._clock(), _limits(rights)
        name = names.line(name, "name of an API key", 64)
        if not name:
            raise InvalidInput("An API key needs a name.")
        self._refuse_past(expires)
        text = _new_text()
        row = (name, names.folded(name), text[:_PREFIX], digest(text), True, now, str(by), expires,
               str(by), *limits)  # fmt: skip

        def work(connection: sqlite.Connection) -> NewKey:
            # The number of the change is a number that no earlier key had.
            id = _changed(connection)
            try:
                connection.execute(_INSERT, (id, *row))
            except sqlite.ConstraintError:
                raise Conflict(f"There is an API key {name} already.") from None
            facts = {"key": id, "prefix": text[:_PREFIX], "expires": expires}
            chain.record(connection, now, by, "key.create", name, **facts, **_told(rights))
            return NewKey(_one(connection, id), text)

        return self._database.write(work)

    def change(
        self,
        key: int,
        *,
        expires: int | None,
        owner: str,
        rights: Rights,
        by: Actor = SYSTEM,
        seen: str | None = None,
    ) -> Pending[Key]:
        """Change when a key ends, who answers for it, and what it may do.

        Raises ``InvalidInput``, ``KeyNotFound``; ``Conflict`` when its terms are not those that
        were ``seen``.
        """
        if expires != self.get(key).expires:
            self._refuse_past(expires)
        owner = names.line(owner, "owner of an API key", 64)
        values = (expires, owner, *_limits(rights))
        sql = "UPDATE api_key SET expires = ?, owner = ?, scopes = ?, processes = ? WHERE id = ?"
        facts = {"expires": expires, "owner": owner, **_told(rights)}
        change = self._work(sql, values, key, by, "key.change", facts)

        def work(connection: sqlite.Connection) -> Key:
            refuse_changed(_one(connection, key).terms, seen)
            return change(connection)

        return self._write(work)

    def rotate(self, key: int, overlap: int, by: Actor = SYSTEM) -> Pending[NewKey]:
        """Give a key a new secret; the one that it has now counts for ``overlap`` more ms."""
        text, until = _new_text(), self._clock() + overlap
        sql = (
            "UPDATE api_key SET previous_prefix = prefix, previous_hash = hash, previous_until = ?,"
            " prefix = ?, hash = ? WHERE id = ?"
        )
        values = (until, text[:_PREFIX], digest(text))
        facts = {"prefix": text[:_PREFIX], "previous_until": until}
        work = self._work(sql, values, key, by, "key.rotate", facts)
        return self._write(lambda connection: NewKey(work(connection), text))

    def end_overlap(self, key: int, by: Actor = SYSTEM) -> Pending[Key]:
        """Let only the newest secret of a key count from now on."""
        sql = (
            "UPDATE api_key SET previous_prefix = NULL, previous_hash = NULL,"
            " previous_until = NULL WHERE id = ?"
        )
        return self._write(self._work(sql, (), key, by, "key.end-overlap"))

    def deactivate(self, key: int, by: Actor = SYSTEM) -> Pending[Key]:
        """Refuse this key from now on, until it is activated."""
        sql = "UPDATE api_key SET active = 0 WHERE id = ?"
        return self._write(self._work(sql, (), key, by, "key.deactivate"))

    def activate(self, key: int, by: Actor = SYSTEM) -> Pending[Key]:
        """Accept this key again."""
        sql = "UPDATE api_key SET active = 1 WHERE id = ?"
        return self._write(self._work(sql, (), key, by, "key.activate"))

    def delete(self, key: int, by: Actor = SYSTEM) -> Pending[Key]:
        """Forget this key; what it started keeps its name."""
        sql = "DELETE FROM api_key WHERE id = ?"
        return self._write(self._work(sql, (), key, by, "key.delete"))

    def handing_over(self, owner: str, heir: str, by: Actor) -> Callable[[sqlite.Connection], None]:
        """Gives the keys that somebody answers for to an heir, or (no heir) stops them.

        A part of a larger change; call :meth:`look_again` when it is stored.
        """
        sql = "UPDATE api_key SET owner = ?" if heir else "UPDATE api_key SET active = ?"
        action = "key.change" if heir else "key.deactivate"
        facts = {"owner": heir} if heir else {}

        def work(connection: sqlite.Connection) -> None:
            for key in self.list():
                if key.owner == owner:
                    change = self._work(
                        f"{sql} WHERE id = ?", (heir or 0,), key.id, by, action, facts
                    )
                    change(connection)

        return work

    def look_again(self, _: BaseException | None = None) -> None:
        """Read what has changed at the next request."""
        self._look_at = 0.0

    def _work(
        self,
        sql: str,
        values: tuple[object, ...],
        key: int,
        by: Actor,
        action: str,
        facts: Mapping[str, object] = MappingProxyType({}),
    ) -> Callable[[sqlite.Connection], Key]:
        """Changes one key; the answer is what it is then, or was when it is gone."""

        def work(connection: sqlite.Connection) -> Key:
            before = _one(connection, key)
            connection.execute(sql, (*values, key))
            chain.record(connection, self._clock(), by, action, before.name, key=key, **facts)
            _changed(connection)
            return _found(connection, key) or before

        return work

    def _write(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        return self._database.write(work).finally_(self.look_again)

    def _refuse_past(self, expires: int | None) -> None:
        if expires is not None and expires <= self._clock():
            raise InvalidInput("An API key cannot expire in the past.")

    def _match(self, text: str, digest: bytes, now: int) -> Key | None:
        found: Key | None = None
        for kept, until, key in self._known.get(text[:_PREFIX]) or [(_NO_HASH, None, None)]:
            if hmac.compare_digest(kept, digest) and (until is None or now < until):
                found = key
        return found

    def _refresh(self) -> None:
        self._look_at = time.monotonic() + LOOK_EVERY
        connection = self._database.read()
        version = connection.execute(
            "SELECT value FROM revision WHERE topic = 'api_key'"
        ).fetchone()
        if version is None or version[0] == self._version:
            return
        known: _Known = {}
        for *row, kept, before in connection.execute(f"{_KEY}, hash, previous_hash FROM api_key"):
            key = _key(row)
            known.setdefault(key.prefix, []).append((kept, None, key))
            if key.previous_prefix is not None:
                known.setdefault(key.previous_prefix, []).append((before, key.previous_until, key))
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
    (id, name, prefix, active, created, created_by, expires, last_used, owner, scopes, processes,
     previous_prefix, previous_until) = row  # fmt: skip
    rights = Rights(_set(scopes) or USUAL.scopes, _set(processes))
    return Key(
        id, name, prefix, bool(active), created, created_by, expires, last_used, owner, rights,
        previous_prefix, previous_until,
    )  # fmt: skip


def _found(connection: sqlite.Connection, id: int) -> Key | None:
    row = connection.execute(f"{_KEY} FROM api_key WHERE id = ?", (id,)).fetchone()
    return row and _key(row)


def _one(connection: sqlite.Connection, id: int) -> Key:
    if (key := _found(connection, id)) is None:
        raise KeyNotFound(f"There is no API key {id}.")
    return key


def _set(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(msgspec.json.decode(text, type=list[str]))


def _limits(rights: Rights) -> tuple[str | None, str | None]:
    """Scopes and processes as they are stored. Raises ``InvalidInput``."""
    if unknown := rights.scopes.difference(SCOPES):
        raise InvalidInput(f"An API key cannot be given {', '.join(sorted(unknown))}.")
    if not rights.scopes:
        raise InvalidInput("An API key must be allowed something.")
    scopes = None if rights.scopes == USUAL.scopes else _text(rights.scopes)
    return scopes, None if rights.processes is None else _text(rights.processes)


def _text(values: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(values)).decode()


def _told(rights: Rights) -> dict[str, list[str]]:
    """What the audit log says of rights."""
    told = {"scopes": sorted(rights.scopes)}
    return told if rights.processes is None else told | {"processes": sorted(rights.processes)}


def _changed(connection: sqlite.Connection) -> int:
    """Let every reader know; the answer rises with each change."""
    row = connection.execute(
        "INSERT INTO revision (topic, value) VALUES ('api_key', 1)"
        " ON CONFLICT (topic) DO UPDATE SET value = revision.value + 1 RETURNING value"
    )
    return row.fetchone()[0]
