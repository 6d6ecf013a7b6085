"""Links by which a person chooses a password: for new people, and for those who forgot theirs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance import passwords
from appliance.actor import SYSTEM, Actor
from appliance.database import Database
from appliance.errors import PasswordLinkInvalid
from appliance.people import People, User
from appliance.store import chain, sqlite

if TYPE_CHECKING:
    from appliance.pending import Pending

HOURS = 48
_PURPOSE = "password:"


class PasswordLinks:
    """Tokens that are valid once, for 48 hours, one for each person, while the person is active."""

    def __init__(self, database: Database, people: People, clock: Callable[[], int]) -> None:
        self._database = database
        self._people = people
        self._clock = clock

    def create(self, name: str, by: Actor = SYSTEM) -> Pending[str]:
        """A token for the link ``/password/<token>``, in place of an earlier one."""
        user = self._people.get(name)
        token = secrets.token_urlsafe(32)
        expires = self._clock() + HOURS * 3_600_000

        def work(connection: sqlite.Connection) -> str:
            _forget(connection, user.name)
            connection.execute(
                "INSERT INTO one_time_token (hash, purpose, expires) VALUES (?, ?, ?)",
                (_hash(token), _PURPOSE + user.name, expires),
            )
            chain.record(connection, self._clock(), by, "user.link", user.name)
            return token

        return self._database.write(work)

    def user_of(self, token: str) -> User:
        """Whose password the token sets. Raises ``PasswordLinkInvalid``."""
        return self._user(self._database.read(), token)

    def use(self, token: str, password: str) -> Pending[User]:
        """Set the password, use up the token and sign the person out everywhere.

        Raises ``PasswordLinkInvalid`` and ``InvalidInput``. Hashes: not on the event loop.
        """
        user = self.user_of(token)
        hashed = passwords.hashed(password, user.name)

        def work(connection: sqlite.Connection) -> User:
            self._user(connection, token)
            _forget(connection, user.name)
            connection.execute(
                "UPDATE user_account SET password = ? WHERE name = ?", (hashed, user.name)
            )
            connection.execute("DELETE FROM session WHERE user_name = ?", (user.name,))
            who = Actor.user(user.name)
            chain.record(connection, self._clock(), who, "user.password", user.name, link=True)
            return user

        return self._database.write(work)

    def _user(self, connection: sqlite.Connection, token: str) -> User:
        row = connection.execute(
            "SELECT purpose, expires FROM one_time_token WHERE hash = ? AND purpose LIKE ?",
            (_hash(token), _PURPOSE + "%"),
        ).fetchone()
        user = self._people.find(row[0].removeprefix(_PURPOSE)) if row else None
        if user is None or not user.active or row[1] <= self._clock():
            raise PasswordLinkInvalid(
                f"This link is not valid: it was used, is older than {HOURS} hours, or a newer one"
                " was made. Ask an administrator for a new one."
            )
        return user


def _forget(connection: sqlite.Connection, name: str) -> None:
    connection.execute("DELETE FROM one_time_token WHERE purpose = ?", (_PURPOSE + name,))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
