"""Figures of processes, worked out by hand; what a deployment would change."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from appliance import statistics
from appliance.errors import ProcessNotFound
from appliance.statistics import Spread
from engine.errors import ModelInvalid
from tests.appliance.given import HOUR, MINUTE, NOON
from tests.appliance.processes import ADMIN, ERP, KERMIT, deploy, start, task_xml
from tests.play import as_xml

DUE = 'flowable:assignee="kermit" flowable:dueDate="PT1H"'


def complete(box, instance: int) -> None:
    [task] = box.instances.status(instance).tasks
    box.tasks.complete(task.id, KERMIT, {}, {}, now=datetime.now(UTC)).result(10)


def step(box, node: str, **asked):
    steps = {each.node_id: each for each in box.statistics.of("expense", **asked).steps}
    return steps.get(node)


@pytest.mark.parametrize("count", [1, 2, 9, 10, 11, 100])
def test_the_middle_and_the_ninth_of_ten(count):
    lengths = list(range(1, count + 1))
    random.Random(count).shuffle(lengths)
    spread = Spread.of(lengths)
    assert sum(each <= (spread.median or 0) for each in lengths) * 2 >= count
    assert sum(each <= (spread.p90 or 0) for each in lengths) * 10 >= count * 9
    assert sum(each < (spread.p90 or 0) for each in lengths) * 10 < count * 9


def test_nothing_is_known(box):
    with pytest.raises(ProcessNotFound):
        box.statistics.of("expense")
    deploy(box, task_xml())
    figures = box.statistics.of("expense")
    assert (figures.instances, figures.all, figures.steps) == (0, True, [])
    assert figures.spread == Spread(0, None, None)


def test_counts_lengths_and_lateness(box, clock):
    deploy(box, task_xml("expense", DUE))
    ids = [box.instances.start("expense", {}, ERP).result(10).instance_id for _ in range(5)]
    for id, minutes in zip(ids, (10, 20, 30, 40), strict=False):
        clock.now = NOON + minutes * MINUTE
        complete(box, id)
    clock.now = NOON + 2 * HOUR
    review = step(box, "review")
    assert review is not None
    assert review.spread == Spread(4, 20 * MINUTE, 40 * MINUTE)
    assert (review.live, review.timed, review.late) == (1, 5, 1)
    assert review.share_late == 0.2
    figures = box.statistics.of("expense")
    assert (figures.instances, figures.running, figures.spread.count) == (5, 1, 4)
    assert box.statistics.live("expense") == {"review": 1}
    assert box.statistics.running_by_version("expense") == {1: 1}


def test_a_cancelled_step_has_no_length(box, clock):
    id = start(box, task_xml(), "expense")
    clock.advance(HOUR)
    box.instances.cancel(id, "over", ADMIN).result(10)
    assert step(box, "review") is None
    assert box.statistics.of("expense").spread.count == 0


def test_only_a_time_and_only_a_version(box, clock):
    deploy(box, task_xml())
    for hour in range(4):
        clock.now = NOON + hour * HOUR
        box.instances.start("expense", {}, ERP).result(10)
    deploy(box, task_xml().replace("Review", "Look"), "expense")
    clock.advance(HOUR)
    box.instances.start("expense", {}, ERP).result(10)
    of = box.statistics.of
    assert of("expense").instances == 5
    assert of("expense", 1).instances == 4
    assert of("expense", 2).instances == 1
    assert of("expense", since=NOON + HOUR).instances == 4
    assert of("expense", since=NOON + HOUR, until=NOON + 3 * HOUR).instances == 2
    assert of("expense", since=NOON + 9 * HOUR).instances == 0
    assert of("expense", until=NOON - 1).instances == 0
    assert [each.node_name for each in of("expense", 2).steps if each.live] == ["Look"]


def test_of_many_the_latest_are_told(box, monkeypatch):
    monkeypatch.setattr(statistics, "SAMPLE", 3)
    deploy(box, task_xml())
    for _ in range(5):
        box.instances.start("expense", {}, ERP).result(10)
    figures = box.statistics.of("expense")
    assert (figures.instances, figures.all) == (3, False)


def test_what_a_deployment_would_change(box):
    old = "start > a > b > end"
    deploy(box, old)
    box.instances.start("play", {}, ERP).result(10)

    def effects(text: str):
        return box.processes.effects(
            box.processes.check({"play.bpmn": as_xml(text, "play").encode()})
        )

    assert effects(old) == []
    [effect] = effects("start > c > b > end")
    assert effect.before is not None
    assert effect.before.version == 1
    assert (effect.running, effect.unmapped) == ([(1, 1)], [("a", 1)])
    assert {(each.what, each.element) for each in effect.differences} >= {
        ("removed", "a"),
        ("added", "c"),
    }
    [new] = box.processes.effects(box.processes.check({"new.bpmn": as_xml(old, "new").encode()}))
    assert (new.key, new.before) == ("new", None)
    with pytest.raises(ModelInvalid):
        box.processes.effects(box.processes.check({"bad.bpmn": b"<x"}))


def test_versions_are_compared(box):
    deploy(box, "start > a > end")
    deploy(box, "start > b > end")
    kinds = {(each.what, each.element) for each in box.processes.differences("play", 1, 2)}
    assert {("removed", "a"), ("added", "b")} <= kinds
    with pytest.raises(ProcessNotFound):
        box.processes.differences("play", 1, 3)


def test_how_many_run_counts_every_version_and_nothing_that_ended(box):
    assert box.statistics.running_by_process() == {}
    ended = start(box, "start > a > end")
    start(box, "start > b > end")
    start(box, "start > a > end", key="other")
    box.instances.cancel(ended, "over", ADMIN).result(10)
    assert box.statistics.running_by_process() == {"play": 1, "other": 1}
