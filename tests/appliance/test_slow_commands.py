"""One slow command holds up nobody beyond its own limit."""

import threading

import pytest

from appliance.box import Box
from appliance.config import Config
from engine.errors import Refused
from tests.appliance.given import Clock
from tests.appliance.processes import ERP, deploy, names, start

ENDLESS = """<scriptTask id="w" scriptFormat="js"><script>while (true);</script></scriptTask>
start > w > end"""
PATIENCE = 30


@pytest.fixture
def box(tmp_path):
    box = Box(Config(data=tmp_path / "data", demos=False, script_time=50), Clock())
    yield box
    box.close()


def test_an_endless_script_is_stopped_and_others_go_on(box):
    deploy(box, ENDLESS, "endless")
    deploy(box, "start > a > end", "quick")
    before, slow, after = (
        box.instances.start(key, {}, ERP) for key in ("quick", "endless", "quick")
    )
    with pytest.raises(Refused) as refused:
        slow.result(PATIENCE)
    assert refused.value.code == "SCRIPT_FAILED"
    for started in (before, after):
        assert names(box, started.result(PATIENCE).instance_id) == ["a"]


def test_reads_wait_for_no_command(box):
    id = start(box, "start > a > end")
    gate = threading.Event()
    held = box.store.change(lambda _: gate.wait(PATIENCE))
    waiting = box.instances.start("play", {}, ERP)
    assert names(box, id) == ["a"]
    assert not waiting.settled
    gate.set()
    assert held.result(PATIENCE)
    assert names(box, waiting.result(PATIENCE).instance_id) == ["a"]


def test_ten_thousand_tasks_are_made_at_once_and_others_follow(box):
    many = (
        '<userTask id="each"><multiInstanceLoopCharacteristics><loopCardinality>10000'
        "</loopCardinality></multiInstanceLoopCharacteristics></userTask>\nstart > each > end"
    )
    deploy(box, many, "many")
    deploy(box, "start > a > end", "quick")
    large, quick = (box.instances.start(key, {}, ERP) for key in ("many", "quick"))
    assert names(box, quick.result(PATIENCE).instance_id) == ["a"]
    assert len(box.instances.status(large.result(PATIENCE).instance_id).tasks) == 10_000
