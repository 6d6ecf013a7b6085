"""Sessions: a signed-in person's browser, known by a random id of which only the hash is kept.

A session ends when its person does nothing for ``idle`` seconds, after ``limit`` seconds in any
case, when it is revoked, and when the person is disabled or gets a new password.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.actor import Actor
from appliance.credentials import digest
from appliance.database import Database, note
from appliance.errors import SessionNotFound
from appliance.people import People, User
from appliance.store import chain, sqlite
from engine.times import MINUTE

if TYPE_CHECKING:
    from appliance.pending import Pending

SEEN_EVERY = MINUTE
"""How exactly "last seen" is known, in milliseconds: a page view is not a write."""

_LONGEST_NOTE = 300
_COLUMNS = "s.id, s.user_name, s.created, s.seen, s.address, s.agent"


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. ``id`` names it for revoking and lets nobody in."""

    id: int
    user_name: str
    created: int
    seen: int
    address: str
    agent: str


class Sessions:
    """Make, find and revoke sessions; ``idle`` and ``limit`` are seconds."""

    def __init__(
        self,
        database: Database,
        people: People,
        clock: Callable[[], int],
        *,
        idle: int,
        limit: int,
    ) -> None:
        self._database = database
        self._people = people
        self._clock = clock
        self._idle = idle * 1000
        self._limit = limit * 1000

    def create(self, user: str, address: str = "", agent: str = "") -> Pending[str]:
        """Sign a person in; the answer is the secret for their cookie, kept nowhere else."""
        text = secrets.token_urlsafe(32)
        now = self._clock()
        row = (digest(text), user, now, now, address[:_LONGEST_NOTE], agent[:_LONGEST_NOTE])

        def work(connection: sqlite.Connection) -> str:
            connection.execute(
                "DELETE FROM session WHERE seen <= ? OR created <= ?",
                (now - self._idle, now - self._limit),
            )
            connection.execute(
                "INSERT INTO session (hash, user_name, created, seen, address, agent)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
            facts = {"session": connection.last_insert_rowid(), "address": row[4]}
            chain.record(connection, now, Actor.user(user), "session.begin", user, **facts)
            return text

        return self._database.write(work)

    def get(self, text: str) -> tuple[Session, User] | None:
        """The live session of this cookie and its active user, or None."""
        rows = self._live("s.hash = ?", digest(text))
        if not rows:
            return None
        session = rows[0]
        user = self._people.find(session.user_name)
        if user is None or not user.active:
            return None
        self._touch(session)
        return session, user

    def list(self, user: str) -> list[Session]:
        """The live sessions of a user, the latest seen first."""
        return self._live("s.user_name = ? ORDER BY s.seen DESC, s.id DESC", user)

    def end(self, text: str) -> Pending[None]:
        """Sign out this browser; harmless when it was not signed in."""

        def work(connection: sqlite.Connection) -> None:
            sql = "DELETE FROM session WHERE hash = ? RETURNING id, user_name"
            for id, user in connection.execute(sql, (digest(text),)).fetchall():
                self._record(connection, "session.end", user, session=id)

        return self._database.write(work)

    def revoke(self, user: str, session: int) -> Pending[None]:
        """Sign out one browser of a user. Raises ``SessionNotFound``."""

        def work(connection: sqlite.Connection) -> None:
            sql = "DELETE FROM session WHERE id = ? AND user_name = ?"
            connection.execute(sql, (session, user))
            if connection.changes() == 0:
                raise SessionNotFound(f"{user} has no session {session}.")
            self._record(connection, "session.revoke", user, session=session)

        return self._database.write(work)

    def revoke_all(self, user: str, but: int | None = None) -> Pending[int]:
        """Sign out all browsers of a user, ``but`` this one; the answer is how many."""

        def work(connection: sqlite.Connection) -> int:
            sql = "DELETE FROM session WHERE user_name = ? AND id <> ?"
            connection.execute(sql, (user, -1 if but is None else but))
            if ended := connection.changes():
                self._record(connection, "session.revoke", user, sessions=ended)
            return ended

        return self._database.write(work)

    def _record(
        self, connection: sqlite.Connection, action: str, user: str, **facts: object
    ) -> None:
        """People end sessions of their own only."""
        chain.record(connection, self._clock(), Actor.user(user), action, user, **facts)

    def _live(self, condition: str, value: object) -> list[Session]:
        now = self._clock()
        sql = f"SELECT {_COLUMNS} FROM session s WHERE s.seen > ? AND s.created > ? AND {condition}"
        parameters = (now - self._idle, now - self._limit, value)
        return [Session(*row) for row in self._database.read().execute(sql, parameters)]

    def _touch(self, session: Session) -> None:
        now = self._clock()
        if now - session.seen < SEEN_EVERY:
            return

        def work(connection: sqlite.Connection) -> None:
            connection.execute(
                "UPDATE session SET seen = ? WHERE id = ? AND seen < ?", (now, session.id, now)
            )

        note(self._database, work)
