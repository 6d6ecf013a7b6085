"""Variables of instances for people: what may be set, what was seen before, how values changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.errors import Conflict, InstanceNotFound
from appliance.fingerprint import changed
from appliance.library import Library
from appliance.store import queries
from appliance.store.store import Store
from appliance.views import LocalVariable, ValueChange
from engine import events as ev
from engine.errors import InvalidVariables
from engine.state import Instance, Token
from engine.values import checked_variables, decode, encode

INITIATOR = "initiator"
CHANGES = 500
"""How many commands that changed a variable are told at most."""


class Variables:
    """Reads of variables that lists and pages of instances do not show."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    def local(self, id: int) -> list[LocalVariable]:
        """The variables that live steps of an instance keep to themselves."""
        row = self._row(id)
        return [
            LocalVariable(scope, self._library.label(row[4], node), name, decode(value))
            for scope, node, name, value in self._store.read().execute(queries.LOCAL, (row[1], id))
        ]

    def value(self, id: int, name: str, scope: int | None = None) -> tuple[bool, Any]:
        """Whether an instance (or a step of it, ``scope``) has a variable, and its value."""
        self._row(id)
        rows = self._store.read().execute(queries.VARIABLE, (scope or id, name))
        found = rows.fetchone()
        return (True, decode(found[0])) if found else (False, None)

    def history(self, id: int, name: str, scope: int | None = None) -> list[ValueChange]:
        """The values that a variable had, the latest first."""
        rows = self._store.read().execute(
            queries.JOURNALED, (self._row(id)[1], encode(name), CHANGES)
        )
        return [
            change
            for at, by, command, events in rows
            for change in _changes(scope or id, name, at, by, command, events)
        ]

    def _row(self, id: int) -> tuple:
        row = self._store.read().execute(queries.INSTANCE, (id,)).fetchone()
        if row is None:
            raise InstanceNotFound(f"Process instance not found: {id}")
        return row


def given_variables(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """Variables that somebody may set. Raises ``InvalidVariables``."""
    refuse_reserved(variables)
    return checked_variables(variables or {})


def refuse_reserved(variables: Mapping[str, Any] | None) -> None:
    """Raise ``InvalidVariables`` for what nobody may set."""
    if variables and INITIATOR in variables:
        raise InvalidVariables(f"variables: {INITIATOR} is reserved: it names who started it")


def check_seen(token: Token, seen: Mapping[str, str]) -> None:
    """Raise ``Conflict`` unless a token has what was seen: fingerprints of encoded values."""
    for name, before in seen.items():
        scope = token
        while name not in scope.variables and not isinstance(scope, Instance):
            assert scope.scope is not None
            scope = scope.scope
        now = encode(scope.variables[name]) if name in scope.variables else None
        if changed(now, before):
            raise Conflict(
                f"The variable {name} was changed meanwhile: look at its value and decide again."
            )


def _changes(
    scope: int, name: str, at: int, by: str, command: str, events: bytes
) -> list[ValueChange]:
    found: list[ValueChange] = []
    for event in reversed(ev.decode(events)):
        if isinstance(event, ev.VariablesSet) and event.scope == scope and name in event.values:
            found.append(ValueChange(at, by, command, True, event.values[name]))
        elif (
            isinstance(event, ev.VariablesRemoved) and event.scope == scope and name in event.names
        ):
            found.append(ValueChange(at, by, command, False, None))
    return found
