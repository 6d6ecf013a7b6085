"""What reads about the migration of running instances return: see ``views.py``."""

from __future__ import annotations

import msgspec

from appliance.views import ProcessView


class Match(msgspec.Struct, frozen=True):
    """An element of the old version, and what takes its place in the new one.

    ``live`` is how many tokens stand there now, ``choices`` are ids and names that would do.
    """

    node_id: str
    node_name: str
    tag: str
    target: str | None
    live: int
    choices: list[tuple[str, str]]


class Plan(msgspec.Struct, frozen=True):
    """How instances of one version of a process would move to another.

    ``matches`` are the elements to look at: where something stands, or what is called otherwise.
    """

    source: ProcessView
    target: ProcessView
    running: int
    matches: list[Match]


class Stuck(msgspec.Struct, frozen=True):
    """Why an instance cannot move: where in it, and the reason."""

    instance_id: int
    node_id: str
    node_name: str
    reason: str


class Outlook(msgspec.Struct, frozen=True):
    """What a move would come to: how many instances can move, and what keeps the others."""

    movable: int
    stuck: list[Stuck]


class MoveView(msgspec.Struct, frozen=True):
    """A migration of running instances, or its undo, and how far it is.

    ``kept`` are those that could not move, ``gone`` those that had ended or been moved meanwhile.
    """

    id: int
    key: str
    source_version: int
    target_version: int
    by: str
    reason: str | None
    at: int
    finished: int | None
    undoes: int | None
    undone_by: int | None
    total: int
    moved: int
    kept: int
    gone: int

    @property
    def waiting(self) -> int:
        """How many have not had their turn."""
        return self.total - self.moved - self.kept - self.gone


class Unmoved(msgspec.Struct, frozen=True):
    """An instance that a move left where it was; ``outcome`` is kept or gone."""

    instance_id: int
    outcome: str
    reason: str
