"""The properties of the modeler: what is filled in stands in the model as the engine reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Locator

from tests.browser.conftest import Enter, Visit
from tests.browser.test_modeler import choose, model
from tests.browser.test_round_trip import with_a_diagram
from tests.office import Office

pytestmark = pytest.mark.browser

MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="tests">
  <b:process id="gathered" name="Gathered" isExecutable="true">
    <b:startEvent id="begin" name="Begin"/>
    <b:userTask id="task" name="Vote"/>
    <b:scriptTask id="script" name="Count" scriptFormat="javascript"/>
    <b:serviceTask id="service" name="Look up"/>
    <b:callActivity id="call" name="Ask" calledElement="errands"/>
    <b:boundaryEvent id="again" name="Again" attachedToRef="task" cancelActivity="false">
      <b:timerEventDefinition/></b:boundaryEvent>
    <b:boundaryEvent id="risen" name="Risen" attachedToRef="call">
      <b:escalationEventDefinition/></b:boundaryEvent>
    <b:boundaryEvent id="failed" name="Failed" attachedToRef="call">
      <b:errorEventDefinition/></b:boundaryEvent>
    <b:intermediateThrowEvent id="blow" name="Blow">
      <b:signalEventDefinition/></b:intermediateThrowEvent>
    <b:intermediateCatchEvent id="mail" name="Mail">
      <b:messageEventDefinition/></b:intermediateCatchEvent>
    <b:endEvent id="over" name="Over"><b:terminateEventDefinition/></b:endEvent>
    <b:sequenceFlow id="f1" sourceRef="begin" targetRef="task"/>
    <b:sequenceFlow id="f2" sourceRef="task" targetRef="over"/>
  </b:process>
</b:definitions>"""


TABLE = """
Gathered: process
  Name of each instance = ${title} > @wf:instanceName
  Who started it may cancel it > @wf:starterMayCancel
  While an instance is suspended = keep-running > @wf:onSuspend
  Groups = hr > @f:candidateStarterGroups
Vote: userTask
  Owner = kermit > @f:owner
  Candidate users = kermit, fozzie > @f:candidateUsers
  Due = P2D > @f:dueDate
  Priority = 80 > @f:priority
  Variable for the number of the task = number > @f:taskIdVariableName
  Variable for who completed it = voter > @f:taskCompleterVariableName
  Skipped when = ${small} > @f:skipExpression
  Form key = sampler > @f:formKey
  Begins in a job of its own > @f:async
  Leaves in a job of its own > @f:asyncLeave
  Tries after a failure = R5/PT7M > b:extensionElements/f:failedJobRetryTimeCycle
Count: scriptTask
  Script = n = 2 > b:script
  Variable for the result = n > @f:resultVariable
  Variables of the script become variables of the instance > @f:autoStoreVariables
  The result stays in the subprocess around it > @f:useLocalScopeForResultVariable
Look up: serviceTask
  Expression = ${1 + 1} > @f:expression
  The result is forgotten at the next wait > @f:storeResultVariableAsTransient
  Waits to be triggered afterwards > @f:triggerable
Ask: callActivity
  Name of the called instance = Asked ${n} > @f:processInstanceName
  Variable for its number = called > @f:idVariableName
  It gets all variables > @f:inheritVariables
  What comes out stays in the subprocess around it > @f:useLocalScopeForOutParameters
Again: timerEventDefinition
  Cycle = R/PT1H > b:timeCycle
  Until = 2099-01-01T00:00 > b:timeCycle/@f:endDate
Risen: escalationEventDefinition
  Escalation code = HIGH > id(@escalationRef)/@escalationCode
  Variable for the code = code > @f:escalationCodeVariable
Failed: errorEventDefinition
  Error code = BAD > id(@errorRef)/@errorCode
  Variable for the code = code > @f:errorVariableName
  Variable for the message = text > @f:errorMessageVariable
Blow: signalEventDefinition
  Name of the signal = Horn > id(@signalRef)/@name
  Only this instance hears it = processInstance > id(@signalRef)/@f:scope
  Thrown in a job of its own > @f:async
Mail: messageEventDefinition
  Name of the message = ${topic} > @f:messageExpression
Over: terminateEventDefinition
  End all repetitions around it > @f:terminateMultiInstance
"""
"""Elements; of each its fields, what is said in them (nothing: ticked), where that stands then."""


@dataclass(frozen=True, slots=True)
class Property:
    """A field of an element, what is said in it, and the XPath of where that stands then."""

    element: str
    field: str
    said: str
    path: str


def properties() -> Iterator[Property]:
    """The table."""
    element = tag = ""
    for line in TABLE.strip().splitlines():
        if not line.startswith(" "):
            element, tag = line.split(": ")
            continue
        words, _, path = line.strip().partition(" > ")
        field, _, said = words.partition(" = ")
        path = re.sub(r"id\((@\w+)\)", rf"//b:*[@id = //b:{tag}/\1]", path)
        yield Property(element, field, said, path if path[0] == "/" else f"//b:{tag}/{path}")


NAMES = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "f": "http://flowable.org/bpmn",
    "wf": "https://workingflow.dev/bpmn",
}


def opened(enter: Enter) -> Visit:
    """The model in the modeler."""
    visit = enter()
    page = visit.open("/admin/drafts")
    file = FilePayload(name="m.bpmn", mimeType="application/xml", buffer=with_a_diagram(MODEL))
    page.get_by_label("BPMN file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector(".modeler[data-ready]")
    return visit


def field_of(visit: Visit, label: str) -> Locator:
    """A field of the panel."""
    return visit.page.locator(".modeler-panel").get_by_label(label, exact=True)


def say(visit: Visit, label: str, said: str) -> None:
    """Fill in, choose or tick."""
    field = field_of(visit, label)
    kind = field.evaluate("(field) => field.type")
    if kind == "checkbox":
        field.check()
    elif kind == "select-one":
        field.select_option(said)
    else:
        field.fill(said)
        field.press("Escape")  # in a script Tab indents
        field.press("Tab")


def test_every_property_becomes_what_the_engine_reads(enter: Enter, office: Office):
    visit, at = opened(enter), ""
    for each in properties():
        if each.element != at:
            choose(visit, f"{each.element} (")
            at = each.element
        if each.field == "Cycle":
            say(visit, "When", "timeCycle")
        say(visit, each.field, each.said)
    root = model(visit, office)
    for each in properties():
        meant = root.xpath(f"string({each.path})", namespaces=NAMES)
        assert meant == (each.said or "true"), each
    assert visit.faults() == []


def test_a_cycle_that_ends_fires_no_more(enter: Enter):
    visit = opened(enter)
    choose(visit, "Again (")
    say(visit, "When", "timeCycle")
    say(visit, "Cycle", "R/P1D")
    firings = visit.page.locator(".firings li")
    firings.nth(4).wait_for()
    say(visit, "Until", "2000-01-01T00:00")
    firings.first.wait_for(state="detached")


def test_what_the_iterations_give_is_gathered(enter: Enter, office: Office):
    visit = opened(enter)
    page = visit.page
    for name in ("Count", "Look up", "Again", "Risen", "Failed", "Blow", "Mail", "Ask"):
        choose(visit, f"{name} (")
        page.get_by_role("button", name="Remove from the diagram").click()
    choose(visit, "Vote (")
    say(visit, "Assignee", "kermit")
    say(visit, "Done", "parallel")
    say(visit, "Or how many times", "2")
    say(visit, "Variable for its number", "place")
    page.get_by_role("button", name="Add Gather in a list").click()
    say(visit, "Variable for the list", "votes")
    say(visit, "From", "place")
    say(visit, "To", "at")
    choose(visit, "Over (")
    page.get_by_role("button", name=re.compile("Remove from")).wait_for()
    root = model(visit, office)
    [variable] = root.xpath("//f:variableAggregation[@target='votes']/f:variable", namespaces=NAMES)
    assert dict(variable.attrib) == {"source": "place", "target": "at"}
    page.get_by_role("link", name="Deploy…").click()
    page.get_by_role("button", name="Deploy version 1").click()
    page.get_by_role("heading", name="Gathered").wait_for()
    number = office.start("gathered")
    with office.client("kermit") as client:
        for task in status(office, number)["activeTasks"]:
            client.get(f"/tasks/{task['taskId']}")
            assert client.submit(f"/tasks/{task['taskId']}").status_code == 303
    assert status(office, number)["variables"]["votes"] == [{"at": 0}, {"at": 1}]


def status(office: Office, number: int) -> Any:
    """What a program learns of an instance."""
    headers = {"Authorization": f"Bearer {office.key}"}
    answer = httpx.get(f"{office.url}/processapi/{number}/status", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
