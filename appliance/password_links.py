"""Links by which a person chooses a password: for new people, and for those who forgot theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance import credentials, passwords
from appliance.actor import SYSTEM, Actor
from appliance.database import Database
from appliance.errors import PasswordLinkInvalid
from appliance.people import People, User
from appliance.store import chain, sqlite
from engine.times import HOUR

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
        purpose, expires = _PURPOSE + user.name, self._clock() + HOURS * HOUR

        def work(connection: sqlite.Connection) -> str:
            credentials.withdraw(connection, purpose)
            token = credentials.issue(connection, purpose, expires)
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
            credentials.withdraw(connection, _PURPOSE + user.name)
            connection.execute(
                "UPDATE user_account SET password = ? WHERE name = ?", (hashed, user.name)
            )
            connection.execute("DELETE FROM session WHERE user_name = ?", (user.name,))
            who = Actor.user(user.name)
            chain.record(connection, self._clock(), who, "user.password", user.name, link=True)
            return user

        return self._database.write(work)

    def _user(self, connection: sqlite.Connection, token: str) -> User:
        name = credentials.subject_of(connection, _PURPOSE, token, self._clock())
        user = self._people.find(name) if name else None
        if user is None or not user.active:
            raise PasswordLinkInvalid(
                f"This link is not valid: it was used, is older than {HOURS} hours, or a newer one"
                " was made. Ask an administrator for a new one."
            )
        return user
