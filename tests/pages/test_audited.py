"""What administrators do on pages stands in the audit log under their names."""

from __future__ import annotations

import contextlib

from appliance.store import sqlite
from tests.office import Office
from tests.serving import Client

ACTS = [
    ("/admin/groups", "", {"name": "auditors", "title": ""}, "group.add", "auditors"),
    ("/admin/groups", "/auditors/join", {"user": "gonzo"}, "user.change", "gonzo"),
    ("/admin/groups", "/auditors/leave", {"user": "gonzo"}, "user.change", "gonzo"),
    ("/admin/groups", "/auditors/delete", {}, "group.remove", "auditors"),
    ("/admin/users/new", "", {"name": "audited"}, "user.add", "audited"),
    ("/admin/users/audited", "/disable", {}, "user.disable", "audited"),
    ("/admin/users/audited", "/enable", {}, "user.enable", "audited"),
    (
        "/admin/api-keys",
        "",
        {"name": "Audited", "scopes": "read", "expires": ""},
        "key.create",
        "Audited",
    ),
]


def told(office: Office) -> list[tuple[str, str, str]]:
    """Who did what to whom, in order."""
    path = office.served.data / "workingflow.db"
    with contextlib.closing(sqlite.connect(path, busy_timeout=10)) as connection:
        rows = connection.execute("SELECT by, action, subject FROM audit ORDER BY id")
        return rows.fetchall()


def test_each_act_is_told_under_the_name_of_who_did_it(office: Office, kermit: Client):
    before = len(told(office))
    for page, address, fields, _, _ in ACTS:
        kermit.get(page)
        assert kermit.submit(page + address, **fields).status_code in (200, 303), page + address
    mine = [entry for entry in told(office)[before:] if not entry[1].startswith("session.")]
    mine.remove(("kermit", "user.link", "audited"))  # the first link of a new person
    assert mine == [("kermit", action, subject) for *_, action, subject in ACTS]
