"""What needs somebody now, counted."""

from tests.appliance.given import HOUR, MINUTE
from tests.appliance.processes import ADMIN, ERP, deploy, start, task_xml

DUE = 'flowable:candidateGroups="managers" flowable:dueDate="PT1H"'


def test_nothing(box):
    assert box.overview.overdue().count == box.overview.late_jobs().count == 0
    assert box.overview.topics() == []
    assert (box.overview.running(), box.overview.suspended()) == (0, 0)


def test_overdue_tasks_and_running_instances(box, clock):
    deploy(box, task_xml("expense", DUE))
    first = box.instances.start("expense", {}, ERP).result(10).instance_id
    due = clock.now + HOUR
    clock.advance(2 * HOUR)
    box.instances.start("expense", {}, ERP).result(10)
    assert (box.overview.overdue().count, box.overview.overdue().since) == (1, due)
    box.instances.suspend(first, ADMIN).result(10)
    assert (box.overview.running(), box.overview.suspended()) == (2, 1)
    box.instances.cancel(first, "over", ADMIN).result(10)
    assert box.overview.overdue().count == 0


def test_jobs_that_wait_too_long(box, clock):
    start(box, '<task id="w" flowable:async="true"/>\nstart > w > end')
    assert box.overview.late_jobs().count == 0
    clock.advance(2 * MINUTE)
    assert box.overview.late_jobs().count == 1
    box.clockwork.fire_due()
    assert box.overview.late_jobs().count == 0


def test_what_is_overdue_for_longest_comes_first(box, clock):
    deploy(box, task_xml("expense", DUE))
    box.instances.start("expense", {}, ERP, name="Train").result(10)
    clock.advance(MINUTE)
    box.instances.start("expense", {}, ERP).result(10)
    assert box.overview.latest_tasks() == []
    clock.advance(2 * HOUR)
    assert [each.subject for each in box.overview.latest_tasks()] == ["Train", "Expenses"]
    assert [each.assignee for each in box.overview.latest_tasks()] == [None, None]
