"""What a running command may know of the world: the time, new ids, other processes, its limits.

The engine asks nobody else. A store implements :class:`World`; given the same answers, a command
gives the same events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from engine.model import Process


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one command may do.

    After ``steps`` nodes, or when its scripts together took ``scripts_ms`` of a processor's time,
    the rest of a command goes on as an asynchronous job; after ``loop_steps`` nodes without a wait
    state it becomes an incident. ``calls`` is how deep processes may call each other. ``attempts``
    is how often a job is tried and ``retry_delay`` the milliseconds between two attempts, unless
    the element says otherwise.
    """

    steps: int = 50_000
    loop_steps: int = 1_000_000
    iterations: int = 100_000
    calls: int = 100
    attempts: int = 3
    retry_delay: int = 10_000
    script_ms: int = 100
    script_bytes: int = 32 * 1024 * 1024
    scripts_ms: int = 500


class World(Protocol):
    """The outside of one command. ``now`` is in ms and stays the same during the command."""

    now: int
    zone: tzinfo
    limits: Limits

    def new_id(self) -> int:
        """The next id of the shared sequence."""
        ...

    def spent(self) -> float:
        """The time that this thread has had of a processor, in ms."""
        ...

    def process(self, definition: int) -> Process:
        """The process of a definition id."""
        ...

    def called(self, key: str, version: int | None, caller: int) -> tuple[int, Process]:
        """The definition that a call activity means, by key and perhaps version.

        ``caller`` is the definition that calls. ``version`` 0 means the one that was deployed
        together with the caller. Raises CalledProcessNotFound.
        """
        ...


@dataclass(frozen=True, slots=True)
class Throw:
    """A message or signal for other top-level instances or process starts.

    One that is told ``later`` is heard by its own instance then, too; ``local`` ones only there.
    """

    kind: str
    name: str
    variables: dict[str, Any]
    later: bool = False
    local: bool = False
