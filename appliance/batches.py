"""Batches: the same done to many instances, or to many incidents, in the background.

Each subject has a transaction of its own that also says what became of it: done, or refused and
why. A batch that was interrupted goes on at the next start. Migrations are not here: ``moves.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from appliance.actor import Actor
from appliance.background import Background
from appliance.errors import BatchNotFound, Conflict, InstanceNotFound, InvalidInput
from appliance.pending import Pending
from appliance.store import batching, chain, queries
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from appliance.store.work import Work
from appliance.variables import given_variables
from appliance.views import BatchView
from engine.commands import Command
from engine.errors import Refused

PORTION = 32
"""How many subjects are handed to the writer before it is looked what became of them."""
LARGEST = 100_000
"""How many subjects a batch may have."""


log = logging.getLogger(__name__)


class Given(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an act needs to know besides its subject; ``reason`` is for people."""

    reason: str | None = None
    variables: dict[str, Any] = {}
    cancel: list[str] = []
    start: list[str] = []
    node: str = ""
    leaver: str = ""
    heir: str = ""


Act = Callable[[Command, int, Given], None]


def _hand_over(run: Command, id: int, given: Given) -> None:
    """What a task has of somebody who left goes to an heir, or back to its other candidates."""
    task, leaver, heir = run.task(id), given.leaver, given.heir
    users = dict.fromkeys(heir if user == leaver else user for user in task.candidate_users)
    users.pop("", None)
    if task.assignee == leaver and not (heir or users or task.candidate_groups):
        raise Conflict("Nobody else may take this task: choose who gets it.")
    if leaver in task.candidate_users:
        run.change_task(id, {"candidate_users": list(users)})
    if task.owner == leaver:
        run.change_task(id, {"owner": heir or None})
    if task.assignee == leaver:
        run.assign(id, heir or None)


ACTS: Mapping[str, Act] = {
    "suspend": lambda run, id, given: run.suspend(id, reason=given.reason),
    "activate": lambda run, id, given: run.activate(id, reason=given.reason),
    "cancel": lambda run, id, given: run.cancel(id, given.reason),
    "set-variables": lambda run, id, given: run.repair(id, given.variables, reason=given.reason),
    "repeat": lambda run, id, given: run.repeat(id, given.node, reason=given.reason),
    "modify": lambda run, id, given: run.modify(
        id,
        cancel=given.cancel,
        start=given.start,
        variables=given.variables,
        reason=given.reason,
    ),
    "retry": lambda run, id, given: run.retry(id, given.variables, reason=given.reason),
    "hand-over": _hand_over,
}
"""What can be done to many. Subjects are instances, but see ``_ROOTS``."""

_ROOTS: Mapping[str, tuple[str, str]] = {
    "retry": ("SELECT root FROM incident WHERE id = ?", "There is no such incident."),
    "hand-over": (
        "SELECT root FROM task WHERE id = ? AND ended IS NULL",
        "It was completed meanwhile.",
    ),
}
"""For acts on something else: where its top-level instance is found, and what if it is not."""

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(Given, float_hook=Decimal).decode


class Batches:
    """The batches of the box. A thread carries them out once ``start`` was called."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._background = Background("batches", self.work)
        self.start = self._background.start
        self.close = self._background.close

    def get(self, id: int) -> BatchView:
        """One batch, and how far it is. Raises ``BatchNotFound``."""
        row = batching.row(self._store.read(), id)
        if row is None:
            raise BatchNotFound(f"Batch not found: {id}")
        return _view(row)

    def latest(self, limit: int = 20) -> list[BatchView]:
        """The last batches that were asked for, the latest first."""
        return [_view(row) for row in batching.latest(self._store.read(), limit)]

    def refused(self, id: int, limit: int = 1000) -> list[tuple[int, str]]:
        """What could not be done to whom, and why."""
        return batching.refused(self._store.read(), id, limit)

    def begin(
        self, what: str, subjects: Sequence[int], by: Actor, given: Given | None = None
    ) -> Pending[int]:
        """Do one of ``ACTS`` to each of these, in the background; the batch's number.

        Raises ``InvalidInput``, ``InvalidVariables``.
        """
        return self._store.change(self.beginning(what, subjects, by, given))

    def beginning(
        self, what: str, subjects: Sequence[int], by: Actor, given: Given | None = None
    ) -> Callable[[Transaction], int]:
        """What :meth:`begin` does, as a part of a larger change."""
        given = given or Given()
        _check(what, subjects, given)
        now, chosen = self._clock(), sorted(set(subjects))

        def work(transaction: Transaction) -> int:
            with transaction.savepoint() as connection:
                id = transaction.new_id()
                batching.write(connection, (id, now, str(by), what, _encode(given)), chosen)
                facts = {"batch": id, "reason": given.reason, "count": len(chosen)}
                chain.record(connection, now, by, "instances.batch", what, **facts)
            transaction.after.append(self._background.wake)
            return id

        return work

    def work(self) -> None:
        """Carry out all batches that are asked for, in this thread."""
        while (row := batching.next_batch(self._store.read())) and not self._background.stopping:
            self._carry_out(*row)

    def _carry_out(self, id: int, by: str, what: str, given: bytes) -> None:
        order = _decode(given)
        while not self._background.stopping:
            portion = batching.waiting(self._store.read(), id, PORTION)
            if not portion:
                self._store.write(lambda c: batching.finish(c, id, self._clock())).result()
                return
            pending = [(each, self._submit(id, by, what, order, each)) for each in portion]
            for subject, each in pending:
                self._settle(id, subject, each)

    def _settle(self, batch: int, subject: int, pending: Pending[None]) -> None:
        try:
            pending.result()
        except Refused:
            raise  # the store takes nothing now: the subject waits for its turn
        except Exception as error:
            log.exception("batch %s: %s failed", batch, subject)
            reason = f"Internal error: {type(error).__name__}"
            settled = self._store.write(
                lambda c: batching.settle(c, batch, subject, "refused", reason)
            )
            settled.result()

    def _submit(self, batch: int, by: str, what: str, given: Given, subject: int) -> Pending[None]:
        def work(work: Work) -> None:
            with work.transaction.savepoint() as connection:
                reason = _attempt(work, what, subject, given)
                outcome = "refused" if reason else "done"
                batching.settle(connection, batch, subject, outcome, reason or None)
                work.finish()

        return self._store.background(what, by, work)


def _attempt(work: Work, what: str, subject: int, given: Given) -> str:
    """Do it to one subject; why it could not be done, empty when it was."""
    sql, missing = _ROOTS.get(what, (queries.ROOT, "There is no such instance."))
    rows = work.query(sql, (subject,))
    if not rows:
        return missing
    root = rows[0][0]
    try:
        ACTS[what](work.open(root), subject, given)
    except InstanceNotFound:
        return "It has ended."
    except Refused as error:
        work.forget(root)
        return str(error)
    return ""


def _check(what: str, subjects: Sequence[int], given: Given) -> None:
    if what not in ACTS:
        raise InvalidInput(f"{what!r} cannot be done to many instances.")
    if not subjects:
        raise InvalidInput("Nothing was chosen.")
    if len(subjects) > LARGEST:
        raise InvalidInput(f"That are more than {LARGEST:,}: choose fewer.")
    if what == "repeat" and not given.node:
        raise InvalidInput("Choose the step to go back to.")
    if what == "modify" and not (given.cancel or given.start):
        raise InvalidInput("Choose what to cancel and where to start.")
    given_variables(given.variables)


def _view(row: tuple) -> BatchView:
    id, at, by, what, given, finished, *counts = row
    return BatchView(id, at, by, what, _decode(given).reason, finished, *counts)
