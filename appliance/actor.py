"""Who does something: a person, an API key or the appliance itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["read", "start", "files", "send", "work", "deploy"]
"""What a program does: list and follow, start, fetch files, send messages and signals, do the work
of service tasks, deploy."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a program may do, and with which processes; None: with all of them."""

    scopes: frozenset[str]
    processes: frozenset[str] | None = None

    def allow(self, scope: Scope) -> bool:
        """Whether the program may do this at all."""
        return scope in self.scopes

    def reach(self, process: str) -> bool:
        """Whether the program may deal with this process."""
        return self.processes is None or process in self.processes


SCOPES: tuple[Scope, ...] = ("read", "start", "files", "send", "work", "deploy")
USUAL = Rights(frozenset(SCOPES) - {"deploy"})
"""What a key may do for which nobody said more: to use the processes, not to change them."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. ``str(actor)`` is how journals and the variable ``initiator`` name them.

    ``groups`` and ``admin`` say what a person may see and do, ``rights`` what a program may.
    """

    kind: Literal["user", "api", "public", "system"]
    name: str
    groups: frozenset[str] = frozenset()
    admin: bool = False
    rights: Rights = USUAL

    @classmethod
    def user(cls, name: str, groups: frozenset[str] = frozenset(), *, admin: bool = False) -> Actor:
        """A person."""
        return cls("user", name, groups, admin)

    @classmethod
    def api(cls, name: str, rights: Rights = USUAL) -> Actor:
        """A program, by the name of its API key."""
        return cls("api", name, rights=rights)

    def __str__(self) -> str:
        return f"api:{self.name}" if self.kind == "api" else self.name


PUBLIC = Actor("public", "public")
"""Whoever starts a process through a link that is open to everybody."""

SYSTEM = Actor("system", "system", admin=True)
"""The appliance itself: timers, deployments at the first start."""

SHELL = Actor("system", "shell", admin=True)
"""Whoever uses the command line: whose data directory it is."""

ANYBODY = Actor("system", "anonymous")
"""Whoever is not signed in."""
