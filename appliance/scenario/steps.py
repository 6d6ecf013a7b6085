"""What a scenario may say: its steps and expectations, as msgspec reads and checks them.

A step is a mapping with one key that names it and others that say more. Each class here is one kind
of step; the table ``STEPS`` has them by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType, field

Values = dict[str, Any]
FieldFiles = dict[str, str | list[str]]
Status = Literal["ACTIVE", "SUSPENDED", "COMPLETED", "TERMINATED"]


class Strict(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Refuses what it does not know."""


class ByKey(Strict, kw_only=True):
    """A task by the id of its user task in the model."""

    key: str


TaskName = str | ByKey
"""A task by its name, or by its key."""


class Step(Strict, kw_only=True):
    """One line of a scenario. ``within`` (``in`` in the file) is the label of an instance."""

    name: ClassVar[str]
    within: str | None = field(name="in", default=None)


class Acting(Step, kw_only=True):
    """A step that does something; ``fails`` says that it must be refused, perhaps with a code."""

    fails: bool | str = False


class Labelling(Acting, kw_only=True):
    """A step that may start an instance; ``label`` (``as`` in the file) names it for later."""

    label: str | None = field(name="as", default=None)


class Start(Labelling, kw_only=True):
    """Start a process by its key; ``files`` are for its form, by the ids of the fields."""

    name = "start"
    start: str
    variables: Values = {}
    form: Values | None = None
    files: FieldFiles = {}
    outcome: str | None = None
    user: str | None = None
    business_key: str | None = None


class Complete(Acting, kw_only=True):
    """Complete an open task; ``files`` are for its form, by the ids of the fields."""

    name = "complete"
    complete: TaskName
    variables: Values = {}
    form: Values | None = None
    files: FieldFiles = {}
    outcome: str | None = None
    user: str | None = None


Filling = Start | Complete
"""A step that gives variables past a form, or fills the form in."""


def fills(step: Filling) -> bool:
    """Whether the form is filled in."""
    return step.form is not None or bool(step.files)


def uploads(step: Filling, folder: Path) -> dict[str, list[Path]]:
    """The files of a form by its fields, found beside the scenario's."""
    lists = {field: [one] if isinstance(one, str) else one for field, one in step.files.items()}
    return {field: [folder / name for name in names] for field, names in lists.items()}


class Claim(Acting, kw_only=True):
    """Take an open task."""

    name = "claim"
    claim: TaskName
    user: str


class Message(Labelling, kw_only=True):
    """Send a message to the one instance that waits for it, or start a process by it."""

    name = "message"
    message: str
    variables: Values = {}
    business_key: str | None = None


class Signal(Labelling, kw_only=True):
    """Send a signal to everything that waits for it, and start processes by it."""

    name = "signal"
    signal: str
    variables: Values = {}


class Trigger(Acting, kw_only=True):
    """Let a waiting receive task go on, by its id."""

    name = "trigger"
    trigger: str
    variables: Values = {}


class Set(Acting, kw_only=True):
    """Set variables of the instance, or in the scope of a task."""

    name = "set"
    set: Values
    task: TaskName | None = None


class Evaluate(Labelling, kw_only=True):
    """Set variables and evaluate conditional events, those that start processes too."""

    name = "evaluate"
    evaluate: Values


class Answer(Strict, kw_only=True):
    """What an external worker answers to the oldest job of a topic: exactly one of three."""

    type: str
    complete: Values | UnsetType = UNSET
    fail: str | UnsetType = UNSET
    error: str | UnsetType = UNSET
    message: str | None = None
    variables: Values = {}


class Job(Acting, kw_only=True):
    """Answer in the place of an external worker."""

    name = "job"
    job: Answer


class Advance(Acting, kw_only=True):
    """Let time pass, a duration long, and run all that is due meanwhile."""

    name = "advance"
    advance: str


class Until(Acting, kw_only=True):
    """Let time pass until a moment, and run all that is due meanwhile."""

    name = "until"
    until: str


class RunJobs(Acting, kw_only=True):
    """Run what is due now."""

    name = "run_jobs"
    run_jobs: bool


class Cancel(Acting, kw_only=True):
    """Cancel the instance, for this reason."""

    name = "cancel"
    cancel: str | None


class Suspend(Acting, kw_only=True):
    """Suspend the instance, or (by its key) a process, perhaps with all its instances."""

    name = "suspend"
    suspend: bool | str
    instances: bool = False


class Activate(Acting, kw_only=True):
    """Activate the instance, or (by its key) a process, again."""

    name = "activate"
    activate: bool | str
    instances: bool = False


class Retry(Acting, kw_only=True):
    """Retry the incident at a node, with other values of variables if need be."""

    name = "retry"
    retry: str
    variables: Values = {}


class Migrate(Acting, kw_only=True):
    """Move the instance to another version of its process; ``mapping`` says what is not obvious."""

    name = "migrate"
    migrate: int | Literal["latest"]
    mapping: dict[str, str] = {}


class UndoMigration(Acting, kw_only=True):
    """Move the instance back to where the last migration took it from."""

    name = "undo_migration"
    undo_migration: bool


class Change(Strict, kw_only=True):
    """What a modification cancels and starts, by ids of the model."""

    cancel: list[str] = []
    start: list[str] = []


class Modify(Acting, kw_only=True):
    """Cancel here, start there."""

    name = "modify"
    modify: Change
    variables: Values = {}


class Repeat(Acting, kw_only=True):
    """Go back to an activity, by its id."""

    name = "repeat"
    repeat: str


class StartActivity(Acting, kw_only=True):
    """Start an activity that an ad-hoc subprocess offers, by its id."""

    name = "start_activity"
    start_activity: str
    user: str | None = None


class CompleteAdHoc(Acting, kw_only=True):
    """Say that an ad-hoc subprocess is over, by its id."""

    name = "complete_ad_hoc"
    complete_ad_hoc: str
    user: str | None = None


class Deploy(Acting, kw_only=True):
    """Deploy files, one by one, after ``replace`` has edited their text."""

    name = "deploy"
    deploy: str | list[str]
    replace: dict[str, str] = {}

    def files(self, folder: Path) -> list[Path]:
        """The files, found beside the scenario's."""
        names = [self.deploy] if isinstance(self.deploy, str) else self.deploy
        return [folder / name for name in names if name]


class TaskFacts(Strict, kw_only=True):
    """What is expected of an open task; of several with its name, one must be so."""

    name: str | UnsetType | None = UNSET
    key: str | UnsetType = UNSET
    assignee: str | UnsetType | None = UNSET
    due: str | UnsetType | None = UNSET
    due_in_seconds: int | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    owner: str | UnsetType | None = UNSET
    category: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    candidate_users: list[str] | UnsetType = UNSET
    candidate_groups: list[str] | UnsetType = UNSET
    form_key: str | UnsetType | None = UNSET


class FieldFacts(Strict, kw_only=True):
    """What is expected of a field of a form; its ``name`` is its label."""

    id: str
    type: str | UnsetType = UNSET
    label: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    value: Any = UNSET
    required: bool | UnsetType = UNSET
    readable: bool | UnsetType = UNSET
    writable: bool | UnsetType = UNSET
    options: list[Any] | UnsetType = UNSET


class StartForm(Strict, kw_only=True):
    """What is expected of the start form of a process, by its key."""

    of: str
    fields: list[FieldFacts]


class TaskForm(Strict, kw_only=True):
    """What is expected of the form of an open task."""

    of: TaskName
    fields: list[FieldFacts]


class Expectations(Strict, kw_only=True):
    """What must be so; ``task_name``, ``in_task`` and ``of`` narrow their neighbours down."""

    within: str | None = field(name="in", default=None)
    tasks: list[str | None] | UnsetType = UNSET
    task_keys: list[str] | UnsetType = UNSET
    task: TaskFacts | UnsetType = UNSET
    assignees: list[str | None] | UnsetType = UNSET
    task_name: str | None = None
    status: Status | UnsetType = UNSET
    instance_name: str | UnsetType | None = UNSET
    variables: Values | UnsetType = UNSET
    no_variables: list[str] | UnsetType = UNSET
    in_task: TaskName | None = None
    active: list[str] | UnsetType = UNSET
    visited: dict[str, int] | UnsetType = UNSET
    timers: int | UnsetType = UNSET
    subscriptions: int | UnsetType = UNSET
    instances: int | UnsetType = UNSET
    of: str | None = None
    incidents: list[str] | UnsetType = UNSET
    log: list[str] | UnsetType = UNSET
    start_form: StartForm | UnsetType = UNSET
    task_form: TaskForm | UnsetType = UNSET


class Expect(Step, kw_only=True):
    """Look; nothing happens."""

    name = "expect"
    expect: Expectations


STEPS: dict[str, type[Step]] = {
    step.name: step
    for step in (
        Start, Complete, Claim, Message, Signal, Trigger, Set, Evaluate, Job, Advance, Until,
        RunJobs, Cancel, Suspend, Activate, Retry, Migrate, UndoMigration, Modify, Repeat,
        StartActivity, CompleteAdHoc, Deploy, Expect,
    )
}  # fmt: skip
