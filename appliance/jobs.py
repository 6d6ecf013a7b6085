"""Jobs: what waits for its time or for a worker, other times for it, and the workers' answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from appliance.actor import Actor
from appliance.errors import Conflict, InstanceNotFound
from appliance.library import Library
from appliance.pending import Pending
from appliance.store import chain, queries, start_triggers, waiting
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from appliance.store.work import Work
from appliance.views import JobRow, Page, StartTimer
from engine.commands import Command
from engine.errors import NotWaiting, Refused
from engine.state import Job

_JOB = "SELECT root FROM job WHERE id = ?"
_WAITING = """
SELECT j.id, j.root FROM job j LEFT JOIN activity a ON a.id = j.token
CROSS JOIN instance i ON i.id = coalesce(a.instance, j.token)
WHERE j.topic = :topic AND j.retries > 0 AND coalesce(j.due, 0) <= :now
    AND coalesce(j.locked_until, 0) <= :now AND NOT i.suspended
ORDER BY j.id LIMIT :most
"""
_STARTS = """
SELECT d.key FROM start_trigger s JOIN definition d ON d.id = s.definition WHERE s.id = ?
"""


class FetchedJob(msgspec.Struct, frozen=True):
    """A job that was given to a worker until a time; ``variables`` are what its step sees."""

    id: int
    instance_id: int
    process_key: str
    node_id: str
    retries: int
    locked_until: int
    variables: dict[str, Any]


class Jobs:
    """The jobs of the box, as administrators and workers see them."""

    def __init__(self, store: Store, library: Library, clock: Callable[[], int]) -> None:
        self._store = store
        self._library = library
        self._clock = clock

    def list(self, view: str = "waiting", process: str = "", page: str = "") -> Page[JobRow]:
        """Jobs that wait for their time, are due, fail, or wait for workers.

        ``view`` is waiting, due, failing or workers.
        """
        definitions = self._library.definitions_of(process)
        rows = waiting.jobs(self._store.read(), view, definitions, self._clock(), page)
        shown = rows[: queries.PAGE]
        more = len(rows) > queries.PAGE
        return Page(
            [self._row(row) for row in shown], waiting.job_cursor(view, shown[-1]) if more else None
        )

    def counts(self) -> Mapping[str, int]:
        """How many there are of each view, and of timers that start processes (``starts``)."""
        return waiting.job_counts(self._store.read(), self._clock())

    def start_timers(self) -> list[StartTimer]:
        """The timers that start processes, the next first."""
        return [self._start_timer(row) for row in waiting.start_timers(self._store.read())]

    def reschedule(
        self, id: int, due: int, by: Actor, *, expected: int, reason: str | None = None
    ) -> Pending[None]:
        """Let a job run at another time: later, sooner, or (when that is past) at once.

        ``expected`` is the time that it had when somebody decided so. Raises ``NotWaiting``;
        ``Conflict`` when it has another time by now.
        """

        def act(command: Command) -> None:
            wait = command.state.waits.get(id)
            before = wait.due if isinstance(wait, Job) else None
            command.reschedule(id, due, reason=reason)
            if before != expected:
                raise _moved_meanwhile()

        return self._answer(id, by, act, "reschedule")

    def reschedule_start(
        self, id: int, due: int, by: Actor, *, expected: int, reason: str | None = None
    ) -> Pending[None]:
        """The same for a timer that starts a process."""

        def work(transaction: Transaction) -> None:
            with transaction.savepoint() as connection:
                if not start_triggers.reschedule(connection, id, due, expected):
                    raise _moved_meanwhile()
                [(key,)] = connection.execute(_STARTS, (id,)).fetchall()
                facts = {"start": id, "from": expected, "to": due, "reason": reason}
                chain.record(connection, self._clock(), by, "process.reschedule", key, **facts)
            transaction.after.append(lambda: self._store.on_due(due))

        return self._store.change(work)

    def fetch(
        self, topic: str, most: int, lock: int, by: Actor, worker: str = ""
    ) -> Pending[list[FetchedJob]]:
        """Give the oldest jobs of a topic to a worker, which has them alone for ``lock`` ms.

        Several workers may share the name of ``by``: then each has a name of its own, too.
        """
        who = _worker(by, worker)

        def work(work: Work) -> list[FetchedJob]:
            until = work.now + lock
            wanted = {"topic": topic, "now": work.now, "most": most}
            found: list[FetchedJob] = []
            for id, root in work.query(_WAITING, wanted):
                try:
                    job, variables = work.open(root).lock(id, who, until)
                except Refused:  # a caller of its instance is suspended
                    continue
                found.append(_fetched(job, until, variables))
            return found

        return self._store.command("job", str(by), work)

    def complete(
        self, id: int, variables: Mapping[str, Any], by: Actor, worker: str = ""
    ) -> Pending[None]:
        """The work is done. Raises ``NotWaiting``, also when another worker has the job by now."""
        who = _worker(by, worker)
        return self._answer(id, by, lambda command: command.answer(id, variables, worker=who))

    def error(
        self,
        id: int,
        code: str,
        message: str | None,
        variables: Mapping[str, Any],
        by: Actor,
        worker: str = "",
    ) -> Pending[None]:
        """The work ended with a BPMN error. Raises ``NotWaiting``, ``UncaughtError``."""
        who = _worker(by, worker)
        return self._answer(
            id, by, lambda command: command.answer_error(id, code, message, variables, worker=who)
        )

    def fail(
        self, id: int, message: str, by: Actor, detail: str | None = None, worker: str = ""
    ) -> Pending[None]:
        """This attempt failed; after the last one an incident opens. Raises ``NotWaiting``."""
        who = _worker(by, worker)
        return self._answer(
            id, by, lambda command: command.answer_failure(id, message, detail, worker=who)
        )

    def _answer(
        self, id: int, by: Actor, act: Callable[[Command], None], name: str = "job"
    ) -> Pending[None]:
        row = self._store.read().execute(_JOB, (id,)).fetchone()
        if row is None:
            raise NotWaiting(f"Job {id} no longer waits.")

        def work(work: Work) -> None:
            try:
                command = work.open(row[0])
            except InstanceNotFound:
                raise NotWaiting(f"Job {id} no longer waits.") from None
            act(command)

        return self._store.command(name, str(by), work)

    def _row(self, row: tuple) -> JobRow:
        id, instance, definition, node, *facts = row
        view = self._library.view(definition)
        label = self._library.label(definition, node)
        return JobRow(id, instance, view.key, view.name, node, label, *facts)

    def _start_timer(self, row: tuple) -> StartTimer:
        id, definition, node, due, cycle = row
        view = self._library.view(definition)
        return StartTimer(
            id, view.key, view.name, view.version, view.suspended, node,
            self._library.label(definition, node), due, cycle,
        )  # fmt: skip


def _worker(by: Actor, name: str) -> str:
    return f"{by} ({name})" if name else str(by)


def _fetched(job: Job, until: int, variables: dict[str, Any]) -> FetchedJob:
    instance = job.token.instance
    return FetchedJob(
        job.id, instance.id, instance.process.key, job.node, job.retries, until, variables
    )


def _moved_meanwhile() -> Conflict:
    return Conflict("Somebody gave it another time meanwhile, or it is over: look again.")
