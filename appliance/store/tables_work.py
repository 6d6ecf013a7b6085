"""The tables of what people add to cases, and of what they are told."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BlobField, CompositeKey, ForeignKeyField, TextField

from appliance.store.tables import Table
from appliance.store.tables_people import UserAccount


class Comment(Table):
    """What somebody said about a case, perhaps at one of its tasks; ``mentions`` is a JSON list."""

    id = AutoField()
    root = BigIntegerField(index=True)
    task = BigIntegerField(null=True)
    at = BigIntegerField()
    by = TextField()
    text = TextField()
    mentions = BlobField()


class Participant(Table):
    """Somebody who was mentioned in a case, and may see it since."""

    root = BigIntegerField()
    user_name = TextField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("root", "user_name")
        without_rowid = True


class Notice(Table):
    """Something that somebody is told: see ``notices.py``. ``read`` is when they saw it.

    ``incident``, ``process`` (its key) and ``node`` are those of an incident.
    """

    id = AutoField()
    user_name = TextField()
    kind = TextField()
    at = BigIntegerField(index=True)
    by = TextField()
    root = BigIntegerField(index=True)
    task = BigIntegerField(null=True)
    text = TextField()
    read = BigIntegerField(null=True)
    incident = BigIntegerField(null=True)
    process = TextField(null=True)
    node = TextField(null=True)

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        indexes = ((("user_name", "id"), False),)


Notice.add_index(
    Notice.index(Notice.user_name, Notice.task, name="notice_unread", where=Notice.read.is_null())
)
Notice.add_index(
    Notice.index(
        Notice.process,
        Notice.node,
        Notice.user_name,
        name="notice_stopped",
        where=Notice.read.is_null() & Notice.process.is_null(False),
    )
)


class Muted(Table):
    """A kind of notice that somebody does not want."""

    user = ForeignKeyField(UserAccount, column_name="user_name", on_delete="CASCADE")
    kind = TextField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("user", "kind")


class Unsent(Table):
    """What somebody typed into the form of a task: a JSON list of names and texts."""

    user = ForeignKeyField(UserAccount, column_name="user_name", on_delete="CASCADE")
    task = BigIntegerField()
    at = BigIntegerField(index=True)
    pairs = BlobField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("user", "task")


WORK_TABLES: list[type[Table]] = [Comment, Participant, Notice, Muted, Unsent]
