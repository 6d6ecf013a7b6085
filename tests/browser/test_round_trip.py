"""A model goes through the modeler, is changed and changed back, and is the same again.

The models hold every element that the reference models of the BPMN Model Interchange Working Group
hold, and what editors like to lose: foreign XML, references that lead nowhere, what is said though
it holds anyway, shapes of what no diagram shows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import FilePayload, Page

from engine.difference import differences
from processes import TEMPLATES
from tests.browser.conftest import Enter, Visit
from tests.browser.test_modeler import choose, fill, model, saved
from tests.office import Office

pytestmark = pytest.mark.browser
MODELS = Path(__file__).parent / "models"
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
NOT_DRAWN = {"laneSet", "dataObject", "dataInput", "dataOutput", "property", "ioSpecification"}
HOLDERS = ("subProcess", "adHocSubProcess", "transaction")

Node = etree._Element  # pyright: ignore[reportPrivateUsage]


def with_a_diagram(content: bytes, **point: str) -> bytes:
    """The model with a shape for each node and an edge for each flow, in rows and columns.

    ``point`` is what each point of an edge says besides.
    """
    root = etree.fromstring(content)
    (shown,) = root.findall(f"{MODEL}collaboration") or root.findall(f"{MODEL}process")
    diagram = etree.SubElement(root, f"{DI}BPMNDiagram", {"id": "drawn"})
    of = {"id": "plane", "bpmnElement": shown.get("id", "")}
    plane = etree.SubElement(diagram, f"{DI}BPMNPlane", of)
    for number, node in enumerate(_nodes(root)):
        _draw(plane, node, number, point)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _nodes(root: Node) -> Iterator[Node]:
    outer = ("process", "collaboration", "laneSet", "lane", "childLaneSet")
    for holder in root.iter(*(MODEL + name for name in (*outer, *HOLDERS))):
        for node in holder.iterchildren(etree.Element):
            if node.get("id") and etree.QName(node).localname not in NOT_DRAWN:
                yield node


def _draw(plane: Node, node: Node, number: int, point: dict[str, str]) -> None:
    id = node.get("id", "")
    flow = node.get("sourceRef") is not None
    kind = "BPMNEdge" if flow else "BPMNShape"
    drawn = etree.SubElement(plane, DI + kind, {"id": f"{id}_di", "bpmnElement": id})
    x, y = str(200 + 150 * (number % 9)), str(100 + 130 * (number // 9))
    if flow:
        etree.SubElement(drawn, WAYPOINT, {"x": x, "y": y} | point)
        etree.SubElement(drawn, WAYPOINT, {"x": x, "y": "900"} | point)
        return
    if etree.QName(node).localname in HOLDERS:
        drawn.set("isExpanded", "true")
    etree.SubElement(drawn, BOUNDS, {"x": x, "y": y, "width": "100", "height": "80"})


def facts(content: bytes) -> Counter[tuple[str, ...]]:
    """Everything that the XML says, by the id that it is said of: also what is foreign."""
    found: Counter[tuple[str, ...]] = Counter()
    tree = etree.fromstring(content).getroottree()
    for unread in tree.xpath("//comment() | //processing-instruction()"):
        before = unread.getnext()
        found[_owner(unread), "comment", unread.text, "" if before is None else before.tag] += 1
    for node in tree.iter(etree.Element):
        owner = _owner(node)
        found[owner, str(node.tag), *_texts(node)] += 1
        for name, value in node.attrib.items():
            found[owner, str(node.tag), str(name), _meant(str(value))] += 1
    return found


def _texts(node: Node) -> list[str]:
    """The texts of a node before, between and after what else stands in it."""
    texts = [text or "" for text in (node.text, *(child.tail for child in node))]
    texts = [text.strip() for text in texts] if len(texts) == 1 else texts
    return texts if any(text.strip() for text in texts) else []


def _owner(node: Node) -> str:
    return next((id for each in (node, *node.iterancestors()) if (id := each.get("id"))), "")


def _meant(value: str) -> str:
    """An attribute without the prefix that a name in it may have."""
    return re.sub(r"^b:", "", value)


CASES = {path.stem: with_a_diagram(path.read_bytes()) for path in sorted(MODELS.glob("*.bpmn"))}
CASES["points"] = with_a_diagram((MODELS / "events.bpmn").read_bytes(), **{TYPE: "dc:Point"})
CASES |= {one.key: one.model(one.key, one.key) for one in TEMPLATES}


def imported(visit: Visit, name: str) -> Page:
    """A model in the modeler."""
    page = visit.open("/admin/drafts")
    file = FilePayload(name=f"{name}.bpmn", mimeType="application/xml", buffer=CASES[name])
    page.get_by_label("BPMN file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector(".modeler[data-ready]")
    return page


@pytest.mark.parametrize("name", CASES)
def test_nothing_gets_lost(enter: Enter, name: str):
    visit = enter()
    page = imported(visit, name)
    assert page.locator(".modeler-notes li").all_inner_texts() == []
    assert page.locator(".djs-element").count() > 1
    for text in ("Changed", "And back"):
        fill(visit, "Description", text)
        saved(visit)
    for _ in range(2):
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.get_by_role("button", name="Undo").click()
    saved(visit)
    after = page.request.get(page.url.partition("#")[0] + "/xml").body()
    assert differences(CASES[name], after) == []
    lost = facts(CASES[name]) - facts(after)
    assert not lost, lost
    assert visit.faults() == []


def test_what_stood_within_a_text_goes_to_its_end_when_the_text_is_changed(
    enter: Enter, office: Office
):
    visit = enter()
    imported(visit, "strange")
    choose(visit, "Script task count")
    script = visit.page.locator(".modeler-panel").get_by_label("Script", exact=True)
    script.fill("five()")
    script.press("Escape")  # Tab indents
    script.press("Tab")
    [found] = model(visit, office).iter(f"{MODEL}script")
    assert found.text == "five()"
    assert [each.text for each in found] == [" between ", " two ", "here"]


def test_one_of_two_attributes_can_be_changed_to_what_the_other_says(enter: Enter, office: Office):
    visit = enter()
    imported(visit, "strange")
    choose(visit, "End event")
    name = visit.page.locator(".modeler-panel").get_by_label("Name", exact=True)
    other = {"Over": "Out", "Out": "Over"}[name.input_value()]
    fill(visit, "Name", other)
    [found] = model(visit, office).iter(f"{MODEL}endEvent")
    names = {value for key, value in found.attrib.items() if etree.QName(key).localname == "name"}
    assert names == {other}


def test_the_models_hold_what_the_reference_models_hold():
    held = {
        etree.QName(node).localname
        for path in MODELS.glob("*.bpmn")
        for node in etree.parse(path).iter(f"{MODEL}*")
    }
    assert set(REFERENCE.split()) - held == set()


REFERENCE = """
association boundaryEvent businessRuleTask callActivity category categoryValue collaboration
compensateEventDefinition condition conditionExpression conditionalEventDefinition dataInput
dataInputAssociation dataInputRefs dataObject dataObjectReference dataOutput dataOutputAssociation
dataOutputRefs dataState dataStore dataStoreReference definitions documentation endEvent error
errorEventDefinition escalationEventDefinition eventBasedGateway exclusiveGateway
extensionElements flowNodeRef formalExpression globalTask globalUserTask group import inMessageRef
inclusiveGateway incoming inputSet inputSetRefs interface intermediateCatchEvent
intermediateThrowEvent ioSpecification itemDefinition lane laneSet linkEventDefinition manualTask
message messageEventDefinition messageFlow multiInstanceLoopCharacteristics operation
outMessageRef outgoing outputSet outputSetRefs parallelGateway participant performer
potentialOwner process receiveTask relationship resource resourceAssignmentExpression resourceRef
sendTask sequenceFlow serviceTask signal signalEventDefinition source sourceRef
standardLoopCharacteristics startEvent subProcess target targetRef task terminateEventDefinition
text textAnnotation timeCycle timeDate timeDuration timerEventDefinition transformation userTask
"""
"""The elements of the 21 reference models in BPMN's own namespace."""
