"""The first administrator: made by whoever holds the set-up link that the server prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance import credentials
from appliance.actor import SYSTEM, Actor
from appliance.database import Database
from appliance.errors import Conflict, SetupLinkInvalid
from appliance.people import NewUser, User
from appliance.store import chain, sqlite
from engine.times import MINUTE

if TYPE_CHECKING:
    from appliance.pending import Pending

MINUTES = 30
_PURPOSE = "setup"


class Setup:
    """Set-up tokens: valid once, for 30 minutes, and only while there is no administrator."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def needed(self) -> bool:
        """Whether nobody can administer this server yet."""
        return not _has_administrator(self._database.read())

    def new_token(self, by: Actor = SYSTEM) -> Pending[str]:
        """A token for the set-up link ``/setup?token=``, in place of all earlier ones."""

        def work(connection: sqlite.Connection) -> str:
            _refuse_second(connection)
            credentials.withdraw(connection, _PURPOSE)
            token = credentials.issue(connection, _PURPOSE, self._clock() + MINUTES * MINUTE)
            chain.record(connection, self._clock(), by, "setup.link")
            return token

        return self._database.write(work)

    def check(self, token: str) -> None:
        """Raise ``SetupLinkInvalid`` unless ``use`` would accept this token now."""
        self._check(self._database.read(), token)

    def use(
        self, token: str, name: str, password: str, *, display_name: str = "", email: str = ""
    ) -> Pending[User]:
        """Make the first administrator and use up the token. Hashes: not on the event loop.

        The groups that exist by then are those of the demos. The administrator joins them all, so
        that one person can walk a demo from end to end.
        """
        self.check(token)
        now = self._clock()
        new = NewUser.checked(name, password, now, display_name, email, admin=True)

        def work(connection: sqlite.Connection) -> User:
            _refuse_second(connection)
            self._check(connection, token)
            credentials.withdraw(connection, _PURPOSE)
            user = new.insert(connection)
            _join_all_groups(connection, user.name)
            chain.record(connection, now, Actor.user(user.name), "setup.use", user.name)
            return user

        return self._database.write(work)

    def _check(self, connection: sqlite.Connection, token: str) -> None:
        if credentials.subject_of(connection, _PURPOSE, token, self._clock()) is None:
            raise SetupLinkInvalid(
                f"This set-up link is not valid: it was used, is older than {MINUTES} minutes, or"
                " a newer one was made. Run `workingflow setup-link` for a new one."
            )


def _has_administrator(connection: sqlite.Connection) -> bool:
    sql = "SELECT 1 FROM user_account WHERE admin AND active LIMIT 1"
    return connection.execute(sql).fetchone() is not None


def _refuse_second(connection: sqlite.Connection) -> None:
    if _has_administrator(connection):
        raise Conflict("This server has an administrator already.")


def _join_all_groups(connection: sqlite.Connection, user: str) -> None:
    connection.execute(
        "INSERT INTO membership (user_name, group_name) SELECT ?, name FROM user_group", (user,)
    )
