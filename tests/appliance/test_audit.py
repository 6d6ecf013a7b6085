"""The audit log: who did what is there, nobody changes it unseen, and it can be taken out."""

import csv

import pytest

from appliance import audit_export
from appliance.actor import SHELL, Actor
from appliance.audit import PAGE, Wanted
from appliance.errors import Conflict, InvalidInput, TooManyAttempts, WrongPassword
from appliance.store import chain
from tests.appliance.given import DAY, HOUR, NOON, PASSWORD
from tests.appliance.processes import ADMIN, deploy

ROWLF = Actor.user("rowlf", admin=True)


def told(box, **wanted) -> list[tuple[str, str, str]]:
    box.store.write(lambda _: None).result(10)  # behind what nobody waits for
    return [(e.by, e.action, e.subject) for e in box.audit.list(Wanted(**wanted)).items][::-1]


def fill(box, entries: int) -> None:
    for number in range(entries):
        box.people.add_group(f"g{number}", by=ROWLF).result(10)


def tamper(box, sql: str) -> chain.Verdict:
    box.store.write(lambda connection: connection.execute(sql)).result(10)
    return box.audit.verify()


# --- what is told


def test_people_groups_and_keys(box):
    box.people.add("gonzo", PASSWORD, by=ROWLF).result(10)
    box.people.add_group("staff", by=ROWLF).result(10)
    box.people.update(
        "gonzo", admin=True, email="g@example.org", groups=["staff"], by=ROWLF
    ).result()
    box.people.leave("gonzo", "staff", ROWLF).result(10)
    box.people.set_password("gonzo", PASSWORD, SHELL).result(10)
    box.password_links.create("gonzo", ROWLF).result(10)
    key = box.keys.create("ERP", by=ROWLF).result(10).key
    box.keys.deactivate(key.id, ROWLF).result(10)
    box.keys.delete(key.id, SHELL).result(10)
    box.people.add("fozzie", PASSWORD, admin=True, by=SHELL).result(10)
    box.people.disable("gonzo", ROWLF).result(10)
    assert told(box) == [
        ("rowlf", "user.add", "gonzo"),
        ("rowlf", "group.add", "staff"),
        ("rowlf", "user.change", "gonzo"),
        ("rowlf", "user.change", "gonzo"),
        ("shell", "user.password", "gonzo"),
        ("rowlf", "user.link", "gonzo"),
        ("rowlf", "key.create", "ERP"),
        ("rowlf", "key.deactivate", "ERP"),
        ("shell", "key.delete", "ERP"),
        ("shell", "user.add", "fozzie"),
        ("rowlf", "user.disable", "gonzo"),
    ]
    changed = box.audit.list(Wanted(action="user.change")).items
    assert changed[1].detail == {
        "admin": [False, True], "email": ["", "g@example.org"], "groups": [[], ["staff"]],
    }  # fmt: skip
    assert changed[0].detail == {"groups": [["staff"], []]}


def test_a_change_that_changes_nothing_is_not_told(box):
    box.people.add("gonzo", PASSWORD).result(10)
    box.people.update("gonzo", admin=False, groups=[], by=ROWLF).result(10)
    assert len(told(box)) == 1


def test_what_was_refused_is_not_told(box):
    box.people.add("gonzo", PASSWORD).result(10)
    with pytest.raises(Conflict):
        box.people.add("Gonzo", PASSWORD, by=ROWLF).result(10)
    assert len(told(box)) == 1


def test_sign_ins_that_failed_and_those_that_did_not(box):
    box.people.add("gonzo", PASSWORD).result(10)
    for name in ("gonzo", "my password by mistake"):
        with pytest.raises(WrongPassword):
            box.people.authenticate(name, "wrong", "203.0.113.9")
    text = box.sessions.create("gonzo", "203.0.113.9", "Firefox").result(10)
    box.sessions.end(text).result(10)
    assert told(box, action="session") == [
        ("anonymous", "session.failed", "gonzo"),
        ("anonymous", "session.failed", ""),
        ("gonzo", "session.begin", "gonzo"),
        ("gonzo", "session.end", "gonzo"),
    ]
    assert box.audit.list(Wanted(action="session.failed")).items[0].detail == {
        "address": "203.0.113.9"
    }


def test_guessing_does_not_fill_the_log(box):
    box.people.add("gonzo", PASSWORD).result(10)
    for _ in range(30):
        with pytest.raises((WrongPassword, TooManyAttempts)):
            box.people.authenticate("gonzo", "wrong")
    assert len(told(box, action="session.failed")) == 10


def test_no_secret_is_in_it(box):
    box.people.add("gonzo", PASSWORD).result(10)
    secrets = [
        PASSWORD,
        box.sessions.create("gonzo").result(10),
        box.keys.create("ERP").result(10).text,
        box.password_links.create("gonzo").result(10),
        box.setup.new_token().result(10),
    ]
    box.people.set_password("gonzo", PASSWORD[::-1]).result(10)
    text = "".join(audit_export.json_lines(box.audit.export()))
    assert text.count("\n") == 6
    assert [secret for secret in [*secrets, PASSWORD[::-1], "argon2"] if secret in text] == []


def test_deployments_and_migrations(box):
    deploy(box, "start > a > end")
    deploy(box, "start > a > b > end")
    box.moves.begin("play", 1, 2, ADMIN, reason="better").result(10)
    (first, second, moved) = box.audit.export()
    assert (first.subject, second.subject) == ("play:1", "play:2")
    assert (moved.action, moved.subject, moved.detail["reason"]) == (
        "process.migrate", "play", "better",
    )  # fmt: skip


# --- looking it up


def test_pages_follow_each_other(box):
    fill(box, 2 * PAGE + 1)
    ids, page = [], ""
    while page is not None:
        found = box.audit.list(Wanted(by="rowlf"), page)
        ids += [entry.id for entry in found.items]
        page = found.next
    assert ids == list(range(2 * PAGE + 1, 0, -1))
    assert [entry.id for entry in box.audit.all(Wanted(action="group"))] == ids


def test_conditions_hold_together(box):
    fill(box, 3)
    box.clock.advance(HOUR)
    box.people.add_group("late", by=SHELL).result(10)
    box.people.remove_group("g1", SHELL).result(10)
    assert told(box, since=NOON + 1) == told(box, by="shell")
    assert told(box, until=NOON + 1, subject="g1") == [("rowlf", "group.add", "g1")]
    assert told(box, action="group.remove", by="rowlf") == []
    assert told(box, action="grou") == []
    assert box.audit.actions() == ["group.add", "group.remove"]
    assert box.audit.actors() == ["rowlf", "shell"]


@pytest.mark.parametrize("page", ["x", "-1", "1.5", "9" * 30])
def test_a_page_that_there_is_not(box, page):
    with pytest.raises(InvalidInput):
        box.audit.list(page=page)


# --- the chain


def test_a_chain_that_nobody_touched(box):
    assert box.audit.verify() == chain.Verdict(0, 0, 0, chain.START)
    fill(box, 5)
    verdict = box.audit.verify()
    assert (verdict.entries, verdict.first, verdict.last, verdict.problem) == (5, 1, 5, "")
    assert box.audit.verify(verdict.head).problem == ""


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE audit SET by = 'gonzo' WHERE id = 3", "Entry 3 was changed"),
        ("UPDATE audit SET at = at + 1 WHERE id = 5", "Entry 5 was changed"),
        (
            "UPDATE audit SET detail = CAST('{\"x\": 1}' AS BLOB) WHERE id = 1",
            "Entry 1 was changed",
        ),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 2) WHERE id = 4", "Entry 4"),
        ("DELETE FROM audit WHERE id = 3", "After entry 2 follows entry 4"),
        ("DELETE FROM audit WHERE id <= 2", "Entries before 3 are missing"),
    ],
)
def test_whoever_changes_it_is_seen(box, sql, problem):
    fill(box, 5)
    assert problem in tamper(box, sql).problem


def test_an_end_that_was_cut_off_or_made_anew_does_not_have_a_head_that_was_noted(box):
    fill(box, 5)
    noted = box.audit.verify().head
    fill_again = tamper(box, "DELETE FROM audit WHERE id >= 4")
    assert fill_again.problem == ""
    assert noted in box.audit.verify(noted).problem
    tamper(box, "DELETE FROM audit")
    assert noted in box.audit.verify(noted).problem


def test_old_entries_go_and_the_chain_stays_whole(box):
    fill(box, 5)
    head = box.audit.verify().head
    box.clock.advance(40 * DAY)
    box.people.add_group("new").result(10)
    assert box.audit.trim(30).result(10) == 5
    assert box.audit.trim(30).result(10) == 0
    verdict = box.audit.verify()
    assert (verdict.first, verdict.entries, verdict.problem) == (6, 2, "")
    assert box.audit.get(7).detail == {"days": 30, "hash": head, "through": 5}
    box.clock.advance(40 * DAY)
    box.people.add_group("newer").result(10)
    box.audit.trim(30).result(10)
    assert box.audit.verify().problem == ""
    assert "missing" in tamper(box, "DELETE FROM audit WHERE id = 8").problem


# --- exports


@pytest.mark.parametrize("form", [audit_export.json_lines, audit_export.csv_lines])
def test_an_export_is_verified_by_itself(box, form):
    fill(box, 3)
    box.people.add("gonzo", PASSWORD).result(10)
    box.people.update("gonzo", display_name='Ünï "quoted", 1,5', by=ROWLF).result(10)
    lines = list(form(box.audit.export()))
    assert chain.verify(audit_export.read(lines)) == box.audit.verify()
    changed = [line.replace("rowlf", "gonzo") for line in lines]
    assert chain.verify(audit_export.read(changed)).problem


def test_a_spreadsheet_sees_columns(box):
    fill(box, 1)
    heads, row = csv.reader(audit_export.csv_lines(box.audit.export()))
    assert heads == list(audit_export.HEADS)
    assert row[:6] == ["1", chain.moment(NOON), "rowlf", "group.add", "g0", "{}"]


@pytest.mark.parametrize(
    "text",
    ["", "nonsense\n", '{"id": 1}\n', "{\n", "id,time,by\n1,2,3\n",
     "id,time,by,action,subject,detail,hash\n1,yesterday,a,b,c,{},x\n",
     "id,time,by,action,subject,detail,hash\n1\n"],
)  # fmt: skip
def test_what_is_no_export_is_refused(text):
    with pytest.raises(InvalidInput):
        list(audit_export.read(text.splitlines(keepends=True)))


def test_an_empty_export_is_an_empty_chain():
    assert chain.verify(audit_export.read(audit_export.csv_lines([]))).entries == 0
