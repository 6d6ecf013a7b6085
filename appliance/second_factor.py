"""The second factor at the sign-in: a code from an authenticator app (TOTP, RFC 6238).

A person begins by reading a secret into their app, and has a second factor once a first code of it
was right. Ten recovery codes, each good once, help when the app is lost; then administrators can
take the factor away. Each code of the app works once, too.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pyotp import random_base32
from pyotp.totp import TOTP

from appliance import credentials
from appliance.actor import Actor
from appliance.database import Database
from appliance.errors import Conflict, SecondFactorInvalid, WrongPassword
from appliance.people import People, User
from appliance.store import chain, sqlite
from appliance.throttle import Allowance, Throttle
from engine.times import MINUTE

if TYPE_CHECKING:
    from appliance.pending import Pending

ISSUER = "Workingflow"
PERIOD = 30
RECOVERY_CODES = 10
MINUTES = 5
"""How long after the password the code may come."""
_ATTEMPTS = Allowance(5, 300)
_PURPOSE = "second-factor:"
_WRONG = "The code is wrong, or was used before."


class SecondFactor:
    """Who has a second factor, and whether a code is theirs."""

    def __init__(self, database: Database, people: People, clock: Callable[[], int]) -> None:
        self._database = database
        self._people = people
        self._clock = clock
        self._throttle = Throttle(clock)

    def enabled(self, user: str) -> bool:
        """Whether a code is asked for when this person signs in."""
        sql = "SELECT 1 FROM second_factor WHERE user_name = ? AND since IS NOT NULL"
        return self._database.read().execute(sql, (user,)).fetchone() is not None

    def codes_left(self, user: str) -> int:
        """How many recovery codes are not used yet."""
        sql = "SELECT count(*) FROM recovery_code WHERE user_name = ?"
        return self._database.read().execute(sql, (user,)).fetchone()[0]

    def begin(self, user: str) -> Pending[str]:
        """A new secret for the app of a person without a second factor. Raises ``Conflict``."""
        secret = random_base32()

        def work(connection: sqlite.Connection) -> str:
            connection.execute(
                "INSERT INTO second_factor (user_name, secret, used) VALUES (?, ?, 0)"
                " ON CONFLICT (user_name) DO UPDATE SET secret = excluded.secret"
                " WHERE since IS NULL",
                (user, secret),
            )
            if connection.changes() == 0:
                raise Conflict("You have a second factor already.")
            return secret

        return self._database.write(work)

    def address_of(self, user: str, secret: str) -> str:
        """The ``otpauth:`` address that an app reads the secret from."""
        return TOTP(secret, interval=PERIOD).provisioning_uri(name=user, issuer_name=ISSUER)

    def pending(self, user: str) -> str | None:
        """The secret that was begun with and not confirmed yet."""
        sql = "SELECT secret FROM second_factor WHERE user_name = ? AND since IS NULL"
        row = self._database.read().execute(sql, (user,)).fetchone()
        return row and row[0]

    def confirm(self, user: str, code: str) -> Pending[list[str]]:
        """The app's first code makes it the second factor; the recovery codes, told only here.

        Raises ``WrongPassword``.
        """
        codes = [_spelled(secrets.token_hex(5)) for _ in range(RECOVERY_CODES)]
        now = self._clock()

        def work(connection: sqlite.Connection) -> list[str]:
            self._use_code(connection, user, code, "IS NULL")
            connection.execute(
                "UPDATE second_factor SET since = ? WHERE user_name = ?", (now, user)
            )
            _store_codes(connection, user, codes)
            chain.record(connection, now, Actor.user(user), "user.second-factor", user, on=True)
            return codes

        return self._database.write(work)

    def remove(self, name: str, by: Actor) -> Pending[None]:
        """Ask this person for no code any more. Harmless when none is asked for."""
        user = self._people.get(name).name

        def work(connection: sqlite.Connection) -> None:
            connection.execute("DELETE FROM recovery_code WHERE user_name = ?", (user,))
            connection.execute("DELETE FROM second_factor WHERE user_name = ?", (user,))
            if connection.changes():
                chain.record(connection, self._clock(), by, "user.second-factor", user, on=False)

        return self._database.write(work)

    def ticket(self, user: str) -> Pending[str]:
        """What shows, for some minutes, that the password was right."""
        now = self._clock()

        def work(connection: sqlite.Connection) -> str:
            connection.execute(
                "DELETE FROM one_time_token WHERE purpose LIKE ? AND expires <= ?",
                (f"{_PURPOSE}%", now),
            )
            return credentials.issue(connection, _PURPOSE + user, now + MINUTES * MINUTE)

        return self._database.write(work)

    def sign_in(self, ticket: str, code: str) -> Pending[User]:
        """The person of a ticket, whose app or paper has this code; the ticket is used up.

        Raises ``SecondFactorInvalid`` for a ticket that is late, ``WrongPassword``, and
        ``TooManyAttempts``.
        """
        read = self._database.read()
        name = credentials.subject_of(read, _PURPOSE, ticket, self._clock())
        user = self._people.find(name) if name else None
        if user is None or not user.active:
            raise SecondFactorInvalid("That took too long. Sign in again.")
        checked = self.check(user.name, code)

        def work(connection: sqlite.Connection) -> User:
            checked(connection)
            credentials.spend(connection, ticket)
            return user

        return self._database.write(work).finally_(lambda error: self._done(user.name, error))

    def turn_off(self, user: str, code: str) -> Pending[None]:
        """The person takes their factor away, with a code of it. Raises ``WrongPassword``."""
        checked = self.check(user, code)

        def work(connection: sqlite.Connection) -> None:
            checked(connection)
            connection.execute("DELETE FROM recovery_code WHERE user_name = ?", (user,))
            connection.execute("DELETE FROM second_factor WHERE user_name = ?", (user,))
            now, by = self._clock(), Actor.user(user)
            chain.record(connection, now, by, "user.second-factor", user, on=False)

        return self._database.write(work).finally_(lambda error: self._done(user, error))

    def check(self, user: str, code: str) -> Callable[[sqlite.Connection], None]:
        """Uses a code up within a transaction. Raises ``TooManyAttempts`` at once."""
        self._throttle.attempt({user: _ATTEMPTS})

        def use(connection: sqlite.Connection) -> None:
            plain = "".join(c for c in code.lower() if c.isalnum())
            if len(plain) == 10:
                connection.execute(
                    "DELETE FROM recovery_code WHERE user_name = ? AND hash = ?",
                    (user, credentials.digest(plain)),
                )
                if connection.changes() == 0:
                    raise WrongPassword(_WRONG)
                return
            self._use_code(connection, user, plain, "IS NOT NULL")

        return use

    def _done(self, user: str, error: BaseException | None) -> None:
        if error is None:
            self._throttle.forget(user)

    def _use_code(self, connection: sqlite.Connection, user: str, code: str, since: str) -> None:
        sql = f"SELECT secret, used FROM second_factor WHERE user_name = ? AND since {since}"
        row = connection.execute(sql, (user,)).fetchone()
        step = row and _step(row[0], "".join(code.split()), self._clock() // 1000, row[1])
        if not step:
            raise WrongPassword(_WRONG)
        connection.execute("UPDATE second_factor SET used = ? WHERE user_name = ?", (step, user))


def _step(secret: str, code: str, now: int, used: int) -> int | None:
    """The time step whose code this is, about now and later than ``used``; None: of none."""
    totp = TOTP(secret, interval=PERIOD)
    for step in (now // PERIOD + offset for offset in (-1, 0, 1)):
        right = totp.generate_otp(step)
        if step > used and hmac.compare_digest(right.encode(), code.encode("utf-8", "replace")):
            return step
    return None


def _store_codes(connection: sqlite.Connection, user: str, codes: Iterable[str]) -> None:
    connection.execute("DELETE FROM recovery_code WHERE user_name = ?", (user,))
    connection.executemany(
        "INSERT INTO recovery_code (user_name, hash) VALUES (?, ?)",
        [(user, credentials.digest(code.replace("-", ""))) for code in codes],
    )


def _spelled(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"
