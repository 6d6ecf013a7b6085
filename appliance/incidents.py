"""Incidents of all instances: grouped by what they say, listed, looked at.

Retrying one is ``instances.retry``, retrying many is a batch of what :meth:`Incidents.alike` gives.
"""

from __future__ import annotations

from typing import Any

from appliance.errors import IncidentNotFound
from appliance.library import Library
from appliance.store import queries, waiting
from appliance.store.store import Store
from appliance.views import IncidentDetail, IncidentGroup, IncidentRow, Page
from engine.values import decode

_MANY = 100_000


class Incidents:
    """The incidents of the box."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    def count(self) -> int:
        """How many are open."""
        return waiting.open_incidents(self._store.read())

    def groups(self, process: str = "") -> list[IncidentGroup]:
        """The open ones by process, step and message; the largest group first."""
        found: dict[tuple[str, str, str], IncidentGroup] = {}
        for definition, node, message, *facts in waiting.groups(self._store.read()):
            view = self._library.view(definition)
            if process in ("", view.key):
                name = self._library.label(definition, node)
                group = IncidentGroup(view.key, view.name, node, name, message, *facts)
                key = view.key, node, message
                found[key] = _together(found[key], group) if key in found else group
        return sorted(found.values(), key=lambda group: (-group.count, -group.last))

    def list(
        self, process: str = "", node: str = "", message: str = "", page: str = ""
    ) -> Page[IncidentRow]:
        """The open ones, the latest first, as far as they fit."""
        definitions = self._library.definitions_of(process)
        rows = waiting.incidents(self._store.read(), definitions, node, message, page)
        shown = rows[: queries.PAGE]
        more = len(rows) > queries.PAGE
        return Page(
            [self._row(row) for row in shown], f"{shown[-1][6]}.{shown[-1][0]}" if more else None
        )

    def alike(self, process: str = "", node: str = "", message: str = "") -> list[int]:
        """The numbers of all open ones that fit."""
        definitions = self._library.definitions_of(process)
        rows = waiting.incidents(self._store.read(), definitions, node, message, "", _MANY)
        return [row[0] for row in rows]

    def get(self, id: int) -> IncidentDetail:
        """One incident, open or not. Raises ``IncidentNotFound``."""
        row = waiting.incident(self._store.read(), id)
        if row is None:
            raise IncidentNotFound(f"Incident not found: {id}")
        shown, (_, token, job, detail, resolved, resolved_by) = self._row(row[:7]), row[7:]
        alike = [
            group.count
            for group in self.groups(shown.process_key)
            if (group.node_id, group.message) == (shown.node_id, shown.message)
        ]
        return IncidentDetail(
            shown, detail, resolved, resolved_by, job is not None, self._seen_from(token),
            sum(alike),
        )  # fmt: skip

    def _seen_from(self, token: int) -> dict[str, Any]:
        """The variables that a token sees, those of its own scopes last."""
        rows = self._store.read().execute(queries.SCOPES, (token,))
        return {name: decode(value) for name, value in rows}

    def _row(self, row: tuple) -> IncidentRow:
        id, instance, definition, business_key, node, message, since = row
        view = self._library.view(definition)
        return IncidentRow(
            id, instance, view.key, view.name, view.version, business_key, node,
            self._library.label(definition, node), message, since,
        )  # fmt: skip


def _together(one: IncidentGroup, other: IncidentGroup) -> IncidentGroup:
    """Two groups of different versions of a process as one."""
    return IncidentGroup(
        one.process_key,
        other.process_name,
        one.node_id,
        other.node_name,
        one.message,
        one.count + other.count,
        min(one.first, other.first),
        max(one.last, other.last),
        max(one.latest, other.latest),
    )
