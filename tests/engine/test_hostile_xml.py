"""Files that are no model, or mean harm: each is refused with a finding that names the place."""

from __future__ import annotations

import pytest

from engine.errors import ModelInvalid
from engine.markup import MAX_BYTES
from engine.xml import inspect, read
from tests.play import BPMN

BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<definitions xmlns="{0}"><process id="p"><documentation>&c;</documentation></process></definitions>
"""
OPEN = f'<definitions xmlns="{BPMN}">'
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>
<definitions xmlns="{0}"><process id="p">
<documentation>&file;</documentation></process></definitions>
"""


def refused(text: str | bytes) -> list[tuple[str, str, int]]:
    """Rule, element and line of every error."""
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ModelInvalid) as found:
        read(data, "model.bpmn20.xml")
    errors = [each for each in found.value.findings if each.severity == "error"]
    assert all(each.file == "model.bpmn20.xml" for each in errors)
    return [(each.rule, each.element, each.line) for each in errors]


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_entities_are_refused_unread(text):
    assert refused(text.format(BPMN)) == [("doctype", "", 0)]


@pytest.mark.parametrize("data", [b"", b"\0\0", b"not xml", OPEN.encode(), b"\xff\xfe<a/>"])
def test_what_is_no_xml_is_refused(data):
    assert refused(data)[0][0] == "not-xml"


def test_other_xml_is_refused():
    assert refused("<html><body/></html>") == [("not-bpmn", "", 0)]


def test_a_file_of_100_mb_is_refused_before_it_is_parsed():
    assert refused(b"<" * (100 * 1024 * 1024))[0][0] == "too-large"
    assert MAX_BYTES < 100 * 1024 * 1024


def test_nesting_without_end_is_refused():
    depth = 100_000
    inside = "<subProcess>" * depth + "</subProcess>" * depth
    assert refused(model(inside))[0][0] == "too-deep"


def model(inside: str) -> str:
    return f'<definitions xmlns="{BPMN}">\n<process id="p">\n{inside}\n</process></definitions>'


def test_an_unknown_element_is_refused_by_name_and_line():
    with pytest.raises(ModelInvalid, match=r":3: .*<quantumTask> is not supported") as found:
        read(model('<quantumTask id="q"/>').encode(), "model.bpmn20.xml")
    assert found.value.findings[0].element == "q"


def test_what_leads_to_an_unknown_element_is_no_finding_of_its_own():
    found = refused(
        model(
            '<startEvent id="s"/><quantumTask id="q"/><exclusiveGateway id="g" default="f2"/>'
            '<boundaryEvent id="b" attachedToRef="q"><signalEventDefinition/></boundaryEvent>'
            '<sequenceFlow id="f1" sourceRef="s" targetRef="g"/>'
            '<sequenceFlow id="f2" sourceRef="g" targetRef="q"/>'
        )
    )
    assert [(rule, element) for rule, element, _ in found if element != "b"] == [
        ("unsupported", "q")
    ]
    assert "dangling-reference" not in [rule for rule, *_ in found]


def test_a_process_that_is_to_run_has_an_id():
    xml = f'<definitions xmlns="{BPMN}"><process isExecutable="FLAG"><task id="t"/></process>'
    xml += "</definitions>"
    assert ("no-id", "", 1) in refused(xml.replace("FLAG", "true"))
    assert [
        found.severity for found in inspect(xml.replace("FLAG", "false").encode()).findings
    ] == ["hint"]


@pytest.mark.parametrize(
    ("inside", "element"),
    [
        ('<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="gone"/>', "f"),
        ('<startEvent id="s"/><boundaryEvent id="b" attachedToRef="gone"/>', "b"),
        ('<startEvent id="s"/><task id="t" default="gone"/>', "t"),
    ],
)
def test_a_dangling_reference_is_refused(inside, element):
    assert ("dangling-reference", element, 3) in refused(model(inside))


def test_all_problems_are_told_at_once():
    inside = '<quantumTask id="q"/>\n<scriptTask id="s" scriptFormat="cobol"><script>x</script>'
    found = refused(model(inside + '</scriptTask>\n<businessRuleTask id="r"/>'))
    assert [(element, line) for _, element, line in found] == [("q", 3), ("s", 4), ("r", 5)]
