"""What an instance waits for from outside is told, besides its tasks and timers."""

import pytest

from appliance import waits
from tests.appliance.processes import ADMIN, start
from tests.play import as_xml

SIGNAL = """
<intermediateCatchEvent id="w"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>
start > w > end"""
CONDITION = """
<intermediateCatchEvent id="w"><conditionalEventDefinition><condition>${order == '8'}</condition>\
</conditionalEventDefinition></intermediateCatchEvent>
start > w > end"""
EVENT_SUBPROCESS = """
<subProcess id="e" triggeredByEvent="true"><startEvent id="es"><signalEventDefinition \
signalRef="s"/></startEvent><endEvent id="ee"/><sequenceFlow id="ef" sourceRef="es" \
targetRef="ee"/></subProcess>
<task id="done"/>
<task id="undo" isForCompensation="true"/>
<boundaryEvent id="b" attachedToRef="done"><compensateEventDefinition/></boundaryEvent>
<association id="x" associationDirection="One" sourceRef="b" targetRef="undo"/>
start > done > a > end"""


def with_signal(text: str, key: str = "play") -> str:
    named = '<message id="m" name="paid ${order}"/><signal id="s" name="alarm"/><process '
    return as_xml(text, key).replace("<process ", named)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ('<receiveTask id="w" messageRef="m"/>\nstart > w > end', ("message", "paid 7")),
        ('<receiveTask id="w"/>\nstart > w > end', ("receive", None)),
        (SIGNAL, ("signal", "alarm")),
        (CONDITION, ("conditional", None)),
    ],
)
def test_what_comes_from_outside(box, clock, model, told):
    id = start(box, with_signal(model), order="7")
    [one] = box.instances.detail(id).awaited
    assert (one.node_name, one.since, one.kind, one.name) == ("w", clock.now, *told)


def test_a_caller_waits_for_what_its_called_one_does(box):
    start(box, with_signal(SIGNAL, "called"), "called")
    caller = start(box, '<callActivity id="c" calledElement="called"/>\nstart > c > end', "caller")
    [called] = box.instances.detail(caller).called
    for id in (caller, called.id):
        assert [one.name for one in box.instances.detail(id).awaited] == ["alarm"]


def test_what_others_wait_for_does_not_crowd_out_what_this_one_does(box, monkeypatch):
    monkeypatch.setattr(waits, "MOST", 1)
    start(box, with_signal(SIGNAL, "called"), "called")
    call = '<callActivity id="{}" calledElement="called"/>\n'.format
    both = "start > all+ > one > end\nall+ > two > end"
    caller = start(box, call("one") + call("two") + both, "caller")
    called = box.instances.detail(caller).called
    for id in (caller, *(one.id for one in called)):
        assert [one.name for one in box.instances.detail(id).awaited] == ["alarm"]
    assert len(called) == 2


def test_an_event_subprocess_waits_but_not_what_may_be_compensated(box):
    id = start(box, with_signal(EVENT_SUBPROCESS))
    [one] = box.instances.detail(id).awaited
    assert (one.kind, one.name) == ("signal", "alarm")
    box.instances.cancel(id, "over", ADMIN).result(10)
    assert box.instances.detail(id).awaited == []
