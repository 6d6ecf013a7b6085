"""Work of service tasks for programs outside: given to one alone, done, refused, tried again."""

from __future__ import annotations

import pytest

from appliance.actor import Actor
from appliance.box import Box
from engine.errors import NotWaiting, UncaughtError
from tests.appliance.given import Clock
from tests.appliance.processes import ADMIN, names, start

DIG = """<serviceTask id="dig" flowable:type="external" flowable:topic="dig"/>
start > dig > look > end"""
LOCK = 60_000
ONE, OTHER = Actor.api("one"), Actor.api("other")


def taken(box: Box, by: Actor = ONE, worker: str = "", most: int = 10) -> list[int]:
    return [job.id for job in box.jobs.fetch("dig", most, LOCK, by, worker).result(10)]


def test_work_is_given_with_all_that_its_step_sees(box: Box, clock: Clock):
    id = start(box, DIG, depth=3)
    [job] = box.jobs.fetch("dig", 10, LOCK, ONE).result(10)
    assert (job.instance_id, job.process_key, job.node_id) == (id, "play", "dig")
    assert job.locked_until == clock.now + LOCK
    assert job.variables == {"depth": 3, "initiator": "api:ERP Integration"}
    assert box.jobs.fetch("plant", 10, LOCK, ONE).result(10) == []
    [row] = box.jobs.list("workers").items
    assert (row.worker, row.locked_until) == ("api:one", job.locked_until)


def test_nobody_else_has_it_until_the_time_is_over(box: Box, clock: Clock):
    start(box, DIG)
    [job] = taken(box)
    assert taken(box) == taken(box, OTHER) == []
    clock.advance(LOCK - 1)
    assert taken(box, OTHER) == []
    clock.advance(1)
    assert taken(box, OTHER) == [job]
    for late in (
        lambda: box.jobs.complete(job, {}, ONE),
        lambda: box.jobs.fail(job, "late", ONE),
        lambda: box.jobs.error(job, "late", None, {}, ONE),
    ):
        with pytest.raises(NotWaiting, match="another worker"):
            late().result(10)
    box.jobs.complete(job, {}, OTHER).result(10)


def test_who_is_late_may_answer_while_nobody_else_has_it(box: Box, clock: Clock):
    id = start(box, DIG)
    [job] = taken(box)
    clock.advance(10 * LOCK)
    box.jobs.complete(job, {"found": "bones"}, ONE).result(10)
    assert names(box, id) == ["look"]
    with pytest.raises(NotWaiting):
        box.jobs.complete(job, {}, ONE).result(10)


def test_workers_of_one_key_are_told_apart_by_name(box: Box):
    start(box, DIG)
    [job] = taken(box, ONE, "a")
    for worker in ("", "b"):
        with pytest.raises(NotWaiting):
            box.jobs.complete(job, {}, ONE, worker).result(10)
    box.jobs.complete(job, {}, ONE, "a").result(10)


def test_the_oldest_first_and_never_more_than_asked_for(box: Box):
    start(box, DIG)
    for _ in range(4):
        box.instances.start("play", {}, ONE).result(10)
    first, second = taken(box, most=2), taken(box, OTHER, most=2)
    assert first + second == sorted(first + second)
    assert len(taken(box)) == 1


def test_what_failed_is_tried_again_later_then_stands_still(box: Box, clock: Clock):
    id = start(box, DIG)
    for left in (2, 1):
        [job] = taken(box)
        box.jobs.fail(job, "too hard", ONE, "rock").result(10)
        assert taken(box) == []
        [row] = box.jobs.list("workers").items
        assert (row.retries, row.error, row.worker) == (left, "too hard", None)
        clock.advance(LOCK)
    [job] = taken(box)
    box.jobs.fail(job, "too hard", ONE, "rock").result(10)
    clock.advance(LOCK)
    assert taken(box) == []
    [incident] = box.instances.incidents(id)
    assert (incident.message, incident.detail) == ("too hard", "rock")
    box.instances.retry(id, incident.id, ADMIN).result(10)
    assert taken(box) == [job]


def test_what_is_suspended_is_not_given_away_nor_in_the_way(box: Box):
    stopped = start(box, DIG)
    box.instances.suspend(stopped, ADMIN).result(10)
    box.instances.start("play", {}, ONE).result(10)
    [job] = taken(box, most=1)
    assert job
    box.instances.activate(stopped, ADMIN).result(10)
    assert len(taken(box)) == 1


def test_an_error_that_nothing_catches_changes_nothing(box: Box):
    start(box, DIG)
    [job] = taken(box)
    with pytest.raises(UncaughtError):
        box.jobs.error(job, "gone", None, {}, ONE).result(10)
    box.jobs.complete(job, {}, ONE).result(10)


def test_who_has_it_is_known_after_a_restart(box: Box, clock: Clock):
    start(box, DIG)
    [job] = taken(box)
    config = box.config
    box.close()
    again = Box(config, clock)
    try:
        assert taken(again, OTHER) == []
        with pytest.raises(NotWaiting):
            again.jobs.complete(job, {}, OTHER).result(10)
        again.jobs.complete(job, {}, ONE).result(10)
    finally:
        again.close()
