"""A file is read whole: every element of it is seen, and every flow node becomes a node."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from engine.elements import ELEMENTS
from engine.markup import MODEL, parse_xml
from engine.xml import inspect

ROOT = Path(__file__).parent.parent.parent
MODELS = sorted(ROOT.glob("tests/scenarios/**/*.bpmn20.xml")) + sorted(
    ROOT.glob("processes/*/*.xml")
)
EVERYTHING = f"""<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="{MODEL}" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:v="urn:vendor" targetNamespace="drawn">
  <b:extensionElements><v:grid v:size="8"><v:line/></v:grid></b:extensionElements>
  <b:import importType="http://www.w3.org/2001/XMLSchema" location="x.xsd" namespace="urn:x"/>
  <b:itemDefinition id="item"/>
  <b:message id="letter" name="letter" itemRef="item"/>
  <b:resource id="clerk" name="Clerk"/>
  <b:category id="colours"><b:categoryValue id="red" value="red"/></b:category>
  <b:dataStore id="archive" name="Archive"/>
  <b:collaboration id="both">
    <b:participant id="us" name="Us" processRef="drawn"/><b:participant id="them" name="Them"/>
    <b:messageFlow id="mail" sourceRef="send" targetRef="them"/>
    <b:textAnnotation id="aside"><b:text>by post</b:text></b:textAnnotation>
    <b:association id="about" sourceRef="aside" targetRef="mail"/>
  </b:collaboration>
  <b:process id="drawn" isExecutable="false">
    <b:documentation>Only drawn.</b:documentation>
    <b:ioSpecification>
      <b:dataInput id="given"/><b:inputSet><b:dataInputRefs>given</b:dataInputRefs></b:inputSet>
      <b:outputSet/>
    </b:ioSpecification>
    <b:laneSet id="lanes">
      <b:lane id="outer" name="Outer"><b:flowNodeRef>begin</b:flowNodeRef>
        <b:childLaneSet id="inner"><b:lane id="deep"><b:flowNodeRef>send</b:flowNodeRef></b:lane>
        </b:childLaneSet></b:lane>
    </b:laneSet>
    <b:startEvent id="begin"><b:outgoing>f1</b:outgoing></b:startEvent>
    <b:sequenceFlow id="f1" sourceRef="begin" targetRef="send"/>
    <b:sendTask id="send" messageRef="letter">
      <b:incoming>f1</b:incoming>
      <b:dataInputAssociation id="takes">
        <b:sourceRef>thing</b:sourceRef><b:targetRef>given</b:targetRef>
        <b:assignment><b:from>1</b:from><b:to>2</b:to></b:assignment>
      </b:dataInputAssociation>
      <b:potentialOwner id="who"><b:resourceRef>clerk</b:resourceRef>
        <b:resourceParameterBinding parameterRef="x"><b:formalExpression>1</b:formalExpression>
        </b:resourceParameterBinding></b:potentialOwner>
    </b:sendTask>
    <b:dataObject id="thing" name="thing"><b:dataState name="new"/></b:dataObject>
    <b:dataObjectReference id="thingHere" dataObjectRef="thing"/>
    <b:dataStoreReference id="archiveHere" dataStoreRef="archive"/>
    <b:group id="reds" categoryValueRef="red"/>
    <b:subProcess id="part"><b:task id="inside"/><b:endEvent id="over"/>
      <b:sequenceFlow id="f2" sourceRef="inside" targetRef="over"/></b:subProcess>
  </b:process>
  <di:BPMNDiagram id="d"><di:BPMNPlane id="p" bpmnElement="both">
    <di:BPMNShape id="s" bpmnElement="us"><dc:Bounds x="0" y="0"/></di:BPMNShape>
  </di:BPMNPlane></di:BPMNDiagram>
</b:definitions>"""


def counted(data: bytes) -> Counter[str]:
    """The BPMN elements of a file as lxml finds them, but for what only repeats the flows."""
    names = (
        etree.QName(element).localname for element in etree.fromstring(data).iter(f"{{{MODEL}}}*")
    )
    return Counter(name for name in names if name not in ("incoming", "outgoing"))


def seen(data: bytes) -> Counter[str]:
    elements = parse_xml(data, "model.bpmn20.xml").root.walk()
    return Counter(element.name for element in elements if element.dialect is None)


@pytest.mark.parametrize("file", MODELS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_element_of_a_file_is_counted(file):
    data = file.read_bytes()
    assert seen(data) == counted(data)
    drawn = sum(number for tag, number in counted(data).items() if tag in ELEMENTS)
    tasks = sum(number for tag, number in counted(data).items() if tag.startswith("global"))
    assert sum(len(process.nodes) for process in inspect(data).processes) == drawn + tasks


def test_what_is_only_drawn_is_counted_too():
    data = EVERYTHING.encode()
    assert seen(data) == counted(data)
    assert seen(data)["categoryValue"] == 1
    (process,) = inspect(data).processes
    assert sorted(process.nodes) == ["begin", "inside", "over", "part", "send"]
    assert not [each for each in inspect(data).findings if each.severity == "error"]
