"""What these tests take as given: a moment, a password, a clock that stands still."""

from dataclasses import dataclass

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
