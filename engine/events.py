"""What can happen to an instance: the vocabulary of the journal.

Each event is a plain fact with ids, never a live object, and encodes to a small JSON array
(``["entered", 52412, "review", …]``). :func:`engine.state.apply` is the only code that turns events
into state; the store writes the same events as row changes and as the journal. Times are
milliseconds since the epoch (UTC); ids are integers of one sequence.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

COMPLETED, CANCELLED, MERGED = 0, 1, 2
"""How a token left its node: it was completed, it was cancelled, or a join consumed it."""

BODY = -1
"""The ``loop`` of the token that holds the iterations of a multi-instance or loop activity."""

Status = Literal["ACTIVE", "SUSPENDED", "COMPLETED", "TERMINATED"]
JobKind = Literal["timer", "before", "after", "external", "retry"]
SubscriptionKind = Literal[
    "message", "signal", "local-signal", "conditional", "compensation", "receive"
]


class InstanceStarted(msgspec.Struct, array_like=True, gc=False, tag="started"):
    """An instance began. ``instance`` is also the id of its root token.

    ``definition`` is the id of the deployed version, ``by`` who started it, ``caller`` the token of
    the call activity that waits for it.
    """

    instance: int
    definition: int
    at: int
    by: str | None = None
    caller: int | None = None
    business_key: str | None = None
    name: str | None = None


class InstanceEnded(msgspec.Struct, array_like=True, gc=False, tag="ended"):
    """An instance reached its end with this status; ``reason`` is for people."""

    instance: int
    status: Status
    at: int
    reason: str | None = None


class InstanceSuspended(msgspec.Struct, array_like=True, gc=False, tag="suspended"):
    """An instance was suspended (or activated again); ``reason`` is for people."""

    instance: int
    suspended: bool
    at: int
    reason: str | None = None


class InstanceChanged(msgspec.Struct, array_like=True, gc=False, tag="changed"):
    """An instance got another business key, name or (by migration) definition; None leaves it."""

    instance: int
    business_key: str | None = None
    name: str | None = None
    definition: int | None = None


class Entered(msgspec.Struct, array_like=True, gc=False, tag="entered"):
    """A token arrived at a node and stays there for now.

    ``scope`` is the parent token, ``flow`` the sequence flow it came by, ``loop`` the number of the
    iteration, or :data:`BODY` for the token that holds the iterations.
    """

    token: int
    node: str
    scope: int
    at: int
    flow: str | None = None
    loop: int | None = None


class Passed(msgspec.Struct, array_like=True, gc=False, tag="passed"):
    """A node was entered and completed in one go; it leaves history but no live token."""

    token: int
    node: str
    scope: int
    at: int
    flow: str | None = None


class Left(msgspec.Struct, array_like=True, gc=False, tag="left"):
    """A token left its node: :data:`COMPLETED`, :data:`CANCELLED` or :data:`MERGED`."""

    token: int
    at: int
    how: int = COMPLETED


class Moved(msgspec.Struct, array_like=True, gc=False, tag="moved"):
    """A token stands at another node without having travelled there (migration).

    ``flow`` is the sequence flow that takes the place of the one it came by; None leaves it.
    """

    token: int
    node: str
    flow: str | None = None


class LoopAdvanced(msgspec.Struct, array_like=True, gc=False, tag="looped"):
    """The counters of a loop body: iterations in all, begun so far, completed so far."""

    token: int
    total: int
    begun: int
    completed: int


class VariablesSet(msgspec.Struct, array_like=True, gc=False, tag="set"):
    """Variables of a scope (by the id of its token) got these values."""

    scope: int
    values: dict[str, Any]


class VariablesRemoved(msgspec.Struct, array_like=True, gc=False, tag="removed"):
    """Variables of a scope are gone."""

    scope: int
    names: list[str]


class TaskCreated(msgspec.Struct, array_like=True, gc=False, tag="task"):
    """A user task is open; ``task`` is the id of its token."""

    task: int
    name: str | None
    at: int
    assignee: str | None = None
    owner: str | None = None
    priority: int = 50
    due: int | None = None
    form_key: str | None = None
    category: str | None = None
    description: str | None = None
    candidate_users: list[str] = []
    candidate_groups: list[str] = []


class TaskChanged(msgspec.Struct, array_like=True, gc=False, tag="task-changed"):
    """Fields of an open task changed.

    ``changes`` maps fields of :class:`engine.state.Task` to their new values; candidate lists are
    given whole.
    """

    task: int
    changes: dict[str, Any]
    at: int
    by: str | None = None


class TaskCompleted(msgspec.Struct, array_like=True, gc=False, tag="task-completed"):
    """Somebody completed a user task, perhaps by pressing a button that is called ``outcome``."""

    task: int
    at: int
    by: str | None = None
    outcome: str | None = None


class JobCreated(msgspec.Struct, array_like=True, gc=False, tag="job"):
    """Work waits: a timer, an asynchronous continuation, a call for an external worker.

    ``node`` is where it takes effect (a boundary event's id for its timer), ``due`` when it may run
    (None: it waits for a worker), ``cycle`` the stored rest of a repeating timer, ``retries`` the
    attempts left, ``topic`` what an external worker asks for.
    """

    job: int
    token: int
    node: str
    kind: JobKind
    due: int | None
    retries: int = 3
    cycle: str | None = None
    topic: str | None = None
    steps: int = 0


class JobChanged(msgspec.Struct, array_like=True, gc=False, tag="job-changed"):
    """A job fires later, has fewer attempts left, or is locked by a worker.

    All fields are given with their new values. ``remaining`` holds the milliseconds that are left
    while the clock of a suspended instance stands still.
    """

    job: int
    due: int | None
    retries: int
    cycle: str | None = None
    error: str | None = None
    worker: str | None = None
    locked_until: int | None = None
    remaining: int | None = None


class Subscribed(msgspec.Struct, array_like=True, gc=False, tag="subscribed"):
    """A token waits for a message, signal or condition, or may be compensated.

    ``node`` is where it takes effect; ``name`` the message's or signal's name; ``data`` what a
    compensation handler will see, or that a condition came true while the instance is suspended.
    """

    subscription: int
    token: int
    node: str
    kind: SubscriptionKind
    name: str | None = None
    data: dict[str, Any] | None = None


class WaitMoved(msgspec.Struct, array_like=True, gc=False, tag="wait-moved"):
    """A job or subscription takes effect at another node (migration)."""

    wait: int
    node: str


class WaitEnded(msgspec.Struct, array_like=True, gc=False, tag="wait-ended"):
    """A job or subscription is over: it happened, or nobody needs it any more."""

    wait: int


class IncidentOpened(msgspec.Struct, array_like=True, gc=False, tag="incident"):
    """Something needs a person: ``job`` (if any) stands still until it is retried."""

    incident: int
    token: int
    node: str
    at: int
    message: str
    job: int | None = None
    detail: str | None = None


class IncidentResolved(msgspec.Struct, array_like=True, gc=False, tag="incident-resolved"):
    """An incident is over: it was retried, or its token is gone; ``reason`` is for people."""

    incident: int
    at: int
    by: str | None = None
    reason: str | None = None


class Logged(msgspec.Struct, array_like=True, gc=False, tag="log"):
    """A line that a script wrote with ``console.log``."""

    token: int
    at: int
    text: str


class Intervened(msgspec.Struct, array_like=True, gc=False, tag="intervened"):
    """Somebody changed by hand how an instance goes on; what that did stands in other events.

    ``what`` is migrated, moved-back, modified, repeated, rescheduled or set. ``facts`` of a
    migration tell what an undo needs: see :func:`engine.migration.migrate`.
    """

    instance: int
    what: str
    at: int
    reason: str | None = None
    facts: dict[str, Any] = {}


Event = (
    InstanceStarted
    | InstanceEnded
    | InstanceSuspended
    | InstanceChanged
    | Entered
    | Passed
    | Left
    | Moved
    | LoopAdvanced
    | VariablesSet
    | VariablesRemoved
    | TaskCreated
    | TaskChanged
    | TaskCompleted
    | JobCreated
    | JobChanged
    | Subscribed
    | WaitMoved
    | WaitEnded
    | IncidentOpened
    | IncidentResolved
    | Logged
    | Intervened
)

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(list[Event], float_hook=Decimal)


def encode(events: list[Event]) -> bytes:
    """Events as JSON, for the journal."""
    return _encoder.encode(events)


def decode(data: bytes) -> list[Event]:
    """The events of a journal row."""
    return _decoder.decode(data)
