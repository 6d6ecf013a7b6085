"""Whom administrators name for a process: who may start it, who is told of its incidents.

Where they name nobody, others say it: the model who may start, the rule of all processes (its key
is empty) who is told of incidents, and without that one the administrators are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from appliance.actor import Actor
from appliance.database import Database
from appliance.errors import GroupNotFound, ProcessNotFound
from appliance.fingerprint import refuse_changed
from appliance.live import PROCESSES, Live
from appliance.pending import Pending
from appliance.people import People
from appliance.store import chain, sqlite

START, INCIDENT = "start", "incident"
PURPOSES = {START: "process.starters", INCIDENT: "incident.notify"}
"""What names are for, and what the audit log calls a change of them."""

_COLUMNS = "usual, users, groups"
_GET = f"SELECT {_COLUMNS} FROM audience WHERE purpose = ? AND process = ?"
_ALL = f"SELECT purpose, process, {_COLUMNS} FROM audience ORDER BY purpose, process"
_SET = f"INSERT OR REPLACE INTO audience (purpose, process, {_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
_UNSET = "DELETE FROM audience WHERE purpose = ? AND process = ?"
_KNOWN = "SELECT 1 FROM definition WHERE key = ? LIMIT 1"


class Audience(msgspec.Struct, frozen=True):
    """Some people and groups.

    ``usual``: and those who are meant when nobody is named, which is everybody who is signed in
    (to start a process) or the administrators (to be told of incidents).
    """

    usual: bool
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def names(self, who: Actor) -> bool:
        """Whether a person is one of those named."""
        return who.name in self.users or not who.groups.isdisjoint(self.groups)

    def without(self, user: str, heir: str) -> Audience:
        """The same with somebody else, or nobody, in the place of a person."""
        users = (heir if name == user else name for name in self.users)
        return msgspec.structs.replace(self, users=tuple(dict.fromkeys(filter(None, users))))


class Audiences:
    """The choices of the box."""

    def __init__(
        self, database: Database, people: People, live: Live, clock: Callable[[], int]
    ) -> None:
        self._database = database
        self._people = people
        self._live = live
        self._clock = clock

    def of(self, purpose: str, process: str) -> Audience | None:
        """Whom an administrator named; None where nobody did."""
        return _find(self._database.read(), purpose, process)

    def naming(self, user: str) -> list[tuple[str, str]]:
        """The purposes and processes for which a person is named."""
        rows = self._database.read().execute(_ALL)
        return [(purpose, key) for purpose, key, *row in rows if user in _audience(row).users]

    def set(
        self, purpose: str, process: str, to: Audience | None, by: Actor, *, seen: str
    ) -> Pending[None]:
        """Name these in place of those with the fingerprint ``seen``; None leaves it to others.

        Raises ``ProcessNotFound``, ``UserNotFound``, ``GroupNotFound``; ``Conflict`` when somebody
        else changed it meanwhile.
        """
        if process or purpose == START:
            self._check_process(process)
        wanted = self._checked(to, self.of(purpose, process))

        def work(connection: sqlite.Connection) -> None:
            refuse_changed(_find(connection, purpose, process), seen)
            self._write(connection, purpose, process, wanted, by)

        return self._database.write(work).finally_(lambda _error: self._live.publish(PROCESSES))

    def handing_over(self, user: str, heir: str, by: Actor) -> Callable[[sqlite.Connection], None]:
        """Names an heir, or (no heir) nobody, wherever a person is named.

        A part of a larger change.
        """

        def work(connection: sqlite.Connection) -> None:
            for purpose, process, *row in connection.execute(_ALL).fetchall():
                audience = _audience(row)
                if user in audience.users:
                    after = audience.without(user, heir)
                    self._write(connection, purpose, process, after, by)

        return work

    def _check_process(self, key: str) -> None:
        if not self._database.read().execute(_KNOWN, (key,)).fetchone():
            raise ProcessNotFound(f"Process not found: {key}")

    def _checked(self, to: Audience | None, before: Audience | None) -> Audience | None:
        """With the names as they are written; those that are gone may stay where they were."""
        if to is None:
            return None
        old = before or Audience(True)
        users = [name if name in old.users else self._people.get(name).name for name in to.users]
        known = {group.name for group in self._people.groups()} | set(old.groups)
        for name in to.groups:
            if name not in known:
                raise GroupNotFound(f"There is no group {name}.")
        return Audience(to.usual, _sorted(users), _sorted(to.groups))

    def _write(
        self,
        connection: sqlite.Connection,
        purpose: str,
        process: str,
        to: Audience | None,
        by: Actor,
    ) -> None:
        before = _find(connection, purpose, process)
        if to == before:
            return
        if to is None:
            connection.execute(_UNSET, (purpose, process))
        else:
            users, groups = (msgspec.json.encode(each).decode() for each in (to.users, to.groups))
            connection.execute(_SET, (purpose, process, to.usual, users, groups))
        facts = {"before": _told(before), "after": _told(to)}
        chain.record(connection, self._clock(), by, PURPOSES[purpose], process, **facts)


def _find(connection: sqlite.Connection, purpose: str, process: str) -> Audience | None:
    row = connection.execute(_GET, (purpose, process)).fetchone()
    return _audience(row) if row else None


def _audience(row: Iterable) -> Audience:
    usual, users, groups = row
    return Audience(bool(usual), *(tuple(msgspec.json.decode(each)) for each in (users, groups)))


def _told(audience: Audience | None) -> dict[str, object] | None:
    return None if audience is None else msgspec.structs.asdict(audience)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
