"""Filters of the inbox that people keep under a name; administrators may share theirs with all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance import names
from appliance.database import Database
from appliance.errors import Conflict, FilterNotFound, Forbidden, InvalidInput
from appliance.store import sqlite

if TYPE_CHECKING:
    from appliance.cases import Person
    from appliance.pending import Pending

MOST = 50
"""How many filters one person may keep."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter; ``query`` is that of the inbox's address."""

    id: int
    owner: str
    name: str
    query: str
    shared: bool


class SavedFilters:
    """Each person's filters, and those that are shared."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, who: Person) -> list[SavedFilter]:
        """A person's own filters and the shared ones, by name."""
        sql = (
            "SELECT id, owner, name, query, shared FROM saved_filter WHERE owner = ? OR shared"
            " ORDER BY name, id"
        )
        rows = self._database.read().execute(sql, (who.name,))
        return [SavedFilter(*row[:-1], shared=bool(row[-1])) for row in rows]

    def save(self, who: Person, name: str, query: str, *, shared: bool = False) -> Pending[None]:
        """Keep a filter; one of the same name is replaced. Raises ``Forbidden``, ``Conflict``."""
        name = names.line(name, "name of the filter", 60)
        if not name:
            raise InvalidInput("The filter needs a name.")
        if shared and not who.admin:
            raise Forbidden("Only administrators share filters.")

        def work(connection: sqlite.Connection) -> None:
            mine = "SELECT count(*) FROM saved_filter WHERE owner = ? AND name <> ?"
            if connection.execute(mine, (who.name, name)).fetchone()[0] >= MOST:
                raise Conflict(f"You have {MOST} filters already. Remove one first.")
            connection.execute(
                "INSERT INTO saved_filter (owner, name, query, shared) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (owner, name) DO UPDATE SET query = excluded.query,"
                " shared = excluded.shared",
                (who.name, name, query, shared),
            )

        return self._database.write(work)

    def remove(self, who: Person, id: int) -> Pending[None]:
        """Forget a filter: one's own, or as an administrator a shared one."""

        def work(connection: sqlite.Connection) -> None:
            connection.execute(
                "DELETE FROM saved_filter WHERE id = ? AND (owner = ? OR (shared AND ?))",
                (id, who.name, who.admin),
            )
            if connection.changes() == 0:
                raise FilterNotFound(f"You have no filter {id}.")

        return self._database.write(work)
