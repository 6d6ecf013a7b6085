"""Incidents and jobs of all instances: listed, grouped, given another time."""

from __future__ import annotations

import pytest

from appliance.errors import Conflict, IncidentNotFound
from engine.errors import InstanceSuspended, NotWaiting
from tests.appliance.given import HOUR, MINUTE
from tests.appliance.processes import ADMIN, ERP, deploy, names, start
from tests.appliance.test_repairs import FAILS, LATE, THREE, history

DAILY = """<startEvent id="start">
  <timerEventDefinition><timeCycle>R/PT24H</timeCycle></timerEventDefinition>
</startEvent>
start > a > end"""


def fail(box, clock) -> int:
    id = start(box, FAILS, n="none")
    for _ in range(3):
        clock.advance(MINUTE)
        box.clockwork.fire_due()
    return id


def test_all_clear(box):
    assert box.incidents.groups() == []
    assert box.incidents.list().items == []
    assert box.incidents.count() == 0
    assert box.jobs.list().items == []
    with pytest.raises(IncidentNotFound):
        box.incidents.get(4711)


def test_an_incident_in_full(box, clock):
    id = fail(box, clock)
    [row] = box.incidents.list("play").items
    assert (row.instance_id, row.node_name, row.process_version) == (id, "Pay", 1)
    found = box.incidents.get(row.id)
    assert found.variables == {"initiator": "api:ERP Integration", "n": "none"}
    assert (found.retries, found.resolved, found.alike) == (True, None, 1)
    box.instances.retry(id, row.id, ADMIN, variables={"n": 1}).result(10)
    found = box.incidents.get(row.id)
    assert (found.resolved, found.resolved_by, found.alike) == (clock.now, "admin", 0)


def test_incidents_of_all_versions_are_one_group(box, clock):
    fail(box, clock)
    deploy(box, FAILS.replace('name="Pay"', 'name="Pay the bill"'))
    box.instances.start("play", {"n": "none"}, ERP).result(10)
    for _ in range(3):
        clock.advance(MINUTE)
        box.clockwork.fire_due()
    [group] = box.incidents.groups()
    assert (group.count, group.node_name) == (2, "Pay the bill")
    assert group.last - group.first == 3 * MINUTE
    assert box.incidents.groups("other") == []
    assert box.incidents.list("other").items == []
    assert len(box.incidents.list("play", "pay", group.message).items) == 2
    assert box.incidents.list("play", "pay", "something else").items == []


def test_pages_of_incidents_follow_each_other(box, clock):
    deploy(box, FAILS)
    for _ in range(60):
        box.instances.start("play", {"n": "none"}, ERP).result(10)
    for _ in range(3):
        clock.advance(MINUTE)
        while box.clockwork.fire_due():
            pass
    first = box.incidents.list()
    second = box.incidents.list(page=first.next or "")
    assert (len(first.items), len(second.items), second.next) == (50, 10, None)
    assert len({row.id for row in (*first.items, *second.items)}) == 60
    assert len(box.incidents.list(page="no.page").items) == 50


def test_jobs_by_what_they_wait_for(box, clock):
    late, failing = start(box, LATE, "slow"), start(box, FAILS, "fails", n="none")
    assert [job.instance_id for job in box.jobs.list("waiting").items] == [late]
    assert [job.instance_id for job in box.jobs.list("due").items] == [failing]
    box.clockwork.fire_due()
    [job] = box.jobs.list("failing").items
    assert (job.instance_id, job.node_name, job.retries) == (failing, "Pay", 2)
    assert job.error
    assert box.jobs.list("failing", "slow").items == []
    assert [job.instance_id for job in box.jobs.list("waiting", "slow").items] == [late]
    assert box.jobs.counts() == {"waiting": 2, "due": 0, "failing": 1, "workers": 0, "starts": 0}


def test_pages_of_jobs_follow_each_other(box):
    deploy(box, LATE)
    ids = [box.instances.start("play", {}, ERP).result(10).instance_id for _ in range(60)]
    first = box.jobs.list("waiting")
    second = box.jobs.list("waiting", page=first.next or "")
    assert [job.instance_id for job in (*first.items, *second.items)] == ids


def test_a_timer_fires_now(box, clock):
    id = start(box, LATE)
    [job] = box.jobs.list("waiting").items
    assert job.due == clock.now + 2 * HOUR
    box.jobs.reschedule(job.id, clock.now, ADMIN, expected=job.due, reason="no time").result(10)
    box.clockwork.fire_due()
    assert names(box, id) == ["help"]
    [line] = [line for line in box.instances.detail(id).history if line.what == "rescheduled"]
    assert (line.by, line.node_id) == ("admin", "late")
    assert line.detail.endswith("UTC: no time")


def test_a_timer_fires_later(box, clock):
    id = start(box, LATE)
    [job] = box.jobs.list("waiting").items
    later = clock.now + 9 * HOUR
    box.jobs.reschedule(job.id, later, ADMIN, expected=job.due or 0).result(10)
    clock.advance(3 * HOUR)
    box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    clock.advance(6 * HOUR)
    box.clockwork.fire_due()
    assert names(box, id) == ["help"]


def test_who_decided_on_another_time_hears_of_it(box, clock):
    start(box, LATE)
    [job] = box.jobs.list("waiting").items
    box.jobs.reschedule(job.id, clock.now + HOUR, ADMIN, expected=job.due or 0).result(10)
    with pytest.raises(Conflict):
        box.jobs.reschedule(job.id, clock.now, ADMIN, expected=job.due or 0).result(10)
    assert box.jobs.list("waiting").items[0].due == clock.now + HOUR


def test_what_has_no_time_gets_none(box, clock):
    id = start(box, LATE)
    [job] = box.jobs.list("waiting").items
    box.instances.suspend(id, ADMIN).result(10)
    with pytest.raises(InstanceSuspended):
        box.jobs.reschedule(job.id, clock.now, ADMIN, expected=0).result(10)
    box.instances.cancel(id, "over", ADMIN).result(10)
    with pytest.raises(NotWaiting):
        box.jobs.reschedule(job.id, clock.now, ADMIN, expected=0)
    with pytest.raises(NotWaiting):
        box.jobs.reschedule(4711, clock.now, ADMIN, expected=0)


def test_an_attempt_is_hurried(box, clock):
    id = start(box, FAILS, n="none")
    box.clockwork.fire_due()
    [job] = box.jobs.list("failing").items
    box.instances.set_variables(id, {"n": 2}, ADMIN).result(10)
    box.jobs.reschedule(job.id, clock.now, ADMIN, expected=job.due or 0).result(10)
    box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    assert box.jobs.list("failing").items == []


def test_a_start_is_hurried_and_goes_on_from_there(box, clock):
    deploy(box, DAILY)
    [timer] = box.jobs.start_timers()
    assert (timer.process_key, timer.suspended) == ("play", False)
    with pytest.raises(Conflict):
        box.jobs.reschedule_start(timer.id, clock.now, ADMIN, expected=1).result(10)
    box.jobs.reschedule_start(timer.id, clock.now, ADMIN, expected=timer.due).result(10)
    assert box.audit.list().items[0].subject == "play"
    box.clockwork.fire_due()
    assert len(box.instances.list("open", process="play").items) == 1
    [timer] = box.jobs.start_timers()
    assert timer.due == clock.now + 24 * HOUR


def test_the_journal_knows_who_gave_another_time(box, clock):
    id = start(box, f"{THREE}\na !| late PT2H\nlate > end2")
    [job] = box.jobs.list("waiting").items
    box.jobs.reschedule(job.id, clock.now + 1, ADMIN, expected=job.due or 0).result(10)
    assert [what for what, by, _ in history(box, id) if by == "admin"] == ["rescheduled"]
