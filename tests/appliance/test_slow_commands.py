"""One slow command holds up nobody beyond its own limit."""

import itertools
import threading

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.store import work
from engine.errors import Refused
from tests.appliance.given import Clock
from tests.appliance.processes import ERP, deploy, names, start

ENDLESS = """<scriptTask id="w" scriptFormat="js"><script>while (true);</script></scriptTask>
start > w > end"""
PATIENCE = 30


@pytest.fixture
def box(tmp_path):
    box = Box(Config(data=tmp_path / "data", demos=False, script_time=50), Clock())
    box.store.start()
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


COUNTING = """<scriptTask id="w" scriptFormat="js"><script>execution.setVariable("n", n + 1)
</script></scriptTask>
start > w > x?
x >[n < 5] w
x >[] a > end"""


def test_many_slow_scripts_let_others_between_them(box, monkeypatch):
    monkeypatch.setattr(work, "spent", itertools.count(0, 300).__next__)
    deploy(box, COUNTING, "counting")
    id = box.instances.start("counting", {"n": 0}, ERP).result(PATIENCE).instance_id
    assert names(box, id) == []
    assert box.instances.status(id).variables["n"] == 2
    for _ in range(3):
        box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    assert box.instances.status(id).variables["n"] == 5


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
