"""Substitutes: who does somebody's tasks while they are away, from one day to another.

A substitution is about all processes or some of them. While it holds, the substitute sees the tasks
that are assigned to the absent person and may do with them what that person may; what is open to
groups is not touched. It does not pass on: who stands in for a substitute gets that person's own
tasks only. Not here: what follows for lists and rights (``inbox.py``, ``tasks.py``, ``cases.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from appliance.actor import Actor
from appliance.errors import Conflict, Forbidden, InvalidInput, SubstituteNotFound
from appliance.live import TASKS, Live
from appliance.people import People, User
from appliance.store import chain, sqlite
from appliance.store.store import Store

if TYPE_CHECKING:
    from appliance.pending import Pending

MOST = 50
"""How many substitutions of one person are kept."""

Absent = Mapping[str, frozenset[str] | None]
"""Those whom somebody stands in for now, each with the keys of the processes, None for all."""

_ROW = "SELECT id, absent, substitute, since, until, processes FROM substitution"
_INSERT = """
INSERT INTO substitution (absent, substitute, since, until, processes) VALUES (?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Substitution:
    """One person stands in for another, on all days from ``first`` to ``last``.

    The days are those of the absent person's zone. ``processes`` are keys, None for all.
    """

    id: int
    absent: str
    substitute: str
    first: date
    last: date
    processes: frozenset[str] | None
    state: Literal["planned", "now", "over"]


class Substitutes:
    """Who stands in for whom."""

    def __init__(self, store: Store, people: People, live: Live, clock: Callable[[], int]) -> None:
        self._store = store
        self._people = people
        self._live = live
        self._clock = clock

    def absent(self, substitute: str) -> Absent:
        """Those whom a person stands in for now."""
        found: dict[str, frozenset[str] | None] = {}
        sql = (
            "SELECT absent, processes FROM substitution"
            " WHERE substitute = ?1 AND until > ?2 AND since <= ?2"
        )
        for name, text in self._store.read().execute(sql, (substitute, self._clock())):
            known, some = found.get(name, frozenset()), _processes(text)
            found[name] = None if known is None or some is None else known | some
        return found

    def absent_in(self, substitute: str, process: str) -> frozenset[str]:
        """Those of them whose tasks of this process are meant."""
        return frozenset(
            name
            for name, processes in self.absent(substitute).items()
            if processes is None or process in processes
        )

    def list(self, name: str, by: Actor) -> list[Substitution]:
        """The substitutions of a person, the latest first.

        Raises ``UserNotFound``, ``Forbidden``.
        """
        user = self._own(name, by)
        rows = self._store.read().execute(f"{_ROW} WHERE absent = ? ORDER BY until DESC, id DESC",
                                          (user.name,))  # fmt: skip
        return [self._view(row, self._zone(user)) for row in rows]

    def coming(self, name: str) -> list[Substitution]:
        """Those of a person that hold or are planned."""
        return self._coming("absent", name)

    def standing_in(self, name: str) -> list[Substitution]:
        """Those in which a person is the substitute, now or later."""
        return self._coming("substitute", name)

    def _coming(self, side: Literal["absent", "substitute"], name: str) -> list[Substitution]:
        rows = self._store.read().execute(
            f"{_ROW} WHERE {side} = ? AND until > ? ORDER BY since, id", (name, self._clock())
        )
        return [self._view(row, self._zone(self._people.get(row[1]))) for row in rows]

    def set(
        self,
        name: str,
        substitute: str,
        first: date,
        last: date,
        processes: Iterable[str] | None,
        by: Actor,
    ) -> Pending[None]:
        """Let somebody stand in for a person on these days, both included.

        Raises ``UserNotFound``, ``Forbidden``, ``InvalidInput``; ``Conflict`` for too many.
        """
        absent = self._own(name, by)
        other = self._people.get(substitute)
        if not other.active or other.name == absent.name:
            raise InvalidInput("Choose somebody else who can sign in.")
        since, until = _span(first, last, self._zone(absent))
        if until <= self._clock():
            raise InvalidInput("The last day is over already.")
        some = None if processes is None else sorted(set(processes))
        if some == []:
            raise InvalidInput("Choose some processes, or all.")
        facts = {"substitute": other.name, "first": str(first), "last": str(last)}
        facts |= {"processes": some} if some else {}

        def work(connection: sqlite.Connection) -> None:
            count = "SELECT count(*) FROM substitution WHERE absent = ?"
            if connection.execute(count, (absent.name,)).fetchone()[0] >= MOST:
                raise Conflict(f"There are {MOST} substitutions already. Delete old ones first.")
            row = (absent.name, other.name, since, until, some and json.dumps(some))
            connection.execute(_INSERT, row)
            chain.record(connection, self._clock(), by, "substitute.set", absent.name, **facts)

        return self._changing(work)

    def end(self, name: str, id: int, by: Actor) -> Pending[None]:
        """Let one that holds end now, and forget one that is planned or over.

        Raises ``UserNotFound``, ``Forbidden``, ``SubstituteNotFound``.
        """
        absent = self._own(name, by)

        def work(connection: sqlite.Connection) -> None:
            sql = f"{_ROW} WHERE id = ? AND absent = ?"
            row = connection.execute(sql, (id, absent.name)).fetchone()
            if row is None:
                raise SubstituteNotFound(f"There is no substitution {id} of {absent.name}.")
            self._end(connection, row, by)

        return self._changing(work)

    def ending(self, name: str, by: Actor) -> Callable[[sqlite.Connection], None]:
        """Ends all of somebody's, on both sides, as a part of a larger change."""

        def work(connection: sqlite.Connection) -> None:
            sql = f"{_ROW} WHERE (absent = ?1 OR substitute = ?1) AND until > ?2"
            for row in connection.execute(sql, (name, self._clock())).fetchall():
                self._end(connection, row, by)

        return work

    def _end(self, connection: sqlite.Connection, row: tuple, by: Actor) -> None:
        id, absent, substitute, since, until, _ = row
        now = self._clock()
        if since < now < until:
            connection.execute("UPDATE substitution SET until = ? WHERE id = ?", (now, id))
        else:
            connection.execute("DELETE FROM substitution WHERE id = ?", (id,))
        chain.record(connection, now, by, "substitute.end", absent, substitute=substitute)

    def _own(self, name: str, by: Actor) -> User:
        user = self._people.get(name)
        if not by.admin and by.name != user.name:
            raise Forbidden("Only the person, or an administrator, deals with their substitutes.")
        return user

    def _zone(self, user: User) -> tzinfo:
        return ZoneInfo(user.zone) if user.zone else self._store.zone

    def _view(self, row: tuple, zone: tzinfo) -> Substitution:
        id, absent, substitute, since, until, processes = row
        now = self._clock()
        first, last = (datetime.fromtimestamp(ms / 1000, zone).date() for ms in (since, until - 1))
        state = "over" if until <= now else "planned" if since > now else "now"
        return Substitution(id, absent, substitute, first, last, _processes(processes), state)

    def _changing(self, work: Callable[[sqlite.Connection], None]) -> Pending[None]:
        return self._store.write(work).finally_(lambda _error: self._live.publish(TASKS))


def _span(first: date, last: date, zone: tzinfo) -> tuple[int, int]:
    """From the first moment of a day to the first moment after another, in ms."""
    if last < first:
        raise InvalidInput("The last day must not be before the first.")
    try:
        days = (first, last + timedelta(days=1))
        since, until = (datetime.combine(day, time(), zone).timestamp() for day in days)
    except OverflowError:
        raise InvalidInput("The last day is too late.") from None
    return int(since * 1000), int(until * 1000)


def _processes(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))
