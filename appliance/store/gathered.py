"""The row changes of one table that wait to be written together.

Insertions carry only the columns that a new row mostly has (binding a column costs as much as a
tenth of a small row); what is changed before the row is written is written with it.
"""

from __future__ import annotations

from typing import Any

from appliance.store import many, sqlite

Row = list[Any]


class Gathered:
    """Insertions, changes and deletions of rows by id; ids are never used again."""

    __slots__ = ("_changed", "_columns", "_dropped", "_into", "_table", "_updates", "new")

    def __init__(self, table: str, *columns: str) -> None:
        self._table = table
        self._into = f"INSERT INTO {table} ({', '.join(columns)})"
        self._columns = {name: index for index, name in enumerate(columns)}
        self._updates: dict[tuple[str, ...], str] = {}
        self.new: dict[int, Row] = {}
        """Rows to insert, by id, with values for the columns in their order."""
        self._changed: dict[int, dict[str, Any]] = {}
        self._dropped: list[int] = []

    def change(self, id: int, changes: dict[str, Any]) -> None:
        """Columns of a row get these values; a column that is None from the start may be left."""
        row = self.new.get(id)
        if row is None:
            self._later(id, changes)
            return
        for name, value in changes.items():
            index = self._columns.get(name)
            if index is None:
                self._later(id, {name: value})
            else:
                row[index] = value

    def drop(self, id: int) -> None:
        """The row goes, or never comes."""
        self._changed.pop(id, None)
        if self.new.pop(id, None) is None:
            self._dropped.append(id)

    def discard(self) -> None:
        """Forget all of it."""
        self.new, self._changed, self._dropped = {}, {}, []

    def flush(self, connection: sqlite.Connection) -> None:
        """Write it."""
        if self._dropped:
            many.delete(connection, self._table, "id", self._dropped)
            self._dropped = []
        if self.new:
            many.insert(connection, self._into, len(self._columns), list(self.new.values()))
            self.new = {}
        if self._changed:
            for columns, rows in self._by_columns().items():
                connection.executemany(self._update(columns), rows)
            self._changed = {}

    def _later(self, id: int, changes: dict[str, Any]) -> None:
        self._changed.setdefault(id, {}).update(changes)

    def _by_columns(self) -> dict[tuple[str, ...], list[tuple[Any, ...]]]:
        found: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for id, changes in self._changed.items():
            found.setdefault(tuple(changes), []).append((*changes.values(), id))
        return found

    def _update(self, columns: tuple[str, ...]) -> str:
        sql = self._updates.get(columns)
        if sql is None:
            assignments = ", ".join(f"{column} = ?" for column in columns)
            sql = self._updates[columns] = f"UPDATE {self._table} SET {assignments} WHERE id = ?"
        return sql
