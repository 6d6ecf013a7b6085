"""Models that are not executable: refused for running, kept for viewing."""

import pytest

from appliance.box import Box
from appliance.errors import InvalidInput, ProcessNotExecutable
from engine.errors import CalledProcessNotFound
from tests.appliance.processes import ADMIN, ERP, KERMIT, deploy, task_xml

DI = "http://www.omg.org/spec/BPMN/20100524"
POOLS = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn by hand -->
<bpmn:definitions xmlns:bpmn="{DI}/MODEL" xmlns:di="{DI}/DI" xmlns:other="urn:other"
    targetNamespace="test" exporter="other">
  <bpmn:message id="order" name="order"/>
  <bpmn:collaboration id="trade">
    <bpmn:participant id="left" name="Customer" processRef="customer"/>
    <bpmn:participant id="right" name="Supplier" processRef="supplier"/>
    <bpmn:messageFlow id="sent" sourceRef="send" targetRef="come"/>
  </bpmn:collaboration>
  <bpmn:process id="customer" name="Customer" isExecutable="false">
    <bpmn:startEvent id="begin"/>
    <bpmn:sendTask id="send" other:colour="blue"/>
    <bpmn:businessRuleTask id="rules"/>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="send"/>
  </bpmn:process>
  <bpmn:process id="supplier" isExecutable="false">
    <bpmn:startEvent id="come"><bpmn:messageEventDefinition messageRef="order"/></bpmn:startEvent>
    <bpmn:serviceTask id="deliver"/>
    <bpmn:sequenceFlow id="f2" sourceRef="come" targetRef="deliver"/>
  </bpmn:process>
  <di:BPMNDiagram id="whole"><di:BPMNPlane id="p1" bpmnElement="trade"/></di:BPMNDiagram>
  <di:BPMNDiagram id="part"><di:BPMNPlane id="p2" bpmnElement="supplier"/></di:BPMNDiagram>
</bpmn:definitions>""".encode()
VIEWED = task_xml().replace('isExecutable="true"', 'isExecutable="false"')


def keep(box: Box):
    return box.processes.deploy({"trade.bpmn": POOLS}, ADMIN).result(10)


def test_all_pools_are_kept_as_they_are_drawn(box):
    assert [view.executable for view in keep(box)] == [False, False]
    assert [view.key for view in box.processes.kept()] == ["customer", "supplier"]
    assert box.processes.xml("supplier") == POOLS
    assert set(box.processes.model("customer").nodes) == {"begin", "send", "rules"}
    assert keep(box)[0].unchanged


def test_keeping_for_viewing_is_said(box):
    findings = box.processes.check({"trade.bpmn": POOLS}).findings
    [told] = [finding for finding in findings if finding.severity != "hint"]
    assert (told.severity, told.rule) == ("warning", "not-executable")


def test_nobody_starts_it(box):
    keep(box)
    assert box.processes.list() == box.processes.startable(ADMIN) == []
    for by in (ERP, KERMIT):
        with pytest.raises(ProcessNotExecutable, match="customer"):
            box.instances.start("customer", {}, by).result(10)
    assert not box.processes.may_start(ADMIN, box.processes.get("customer"))


def test_no_call_reaches_it(box):
    keep(box)
    deploy(box, '<callActivity id="call" calledElement="customer"/>\nstart > call > end')
    with pytest.raises(CalledProcessNotFound, match="viewing only"):
        box.instances.start("play", {}, ERP).result(10)


def test_its_latest_version_decides(box):
    deploy(box, task_xml(), "expense")
    started = box.instances.start("expense", {}, ERP).result(10)
    deploy(box, VIEWED, "expense")
    with pytest.raises(ProcessNotExecutable):
        box.instances.start("expense", {}, ERP).result(10)
    with pytest.raises(InvalidInput, match="viewing only"):
        box.moves.plan("expense", 1, 2, {})
    assert box.instances.status(started.instance_id).ended is None
    deploy(box, task_xml(attributes='flowable:priority="7"'), "expense")
    box.instances.start("expense", {}, ERP).result(10)
