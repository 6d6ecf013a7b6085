"""The SLA timer thread: fires each job at its time, in order, once.

It sleeps exactly until the earliest time at which a job is due, is woken when a commit brings a
nearer one, and looks again when the wall clock was moved. A job is fired by a command that ends or
moves it in the same transaction; one that is gone by then is left alone. What is due goes to the
writer in portions, behind the commands of everybody else.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

import msgspec

from appliance.actor import SYSTEM
from appliance.errors import InstanceNotFound, Overloaded, ShuttingDown, StorageFull
from appliance.pending import Pending
from appliance.store import postponed, queries, start_triggers
from appliance.store.notices import ESCALATED
from appliance.store.store import Store
from appliance.store.work import Work
from engine.errors import Refused
from engine.state import Job

PORTION = 32
"""How many jobs are fired before the next look at what is due."""
LONGEST_SLEEP = 30.0
"""Seconds; so often at least the wall clock is looked at."""
JUMP = 2.0
"""A wall clock that is so many seconds off was moved."""
PATIENCE = 1.0
"""Seconds to wait when the store takes nothing."""
GRACE = 5_000
"""Milliseconds; what is later than this at the start counts as missed while stopped."""

TIMER_START = "timer-start"
"""What the journal calls the start of a process by its own timer."""

Due = tuple[int, int | None, int]
"""A job, its top-level instance, when; without one, a timer that starts a process or a signal."""

log = logging.getLogger(__name__)


class Missed(msgspec.Struct, frozen=True, gc=False):
    """What was due while the appliance was stopped: how many jobs, the oldest since when."""

    jobs: int
    since: int


class ClockworkHealth(msgspec.Struct, frozen=True):
    """How timers do since the start. Times in ms: when due next, when the last was fired.

    ``late`` and ``latest`` are the median and the greatest lateness of the last thousand that were
    fired; ``waiting`` could not be fired and are tried again.
    """

    next_due: int | None
    fired: int
    last_fired: int | None
    late: int
    latest: int
    waiting: int
    missed: Missed | None


class Clockwork:
    """Fires timers and asynchronous work."""

    def __init__(
        self, store: Store, clock: Callable[[], int], look: Callable[[], object] = int
    ) -> None:
        """``look`` is called at every turn, twice a minute at least."""
        self._store = store
        self._clock = clock
        self._look = look
        self._wake = threading.Event()
        self._nearest: int | None = None
        self._stopping = False
        self._set_aside: dict[int, float] = {}
        self._late: deque[int] = deque(maxlen=1000)
        self._fired = 0
        self._last_fired: int | None = None
        self.missed: Missed | None = None
        """What was late when this started."""
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)
        store.on_due = self.nearer

    def start(self) -> None:
        """Begin to fire, first what was due while nothing ran."""
        self.missed = self._look_back()
        self._thread.start()

    def close(self) -> None:
        """Stop; what is due later is fired after the next start."""
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def health(self) -> ClockworkHealth:
        """How it does."""
        late = sorted(self._late.copy()) or [0]
        return ClockworkHealth(
            self.next_due(), self._fired, self._last_fired, late[len(late) // 2], late[-1],
            len(self._set_aside), self.missed,
        )  # fmt: skip

    def nearer(self, due: int) -> None:
        """A job that is due then was stored. Called by the writer."""
        if self._nearest is None or due < self._nearest:
            self._nearest = due
            self._wake.set()

    def fire_due(self) -> int:
        """Fire everything that is due now, in order; returns how many jobs that were."""
        fired = 0
        while not self._stopping:
            jobs = self._due()
            fired += len(jobs)
            if not jobs or not self._fire(jobs):
                break
        return fired

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                self.fire_due()
                self._look()
                self._nearest = None  # whoever stores a job from here on wakes this thread
                self._nearest = self._next()
            except ShuttingDown:
                return
            except Exception:
                log.exception("the clockwork stumbled")
                self._wake.wait(PATIENCE)
                continue
            self._sleep()

    def _sleep(self) -> None:
        """Until the next job is due, a nearer one is stored or the wall clock was moved."""
        while not self._wake.is_set():
            nearest = self._nearest
            seconds = LONGEST_SLEEP
            if nearest is not None:
                seconds = min(seconds, (nearest - self._clock()) / 1000)
            if seconds <= 0:
                return
            wall, steady = self._clock() / 1000, time.monotonic()
            self._wake.wait(seconds)
            moved = (self._clock() / 1000 - wall) - (time.monotonic() - steady)
            if abs(moved) > JUMP:
                log.warning("the clock was moved by %.0f seconds", moved)

    def next_due(self) -> int | None:
        """When the next thing is due, in ms; None: never."""
        row = self._store.read().execute(queries.NEXT_DUE).fetchone()
        return row[0] if row else None

    def _next(self) -> int | None:
        due = self.next_due()
        if self._set_aside:
            # What could not be fired is still due: it alone must not keep the thread busy.
            again = self._clock() + int(PATIENCE * 1000)
            due = again if due is None else max(due, again)
        return due

    def _due(self) -> list[Due]:
        now = time.monotonic()
        self._set_aside = {job: until for job, until in self._set_aside.items() if until > now}
        limit = PORTION + len(self._set_aside)
        bound = {"now": self._clock(), "limit": limit}
        rows = self._store.read().execute(queries.DUE_JOBS, bound)
        return [row for row in rows if row[0] not in self._set_aside]

    def _fire(self, jobs: list[Due]) -> bool:
        """Fire these; False when the store takes nothing at the moment."""
        pending: list[tuple[int, Pending[bool]]] = []
        try:
            pending.extend((id, self._submit(id, root)) for id, root, _ in jobs)
        except Overloaded:
            self._pause(jobs[len(pending) :])
        willing = len(pending) == len(jobs)
        for (id, result), (_, _, due) in zip(pending, jobs, strict=False):
            try:
                if result.result():
                    self._note(due)
            except (StorageFull, Overloaded):
                self._pause([job for job in jobs if job[0] == id])
                willing = False
            except Exception:
                log.exception("job %s cannot be fired; it is tried again in a minute", id)
                self._set_aside[id] = time.monotonic() + 60
        return willing

    def _note(self, due: int) -> None:
        self._fired += 1
        self._last_fired = self._clock()
        self._late.append(max(0, self._last_fired - due))

    def _pause(self, jobs: list[Due]) -> None:
        for id, _, _ in jobs:
            self._set_aside[id] = time.monotonic() + PATIENCE

    def _submit(self, job: int, root: int | None) -> Pending[bool]:
        if root is None:
            name, by = TIMER_START, str(SYSTEM)
            return self._store.background(name, by, lambda work: _alone(work, job))
        return self._store.background("job", str(SYSTEM), lambda work: fire(work, root, job))

    def _look_back(self) -> Missed | None:
        now = self._clock()
        row = self._store.read().execute(queries.OVERDUE_JOBS, (now - GRACE,)).fetchone()
        jobs, since = row
        if not jobs:
            return None
        log.warning(
            "jobs were due while nothing ran; they are fired now, in order",
            extra={"jobs": jobs, "latest_by_s": (now - since) // 1000},
        )
        return Missed(jobs, since)


def _alone(work: Work, id: int) -> bool:
    """Do what is due and belongs to no instance."""
    return start_triggers.fire(work, id) or postponed.deliver(work, id)


def fire(work: Work, root: int, id: int) -> bool:
    """Fire one job; when that fails, count the attempt. False when it no longer waits."""
    try:
        run = work.open(root)
    except InstanceNotFound:
        return False
    job = run.state.waits.get(id)
    if not isinstance(job, Job) or job.due is None or job.due > work.now:
        return False
    work.rename("timer" if job.kind == "timer" else "job")
    task, starter = job.token.task, job.token.instance.by
    concerned = {task.assignee, starter} if task and job.kind == "timer" else set[str | None]()
    try:
        run.fire(id)
    except Refused as error:
        message, detail = str(error), f"{error.code}: {error}"
    except Exception as error:
        log.exception("job %s failed", id)
        message, detail = f"Internal error: {type(error).__name__}", traceback.format_exc()
    else:
        waits = run.state.waits.get(id)
        frozen = isinstance(waits, Job) and waits.due is None
        for who in set() if frozen else concerned - {None}:
            work.tell(str(who), ESCALATED, job.token.id)
        return True
    work.forget(root)
    work.rename("failed")
    work.open(root).fail(id, message, detail)
    return True
