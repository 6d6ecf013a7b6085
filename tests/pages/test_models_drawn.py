"""/admin/drafts without scripts: what an import changed, and what a deployment would change."""

from __future__ import annotations

from tests.office import Office, seen, text_of

CAMUNDA = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="tests">
  <process id="moved-here" name="Moved here" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="look"/>
    <userTask id="look" camunda:assignee="kermit" camunda:candidateGroups="hr"
        camunda:asyncBefore="true" camunda:asyncAfter="true"/>
  </process>
</definitions>"""


def test_all_that_was_converted_is_said_for_as_long_as_the_draft_is_there(kermit):
    kermit.get("/admin/drafts")
    files = {"file": ("m.bpmn", CAMUNDA)}
    answer = kermit.post(
        "/admin/drafts", data={"_csrf_token": kermit.token, "from": "file"}, files=files
    )
    assert answer.status_code == 303
    for _ in range(2):
        page = seen(kermit.get(answer.headers["location"]))
        said = [text_of(line) for line in page.cssselect(".notice details li")]
        assert said == [
            'look: camunda:assignee="kermit" became flowable:assignee="kermit"',
            'look: camunda:candidateGroups="hr" became flowable:candidateGroups="hr"',
            'look: camunda:asyncBefore="true" became flowable:async="true"',
            'look: camunda:asyncAfter="true" became flowable:asyncLeave="true"',
        ]


def test_a_deployment_is_looked_at_on_both_diagrams_first(kermit, office: Office):
    place = f"/admin/drafts/{office.cases['draft']}"
    page = seen(kermit.get(f"{place}/deploy"))
    drawn = [each.get("data-xml") for each in page.cssselect(".diagram")]
    assert drawn == ["/admin/processes/expense_reimbursement_demo/1/diagram", f"{place}/xml"]


def test_drafts_are_found_and_sorted(kermit, office: Office):
    name = text_of(seen(kermit.get("/admin/drafts")).cssselect("#rows .title")[0])
    assert name
    assert "No draft matches" in kermit.get("/admin/drafts?q=nobody-drew-this").text
    assert seen(kermit.get("/admin/drafts?sort=owner&view=mine")).cssselect("#rows .title")


def test_forms_are_found_and_sorted(kermit):
    page = seen(kermit.get("/admin/forms?q=sampler&sort=-name"))
    assert [text_of(each) for each in page.cssselect("#rows .title")] == [
        "sampler-start",
        "sampler",
    ]
    assert "No form matches" in kermit.get("/admin/forms?q=sampler&view=unused").text
