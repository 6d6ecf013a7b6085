"""Inboxes as rows: a row per open task and person or group that has it or may take it.

A row repeats what inboxes are sorted, filtered and searched by, so that a page of one is read from
one range of one tree, however many tasks there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from appliance.store import many, sqlite

ASSIGNEE, USER, GROUP = 0, 1, 2
"""``inbox.kind``: whose inbox a task lies in."""

Place = tuple[int, str]
"""Whose inbox: the kind and the name."""

_PUT = "INSERT OR REPLACE INTO inbox"


class Shown(NamedTuple):
    """What the row of a task repeats; ``about`` is what the case is called: see :func:`about`."""

    due: int | None
    priority: int
    name: str | None
    definition: int
    about: str | None


def about(name: str | None, business_key: str | None) -> str | None:
    """What an instance is called, as a search reads it: its name and its business key."""
    return "\n".join(each for each in (name, business_key) if each is not None) or None


def places(assignee: str | None, users: Iterable[str], groups: Iterable[str]) -> tuple[Place, ...]:
    """In whose inbox a task lies: its assignee's alone, or else all its candidates'."""
    if assignee is not None:
        return ((ASSIGNEE, assignee),)
    found = [(USER, user) for user in users]
    found += [(GROUP, group) for group in groups]
    return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))


class InboxRows:
    """The changes of inboxes that are not written yet; deletions go first, the last word counts."""

    __slots__ = ("_gone", "_put")

    def __init__(self) -> None:
        self._put: dict[tuple[int, str, int], tuple[object, ...]] = {}
        self._gone: set[tuple[int, str, int]] = set()

    def lay(self, task: int, lies: tuple[Place, ...], shown: Shown) -> None:
        """Put a task into inboxes, or show it there anew."""
        row = (*shown[:4], len(lies) > 1, shown.about)
        for kind, who in lies:
            self._put[kind, who, task] = row

    def take(self, task: int, lay: Iterable[Place]) -> None:
        """Take a task out of inboxes."""
        for kind, who in lay:
            key = kind, who, task
            self._put.pop(key, None)
            self._gone.add(key)

    def flush(self, connection: sqlite.Connection) -> None:
        """Write them."""
        if self._gone:
            many.delete(connection, "inbox", "(kind, who, task)", list(self._gone))
        if self._put:
            many.insert(connection, _PUT, 9, [(*key, *row) for key, row in self._put.items()])
