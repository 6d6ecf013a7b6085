"""Inboxes, rights, claiming, completing: also by two people at once."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from appliance.actor import Actor
from appliance.box import Box
from appliance.errors import Conflict, Forbidden, InvalidInput
from appliance.store import sqlite
from appliance.store.migrations import m0021_about
from appliance.store.soundness import unsound
from engine.errors import FormInvalid, TaskAlreadyClaimed, TaskNotFound
from tests.appliance.given import DAY, HOUR
from tests.appliance.processes import (
    ADMIN,
    ERP,
    FOR_MANAGERS,
    FORM,
    FOZZIE,
    GONZO,
    KERMIT,
    WITH_FORM,
    deploy,
    names,
    start,
    task_xml,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PIGGY = Actor.user("piggy")


def review(box: Box, attributes: str = FOR_MANAGERS) -> int:
    """The open task of a new instance."""
    id = start(box, task_xml(attributes=attributes), "expense")
    return box.instances.status(id).tasks[0].id


def complete(box: Box, task: int, by: Actor = KERMIT, **entered: object):
    return box.tasks.complete(task, by, entered, {}, now=NOW)


def shown(box: Box, who: Actor, view: str = "group", **asked: str) -> list[int]:
    return [row.id for row in box.inbox.list(who, view, **asked).items]


# --- inboxes


def test_a_task_lies_in_the_inboxes_of_its_candidates(box):
    task = review(
        box, 'flowable:candidateGroups="managers,finance" flowable:candidateUsers="piggy"'
    )
    for who in (KERMIT, GONZO, PIGGY):
        assert shown(box, who) == [task]
        assert shown(box, who, "mine") == []
        assert box.inbox.counts(who).group == 1
    assert shown(box, FOZZIE) == []
    assert shown(box, ADMIN) == []


def test_a_claimed_task_is_in_one_inbox_until_it_is_given_back(box):
    task = review(box)
    box.tasks.claim(task, KERMIT).result(10)
    assert (shown(box, KERMIT, "mine"), shown(box, GONZO)) == ([task], [])
    assert box.inbox.list(KERMIT).items[0].assignee == "kermit"
    box.tasks.unclaim(task, KERMIT).result(10)
    assert (shown(box, KERMIT, "mine"), shown(box, GONZO)) == ([], [task])


def test_an_assigned_task_is_its_assignees_alone(box):
    task = review(box, f'{FOR_MANAGERS} flowable:assignee="fozzie"')
    assert shown(box, FOZZIE, "mine") == [task]
    assert shown(box, KERMIT) == []


def test_what_is_late_is_overdue(box):
    task = review(box, f'{FOR_MANAGERS} flowable:dueDate="PT1H"')
    assert shown(box, KERMIT, "overdue") == []
    box.clock.advance(2 * HOUR)
    assert shown(box, KERMIT, "overdue") == [task]
    assert box.inbox.counts(KERMIT).overdue == 1


def test_what_i_completed_is_done_the_latest_first(box):
    tasks = [review(box) for _ in range(3)]
    for task in tasks:
        box.clock.advance(HOUR)
        complete(box, task).result(10)
    assert shown(box, KERMIT, "done") == tasks[::-1]
    assert shown(box, GONZO, "done") == []
    assert box.inbox.list(KERMIT, "done").items[0].ended == box.clock()


def test_a_terminated_instance_takes_its_tasks_along(box):
    task = review(box)
    box.instances.cancel(box.tasks.get(task, ADMIN).instance_id, None, ADMIN).result(10)
    assert shown(box, KERMIT) == []
    assert box.tasks.get(task, KERMIT).ended is not None


def test_inboxes_are_sorted(box):
    urgent = review(box, f'{FOR_MANAGERS} flowable:dueDate="PT1H" flowable:priority="10"')
    relaxed = review(box, f'{FOR_MANAGERS} flowable:dueDate="P7D"')
    whenever = review(box, f'{FOR_MANAGERS} flowable:priority="90"')
    assert shown(box, KERMIT, sort="due") == [urgent, relaxed, whenever]
    assert shown(box, KERMIT, sort="-due") == [relaxed, urgent, whenever]
    assert shown(box, KERMIT, sort="-priority") == [whenever, relaxed, urgent]
    assert shown(box, KERMIT, sort="created") == [urgent, relaxed, whenever]
    assert shown(box, KERMIT, sort="-created") == [whenever, relaxed, urgent]
    for sort in ("name", "-name", "process", "-process", "nonsense"):
        assert len(shown(box, KERMIT, sort=sort)) == 3


def test_inboxes_are_searched(box):
    deploy(box, task_xml(attributes=FOR_MANAGERS), "expense")
    deploy(box, task_xml("leave", FOR_MANAGERS).replace("Review", "Grant 100%_"), "leave")
    started = box.instances.start("expense", {}, ERP, business_key="ORDER-17").result(10)
    box.instances.start("leave", {}, ERP).result(10)
    [expense] = shown(box, KERMIT, process="expense")
    [leave] = shown(box, KERMIT, process="leave")
    assert shown(box, KERMIT, process="nope") == []
    assert shown(box, KERMIT, q="review") == [expense]
    assert shown(box, KERMIT, q="order-1") == [expense]
    assert shown(box, KERMIT, q="%_") == [leave]
    assert shown(box, KERMIT, q=str(started.instance_id)) == [expense]
    assert shown(box, KERMIT, q=str(leave)) == [leave]
    assert shown(box, KERMIT, q="'; DROP TABLE task") == []
    complete(box, expense).result(10)
    for word in ("review", "order-1", str(started.instance_id), str(expense)):
        assert shown(box, KERMIT, q=word) == []
        assert shown(box, KERMIT, "done", q=word) == [expense]


def test_a_task_is_found_by_the_name_that_its_case_has_by_now(box):
    named = 'id="expense" xmlns:wf="https://workingflow.dev/bpmn" wf:instanceName="${title}"'
    text = task_xml(attributes=FOR_MANAGERS).replace('id="expense"', named)
    id = start(box, text, "expense", title="Train to Lyon")
    found = shown(box, KERMIT, q="lyon")
    assert found == [box.instances.status(id).tasks[0].id]
    box.instances.set_variables(id, {"title": "Flight to Rome"}, ADMIN).result(10)
    assert shown(box, KERMIT, q="rome") == found
    assert shown(box, KERMIT, q="lyon") == []
    box.tasks.claim(found[0], KERMIT).result(10)
    assert shown(box, KERMIT, "mine", q="rome") == found


def test_an_inbox_of_before_it_had_the_names_of_cases_is_searched(box, clock):
    deploy(box, task_xml(attributes=FOR_MANAGERS), "expense")
    box.instances.start("expense", {}, ERP, business_key="ORDER-17").result(10)
    config = box.config
    box.close()
    with closing(sqlite.connect(config.data / "workingflow.db")) as connection:
        connection.execute("ALTER TABLE inbox DROP COLUMN about")
        connection.execute(m0021_about.SQL)
    again = Box(config, clock)
    try:
        assert len(shown(again, KERMIT, q="order-17")) == 1
        assert unsound(again.store.read()) == []
    finally:
        again.close()


def test_inboxes_are_read_page_by_page(box):
    deploy(box, task_xml(attributes=FOR_MANAGERS), "expense")
    for _ in range(120):
        box.instances.start("expense", {}, ERP).result(10)
    seen, page = [], ""
    while page is not None:
        found = box.inbox.list(KERMIT, "group", page=page)
        assert len(found.items) <= 50
        seen += [row.id for row in found.items]
        page = found.next
    assert len(set(seen)) == len(seen) == 120


@pytest.mark.parametrize("sort", ["due", "-due", "priority", "-priority", "created", "-created",
                                  "name", "-name", "process", "-process"])  # fmt: skip
def test_a_page_goes_on_where_the_one_before_ended(box, sort):
    deploy(box, task_xml(attributes=f'{FOR_MANAGERS} flowable:dueDate="${{due}}"'
                                    ' flowable:priority="${urgency}"'), "expense")  # fmt: skip
    for number in range(60):
        due = f"PT{number % 7}H" if number % 3 else None
        box.instances.start("expense", {"due": due, "urgency": number % 5}, ERP).result(10)
    first = box.inbox.list(KERMIT, "group", sort=sort)
    box.tasks.claim(first.items[0].id, KERMIT).result(10)
    box.tasks.claim(first.items[-1].id, KERMIT).result(10)
    second = box.inbox.list(KERMIT, "group", sort=sort, page=first.next or "")
    ids = [row.id for row in (*first.items, *second.items)]
    assert len(set(ids)) == len(ids) == 60
    assert second.next is None


def test_what_no_page_can_mean_is_the_first_one(box):
    review(box)
    for page in ("nonsense", "-1", "99999999999999999999", "²"):
        assert box.inbox.list(KERMIT, "group", page=page).items


def test_one_candidate_in_two_ways_sees_a_task_once(box):
    task = review(
        box, 'flowable:candidateGroups="managers,finance" flowable:candidateUsers="gonzo"'
    )
    assert shown(box, GONZO) == [task]
    assert box.inbox.counts(GONZO).group == 1


# --- rights


def test_a_task_is_shown_to_those_it_concerns(box):
    task = review(box)
    for who in (KERMIT, GONZO, ADMIN):
        detail = box.tasks.get(task, who)
        assert (detail.may_claim, detail.may_complete) == (True, True)
    with pytest.raises(Forbidden):
        box.tasks.get(task, FOZZIE)
    with pytest.raises(TaskNotFound):
        box.tasks.get(99_999, ADMIN)


def test_who_has_a_task_is_told_to_the_other_candidates(box):
    task = review(box)
    box.tasks.claim(task, KERMIT).result(10)
    mine, others = box.tasks.get(task, KERMIT), box.tasks.get(task, GONZO)
    assert (mine.mine, mine.may_complete, mine.may_assign) == (True, True, True)
    assert (others.assignee, others.may_complete, others.may_assign) == ("kermit", False, False)
    with pytest.raises(TaskAlreadyClaimed, match="kermit"):
        complete(box, task, GONZO)
    with pytest.raises(TaskAlreadyClaimed, match="kermit"):
        box.tasks.claim(task, GONZO).result(10)


def test_strangers_may_do_nothing(box):
    task = review(box)
    for act in (
        lambda: box.tasks.claim(task, FOZZIE),
        lambda: box.tasks.unclaim(task, FOZZIE),
        lambda: box.tasks.assign(task, "fozzie", FOZZIE),
        lambda: complete(box, task, FOZZIE),
    ):
        with pytest.raises(Forbidden):
            act()
    assert names(box, box.tasks.get(task, ADMIN).instance_id) == ["Review"]


def test_assignees_and_administrators_pass_tasks_on(box):
    task = review(box)
    box.tasks.assign(task, "fozzie", ADMIN).result(10)
    assert shown(box, FOZZIE, "mine") == [task]
    box.tasks.assign(task, "piggy", FOZZIE).result(10)
    assert shown(box, PIGGY, "mine") == [task]
    with pytest.raises(Forbidden):
        box.tasks.get(task, FOZZIE)


def test_a_delegated_task_returns_to_its_owner(box):
    task = review(box)
    box.tasks.claim(task, KERMIT).result(10)
    with pytest.raises(Forbidden):
        box.tasks.delegate(task, "piggy", GONZO)
    with pytest.raises(InvalidInput):
        box.tasks.delegate(task, "kermit", KERMIT)
    box.tasks.delegate(task, "piggy", KERMIT).result(10)
    assert box.inbox.list(PIGGY).items[0].delegated_by == "kermit"
    assert not box.tasks.get(task, KERMIT).may_complete
    complete(box, task, PIGGY).result(10)
    assert shown(box, KERMIT, "mine") == [task]
    with pytest.raises(Conflict):
        box.tasks.resolve(task, KERMIT)
    complete(box, task, KERMIT).result(10)
    assert box.tasks.get(task, KERMIT).completed_by == "kermit"


def test_planning_is_for_owners_and_administrators(box):
    task = review(box)
    box.tasks.claim(task, KERMIT).result(10)
    with pytest.raises(Forbidden):
        box.tasks.plan(task, None, 10, KERMIT)
    box.tasks.plan(task, box.clock() + DAY, 90, ADMIN).result(10)
    planned = box.tasks.get(task, KERMIT)
    assert (planned.due, planned.priority) == (box.clock() + DAY, 90)
    box.clock.advance(2 * DAY)
    assert shown(box, KERMIT, "overdue") == [task]
    with pytest.raises(InvalidInput):
        box.tasks.plan(task, None, 101, ADMIN)


# --- completing


def test_completing_goes_on_and_tells_what_is_next(box):
    text = task_xml(attributes=f'{FOR_MANAGERS} flowable:formKey="expense"')
    deploy(box, text, "expense", expense=FORM)
    id = box.instances.start("expense", {"title": "before"}, ERP).result(10).instance_id
    task = box.instances.status(id).tasks[0].id
    detail = box.tasks.get(task, KERMIT)
    assert detail.form is not None
    assert detail.data["title"] == "before"
    done = complete(box, task, title="after", amount="7").result(10)
    assert (done.task_id, done.instance_id, done.next_task_id) == (task, id, None)
    variables = box.instances.status(id).variables
    assert (variables["title"], variables["amount"]) == ("after", 7)
    finished = box.tasks.get(task, KERMIT)
    assert (finished.completed_by, finished.ended) == ("kermit", box.clock())


def test_the_next_task_of_the_same_person_is_named(box):
    two = task_xml().replace(
        '<endEvent id="end"/>',
        '<userTask id="more" name="More" flowable:assignee="kermit"/><endEvent id="end"/>'
        '<sequenceFlow id="f3" sourceRef="more" targetRef="end"/>',
    ).replace('targetRef="end"/></process>', 'targetRef="more"/></process>')  # fmt: skip
    id = start(box, two.replace('name="Review"', f'name="Review" {FOR_MANAGERS}'), "expense")
    done = complete(box, box.instances.status(id).tasks[0].id).result(10)
    assert done.next_task_id == box.instances.status(id).tasks[0].id


def test_a_form_that_is_not_filled_in_completes_nothing(box):
    deploy(box, task_xml(attributes=WITH_FORM), "expense", expense=FORM)
    id = box.instances.start("expense", {}, ERP).result(10).instance_id
    task = box.instances.status(id).tasks[0].id
    with pytest.raises(FormInvalid):
        complete(box, task, title="")
    assert names(box, id) == ["Review"]


def test_of_two_who_complete_a_task_one_is_told_who_was_first(box):
    task = review(box)
    first = complete(box, task, KERMIT)
    with pytest.raises(Conflict, match="kermit"):
        complete(box, task, GONZO).result(10)
    first.result(10)
    with pytest.raises(Conflict, match="kermit"):
        complete(box, task, GONZO)


def test_of_two_who_claim_a_task_one_gets_it(box):
    task = review(box)
    first, second = box.tasks.claim(task, KERMIT), box.tasks.claim(task, GONZO)
    first.result(10)
    with pytest.raises(TaskAlreadyClaimed, match="kermit"):
        second.result(10)


def test_a_task_that_is_claimed_meanwhile_is_not_completed_by_another(box):
    task = review(box)
    claimed = box.tasks.claim(task, KERMIT)
    with pytest.raises(TaskAlreadyClaimed, match="kermit"):  # seen in time, or by the writer
        complete(box, task, GONZO).result(10)
    claimed.result(10)


def test_a_task_that_went_away_is_told_so(box):
    task = review(box)
    box.instances.cancel(box.tasks.get(task, ADMIN).instance_id, None, ADMIN).result(10)
    for act in (
        lambda: complete(box, task),
        lambda: box.tasks.claim(task, KERMIT).result(10),
        lambda: box.tasks.assign(task, "piggy", ADMIN).result(10),
    ):
        with pytest.raises((Conflict, Forbidden)):
            act()


def test_form_properties_are_the_form(box):
    properties = (
        '><extensionElements><flowable:formProperty id="days" type="long" required="true"/>'
        "</extensionElements></userTask><noise"
    )
    text = task_xml(attributes=FOR_MANAGERS + properties).replace("<noise/>", "")
    id = start(box, text, "expense")
    task = box.instances.status(id).tasks[0].id
    with pytest.raises(FormInvalid):
        complete(box, task)
    complete(box, task, days="3").result(10)
    assert box.instances.status(id).variables["days"] == 3


def test_an_inbox_knows_its_instances(box):
    deploy(box, task_xml(attributes=FOR_MANAGERS), "expense")
    box.instances.start("expense", {}, ERP, business_key="B-1", name="Train to Ulm").result(10)
    [row] = box.inbox.list(KERMIT, "group").items
    assert (row.subject, row.business_key, row.process_name) == ("Train to Ulm", "B-1", "Expenses")
    assert row.process_version == 1


def test_time_does_not_change_what_is_due(box):
    task = review(box, f'{FOR_MANAGERS} flowable:dueDate="P1D"')
    assert box.tasks.get(task, KERMIT).due == box.clock() + DAY
