"""Whom administrators name: who may start a process, who is told of its incidents."""

import pytest

from appliance.actor import Actor
from appliance.audiences import INCIDENT, START, Audience
from appliance.box import Box
from appliance.errors import Conflict, GroupNotFound, ProcessNotFound, UserNotFound
from appliance.fingerprint import fingerprint
from tests.appliance.given import MINUTE, PASSWORD, Clock
from tests.appliance.processes import ADMIN, FOZZIE, KERMIT, deploy, start, task_xml
from tests.appliance.test_repairs import FAILS

KERMIT_ALONE = Audience(False, ("kermit",))
STARTERS = 'flowable:candidateStarterGroups="managers"'


@pytest.fixture
def box(box: Box) -> Box:
    """With people, of whom root administers and gonzo is a clerk."""
    box.people.add_group("clerks").result(10)
    box.people.add("root", None, admin=True).result(10)
    box.people.add("gonzo", None, groups=["clerks"]).result(10)
    for name in ("kermit", "fozzie"):
        box.people.add(name, PASSWORD).result(10)
    return box


def choose(box: Box, purpose: str, process: str, to: Audience | None) -> None:
    seen = fingerprint(box.audiences.of(purpose, process))
    box.audiences.set(purpose, process, to, ADMIN, seen=seen).result(10)


def startable(box: Box, who: Actor) -> list[str]:
    return [view.key for view in box.processes.startable(who)]


def fail(box: Box, key: str = "fails", text: str = FAILS) -> int:
    """A case with an incident."""
    id = start(box, text, key, n="none")
    assert isinstance(box.clock, Clock)
    for _ in range(3):
        box.clock.advance(MINUTE)
        box.clockwork.fire_due()
    return id


def told(box: Box, who: str) -> list[tuple[int, str | None, str]]:
    items = box.notices.list(who).items
    return [(one.root, one.process, one.text) for one in items if one.kind == "incident"]


# --- who may start


def test_whom_an_administrator_names_replaces_whom_the_model_names(box):
    deploy(box, task_xml().replace('isExecutable="true"', f'isExecutable="true" {STARTERS}'))
    assert (startable(box, KERMIT), startable(box, FOZZIE)) == (["expense"], [])
    choose(box, START, "expense", Audience(False, ("fozzie",)))
    assert (startable(box, KERMIT), startable(box, FOZZIE)) == ([], ["expense"])
    choose(box, START, "expense", Audience(False, (), ("clerks",)))
    assert startable(box, Actor.user("gonzo", frozenset({"clerks"}))) == ["expense"]
    choose(box, START, "expense", Audience(True))
    assert startable(box, FOZZIE) == ["expense"]
    choose(box, START, "expense", Audience(False))
    assert (startable(box, KERMIT), startable(box, ADMIN)) == ([], ["expense"])
    choose(box, START, "expense", None)
    assert (startable(box, KERMIT), startable(box, FOZZIE)) == (["expense"], [])


def test_a_new_version_keeps_whom_an_administrator_named(box):
    deploy(box, "start > a > end", "open")
    choose(box, START, "open", KERMIT_ALONE)
    deploy(box, "start > b > end", "open")
    assert startable(box, FOZZIE) == []


@pytest.mark.parametrize(
    ("process", "to", "refusal"),
    [
        ("nowhere", KERMIT_ALONE, ProcessNotFound),
        ("", KERMIT_ALONE, ProcessNotFound),
        ("open", Audience(False, ("nobody",)), UserNotFound),
        ("open", Audience(False, (), ("nobody",)), GroupNotFound),
    ],
)
def test_who_and_what_is_not_known_is_refused(box, process, to, refusal):
    deploy(box, "start > a > end", "open")
    with pytest.raises(refusal):
        box.audiences.set(START, process, to, ADMIN, seen="")
    assert startable(box, FOZZIE) == ["open"]


def test_two_administrators_do_not_overwrite_each_other(box):
    deploy(box, "start > a > end", "open")
    box.audiences.set(START, "open", KERMIT_ALONE, ADMIN, seen="").result(10)
    for late in (Audience(True), None):
        with pytest.raises(Conflict, match="meanwhile"):
            box.audiences.set(START, "open", late, ADMIN, seen="").result(10)
    assert box.audiences.of(START, "open") == KERMIT_ALONE


def test_names_are_written_as_they_are_known_and_a_group_that_is_gone_may_stay(box):
    deploy(box, "start > a > end", "open")
    choose(box, START, "open", Audience(False, ("KERMIT", "kermit"), ("clerks",)))
    assert box.audiences.of(START, "open") == Audience(False, ("kermit",), ("clerks",))
    box.people.remove_group("clerks").result(10)
    choose(box, START, "open", Audience(True, (), ("clerks",)))
    assert box.audiences.of(START, "open") == Audience(True, (), ("clerks",))


def test_changes_are_audited_and_what_changes_nothing_is_not(box):
    deploy(box, "start > a > end", "open")
    choose(box, START, "open", KERMIT_ALONE)
    choose(box, START, "open", KERMIT_ALONE)
    choose(box, START, "open", None)
    choose(box, INCIDENT, "", KERMIT_ALONE)
    entries = [each for each in box.audit.export() if each.by == "admin"]
    named = {"usual": False, "users": ["kermit"], "groups": []}
    assert [(each.action, each.subject, each.detail) for each in entries[-3:]] == [
        ("process.starters", "open", {"before": None, "after": named}),
        ("process.starters", "open", {"before": named, "after": None}),
        ("incident.notify", "", {"before": None, "after": named}),
    ]


# --- who is told of incidents


def test_administrators_are_told_unless_others_are_named(box):
    id = fail(box)
    assert told(box, "root") == [(id, "fails", "Pay")]
    assert box.notices.unread("root") == 1
    assert told(box, "gonzo") == []


def test_the_rule_of_a_process_goes_before_that_of_all(box):
    choose(box, INCIDENT, "", Audience(False, ("fozzie",)))
    deploy(box, FAILS, "fails")
    choose(box, INCIDENT, "fails", Audience(False, ("kermit",), ("clerks",)))
    one, other = fail(box), fail(box, "others")
    assert told(box, "kermit") == told(box, "gonzo") == [(one, "fails", "Pay")]
    assert told(box, "fozzie") == [(other, "others", "Pay")]
    assert told(box, "root") == []


def test_who_is_named_twice_is_told_once_and_who_is_disabled_or_does_not_want_it_never(box):
    choose(box, INCIDENT, "", Audience(True, ("gonzo", "kermit", "fozzie"), ("clerks",)))
    box.people.disable("kermit").result(10)
    box.notices.choose("fozzie", ["assigned"]).result(10)
    fail(box)
    assert [len(told(box, who)) for who in ("root", "gonzo", "kermit", "fozzie")] == [1, 1, 0, 0]


def test_a_storm_is_one_unread_notice_that_leads_to_the_latest(box):
    first = fail(box)
    last = fail(box)
    [notice] = box.notices.list("root").items
    assert notice.root == last != first
    incident = box.incidents.get(notice.incident or 0)
    assert incident.row.instance_id == last
    box.notices.open("root", notice.id).result(10)
    third = fail(box)
    assert [root for root, *_ in told(box, "root")] == [third, last]
    assert box.notices.unread("root") == 1


def test_incidents_of_one_moment_are_one_notice(box):
    deploy(box, FAILS, "fails")
    ids = [start(box, FAILS, "fails", n="none") for _ in range(30)]
    box.clock.advance(MINUTE)
    for _ in range(3):
        box.clock.advance(MINUTE)
        box.clockwork.fire_due()
    assert box.incidents.count() == 30
    [notice] = box.notices.list("root").items
    assert notice.root in ids


def test_another_step_is_another_notice(box):
    fail(box)
    fail(box, text=FAILS.replace("pay", "send"))
    assert len(told(box, "root")) == 2


# --- people who go


def test_an_heir_takes_the_place_of_who_leaves(box):
    deploy(box, "start > a > end", "open")
    choose(box, START, "open", Audience(False, ("fozzie", "kermit")))
    choose(box, INCIDENT, "", KERMIT_ALONE)
    left = box.leaving.review("kermit")
    assert (left.starts, left.incidents) == (["open"], [""])
    box.leaving.leave("kermit", "fozzie", ADMIN).result(10)
    assert box.audiences.of(START, "open") == Audience(False, ("fozzie",))
    assert box.audiences.of(INCIDENT, "") == Audience(False, ("fozzie",))


def test_without_an_heir_the_place_stays_empty_and_opens_nothing(box):
    deploy(box, "start > a > end", "open")
    choose(box, START, "open", KERMIT_ALONE)
    box.leaving.leave("kermit", "", ADMIN).result(10)
    assert box.audiences.of(START, "open") == Audience(False)
    assert startable(box, FOZZIE) == []
