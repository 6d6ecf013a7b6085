"""The same done to many: in the background, each for itself, interrupted and gone on with."""

from __future__ import annotations

import pytest

from appliance.batches import Given
from appliance.box import Box
from appliance.config import Config
from appliance.errors import BatchNotFound, InvalidInput
from engine.errors import InvalidVariables
from tests.appliance.given import MINUTE, Clock
from tests.appliance.processes import ADMIN, ERP, deploy, names
from tests.appliance.test_repairs import FAILS, THREE, history


def started(box: Box, count: int) -> list[int]:
    return [box.instances.start("play", {}, ERP).result(10).instance_id for _ in range(count)]


def done(box: Box, what: str, subjects: list[int], given: Given | None = None) -> int:
    id = box.batches.begin(what, subjects, ADMIN, given).result(10)
    box.batches.work()
    return id


def test_an_unknown_batch(box):
    with pytest.raises(BatchNotFound):
        box.batches.get(4711)


@pytest.mark.parametrize(
    ("what", "subjects", "given", "error"),
    [
        ("explode", [1], Given(), InvalidInput),
        ("suspend", [], Given(), InvalidInput),
        ("repeat", [1], Given(), InvalidInput),
        ("modify", [1], Given(), InvalidInput),
        ("set-variables", [1], Given(variables={"initiator": "me"}), InvalidVariables),
    ],
)
def test_what_cannot_be_asked_for(box, what, subjects, given, error):
    with pytest.raises(error):
        box.batches.begin(what, subjects, ADMIN, given)
    assert box.batches.latest() == []


def test_each_for_itself(box):
    deploy(box, THREE)
    ids = started(box, 70)
    box.instances.cancel(ids[3], "over", ADMIN).result(10)
    id = done(box, "cancel", [*ids, 999_999], Given(reason="the shop closes"))
    batch = box.batches.get(id)
    assert (batch.total, batch.done, batch.refused, batch.waiting) == (71, 69, 2, 0)
    assert batch.finished is not None
    assert dict(box.batches.refused(id)) == {
        ids[3]: "It has ended.",
        999_999: "There is no such instance.",
    }
    assert ("ended", "admin", "cancelled: the shop closes") in history(box, ids[0])


@pytest.mark.parametrize(
    ("what", "given", "then"),
    [
        ("modify", Given(cancel=["a"], start=["c"]), ["c"]),
        ("repeat", Given(node="a"), ["a"]),
        ("set-variables", Given(variables={"n": 5}), ["a"]),
    ],
)
def test_acts_with_what_they_need(box, what, given, then):
    deploy(box, THREE)
    ids = started(box, 2)
    assert box.batches.get(done(box, what, ids, given)).done == 2
    assert [names(box, id) for id in ids] == [then, then]
    if given.variables:
        assert box.instances.status(ids[1]).variables["n"] == 5


def test_suspended_and_activated(box):
    deploy(box, THREE)
    ids = started(box, 3)
    done(box, "suspend", ids, Given(reason="audit"))
    assert {box.instances.status(id).status for id in ids} == {"SUSPENDED"}
    done(box, "activate", ids)
    assert {box.instances.status(id).status for id in ids} == {"ACTIVE"}
    assert ("suspended", "admin", "audit") in history(box, ids[2])


def test_incidents_are_tried_again_with_other_values(box, clock):
    deploy(box, FAILS)
    ids = [
        box.instances.start("play", {"n": "none"}, ERP).result(10).instance_id for _ in range(40)
    ]
    for _ in range(3):
        clock.advance(MINUTE)
        box.clockwork.fire_due()
    [group] = box.incidents.groups()
    assert (group.process_key, group.node_name, group.count) == ("play", "Pay", 40)
    found = box.incidents.alike(group.process_key, group.node_id, group.message)
    id = done(box, "retry", [*found, 12], Given(variables={"n": 5}, reason="a typo"))
    assert (box.batches.get(id).done, box.batches.refused(id)) == (
        40,
        [(12, "There is no such incident.")],
    )
    while box.clockwork.fire_due():
        pass
    assert box.incidents.count() == 0
    assert names(box, ids[-1]) == ["a"]


def test_what_was_interrupted_goes_on(tmp_path):
    box = Box(Config(data=tmp_path / "data", demos=False), Clock())
    deploy(box, THREE)
    ids = started(box, 5)
    id = box.batches.begin("suspend", ids, ADMIN).result(10)
    box.close()
    box = Box(Config(data=tmp_path / "data", demos=False), Clock())
    try:
        assert box.batches.get(id).waiting == 5
        box.batches.work()
        assert box.batches.get(id).done == 5
    finally:
        box.close()
