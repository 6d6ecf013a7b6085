"""What was moved by hand goes back, as long as nothing happened since."""

from __future__ import annotations

from collections import Counter

import pytest

from appliance.box import Box
from appliance.errors import Conflict
from tests.appliance.processes import ADMIN, KERMIT, names, start

THREE = "start > a > b > c > end"
BOTH = "start > split+ > a > join+ > c > end\nsplit+ > b > join+"
NESTED = (
    '<subProcess id="part" name="part"><startEvent id="begin"/>'
    '<userTask id="inside" name="inside"/>'
    '<sequenceFlow id="in1" sourceRef="begin" targetRef="inside"/></subProcess>\n'
    "start > part > after > end"
)
EACH = (
    '<userTask id="each" name="each"><multiInstanceLoopCharacteristics>'
    "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>\n"
    "start > each > after > end"
)


def back(box: Box, id: int) -> None:
    found = box.instances.undo_of(id)
    assert found is not None
    box.instances.move_back(id, found.mark, ADMIN, "a mistake").result(10)


def modify(box: Box, id: int, **change: object) -> None:
    box.instances.modify(id, ADMIN, **change).result(10)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("process", "change", "between"),
    [
        (THREE, {"cancel": ["a"], "start": ["c"]}, ["c"]),
        (BOTH, {"cancel": ["a", "b"], "start": ["c"]}, ["c"]),
        (BOTH, {"cancel": ["a"]}, ["b"]),
        (THREE, {"start": ["b"]}, ["a", "b"]),
        (NESTED, {"cancel": ["inside"], "start": ["after"]}, ["after"]),
        (NESTED, {"cancel": ["part"], "start": ["after"]}, ["after"]),
    ],
)
def test_there_and_back_and_there_again(box, process, change, between):
    id = start(box, process)
    before = Counter(names(box, id))
    modify(box, id, **change)
    assert names(box, id) == between
    back(box, id)
    assert Counter(names(box, id)) == before
    back(box, id)
    assert names(box, id) == between


def test_what_was_sent_back_goes_on_where_it_was(box):
    id = start(box, THREE)
    modify(box, id, cancel=["a"], start=["b"])
    box.instances.repeat(id, "a", ADMIN).result(10)
    back(box, id)
    assert names(box, id) == ["b"]


@pytest.mark.parametrize(
    ("process", "change"),
    [
        (THREE, {"cancel": ["a"], "start": ["c"], "variables": {"n": 1}}),
        (EACH, {"cancel": ["each"], "start": ["after"]}),
    ],
)
def test_some_moves_have_no_way_back(box, process, change):
    id = start(box, process)
    assert box.instances.undo_of(id) is None
    modify(box, id, **change)
    assert box.instances.undo_of(id) is None


def test_nothing_goes_back_after_something_happened(box):
    id = start(box, THREE)
    modify(box, id, cancel=["a"], start=["b"])
    mark = box.instances.undo_of(id).mark
    [task] = box.instances.status(id).tasks
    box.tasks.claim(task.id, KERMIT if task.assignee else ADMIN).result(10)
    with pytest.raises(Conflict, match="Something happened since"):
        box.instances.move_back(id, mark, ADMIN)
    assert box.instances.undo_of(id) is None
    assert names(box, id) == ["b"]
