"""Figures of a process: how often its steps were done, how long they take, how many are late.

They tell of the latest :data:`SAMPLE` instances that were started in a time, which is all of them
unless there were more: what is read stays bounded, and nothing is counted while processes run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from appliance.library import Library
from appliance.store import measuring, moving
from appliance.store.store import Store
from engine.events import COMPLETED

SAMPLE = 2000
"""How many instances are looked at."""
FOREVER = 2**62
"""A time (ms) or an id after all others."""
_RUNNING = "SELECT definition, count(*) FROM instance WHERE ended IS NULL GROUP BY definition"
SLOW, KEPT = 0.02, 3.0
"""Where counting what is live took longer (in seconds), its result is kept for a while."""


class Spread(msgspec.Struct, frozen=True):
    """Of lengths of time in ms: how many, the middle one, and what nine of ten do not exceed."""

    count: int
    median: int | None
    p90: int | None

    @classmethod
    def of(cls, lengths: Iterable[int]) -> Spread:
        """The spread of these."""
        ordered = sorted(lengths)
        count = len(ordered)
        if not count:
            return cls(0, None, None)
        return cls(count, ordered[(count - 1) // 2], ordered[-(-count * 9 // 10) - 1])


class StepFigures(msgspec.Struct, frozen=True):
    """Figures of one step. ``late`` of ``timed`` (those that were due some time) were late."""

    node_id: str
    node_name: str
    tag: str
    live: int
    spread: Spread
    timed: int
    late: int

    @property
    def share_late(self) -> float | None:
        """From 0 to 1; None when nothing of it was ever due."""
        return self.late / self.timed if self.timed else None


class Figures(msgspec.Struct, frozen=True):
    """Figures of a process: ``instances`` are those looked at, ``all`` whether there were no more.

    ``steps`` are in the order of the model; ``live`` counts every token that stands there now, or,
    of a great many, stood there seconds ago.
    """

    instances: int
    all: bool
    running: int
    spread: Spread
    steps: list[StepFigures]


@dataclass(slots=True)
class _Step:
    lengths: list[int] = field(default_factory=list)
    timed: int = 0
    late: int = 0


class Statistics:
    """The figures of the box."""

    def __init__(self, store: Store, library: Library, clock: Callable[[], int]) -> None:
        self._store = store
        self._library = library
        self._clock = clock
        self._kept: dict[int, tuple[float, dict[str, int]]] = {}

    def of(
        self, key: str, version: int | None = None, since: int = 0, until: int = FOREVER
    ) -> Figures:
        """The figures of what was started in a time: of one version, or of all.

        Raises ``ProcessNotFound``.
        """
        shown = self._library.find(key, version)
        chosen = [shown.id] if version else [view.id for view in self._library.versions(key)]
        connection = self._store.read()
        first = measuring.first_since(connection, since) if since else 0
        end = measuring.first_since(connection, until) if until != FOREVER else FOREVER
        rows = measuring.latest(connection, chosen, first, end, SAMPLE + 1)
        sample = rows[:SAMPLE]
        steps = self._steps([row[0] for row in sample])
        return Figures(
            len(sample),
            len(rows) <= SAMPLE,
            sum(row[2] is None for row in sample),
            Spread.of(row[2] - row[1] for row in sample if row[3] == "COMPLETED"),
            self._figures(shown.id, steps, self._live(chosen)),
        )

    def live(self, key: str, version: int | None = None) -> dict[str, int]:
        """How many tokens stand at each step now."""
        chosen = [view.id for view in self._library.versions(key)]
        return self._live([self._library.find(key, version).id] if version else chosen)

    def running_by_version(self, key: str) -> dict[int, int]:
        """How many instances run in each version."""
        return {
            view.version: moving.running(self._store.read(), view.id)
            for view in self._library.versions(key)
        }

    def running_by_process(self) -> Mapping[str, int]:
        """How many instances of each process run, by its key."""
        found: dict[str, int] = {}
        for definition, count in self._store.read().execute(_RUNNING):
            key = self._library.view(definition).key
            found[key] = found.get(key, 0) + count
        return found

    def _live(self, definitions: Sequence[int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for id in definitions:
            for node, count in self._live_in(id).items():
                found[node] = found.get(node, 0) + count
        return found

    def _live_in(self, definition: int) -> dict[str, int]:
        until, found = self._kept.get(definition, (0.0, {}))
        began = time.monotonic()
        if began < until:
            return found
        found = moving.live(self._store.read(), definition)
        ended = time.monotonic()
        if ended - began > SLOW:
            self._kept[definition] = ended + KEPT, found
        return found

    def _steps(self, instances: Sequence[int]) -> dict[str, _Step]:
        found: dict[str, _Step] = {}
        now = self._clock()
        for node, started, ended, how, due in measuring.stays(self._store.read(), instances):
            step = found.setdefault(node, _Step())
            if how == COMPLETED:
                step.lengths.append(ended - started)
            if due is not None:
                step.timed += 1
                step.late += (ended or now) > due
        return found

    def _figures(
        self, definition: int, steps: dict[str, _Step], live: dict[str, int]
    ) -> list[StepFigures]:
        return [
            StepFigures(
                node.id, node.label, node.tag, live.get(node.id, 0), Spread.of(step.lengths),
                step.timed, step.late,
            )
            for node in self._library.process(definition).nodes.values()
            if (step := steps.get(node.id, _Step())).lengths or step.timed or node.id in live
        ]  # fmt: skip
