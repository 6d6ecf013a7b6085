"""Models of other dialects in Flowable's words: what changes and what stays."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.errors import ModelInvalid
from engine.translation import FLOWABLE, translate
from engine.xml import inspect

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:activiti="http://activiti.org/bpmn"
  xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:other="urn:other" targetNamespace="t">
 <process id="p" isExecutable="true">"""
TAIL = "</process></definitions>"


def translated(inside: str) -> tuple[etree._Element, list[str]]:
    data, changes = translate(f"{HEAD}{inside}{TAIL}".encode())
    return etree.fromstring(data), [change.message for change in changes]


def word(root: etree._Element, id: str, name: str) -> str | None:
    (element,) = root.xpath(f"//*[@id='{id}']")
    return element.get(f"{{{FLOWABLE}}}{name}")


@pytest.mark.parametrize(
    ("element", "before", "name", "value"),
    [
        ("userTask", 'camunda:assignee="kermit"', "assignee", "kermit"),
        ("userTask", 'activiti:candidateGroups="a,b"', "candidateGroups", "a,b"),
        ("userTask", 'camunda:formRef="leave"', "formKey", "leave"),
        ("userTask", 'camunda:asyncBefore="true"', "async", "true"),
        ("userTask", 'camunda:asyncAfter="true"', "asyncLeave", "true"),
        ("serviceTask", 'camunda:type="external" camunda:topic="x"', "type", "external-worker"),
        ("serviceTask", 'camunda:resultVariable="r"', "resultVariableName", "r"),
        ("scriptTask", 'camunda:resultVariable="r"', "resultVariable", "r"),
        ("callActivity", 'camunda:calledElementBinding="deployment"', "sameDeployment", "true"),
    ],
)
def test_a_word_that_flowable_has(element, before, name, value):
    root, changes = translated(f'<{element} id="a" {before}/>')
    assert word(root, "a", name) == value
    assert f'flowable:{name}="{value}"' in " ".join(changes)
    assert b"camunda:" + name.encode() not in etree.tostring(root)


def test_a_word_that_is_so_anyway_is_left_out():
    root, changes = translated('<callActivity id="a" camunda:calledElementBinding="latest"/>')
    assert changes == ['camunda:calledElementBinding="latest" was left out: it is so anyway']
    assert root.xpath("//*[@id='a']/@*") == ["a"]


def test_extension_elements_with_what_is_in_them():
    root, changes = translated("""<userTask id="a"><extensionElements>
      <camunda:taskListener event="create"><camunda:script scriptFormat="javascript">1
      </camunda:script></camunda:taskListener></extensionElements></userTask>""")
    assert root.find(f".//{{{FLOWABLE}}}taskListener/{{{FLOWABLE}}}script") is not None
    assert len(changes) == 2


def test_the_business_key_of_a_call():
    call = """<callActivity id="a" calledElement="q"><extensionElements>
      <camunda:in businessKey="{}"/><camunda:in source="x" target="y"/>
      </extensionElements></callActivity>"""
    root, _ = translated(call.format("#{execution.processBusinessKey}"))
    assert word(root, "a", "inheritBusinessKey") == "true"
    root, _ = translated(call.format("${number}"))
    assert word(root, "a", "businessKey") == "${number}"
    (left,) = root.iter(f"{{{FLOWABLE}}}in")
    assert left.get("source") == "x"


def test_words_of_camunda_alone_stay_and_are_read_as_before():
    inside = """<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>
      <task id="a"><extensionElements><camunda:inputOutput>
      <camunda:inputParameter name="x">1</camunda:inputParameter>
      </camunda:inputOutput></extensionElements></task>"""
    root, changes = translated(inside)
    assert changes == []
    process = inspect(etree.tostring(root)).processes[0]
    assert process.nodes["a"].inputs[0].target == "x"


def test_everything_else_stays():
    inside = """<!-- a note --><task id="a" other:colour="red" camunda:asyncBefore="true">
      <extensionElements><other:thing type="xsd:int"/></extensionElements></task>
      <scriptTask id="b"><script><![CDATA[1 < 2]]></script></scriptTask>"""
    data, _ = translate(f"{HEAD}{inside}{TAIL}".encode())
    for kept in (b"<!-- a note -->", b'other:colour="red"', b'<other:thing type="xsd:int"/>',
                 b"<![CDATA[1 < 2]]>", b'xmlns:xsd="http://www.w3.org/2001/'):  # fmt: skip
        assert kept in data


def test_a_model_of_flowable_is_the_same_bytes():
    data = HEAD.encode() + b'<task id="a"/>' + TAIL.encode()
    assert translate(data) == (data, [])


def test_harm_is_refused():
    with pytest.raises(ModelInvalid):
        translate(b'<!DOCTYPE x [<!ENTITY e "e">]><definitions/>')


def test_letters_of_another_encoding_stay():
    text = f'{HEAD}<task id="a" name="Prüfung"/>{TAIL}'.replace("UTF-8", "ISO-8859-1")
    data, changes = translate(text.encode("latin-1"))
    assert (changes, "Prüfung" in data.decode("utf-8")) == ([], True)
    assert inspect(data).processes[0].nodes["a"].name == "Prüfung"
