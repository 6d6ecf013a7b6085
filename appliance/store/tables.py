"""The schema, as peewee models: what each table holds and which indexes keep it quick.

One row, one truth: a finished instance, activity or task keeps its row and gets an end time. What
is only ever live (jobs, subscriptions, the inbox) loses its row. Ids are numbers of one sequence;
times are milliseconds since the epoch (UTC). Hot writes are prepared SQL (``rows.py``), reads are
plain SQL (``queries.py``). The migrations build exactly this schema: ``tests/store`` compares them.
"""

# Each model's Meta stands for itself; peewee merges it with its parent's.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    Model,
    TextField,
)


class Table(Model):
    """Strict types; no database is bound here, since a process may have several open."""

    class Meta:
        strict_tables = True
        legacy_table_names = False


class Sequence(Table):
    """The next free id (one row). Ids are taken in blocks and never used again."""

    id = BigIntegerField(primary_key=True)
    next = BigIntegerField()


class Deployment(Table):
    """What was deployed together, when and by whom."""

    id = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    by = TextField()


class Resource(Table):
    """A file of a deployment, as it was given."""

    deployment = BigIntegerField()
    name = TextField()
    digest = BlobField()
    content = BlobField()

    class Meta:
        primary_key = CompositeKey("deployment", "name")


class Definition(Table):
    """A version of a process. ``resource`` is the file of its deployment that holds it.

    ``digest`` covers that file and the forms that were deployed with it. One that is not
    ``executable`` is kept for viewing only.
    """

    id = BigIntegerField(primary_key=True)
    key = TextField()
    version = BigIntegerField()
    deployment = BigIntegerField()
    resource = TextField()
    name = TextField(null=True)
    description = TextField(null=True)
    has_start_form = BooleanField()
    suspended = BooleanField()
    digest = BlobField()
    executable = BooleanField(constraints=[SQL("DEFAULT 1")])

    class Meta:
        indexes = ((("key", "version"), True),)


class Form(Table):
    """A version of a form; the latest of a key serves processes that were deployed without it."""

    id = BigIntegerField(primary_key=True)
    key = TextField()
    deployment = BigIntegerField()
    resource = TextField()
    digest = BlobField()

    class Meta:
        indexes = ((("key", "id"), True),)


Form.add_index(Form.index(Form.deployment, Form.key, name="form_deployment"))


class StartTrigger(Table):
    """What starts the latest version of a process: a timer, message, signal or condition."""

    id = BigIntegerField(primary_key=True)
    definition = BigIntegerField()
    node = TextField()
    kind = TextField()
    name = TextField(null=True)
    due = BigIntegerField(null=True)
    cycle = TextField(null=True)

    class Meta:
        indexes = ((("definition",), False),)


StartTrigger.add_index(
    StartTrigger.index(StartTrigger.kind, StartTrigger.name, name="start_trigger_name")
)
StartTrigger.add_index(
    StartTrigger.index(
        StartTrigger.due, name="start_trigger_due", where=StartTrigger.due.is_null(False)
    )
)


class Postponed(Table):
    """A signal that was thrown asynchronously and is delivered when it is due.

    ``root`` is set when only that top-level instance hears of it.
    """

    id = BigIntegerField(primary_key=True)
    name = TextField()
    variables = BlobField()
    root = BigIntegerField(null=True)
    due = BigIntegerField(index=True)


class Instance(Table):
    """A process instance. ``root`` is the top-level one, ``caller`` the token that called it.

    ``status`` is NULL until it has ended; ``by`` is the actor that started it.
    """

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    parent = BigIntegerField(null=True)
    caller = BigIntegerField(null=True)
    definition = BigIntegerField()
    business_key = TextField(null=True)
    name = TextField(null=True)
    by = TextField(null=True)
    started = BigIntegerField()
    suspended = BooleanField()
    ended = BigIntegerField(null=True)
    status = TextField(null=True)
    reason = TextField(null=True)


_live = Instance.ended.is_null()
Instance.add_index(Instance.index(Instance.definition, name="instance_definition"))
Instance.add_index(Instance.index(Instance.definition, name="instance_live", where=_live))
Instance.add_index(
    Instance.index(Instance.definition, name="instance_suspended", where=SQL('"suspended" = 1'))
)
Instance.add_index(
    Instance.index(Instance.root, name="instance_called", where=Instance.parent.is_null(False))
)
Instance.add_index(
    Instance.index(
        Instance.business_key,
        name="instance_business_key",
        where=Instance.business_key.is_null(False),
    )
)
# What programs start is in nobody's list of requests, and there is a lot of it.
Instance.add_index(
    Instance.index(
        Instance.by,
        name="instance_by",
        where=SQL('"parent" IS NULL AND substr("by", 1, 4) <> \'api:\''),
    )
)


class Activity(Table):
    """A token's stay at a node; the id is the token's. ``how``: see ``engine.events.COMPLETED``."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    instance = BigIntegerField()
    node = TextField()
    scope = BigIntegerField()
    flow = TextField(null=True)
    loop = BigIntegerField(null=True)
    total = BigIntegerField(null=True)
    begun = BigIntegerField(null=True)
    completed = BigIntegerField(null=True)
    started = BigIntegerField()
    ended = BigIntegerField(null=True)
    how = BigIntegerField(null=True)

    class Meta:
        # The live ones of an instance are the range of this index where the end is NULL.
        indexes = ((("root", "ended"), False),)


class Task(Table):
    """A user task; the id is its token's. Candidates are JSON lists, NULL when empty."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    instance = BigIntegerField()
    definition = BigIntegerField()
    node = TextField()
    name = TextField(null=True)
    assignee = TextField(null=True)
    owner = TextField(null=True)
    priority = BigIntegerField()
    due = BigIntegerField(null=True)
    form_key = TextField(null=True)
    category = TextField(null=True)
    description = TextField(null=True)
    candidate_users = BlobField(null=True)
    candidate_groups = BlobField(null=True)
    delegation = TextField(null=True)
    created = BigIntegerField()
    claimed = BigIntegerField(null=True)
    ended = BigIntegerField(null=True)
    completed_by = TextField(null=True)
    outcome = TextField(null=True)
    remaining = BigIntegerField(null=True)


Task.add_index(Task.index(Task.root, name="task_live", where=Task.ended.is_null()))
Task.add_index(
    Task.index(Task.due, name="task_due", where=SQL('"ended" IS NULL AND "due" IS NOT NULL'))
)
Task.add_index(
    Task.index(
        Task.completed_by, Task.ended, name="task_done", where=Task.completed_by.is_null(False)
    )
)


class Inbox(Table):
    """In whose inbox an open task lies: its assignee's, or else its candidates'.

    ``kind``: see ``inbox.py``. What inboxes are sorted, filtered and searched by is repeated here,
    so that a page is read from one range of one tree. ``shared``: the task lies in other inboxes,
    too. ``about`` has the name and the business key of its instance.
    """

    kind = BigIntegerField()
    who = TextField()
    task = BigIntegerField()
    due = BigIntegerField(null=True)
    priority = BigIntegerField()
    name = TextField(null=True)
    definition = BigIntegerField()
    shared = BooleanField()
    about = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("kind", "who", "task")
        without_rowid = True


Inbox.add_index(
    Inbox.index(
        Inbox.kind, Inbox.who, Inbox.due, Inbox.shared, name="inbox_due",
        where=Inbox.due.is_null(False),
    )
)  # fmt: skip


class Variable(Table):
    """A variable of a scope (the token that holds it) as JSON; it outlives the scope."""

    scope = BigIntegerField()
    name = TextField()
    value = BlobField()

    class Meta:
        primary_key = CompositeKey("scope", "name")
        without_rowid = True


class Job(Table):
    """Work that waits: see ``engine.events.JobCreated``. Gone when it is done."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    token = BigIntegerField()
    node = TextField()
    kind = TextField()
    due = BigIntegerField(null=True)
    retries = BigIntegerField()
    cycle = TextField(null=True)
    topic = TextField(null=True)
    steps = BigIntegerField()
    error = TextField(null=True)
    worker = TextField(null=True)
    locked_until = BigIntegerField(null=True)
    remaining = BigIntegerField(null=True)

    class Meta:
        indexes = ((("root",), False),)


Job.add_index(Job.index(Job.due, name="job_due", where=Job.due.is_null(False)))
Job.add_index(Job.index(Job.topic, name="job_topic", where=Job.topic.is_null(False)))
Job.add_index(Job.index(Job.id, name="job_failing", where=Job.error.is_null(False)))


class Subscription(Table):
    """A message, signal, condition or compensation that a token waits for. Gone when it is over."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    token = BigIntegerField()
    node = TextField()
    kind = TextField()
    name = TextField(null=True)
    data = BlobField(null=True)

    class Meta:
        indexes = ((("root",), False),)


Subscription.add_index(
    Subscription.index(
        Subscription.name,
        Subscription.kind,
        name="subscription_name",
        where=Subscription.name.is_null(False),
    )
)


class Incident(Table):
    """Something that needs a person, until it is resolved."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    token = BigIntegerField()
    node = TextField()
    job = BigIntegerField(null=True)
    at = BigIntegerField()
    message = TextField()
    detail = TextField(null=True)
    resolved = BigIntegerField(null=True)
    resolved_by = TextField(null=True)

    class Meta:
        indexes = ((("root",), False),)


Incident.add_index(
    Incident.index(Incident.at, name="incident_open", where=Incident.resolved.is_null())
)


class File(Table):
    """An uploaded file. ``stored`` is its public name: eight hex digits and the safe name."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    instance = BigIntegerField()
    task = BigIntegerField(null=True)
    field = TextField(null=True)
    stored = TextField()
    original = TextField()
    content_type = TextField()
    size = BigIntegerField()
    at = BigIntegerField()
    by = TextField()

    class Meta:
        indexes = ((("stored",), True), (("instance",), False), (("root",), False))


class LogLine(Table):
    """A line that a script wrote."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    token = BigIntegerField()
    at = BigIntegerField()
    text = TextField()

    class Meta:
        indexes = ((("root",), False),)


class Journal(Table):
    """The events of one command on one top-level instance: ``engine.events.encode`` as JSON."""

    id = BigIntegerField(primary_key=True)
    root = BigIntegerField()
    at = BigIntegerField()
    by = TextField()
    command = TextField()
    events = BlobField()

    class Meta:
        indexes = ((("root",), False),)


class Move(Table):
    """Running instances that go to another version together, or (``undoes``) back again.

    ``finished`` is NULL while it is at work, also when the program ended in the middle.
    """

    id = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    by = TextField()
    reason = TextField(null=True)
    source = BigIntegerField()
    target = BigIntegerField()
    mapping = BlobField()
    undoes = BigIntegerField(null=True)
    finished = BigIntegerField(null=True)

    class Meta:
        indexes = ((("source",), False), (("target",), False))


Move.add_index(Move.index(Move.id, name="move_at_work", where=Move.finished.is_null()))


class Moved(Table):
    """What became of an instance in a move; ``outcome`` is NULL until its turn has come."""

    move = BigIntegerField()
    instance = BigIntegerField()
    outcome = TextField(null=True)
    reason = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("move", "instance")
        without_rowid = True
        indexes = ((("move", "outcome"), False),)


class Batch(Table):
    """The same done to many: ``what`` and what is ``given`` (JSON), as ``batches.py`` reads them.

    ``finished`` is NULL while it is at work, also when the program ended in the middle.
    """

    id = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    by = TextField()
    what = TextField()
    given = BlobField()
    finished = BigIntegerField(null=True)


Batch.add_index(Batch.index(Batch.id, name="batch_at_work", where=Batch.finished.is_null()))


class BatchItem(Table):
    """What became of an instance or incident in a batch; ``outcome`` is NULL until its turn."""

    batch = BigIntegerField()
    subject = BigIntegerField()
    outcome = TextField(null=True)
    reason = TextField(null=True)

    class Meta:
        primary_key = CompositeKey("batch", "subject")
        without_rowid = True
        indexes = ((("batch", "outcome"), False),)


TABLES: list[type[Table]] = [
    Sequence, Deployment, Resource, Definition, Form, StartTrigger, Postponed, Instance, Activity,
    Task, Inbox, Variable, Job, Subscription, Incident, File, LogLine, Journal, Move, Moved,
    Batch, BatchItem,
]  # fmt: skip
