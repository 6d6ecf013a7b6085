"""What an expression needs of the place where it is evaluated."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any, Protocol


class Scope(Protocol):
    """Variables by name, and the time."""

    @property
    def now(self) -> datetime:
        """The current time, in UTC."""
        ...

    @property
    def zone(self) -> tzinfo:
        """The zone of dates that have none."""
        ...

    def get(self, name: str) -> Any:
        """The value of a variable, or an object with ``juel_members``. Raises KeyError."""
        ...

    def set(self, name: str, value: Any) -> None:
        """Set a variable."""
        ...
