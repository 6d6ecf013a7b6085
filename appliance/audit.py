"""Who did what in administration and with accounts: looking it up, taking it out, checking it.

What happens to one instance stands in its journal. Here stands what concerns the whole: deployments
and suspensions of processes, migrations, people, groups, keys, sign-ins, settings, backups,
retention. Those who do it record it, in the same transaction: ``store/chain.py``. As text:
``audit_export.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from appliance.actor import SYSTEM
from appliance.database import Database
from appliance.errors import InvalidInput
from appliance.store import chain, sqlite
from appliance.store.chain import COLUMNS, Entry, Verdict
from appliance.views import Page
from engine.times import DAY

if TYPE_CHECKING:
    from appliance.pending import Pending

PAGE = 50

_TRIM = "DELETE FROM audit WHERE id <= ?"
_OLD = "SELECT max(id) FROM audit WHERE at < ?"
_HASH = "SELECT hash FROM audit WHERE id = ?"


class Wanted(msgspec.Struct, frozen=True):
    """Which entries: all conditions together; empty means any. Times in ms, ``until`` excluded.

    ``action`` may be the first word of several: ``user`` is ``user.add``, ``user.disable`` …
    """

    by: str = ""
    action: str = ""
    subject: str = ""
    since: int | None = None
    until: int | None = None

    def condition(self) -> tuple[str, list[object]]:
        """As SQL, with its values."""
        parts: list[tuple[str, tuple[object, ...]]] = [
            ("by = ?", (self.by,) if self.by else ()),
            ("subject = ?", (self.subject,) if self.subject else ()),
            ("at >= ?", (self.since,) if self.since is not None else ()),
            ("at < ?", (self.until,) if self.until is not None else ()),
        ]
        if "." in self.action:
            parts.append(("action = ?", (self.action,)))
        elif self.action:  # a slash follows the dot in the order of letters
            parts.append(("action >= ? AND action < ?", (f"{self.action}.", f"{self.action}/")))
        chosen = [part for part in parts if part[1]]
        return " AND ".join(sql for sql, _ in chosen), [each for _, b in chosen for each in b]


class Audit:
    """The audit log."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def list(self, wanted: Wanted = Wanted(), page: str = "") -> Page[Entry]:  # noqa: B008 - frozen
        """Entries, the latest first; ``page`` is what the page before said is next."""
        found = self._select(wanted, _number(page), PAGE + 1)
        more = len(found) > PAGE
        return Page(found[:PAGE], str(found[PAGE - 1].id) if more else None)

    def all(self, wanted: Wanted = Wanted()) -> Iterator[Entry]:  # noqa: B008 - frozen
        """All of these, the latest first, read as they are asked for."""
        before: int | None = None
        while found := self._select(wanted, before, 500):
            yield from found
            before = found[-1].id

    def get(self, id: int) -> Entry | None:
        """One entry."""
        row = self._row(f"SELECT {COLUMNS} FROM audit WHERE id = ?", id)
        return chain.entry_of(row) if row else None

    def actions(self) -> list[str]:
        """What was ever done, by name: for a choice."""
        return self._distinct("action")

    def actors(self) -> list[str]:
        """Who ever did something: for a choice."""
        return self._distinct("by")

    def export(self) -> Iterator[Entry]:
        """The whole log, the oldest first."""
        after = 0
        sql = f"SELECT {COLUMNS} FROM audit WHERE id > ? ORDER BY id LIMIT 500"
        while rows := self._database.read().execute(sql, (after,)).fetchall():
            yield from map(chain.entry_of, rows)
            after = rows[-1][0]

    def verify(self, head: str = "") -> Verdict:
        """Check the whole chain; ``head`` is a hash from elsewhere that it must contain."""
        return chain.verify(self.export(), head)

    def trim(self, days: int) -> Pending[int]:
        """Let entries go that are older; the chain stays whole. The answer is how many went."""
        now = self._clock()

        def work(connection: sqlite.Connection) -> int:
            through = connection.execute(_OLD, (now - days * DAY,)).fetchone()[0]
            if through is None:
                return 0
            hash = connection.execute(_HASH, (through,)).fetchone()[0]
            facts = {"through": through, "hash": hash, "days": days}
            chain.record(connection, now, SYSTEM, chain.TRIM, **facts)
            connection.execute(_TRIM, (through,))
            return connection.changes()

        return self._database.write(work)

    def _select(self, wanted: Wanted, before: int | None, limit: int) -> list[Entry]:
        condition, values = wanted.condition()
        if before is not None:
            condition = f"{condition} AND id < ?" if condition else "id < ?"
            values.append(before)
        where = f"WHERE {condition}" if condition else ""
        sql = f"SELECT {COLUMNS} FROM audit {where} ORDER BY id DESC LIMIT ?"
        rows = self._database.read().execute(sql, (*values, limit))
        return [chain.entry_of(row) for row in rows]

    def _distinct(self, column: str) -> list[str]:
        # One step of the index from each value to the next: DISTINCT would read every entry.
        sql = f"SELECT min({column}) FROM audit WHERE {column} > ?"
        found: list[str] = []
        while (value := self._row(sql, found[-1] if found else "")[0]) is not None:
            found.append(value)
        return found

    def _row(self, sql: str, value: object) -> tuple:
        return self._database.read().execute(sql, (value,)).fetchone()


def _number(page: str) -> int | None:
    if not page:
        return None
    if not page.isdecimal() or len(page) > 18:
        raise InvalidInput("There is no such page.")
    return int(page)
