"""Who is told what: given tasks, late ones, timers that ran out; and what one does not want."""

import pytest

from appliance.actor import Actor
from appliance.box import Box
from appliance.errors import NoticeNotFound
from tests.appliance.given import DAY, HOUR, PASSWORD, Clock
from tests.appliance.processes import ADMIN, FOR_MANAGERS, KERMIT, deploy, start, task_xml

LATE = """start > review > end
review ?| late PT1H
late > end2
"""


@pytest.fixture
def box(box: Box) -> Box:
    """With people who can be told something."""
    for name in ("kermit", "gonzo", "fozzie"):
        box.people.add(name, PASSWORD).result(10)
    return box


def told(box: Box, who: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in box.notices.list(who).items]


def look(box: Box, later: int) -> None:
    assert isinstance(box.clock, Clock)
    box.clock.advance(later)
    box.notices.look()


def test_a_task_that_a_process_gives_is_told(box):
    start(box, task_xml(attributes='flowable:assignee="gonzo"'), "expense")
    assert told(box, "gonzo") == [("assigned", "Review")]
    assert box.notices.unread("gonzo") == 1
    assert told(box, "kermit") == []


def test_ones_own_start_and_names_that_are_nobodys_tell_nobody(box):
    start(box, task_xml(attributes='flowable:assignee="${initiator}"'), "expense", KERMIT)
    assert told(box, "kermit") == []
    start(box, task_xml(attributes='flowable:assignee="stranger"'), "expense")
    assert told(box, "stranger") == []


def test_a_notice_names_the_case_and_says_what_was_delegated_and_is_back(box):
    text = task_xml(attributes=FOR_MANAGERS).replace(
        "<process ", '<process wf:instanceName="Taxi" '
    )
    text = text.replace("<definitions ", '<definitions xmlns:wf="https://workingflow.dev/bpmn" ')
    task = box.instances.status(start(box, text, "expense")).tasks[0].id
    box.tasks.claim(task, KERMIT).result(10)
    box.tasks.delegate(task, "gonzo", KERMIT).result(10)
    box.tasks.resolve(task, Actor.user("gonzo")).result(10)
    given, back = (box.notices.list(who).items[0] for who in ("gonzo", "kermit"))
    assert (given.subject, given.by, given.back) == ("Taxi", "kermit", False)
    assert (back.subject, back.by, back.back) == ("Taxi", "gonzo", True)


def test_a_task_that_becomes_late_is_told_once_to_who_has_it_and_owns_it(box):
    id = start(box, task_xml(attributes=f'{FOR_MANAGERS} flowable:dueDate="PT2H"'), "expense")
    task = box.instances.status(id).tasks[0].id
    box.tasks.claim(task, KERMIT).result(10)
    box.tasks.delegate(task, "gonzo", KERMIT).result(10)
    look(box, 0)
    look(box, HOUR)
    assert ("overdue", "Review") not in told(box, "kermit")
    look(box, 2 * HOUR)
    look(box, DAY)
    assert told(box, "kermit").count(("overdue", "Review")) == 1
    assert told(box, "gonzo")[0] == ("overdue", "Review")


def test_what_became_late_while_nothing_ran_is_told_at_the_next_look(box):
    look(box, 0)
    start(box, task_xml(attributes='flowable:assignee="gonzo" flowable:dueDate="PT2H"'), "expense")
    look(box, 5 * DAY)
    assert ("overdue", "Review") in told(box, "gonzo")


def test_a_timer_that_runs_out_is_told_to_who_has_the_task_and_who_asked(box):
    text = f'<userTask id="review" name="Review" flowable:assignee="gonzo"/>\n{LATE}'
    start(box, text, by=KERMIT)
    box.clock.advance(2 * HOUR)
    box.clockwork.fire_due()
    assert told(box, "gonzo") == [("escalated", "Review"), ("assigned", "Review")]
    assert told(box, "kermit") == [("escalated", "Review")]


def test_a_timer_that_stands_still_tells_nobody(box):
    text = f'<userTask id="review" name="Review" flowable:assignee="gonzo"/>\n{LATE}'
    id = start(box, text, by=KERMIT)
    box.instances.suspend(id, ADMIN).result(10)
    box.clock.advance(2 * HOUR)
    box.clockwork.fire_due()
    assert told(box, "kermit") == []


def test_a_task_of_a_suspended_case_does_not_become_late(box):
    due = task_xml(attributes='flowable:assignee="gonzo" flowable:dueDate="PT2H"')
    id = start(box, due, "expense")
    look(box, HOUR)
    box.instances.suspend(id, ADMIN).result(10)
    look(box, 9 * HOUR)
    box.instances.activate(id, ADMIN).result(10)
    look(box, HOUR // 2)
    assert told(box, "gonzo") == [("assigned", "Review")]
    look(box, DAY)
    assert told(box, "gonzo")[0] == ("overdue", "Review")


def test_what_one_does_not_want_is_not_told(box):
    box.notices.choose("gonzo", ["mentioned", "overdue"]).result(10)
    assert box.notices.muted("gonzo") == {"assigned", "escalated", "incident"}
    start(box, task_xml(attributes='flowable:assignee="gonzo"'), "expense")
    assert told(box, "gonzo") == []
    box.notices.choose("gonzo", ["assigned"]).result(10)
    start(box, task_xml(attributes='flowable:assignee="gonzo"'), "expense")
    assert told(box, "gonzo") == [("assigned", "Review")]


def test_a_refused_command_tells_nobody(box):
    deploy(box, task_xml(attributes='flowable:assignee="gonzo"').replace(
        'name="Review"', 'name="${missing}"'), "expense")  # fmt: skip
    with pytest.raises(Exception, match="missing"):
        box.instances.start("expense", {}, KERMIT).result(10)
    assert told(box, "gonzo") == []


def test_old_notices_go(box):
    look(box, 0)
    start(box, task_xml(attributes='flowable:assignee="gonzo"'), "expense")
    look(box, 91 * DAY)
    assert told(box, "gonzo") == []


def test_notices_are_read_page_by_page_and_by_nobody_else(box):
    for _ in range(60):
        start(box, task_xml(attributes='flowable:assignee="gonzo"'), "expense")
    first = box.notices.list("gonzo")
    second = box.notices.list("gonzo", first.next or "")
    assert (len(first.items), len(second.items), second.next) == (50, 10, None)
    with pytest.raises(NoticeNotFound):
        box.notices.open("kermit", first.items[0].id).result(10)
    box.notices.open("gonzo", first.items[0].id).result(10)
    assert box.notices.unread("gonzo") == 59
