"""The one thing that people, sessions and keys need of the store: short writes, and reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from appliance.store import sqlite
from engine.errors import Refused

if TYPE_CHECKING:
    from appliance.pending import Pending

T = TypeVar("T")


class Database(Protocol):
    """What the server's store and a command beside a running server have in common."""

    def write(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        """Run ``work`` in a transaction of its own; when it raises, nothing is changed."""
        ...

    def read(self) -> sqlite.Connection:
        """A read-only connection of the calling thread; it sees all that is committed."""
        ...


def note(database: Database, work: Callable[[sqlite.Connection], None]) -> None:
    """A write that nobody waits for, such as "last used": lost when the store cannot take it."""
    with contextlib.suppress(Refused):
        database.write(work)
