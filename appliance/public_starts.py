"""Start forms for everybody: one signed link for each process that an administrator opens so.

The link ends in a signature over the process and the row that opens it, made with the secret of the
data directory: nobody can guess it, and it is worth nothing once the row is another (a new link) or
gone. What comes in this way has the initiator ``public``. Not here: the page (``web/pages``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from appliance.actor import PUBLIC, Actor
from appliance.database import Database
from appliance.errors import InvalidInput, PublicLinkInvalid
from appliance.store import chain, sqlite
from appliance.throttle import Allowance, Throttle
from engine.errors import FormInvalid, Refused

if TYPE_CHECKING:
    from appliance.files import Received
    from appliance.instances import Instances
    from appliance.pending import Pending
    from appliance.processes import Processes
    from appliance.views import ProcessView, Started
    from engine.forms import Form

LOOKS = Allowance(120, 60)
"""How often one address may ask for something."""

STARTS = Allowance(20, 3600)
"""How many cases one address may start."""

STARTS_OF_ALL = Allowance(300, 3600)
"""How many cases of one process everybody together may start."""

_COLUMNS = "process, nonce, made, made_by, expires"
_SELECT = f"SELECT {_COLUMNS} FROM public_start WHERE process = ?"
_INSERT = f"INSERT INTO public_start ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM public_start WHERE process = ?"


@dataclass(frozen=True, slots=True)
class PublicStart:
    """A process that is open to everybody; ``path`` is where. Times in milliseconds."""

    process: str
    made: int
    made_by: str
    expires: int | None
    signature: str

    def usable(self, now: int) -> bool:
        """Whether the link has not expired."""
        return self.expires is None or now < self.expires


class PublicStarts:
    """The links, and what comes in through them."""

    def __init__(
        self,
        database: Database,
        processes: Processes,
        instances: Instances,
        secret: Callable[[], bytes],
        clock: Callable[[], int],
    ) -> None:
        self._database = database
        self._processes = processes
        self._instances = instances
        self._secret = secret
        self._clock = clock
        self._throttle = Throttle(clock)

    def of(self, key: str) -> PublicStart | None:
        """Under which link a process is open, if it is."""
        row = self._database.read().execute(_SELECT, (key,)).fetchone()
        if row is None:
            return None
        process, nonce, made, made_by, expires = row
        return PublicStart(process, made, made_by, expires, self._sign("start", process, nonce))

    def obstacle(self, key: str) -> str:
        """Why the form of a process cannot be open to everybody; empty when it can.

        Raises ``ProcessNotFound``.
        """
        form = self._processes.start_form(key)
        if form is None:
            return "Only a process with a start form can be open to everybody."
        if form.asks_for_people:
            return "The form lets people choose from the users or groups of this server."
        return ""

    def open(self, key: str, expires: int | None, by: Actor) -> Pending[None]:
        """Open a process to everybody, or give it a new link in place of the old one.

        Raises ``ProcessNotFound`` and ``InvalidInput``.
        """
        now = self._clock()
        if why := self.obstacle(key):
            raise InvalidInput(why)
        if expires is not None and expires <= now:
            raise InvalidInput("A link cannot expire in the past.")
        row = (key, secrets.token_urlsafe(16), now, str(by), expires)

        def work(connection: sqlite.Connection) -> None:
            connection.execute(_DELETE, (key,))
            connection.execute(_INSERT, row)
            chain.record(connection, now, by, "process.public", key, open=True, expires=expires)

        return self._database.write(work)

    def close(self, key: str, by: Actor) -> Pending[None]:
        """Make the link worth nothing. Harmless when there is none."""

        def work(connection: sqlite.Connection) -> None:
            connection.execute(_DELETE, (key,))
            if connection.changes():
                chain.record(connection, self._clock(), by, "process.public", key, open=False)

        return self._database.write(work)

    def enter(self, key: str, signature: str, address: str) -> tuple[ProcessView, Form]:
        """The process and the form behind a link.

        Raises ``PublicLinkInvalid``, whatever is wrong with it, and ``TooManyAttempts``.
        """
        self._throttle.attempt({("look", address): LOOKS})
        known = self.of(key) if len(key) <= 255 else None
        right = _same(known.signature if known else "", signature)
        if known is None or not right or not known.usable(self._clock()):
            raise PublicLinkInvalid
        try:
            process, form = self._processes.get(key), self._processes.start_form(key)
        except Refused:
            raise PublicLinkInvalid from None
        if not process.executable or process.suspended or form is None or form.asks_for_people:
            raise PublicLinkInvalid
        return process, form

    def start(
        self,
        key: str,
        address: str,
        entered: Mapping[str, Any],
        uploads: Mapping[str, Sequence[Received]],
        *,
        now: datetime,
        outcome: str = "",
    ) -> Pending[Started]:
        """Start a process with what somebody entered who came through :meth:`enter`.

        Raises ``TooManyAttempts`` and what ``Instances.start_with_form`` raises. What the form
        does not accept does not count.
        """
        counted = {("start", address): STARTS, ("all", key): STARTS_OF_ALL}
        self._throttle.attempt(counted)
        try:
            return self._instances.start_with_form(
                key, entered, uploads, PUBLIC, now=now, outcome=outcome
            )
        except FormInvalid:
            self._throttle.forgive(counted)
            raise

    def receipt(self, key: str, instance: int) -> str:
        """What proves that an instance was started by a link: its number, signed."""
        return f"{instance}-{self._sign('receipt', key, str(instance))[:16]}"

    def number(self, key: str, receipt: str) -> int:
        """The number on a receipt. Raises ``PublicLinkInvalid`` for one that is not ours."""
        number = receipt.partition("-")[0]
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise PublicLinkInvalid
        if not _same(self.receipt(key, int(number)), receipt):
            raise PublicLinkInvalid
        return int(number)

    def _sign(self, purpose: str, *parts: str) -> str:
        text = "\0".join(("public", purpose, *parts)).encode()
        digest = hmac.digest(self._secret(), text, hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:24]).decode("ascii")


def _same(one: str, other: str) -> bool:
    """Whether they are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
