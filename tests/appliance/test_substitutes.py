"""Somebody is away and somebody else does their tasks: from one day to another, and not longer."""

from datetime import UTC, date, datetime

import pytest

from appliance.actor import Actor
from appliance.box import Box
from appliance.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    SubstituteNotFound,
    UserNotFound,
)
from appliance.substitutes import MOST
from engine.errors import TaskAlreadyClaimed
from tests.appliance.given import DAY, Clock
from tests.appliance.processes import deploy, start, task_xml

ROOT = Actor.user("root", admin=True)
KERMIT = Actor.user("kermit", frozenset({"managers"}))
FOZZIE = Actor.user("fozzie")
GONZO = Actor.user("gonzo")
FOR_KERMIT = 'flowable:assignee="kermit"'
TODAY, TOMORROW = date(2026, 5, 1), date(2026, 5, 2)


@pytest.fixture
def box(box: Box) -> Box:
    """A box in which it is noon of 1 May 2026, with people."""
    for name in ("root", "kermit", "fozzie", "gonzo"):
        box.people.add(name, None, admin=name == "root").result(10)
    assert datetime.fromtimestamp(box.clock() / 1000, UTC).date() == TODAY
    return box


def away(
    box: Box,
    first: date = TODAY,
    last: date = TODAY,
    processes: tuple[str, ...] | None = None,
    absent: str = "kermit",
    substitute: str = "fozzie",
) -> int:
    """A substitution; its number."""
    known = {each.id for each in box.substitutes.list(absent, ROOT)}
    box.substitutes.set(absent, substitute, first, last, processes, ROOT).result(10)
    return next(e.id for e in box.substitutes.list(absent, ROOT) if e.id not in known)


def task(box: Box, key: str = "expense", attributes: str = FOR_KERMIT) -> int:
    id = start(box, task_xml(key, attributes), key)
    return box.instances.status(id).tasks[0].id


def listed(box: Box, who: Actor, view: str = "substituting", **more: str) -> list[int]:
    return [row.id for row in box.inbox.list(who, view, **more).items]


def later(box: Box, milliseconds: int) -> None:
    assert isinstance(box.clock, Clock)
    box.clock.advance(milliseconds)


def actions(box: Box) -> list[tuple[str, str, str]]:
    found = [(each.by, each.action, each.subject) for each in box.audit.list().items]
    return [each for each in found if each[1].startswith("substitute.")]


def test_the_substitute_has_the_tasks_beside_their_own_while_it_holds(box):
    id, own = task(box), task(box, attributes='flowable:assignee="fozzie"')
    assert box.inbox.counts(FOZZIE).substituting is None
    with pytest.raises(Forbidden):
        box.tasks.get(id, FOZZIE)
    away(box, TOMORROW, TOMORROW)
    assert listed(box, FOZZIE) == []
    assert box.inbox.counts(FOZZIE).substituting is None

    later(box, DAY // 2)  # the midnight at which the day begins
    assert listed(box, FOZZIE) == [id]
    assert listed(box, FOZZIE, process="expense", q="Review") == [id]
    assert listed(box, FOZZIE, "mine") == [own]
    assert listed(box, KERMIT, "mine") == [id]
    counts = box.inbox.counts(FOZZIE)
    assert (counts.mine, counts.substituting, counts.open) == (1, 1, 2)
    assert box.tasks.get(id, FOZZIE).standing_in
    box.instances.check_visible(box.tasks.get(id, ROOT).root_id, FOZZIE)

    later(box, DAY)
    assert listed(box, FOZZIE) == []
    assert box.inbox.counts(FOZZIE).substituting is None
    with pytest.raises(Forbidden):
        box.tasks.get(id, FOZZIE)
    with pytest.raises(Forbidden):
        box.instances.check_visible(box.tasks.get(id, ROOT).root_id, FOZZIE)
    assert [each.state for each in box.substitutes.list("kermit", ROOT)] == ["over"]


def test_the_days_are_those_of_the_zone_of_who_is_away(box):
    box.people.update("kermit", zone="Pacific/Auckland").result(10)
    id = task(box)
    away(box, TOMORROW, TOMORROW)  # begins where it is noon in UTC
    assert listed(box, FOZZIE) == [id]
    (found,) = box.substitutes.list("kermit", ROOT)
    assert (found.first, found.last, found.state) == (TOMORROW, TOMORROW, "now")
    later(box, DAY)
    assert listed(box, FOZZIE) == []


def test_who_completes_it_is_named_with_whom_they_did_it_for(box):
    id = task(box)
    away(box)
    root = box.tasks.get(id, FOZZIE).root_id
    box.tasks.complete(id, FOZZIE, {}, {}, now=datetime.now(UTC)).result(10)
    seen = box.tasks.get(id, FOZZIE)
    assert (seen.completed_by, seen.assignee, seen.standing_in) == ("fozzie", "kermit", False)
    lines = {line.what: line.by for line in box.instances.detail(root).history}
    assert lines["task-completed"] == "fozzie for kermit"
    assert listed(box, FOZZIE, "done") == [id]
    later(box, DAY)
    assert box.tasks.get(id, FOZZIE).completed_by == "fozzie"


def test_a_task_can_be_taken_over_given_back_and_passed_on(box):
    taken, passed = task(box), task(box)
    back = task(box, attributes=f'{FOR_KERMIT} flowable:candidateGroups="managers"')
    away(box)
    box.tasks.claim(taken, FOZZIE).result(10)
    box.tasks.assign(passed, "gonzo", FOZZIE).result(10)
    box.tasks.unclaim(back, FOZZIE).result(10)
    assert [box.tasks.get(id, ROOT).assignee for id in (taken, passed, back)] == [
        "fozzie", "gonzo", None,
    ]  # fmt: skip
    history = box.instances.detail(box.tasks.get(taken, ROOT).root_id).history
    assert [line.by for line in history if line.what == "assigned"] == ["fozzie for kermit"]
    box.tasks.complete(taken, FOZZIE, {}, {}, now=datetime.now(UTC)).result(10)
    line = box.instances.detail(box.tasks.get(taken, ROOT).root_id).history[-2:]
    assert {each.by for each in line} == {"fozzie"}
    with pytest.raises(Forbidden):
        box.tasks.get(back, FOZZIE)


def test_what_changed_meanwhile_is_not_taken_over(box, monkeypatch):
    id = task(box, attributes=f'{FOR_KERMIT} flowable:candidateGroups="managers"')
    away(box)
    row = box.tasks._found(id)
    monkeypatch.setattr(box.tasks, "_found", lambda _: row)
    box.tasks.assign(id, None, KERMIT).result(10)
    with pytest.raises(Forbidden):
        box.tasks.claim(id, FOZZIE).result(10)
    box.tasks.assign(id, "gonzo", KERMIT).result(10)
    with pytest.raises(TaskAlreadyClaimed, match="gonzo"):
        box.tasks.claim(id, FOZZIE).result(10)
    box.tasks.complete(id, ROOT, {}, {}, now=datetime.now(UTC)).result(10)
    with pytest.raises(Conflict, match="root already"):
        box.tasks.claim(id, FOZZIE).result(10)


def test_only_chosen_processes_are_meant_in_all_their_versions(box):
    meant, other = task(box, "expense"), task(box, "travel")
    newer = task(box, "expense", f'{FOR_KERMIT} flowable:priority="10"')
    away(box, processes=("expense",))
    assert sorted(listed(box, FOZZIE)) == sorted([meant, newer])
    assert box.inbox.counts(FOZZIE).substituting == 2
    with pytest.raises(Forbidden):
        box.tasks.get(other, FOZZIE)
    with pytest.raises(Forbidden):
        box.instances.check_visible(box.tasks.get(other, ROOT).root_id, FOZZIE)
    away(box, processes=("travel",))
    assert sorted(listed(box, FOZZIE)) == sorted([meant, newer, other])
    away(box)
    assert sorted(listed(box, FOZZIE)) == sorted([meant, newer, other])


def test_tasks_of_groups_stay_with_them_and_it_does_not_pass_on(box):
    group = task(box, attributes='flowable:candidateGroups="managers"')
    named = task(box, attributes='flowable:candidateUsers="kermit"')
    mine = task(box)
    away(box)
    away(box, absent="fozzie", substitute="gonzo")
    assert listed(box, FOZZIE) == [mine]
    for id in (group, named):
        with pytest.raises(Forbidden):
            box.tasks.get(id, FOZZIE)
    assert listed(box, GONZO) == []
    with pytest.raises(Forbidden):
        box.tasks.get(mine, GONZO)


def test_what_is_overdue_is_listed_with_what_is_ones_own(box):
    late = f'{FOR_KERMIT} flowable:dueDate="PT1H"'
    id = task(box, attributes=late)
    away(box)
    later(box, 2 * DAY // 24)
    assert listed(box, FOZZIE, "overdue") == [id]
    assert box.inbox.counts(FOZZIE).overdue == 1
    assert box.inbox.counts(GONZO).overdue == 0


def test_the_substitute_is_told_of_a_new_task_unless_they_gave_it(box):
    deploy(box, task_xml(attributes=FOR_KERMIT), "expense")
    away(box, processes=("expense",))
    box.instances.start("expense", {}, GONZO).result(10)
    box.instances.start("expense", {}, FOZZIE).result(10)
    task(box, "travel")
    assert [(one.kind, one.by) for one in box.notices.list("fozzie").items] == [
        ("assigned", "gonzo")
    ]
    assert len(box.notices.list("kermit").items) == 3


def test_one_that_holds_ends_now_and_a_planned_one_is_forgotten(box):
    id = task(box)
    now, planned = away(box, last=TOMORROW), away(box, TOMORROW, TOMORROW)
    box.substitutes.end("kermit", now, KERMIT).result(10)
    box.substitutes.end("kermit", planned, KERMIT).result(10)
    (left,) = box.substitutes.list("kermit", ROOT)
    assert (left.id, left.state, left.last) == (now, "over", TODAY)
    assert listed(box, FOZZIE) == []
    with pytest.raises(Forbidden):
        box.tasks.get(id, FOZZIE)
    box.substitutes.end("kermit", now, KERMIT).result(10)
    assert box.substitutes.list("kermit", ROOT) == []
    with pytest.raises(SubstituteNotFound):
        box.substitutes.end("kermit", now, KERMIT).result(10)
    assert actions(box)[-1] == ("root", "substitute.set", "kermit")
    assert actions(box)[0] == ("kermit", "substitute.end", "kermit")


def test_only_the_person_and_administrators_choose(box):
    id = away(box)
    with pytest.raises(Forbidden):
        box.substitutes.set("kermit", "gonzo", TODAY, TODAY, None, GONZO)
    with pytest.raises(Forbidden):
        box.substitutes.end("kermit", id, FOZZIE)
    with pytest.raises(Forbidden):
        box.substitutes.list("kermit", FOZZIE)
    assert len(box.substitutes.list("kermit", KERMIT)) == 1
    other = away(box, absent="gonzo")
    with pytest.raises(SubstituteNotFound):
        box.substitutes.end("kermit", other, KERMIT).result(10)


@pytest.mark.parametrize(
    ("substitute", "first", "last", "processes", "said"),
    [
        ("kermit", TODAY, TODAY, None, "somebody else"),
        ("nobody", TODAY, TODAY, None, "no user nobody"),
        ("gonzo", TODAY, TODAY, None, "somebody else"),
        ("fozzie", TOMORROW, TODAY, None, "before the first"),
        ("fozzie", date(2026, 4, 1), date(2026, 4, 30), None, "over already"),
        ("fozzie", TODAY, date.max, None, "too late"),
        ("fozzie", TODAY, TODAY, (), "some processes"),
    ],
)
def test_what_makes_no_sense_is_refused(box, substitute, first, last, processes, said):
    box.people.disable("gonzo").result(10)
    with pytest.raises((InvalidInput, UserNotFound), match=said):
        box.substitutes.set("kermit", substitute, first, last, processes, KERMIT)
    assert box.substitutes.list("kermit", ROOT) == []


def test_there_are_only_so_many(box):
    for _ in range(MOST):
        away(box)
    with pytest.raises(Conflict, match=str(MOST)):
        away(box)


def test_those_of_who_leaves_end_on_both_sides(box):
    away(box, last=TOMORROW)
    away(box, TOMORROW, TOMORROW, substitute="gonzo")
    away(box, absent="fozzie", substitute="kermit")
    away(box, absent="gonzo")
    assert len(box.leaving.review("kermit").substitutions) == 3
    box.leaving.leave("kermit", "", ROOT).result(10)
    assert [each.state for each in box.substitutes.list("kermit", ROOT)] == ["over"]
    assert [each.state for each in box.substitutes.list("fozzie", ROOT)] == ["over"]
    assert [each.state for each in box.substitutes.list("gonzo", ROOT)] == ["now"]
    assert [action for _, action, _ in actions(box)].count("substitute.end") == 3
