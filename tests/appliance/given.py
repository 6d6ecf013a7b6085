"""What these tests take as given: a moment, a password, a clock that stands still."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from appliance.database import Database
from appliance.pending import Pending
from appliance.store import sqlite

T = TypeVar("T")

NOON = 1_777_636_800_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
PASSWORD = "correct horse battery"


@dataclass
class Clock:
    """Milliseconds that pass only when a test says so."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


@dataclass
class Waiting:
    """A store whose writes are waited for, so that a test reads like a story."""

    store: Database

    def write(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        return Pending.of(self.store.write(work).result(10))

    def read(self) -> sqlite.Connection:
        return self.store.read()
