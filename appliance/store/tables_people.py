"""The tables of people, groups, sessions, filters, API keys and drafts; ``tables.py`` has others.

They are written in short transactions, by the server's writer or by a command beside it.
``folded`` is a name as it is compared: two names must not differ in case alone. Times are
milliseconds since 1970 in UTC.
"""

from __future__ import annotations

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    ForeignKeyField,
    TextField,
)

from appliance.store.tables import Table


class UserAccount(Table):
    """A person. ``password`` is an argon2id hash, empty for nobody; see ``people.py``."""

    name = TextField(primary_key=True)
    folded = TextField(unique=True)
    password = TextField()
    display_name = TextField()
    email = TextField()
    admin = BooleanField()
    active = BooleanField()
    language = TextField()
    zone = TextField()
    created = BigIntegerField()


class UserGroup(Table):
    """A group, as models name it in ``candidateGroups``."""

    name = TextField(primary_key=True)
    folded = TextField(unique=True)
    title = TextField()
    created = BigIntegerField()


class Membership(Table):
    """Who belongs to which group."""

    user = ForeignKeyField(UserAccount, column_name="user_name", on_delete="CASCADE")
    group = ForeignKeyField(UserGroup, column_name="group_name", on_delete="CASCADE")

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("user", "group")


class Session(Table):
    """A signed-in browser, by the SHA-256 of its cookie."""

    id = AutoField()
    hash = BlobField(unique=True)
    user = ForeignKeyField(UserAccount, column_name="user_name", on_delete="CASCADE")
    created = BigIntegerField()
    seen = BigIntegerField(index=True)
    address = TextField()
    agent = TextField()


class SecondFactor(Table):
    """The secret of somebody's authenticator app; ``since`` is NULL until a code of it was right.

    ``used`` is the time step of the last code.
    """

    user = ForeignKeyField(
        UserAccount, column_name="user_name", primary_key=True, on_delete="CASCADE"
    )
    secret = TextField()
    since = BigIntegerField(null=True)
    used = BigIntegerField()


class RecoveryCode(Table):
    """A code that replaces one of the app, once, by its SHA-256."""

    user = ForeignKeyField(UserAccount, column_name="user_name", on_delete="CASCADE")
    hash = BlobField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("user", "hash")


class Substitution(Table):
    """Who does somebody's tasks from ``since`` until ``until``; see ``substitutes.py``.

    ``processes`` is a JSON list of keys, NULL for all.
    """

    id = AutoField()
    absent = ForeignKeyField(
        UserAccount, column_name="absent", on_delete="CASCADE", index=False, backref="+"
    )
    substitute = ForeignKeyField(
        UserAccount, column_name="substitute", on_delete="CASCADE", index=False, backref="+"
    )
    since = BigIntegerField()
    until = BigIntegerField()
    processes = TextField(null=True)

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        indexes = ((("absent", "until"), False), (("substitute", "until"), False))


class SavedFilter(Table):
    """A filter of the inbox under a name: ``query`` is that of its address."""

    id = AutoField()
    owner = ForeignKeyField(UserAccount, column_name="owner", on_delete="CASCADE")
    name = TextField()
    query = TextField()
    shared = BooleanField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        indexes = ((("owner", "name"), True),)


class ApiKey(Table):
    """An API key, by the SHA-256 of its text and by its first characters.

    ``scopes`` and ``processes`` are JSON lists, NULL for everything; ``previous_hash`` is that of
    the secret before, which counts until ``previous_until``.
    """

    id = BigIntegerField(primary_key=True)
    name = TextField()
    folded = TextField(unique=True)
    prefix = TextField(index=True)
    hash = BlobField()
    active = BooleanField()
    created = BigIntegerField()
    created_by = TextField()
    expires = BigIntegerField(null=True)
    last_used = BigIntegerField(null=True)
    owner = TextField(null=True)
    scopes = TextField(null=True)
    processes = TextField(null=True)
    previous_prefix = TextField(null=True)
    previous_hash = BlobField(null=True)
    previous_until = BigIntegerField(null=True)


class OneTimeToken(Table):
    """A link that works once, by the SHA-256 of its token; ``purpose`` is ``setup``."""

    hash = BlobField(primary_key=True)
    purpose = TextField()
    expires = BigIntegerField()


class PublicStart(Table):
    """A process that everybody may start by a link; with another ``nonce`` it is another link."""

    process = TextField(primary_key=True)
    nonce = TextField()
    made = BigIntegerField()
    made_by = TextField()
    expires = BigIntegerField(null=True)


class Revision(Table):
    """A number that rises with each change of a topic, for those who keep it in memory."""

    topic = TextField(primary_key=True)
    value = BigIntegerField()


class Draft(Table):
    """A model that somebody is drawing. ``base`` is the version it began with, ``converted`` what
    became of another dialect's words then, as a JSON list."""

    id = AutoField()
    name = TextField()
    process = TextField(index=True)
    base = BigIntegerField(null=True)
    content = BlobField()
    revision = BigIntegerField()
    owner = TextField()
    created = BigIntegerField()
    changed = BigIntegerField()
    changed_by = TextField()
    converted = TextField(constraints=[SQL("DEFAULT '[]'")])


class FormDraft(Table):
    """A form that somebody edits: JSON text, and the version that it began with."""

    form = TextField()
    user = ForeignKeyField(UserAccount, column_name="user_name", on_delete="CASCADE")
    version = BigIntegerField()
    revision = BigIntegerField()
    changed = BigIntegerField()
    source = TextField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("form", "user")


PEOPLE_TABLES: list[type[Table]] = [
    UserAccount, UserGroup, Membership, Session, SecondFactor, RecoveryCode, Substitution,
    SavedFilter, ApiKey, OneTimeToken, PublicStart, Revision, Draft, FormDraft,
]  # fmt: skip
