"""The journal tells the same as the rows: both are turned into a state, and the two compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from appliance.store import sqlite
from appliance.store.loader import load
from engine import events as ev
from engine.model import Node
from engine.state import Resolve, State, Token, apply

_JOURNAL = "SELECT events FROM journal WHERE root = ? ORDER BY id"
_INDEX = ("tokens", "instances", "waits", "incidents", "conditions", "joins")


def replayed(connection: sqlite.Connection, root: int, resolve: Resolve) -> State:
    """The state of a top-level instance as its journal tells it."""
    state = State(resolve)
    for (events,) in connection.execute(_JOURNAL, (root,)):
        for event in ev.decode(events):
            apply(state, event)
    return state


def differences(connection: sqlite.Connection, root: int, resolve: Resolve) -> list[str]:
    """Where the rows of a top-level instance differ from its journal; empty when all is well."""
    held = load(connection, root, resolve)
    rows = snapshot(held.state if held is not None else State(resolve))
    journal = snapshot(replayed(connection, root, resolve))
    return [f"instance {root}: {line}" for line in _compare("", rows, journal)]


def snapshot(state: State) -> dict[str, Any]:
    """A state as plain data: equal states give equal data."""
    shown: dict[str, Any] = {name: _by_id(getattr(state, name)) for name in _INDEX[1:]}
    shown["tokens"] = {id: _fields(token) for id, token in sorted(state.tokens.items())}
    shown["waits"] = {id: _fields(wait) for id, wait in sorted(state.waits.items())}
    shown["incidents"] = {id: _fields(each) for id, each in sorted(state.incidents.items())}
    shown["root"] = state.root.id if state.root is not None else None
    return shown


def _by_id(things: dict[Any, Any]) -> list[Any]:
    return sorted(things)


def _fields(thing: object) -> dict[str, Any]:
    """All slots of an object, references as ids."""
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    return {name: _plain(getattr(thing, name)) for name in slots}


def _plain(value: Any) -> Any:
    if isinstance(value, Token):
        return value.id
    if isinstance(value, Node):
        return value.id
    if isinstance(value, dict):
        items: Iterable[tuple[Any, Any]] = value.items()
        return {key: _plain(each) for key, each in sorted(items, key=lambda item: str(item[0]))}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if hasattr(type(value), "__slots__") and not isinstance(value, str | int):
        return _fields(value) if type(value).__module__ == State.__module__ else value
    return value


def _compare(path: str, rows: Any, journal: Any) -> Iterator[str]:
    if isinstance(rows, dict) and isinstance(journal, dict):
        for key in {**rows, **journal}:
            yield from _compare(f"{path}.{key}", rows.get(key), journal.get(key))
    elif rows != journal:
        yield f"{path.lstrip('.')} is {rows!r} by its rows and {journal!r} by its journal"
