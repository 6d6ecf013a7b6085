"""The tables of upkeep: the audit log, rules of processes, how the store grows."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, BooleanField, CompositeKey, TextField

from appliance.store.tables import Table


class Audit(Table):
    """What somebody did, chained by its hash: see ``chain.py``. ``detail`` is a JSON object."""

    id = BigIntegerField(primary_key=True)
    at = BigIntegerField(index=True)
    by = TextField()
    action = TextField()
    subject = TextField()
    detail = BlobField()
    hash = TextField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        indexes = ((("by",), False), (("action",), False), (("subject",), False))


class Retention(Table):
    """For how many days ended instances of a process are kept; an empty key: all other ones."""

    process = TextField(primary_key=True)
    days = BigIntegerField()


class Audience(Table):
    """Whom an administrator named for a purpose: see ``audiences.py``. The lists are JSON."""

    purpose = TextField()
    process = TextField()
    usual = BooleanField()
    users = TextField()
    groups = TextField()

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        primary_key = CompositeKey("purpose", "process")


class Size(Table):
    """How many bytes there were on a day, at its last look; ``day`` counts from 1970 in UTC."""

    day = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    database = BigIntegerField()
    files = BigIntegerField()


UPKEEP_TABLES: list[type[Table]] = [Audit, Retention, Audience, Size]
