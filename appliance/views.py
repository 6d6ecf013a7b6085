"""What reads return: plain records. Ids are numbers, times milliseconds since the epoch (UTC)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from appliance.files import StoredFile
from appliance.waits import Awaited
from engine.forms import Form

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some entries of a list; ``next`` asks for those that follow, None at the end."""

    items: list[T]
    next: str | None = None


class ProcessView(msgspec.Struct, frozen=True):
    """A version of a process. ``unchanged``: a deployment found nothing new in it.

    One that is not ``executable`` is kept for viewing: it cannot be started.
    """

    id: int
    key: str
    version: int
    name: str
    description: str
    has_start_form: bool
    suspended: bool
    deployment_id: int
    deployed_at: int
    deployed_by: str
    executable: bool = True
    unchanged: bool = False


class Started(msgspec.Struct, frozen=True, gc=False):
    """An instance was started; ``next_task_id`` is an open task of whoever started it."""

    instance_id: int
    key: str
    next_task_id: int | None = None


class Completed(msgspec.Struct, frozen=True, gc=False):
    """A task was completed; ``next_task_id`` is the next of the same case that is theirs."""

    task_id: int
    instance_id: int
    next_task_id: int | None = None


class OpenTask(msgspec.Struct, frozen=True):
    """An open task; ``remaining`` (ms) is kept of the time to its due date while suspended."""

    id: int
    name: str
    node_id: str
    instance_id: int
    assignee: str | None
    candidate_users: list[str]
    candidate_groups: list[str]
    created: int
    due: int | None
    priority: int
    remaining: int | None = None

    def open_to(self, name: str, groups: frozenset[str]) -> bool:
        """Whether a person of these groups has this task or may take it."""
        if self.assignee is not None:
            return self.assignee == name
        return name in self.candidate_users or not groups.isdisjoint(self.candidate_groups)


class Status(msgspec.Struct, frozen=True):
    """Where an instance stands. ``status``: ACTIVE SUSPENDED COMPLETED TERMINATED."""

    id: int
    process_key: str
    process_name: str
    started: int
    ended: int | None
    status: str
    tasks: list[OpenTask]
    variables: dict[str, Any]
    files: list[StoredFile]


class InstanceRow(msgspec.Struct, frozen=True):
    """An instance in a list; ``waiting`` names its steps, a task of it may be ``overdue``.

    ``problem``: an incident is open in it, or, if nothing calls it, in what it calls.
    """

    id: int
    process_key: str
    process_name: str
    process_version: int
    name: str | None
    business_key: str | None
    state: str
    started: int
    started_by: str | None
    ended: int | None
    reason: str | None
    called_by: int | None
    waiting: list[str] = []
    problem: bool = False
    overdue: bool = False


class Timer(msgspec.Struct, frozen=True):
    """A job that waits; ``kind`` as in ``engine.events.JobKind``, ``text`` the rest of a cycle."""

    id: int
    instance_id: int
    node_id: str
    node_name: str
    kind: str
    due: int | None
    retries: int
    text: str | None
    error: str | None


class LocalVariable(msgspec.Struct, frozen=True):
    """A variable that a live step keeps to itself; ``scope`` is the step's token."""

    scope: int
    node_name: str
    name: str
    value: Any


class ValueChange(msgspec.Struct, frozen=True):
    """A variable got a value, or (``present`` is false) went away."""

    at: int
    by: str
    command: str
    present: bool
    value: Any


class IncidentView(msgspec.Struct, frozen=True):
    """Something that needs a person."""

    id: int
    node_id: str
    node_name: str
    message: str
    detail: str | None
    since: int


class IncidentGroup(msgspec.Struct, frozen=True):
    """Open incidents of one process at one step that say the same; ``latest`` is one of them."""

    process_key: str
    process_name: str
    node_id: str
    node_name: str
    message: str
    count: int
    first: int
    last: int
    latest: int


class IncidentRow(msgspec.Struct, frozen=True):
    """An incident in a list."""

    id: int
    instance_id: int
    process_key: str
    process_name: str
    process_version: int
    business_key: str | None
    node_id: str
    node_name: str
    message: str
    since: int


class IncidentDetail(msgspec.Struct, frozen=True):
    """One incident in full; ``variables`` are what its step sees, ``alike`` counts the group."""

    row: IncidentRow
    detail: str | None
    resolved: int | None
    resolved_by: str | None
    retries: bool
    variables: dict[str, Any]
    alike: int


class JobRow(msgspec.Struct, frozen=True):
    """A job in a list; ``kind`` as in ``engine.events.JobKind``, ``cycle`` the rest of a cycle.

    ``incident`` is the open one that keeps it from going on.
    """

    id: int
    instance_id: int
    process_key: str
    process_name: str
    node_id: str
    node_name: str
    kind: str
    due: int | None
    retries: int
    cycle: str | None
    topic: str | None
    error: str | None
    worker: str | None
    locked_until: int | None
    since: int | None
    incident: int | None


class StartTimer(msgspec.Struct, frozen=True):
    """A timer that starts a process."""

    id: int
    process_key: str
    process_name: str
    process_version: int
    suspended: bool
    node_id: str
    node_name: str
    due: int
    cycle: str | None


class BatchView(msgspec.Struct, frozen=True):
    """The same done to many, and how far it is; ``what`` is one of ``appliance.batches.ACTS``."""

    id: int
    at: int
    by: str
    what: str
    reason: str | None
    finished: int | None
    total: int
    done: int
    refused: int

    @property
    def waiting(self) -> int:
        """How many have not had their turn."""
        return self.total - self.done - self.refused


class HistoryLine(msgspec.Struct, frozen=True):
    """One thing that happened.

    ``what``: started, ended, suspended, activated, task, assigned, delegated, handed-back, changed,
    task-completed, task-cancelled, timer, incident, incident-resolved, migrated, moved-back,
    modified, repeated, rescheduled, set, file, log. ``name`` is the step it happened at (or the
    process), ``detail`` an assignee, what the button of an outcome says, status, message or
    reason; ``groups`` and ``users`` are those whom a task was open to, ``outcome`` is the value of
    the button.
    """

    at: int
    by: str
    what: str
    node_id: str
    name: str
    detail: str = ""
    groups: Sequence[str] = ()
    users: Sequence[str] = ()
    outcome: str = ""


class Marks(msgspec.Struct, frozen=True):
    """What a diagram shows: element ids with how often."""

    active: dict[str, int]
    visited: dict[str, int]
    flows: dict[str, int]
    incidents: list[str]


class InstanceDetail(msgspec.Struct, frozen=True):
    """Everything about one instance, for a page."""

    instance: InstanceRow
    tasks: list[OpenTask]
    timers: list[Timer]
    incidents: list[IncidentView]
    variables: dict[str, Any]
    files: list[StoredFile]
    awaited: list[Awaited]
    called: list[InstanceRow]
    history: list[HistoryLine]
    marks: Marks


class TaskRow(msgspec.Struct, frozen=True):
    """A task in an inbox; ``subject`` is its instance's name, ``delegated_by`` gets it back."""

    id: int
    name: str
    instance_id: int
    process_key: str
    process_name: str
    process_version: int
    subject: str
    business_key: str | None
    assignee: str | None
    created: int
    due: int | None
    priority: int
    ended: int | None
    delegated_by: str | None = None
    remaining: int | None = None
    suspended: bool = False


class Counts(msgspec.Struct, frozen=True, gc=False):
    """How many tasks lie in each view of somebody's inbox; 10,000 stands for as many or more.

    ``substituting`` is None when the person stands in for nobody.
    """

    mine: int
    group: int
    overdue: int
    substituting: int | None = None

    @property
    def open(self) -> int:
        """All that the person could do now."""
        return self.mine + self.group + (self.substituting or 0)


class TaskDetail(msgspec.Struct, frozen=True):
    """A task as one person sees it.

    ``form`` is None when there is nothing to fill in; ``data`` are the variables that it shows.
    ``may_complete`` holds for the assignee, for whom it is open to, and for administrators;
    ``standing_in`` when the assignee is away and the person is their substitute.
    """

    id: int
    name: str
    node_id: str
    description: str | None
    instance_id: int
    root_id: int
    process_key: str
    process_name: str
    process_version: int
    subject: str
    business_key: str | None
    started_by: str | None
    assignee: str | None
    owner: str | None
    delegation: str | None
    candidate_users: list[str]
    candidate_groups: list[str]
    priority: int
    due: int | None
    remaining: int | None
    created: int
    claimed: int | None
    ended: int | None
    completed_by: str | None
    outcome: str | None
    suspended: bool
    form_key: str | None
    form: Form | None
    data: dict[str, Any]
    files: list[StoredFile]
    mine: bool
    standing_in: bool
    may_claim: bool
    may_complete: bool
    may_assign: bool
    may_plan: bool


class Place(msgspec.Struct, frozen=True):
    """A live token of an instance; ``within`` is the open subprocess it is in, if any."""

    token: int
    node_id: str
    node_name: str
    tag: str
    since: int
    within: int | None
    iteration: int | None


class Target(msgspec.Struct, frozen=True):
    """An element where a token may be started by hand."""

    node_id: str
    node_name: str
    tag: str


class Stage(msgspec.Struct, frozen=True):
    """A step on the way of an instance; ``state`` is done, now or ahead."""

    node_id: str
    label: str
    state: str


class Offer(msgspec.Struct, frozen=True):
    """An open ad-hoc subprocess: the activities that may be started in it now, by id and name.

    ``may_complete``: it has no condition, so somebody says when it is over.
    """

    token: int
    instance_id: int
    node_id: str
    node_name: str
    activities: list[tuple[str, str]]
    may_complete: bool
