"""Instances found by what no index has: variables, versions, days, lateness; walked in portions."""

from __future__ import annotations

import random

import pytest

from appliance.store import finding
from tests.appliance.given import DAY, HOUR
from tests.appliance.processes import ADMIN, ERP, deploy, task_xml

DUE = 'flowable:candidateGroups="managers" flowable:dueDate="PT1H"'
SORTS = ("id", "-id", "process", "-process", "started", "-started")


def start(box, key: str = "expense", **variables: object) -> int:
    return box.instances.start(key, variables, ERP).result(10).instance_id


def found(box, **asked) -> list[int]:
    ids: list[int] = []
    page = ""
    while True:
        answer = box.instances.list(page=page, **asked)
        ids += [row.id for row in answer.items]
        if not answer.next:
            return ids
        page = answer.next


def test_by_variable(box):
    deploy(box, task_xml())
    text, number, other = start(box, n="5"), start(box, n=5), start(box, m=5)
    assert found(box, variable="n=5") == [number, text]
    assert found(box, variable="n") == [number, text]
    assert found(box, variable=" m = 5 ") == [other]
    assert found(box, variable="n=6") == []
    assert found(box, variable="n=%") == []


def test_by_version(box):
    deploy(box, task_xml())
    first = start(box)
    deploy(box, task_xml().replace("Review", "Look"), "expense")
    second = start(box)
    assert found(box, process="expense", version="1") == [first]
    assert found(box, process="expense", version="2") == [second]
    assert found(box, process="expense", version="9") == []
    assert found(box, process="expense", version="x") == [second, first]


def test_by_lateness(box, clock):
    deploy(box, task_xml("expense", DUE))
    late = start(box)
    clock.advance(2 * HOUR)
    start(box)
    done = start(box)
    box.instances.cancel(done, "over", ADMIN).result(10)
    assert found(box, overdue=True) == [late]


@pytest.mark.parametrize("sort", SORTS)
def test_days_pages_and_order(box, clock, monkeypatch, sort):
    monkeypatch.setattr(finding, "_PORTION", 7)
    dice = random.Random(sort)
    for key in ("one", "two"):
        deploy(box, task_xml(key), key)
    begun: dict[int, int] = {}
    for _ in range(130):
        clock.advance(HOUR)
        begun[start(box, dice.choice(("one", "two")), n=dice.randrange(2))] = clock.now
    since = min(begun.values()) + DAY
    until = since + 3 * DAY
    ids = found(box, sort=sort, since=since, until=until)
    assert sorted(ids) == [id for id, at in begun.items() if since <= at < until]
    whole = found(box, sort=sort)
    assert ids == [id for id in whole if id in set(ids)]
    half = found(box, sort=sort, variable="n=1", since=since)
    assert half == [id for id in whole if id in set(half)]
    assert 20 < len(half) < 90


def test_a_search_stops_and_goes_on(box, monkeypatch):
    monkeypatch.setattr(finding, "WALK", 20)
    monkeypatch.setattr(finding, "_PORTION", 8)
    monkeypatch.setattr(finding.walk, "__defaults__", (20,))
    deploy(box, task_xml())
    wanted = start(box, n=1)
    for _ in range(30):
        start(box)
    first = box.instances.list(variable="n=1")
    assert first.items == []
    assert first.next
    assert found(box, variable="n=1") == [wanted]


def test_one_after_the_other(box):
    deploy(box, task_xml())
    ids = [start(box, n=number) for number in range(5)]
    assert [row.id for row in box.instances.each(100, variable="n")] == ids[::-1]
    assert [row.id for row in box.instances.each(2, variable="n")] == ids[:2:-1]
