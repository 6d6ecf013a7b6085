"""Events that catch what never happens where they stand are told, and no others."""

from __future__ import annotations

import pytest

from engine.markup import MODEL
from engine.xml import inspect

HEAD = (
    f'<definitions xmlns="{MODEL}" xmlns:flowable="http://flowable.org/bpmn" targetNamespace="t">'
    '<error id="x" errorCode="x"/><error id="y" errorCode="y"/>'
    '<escalation id="u" escalationCode="u"/><escalation id="v" escalationCode="v"/>'
    '<message id="m" name="m"/><signal id="s" name="s"/>'
)
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
CANCEL = "<cancelEventDefinition/>"
UNDO = "<compensateEventDefinition/>"
THROWS = "<script>throw new BpmnError('x')</script>"
JS = "scriptFormat='javascript'"


def error(code: str = "") -> str:
    return f'<errorEventDefinition errorRef="{code}"/>' if code else "<errorEventDefinition/>"


def escalation(code: str = "") -> str:
    reference = f' escalationRef="{code}"' if code else ""
    return f"<escalationEventDefinition{reference}/>"


def end(*definitions: str) -> str:
    """A start that leads straight to end events."""
    ends = "".join(
        f'<endEvent id="end{number}">{definition}</endEvent>'
        f'<sequenceFlow id="to{number}" sourceRef="in" targetRef="end{number}"/>'
        for number, definition in enumerate(definitions)
    )
    return f'<startEvent id="in"/>{ends}'


def sub(inside: str, tag: str = "subProcess") -> str:
    return f'<{tag} id="host">{inside}</{tag}>'


def at(host: str, *definitions: str, more: str = "") -> str:
    """A process with boundary events at its host: they are called b0, b1 …"""
    boundaries = "".join(
        f'<boundaryEvent id="b{number}" attachedToRef="host" {more}>{definition}</boundaryEvent>'
        for number, definition in enumerate(definitions)
    )
    flow = '<sequenceFlow id="f" sourceRef="start" targetRef="host"/>'
    return f'<startEvent id="start"/>{host}{boundaries}{flow}'


def handler(definition: str, inside: str = "", id: str = "b0") -> str:
    """An event subprocess; its start event is called b0."""
    return (
        f'<subProcess id="h{id}" triggeredByEvent="true"><startEvent id="{id}">{definition}'
        f"</startEvent>{inside}</subProcess>"
    )


def found(body: str) -> set[tuple[str, str]]:
    text = f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'
    findings = inspect(text.encode()).findings
    assert [each for each in findings if each.severity == "error"] == []
    return {(each.rule, each.element) for each in findings if each.rule.startswith("never-")}


NEVER = {
    "an error at a user task": at('<userTask id="host"/>', error("x")),
    "an error at an expression": at(
        '<serviceTask id="host" flowable:expression="${1}"/>', error("x")
    ),
    "another error": at(sub(end(error("y"))), error("x")),
    "no error at all": at(sub(end("")), error()),
    "an escalation at a user task": at('<userTask id="host"/>', escalation("u")),
    "an escalation at a script": at(
        f'<scriptTask id="host" {JS}>{THROWS}</scriptTask>', escalation()
    ),
    "another escalation": at(sub(end(escalation("v"))), escalation("u")),
    "an error instead of an escalation": at(sub(end(error("x"))), escalation()),
    "an escalation that is caught inside": at(
        sub(end(escalation("u")) + handler(escalation("u"), id="h")), escalation("u")
    ),
    "an escalation that everything inside catches": at(
        sub(end(escalation("u")) + handler(escalation(), id="h")), escalation("u")
    ),
    "an error that a boundary event inside catches": at(
        sub(
            '<startEvent id="in"/><scriptTask id="risky" scriptFormat="javascript">'
            f'{THROWS}</scriptTask><sequenceFlow id="g" sourceRef="in" targetRef="risky"/>'
            f'<boundaryEvent id="inner" attachedToRef="risky">{error()}</boundaryEvent>'
        ),
        error("x"),
    ),
    "a catch-all beside all that there is": at(sub(end(error("x"))), error(), error("x")),
    "no cancellation": at(sub(end(""), "transaction"), CANCEL),
    "the cancellation of another transaction": at(
        sub(
            '<startEvent id="s1"/><transaction id="inner">' + end(CANCEL) + "</transaction>"
            '<sequenceFlow id="g" sourceRef="s1" targetRef="inner"/>'
            f'<boundaryEvent id="c" attachedToRef="inner">{CANCEL}</boundaryEvent>',
            "transaction",
        ),
        CANCEL,
    ),
    "an error event subprocess": handler(error("x")) + end(error("y")),
    "an escalation event subprocess": handler(escalation("u")) + end(""),
    "what its own event subprocess throws": handler(
        escalation("u"),
        '<endEvent id="again"><escalationEventDefinition escalationRef="u"/></endEvent>'
        '<sequenceFlow id="g" sourceRef="b0" targetRef="again"/>',
    )
    + end(""),
    "both of two": at('<userTask id="host"/>', error("x") + escalation("u")),
    "one of two that must both happen": at(
        '<userTask id="host"/>', error("x") + TIMER, more='parallelMultiple="true"'
    ),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_never_comes_is_told(name: str):
    assert ("never-caught", "b0") in found(NEVER[name])


TELLS = (
    '<multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="told">'
    "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
)

CAUGHT = {
    "an error end event": at(sub(end(error("x"))), error("x")),
    "any error": at(sub(end(error("x"))), error()),
    "a script": at(f'<scriptTask id="host" {JS}>{THROWS}</scriptTask>', error("y")),
    "a worker": at(
        '<serviceTask id="host" flowable:type="external-worker" flowable:topic="t"/>', error("x")
    ),
    "a called process": at(
        '<callActivity id="host" calledElement="c"/>', error("x"), escalation("u")
    ),
    "a called process inside": at(
        sub(
            '<startEvent id="in"/><callActivity id="c" calledElement="c"/>'
            '<sequenceFlow id="g" sourceRef="in" targetRef="c"/>'
        ),
        escalation("u"),
    ),
    "an escalation end event": at(sub(end(escalation("u"))), escalation("u")),
    "any escalation": at(sub(end(escalation("u"))), escalation()),
    "what is thrown on the way": at(
        sub(
            '<startEvent id="in"/><intermediateThrowEvent id="t">'
            '<escalationEventDefinition escalationRef="u"/></intermediateThrowEvent>'
            '<sequenceFlow id="g" sourceRef="in" targetRef="t"/>'
        ),
        escalation("u"),
    ),
    "what one of several definitions throws": at(
        sub(end(escalation("u") + escalation("v"))), escalation("v")
    ),
    "a listener of a task": at(
        '<userTask id="host"><extensionElements><flowable:taskListener event="complete">'
        f"<flowable:script language='javascript'>{THROWS[8:-9]}</flowable:script>"
        "</flowable:taskListener></extensionElements></userTask>",
        error("x"),
    ),
    "a mapping": at(
        '<userTask id="host"><extensionElements><flowable:inputOutput><flowable:inputParameter '
        f"name='a'><flowable:list><flowable:script scriptFormat='javascript'>{THROWS[8:-9]}"
        "</flowable:script></flowable:list></flowable:inputParameter></flowable:inputOutput>"
        "</extensionElements></userTask>",
        error("x"),
    ),
    "a loop that tells how far it is": '<intermediateThrowEvent id="other">'
    '<escalationEventDefinition id="told" escalationRef="u"/></intermediateThrowEvent>'
    + at(f'<userTask id="host">{TELLS}</userTask>', escalation("u"),
         more='cancelActivity="false"'),
    "what a handler throws that is called": at(
        sub(
            '<startEvent id="in"/><task id="done"/><intermediateThrowEvent id="undo">'
            f'{UNDO}</intermediateThrowEvent><boundaryEvent id="c" attachedToRef="done">{UNDO}'
            f'</boundaryEvent><scriptTask id="back" {JS} isForCompensation="true">{THROWS}'
            '</scriptTask><association id="a" sourceRef="c" targetRef="back"/>'
            '<sequenceFlow id="g" sourceRef="in" targetRef="done"/>'
            '<sequenceFlow id="g2" sourceRef="done" targetRef="undo"/>'
        ),
        error("x"),
    ),
    "what an event subprocess inside throws": at(
        sub(
            end("")
            + handler(
                TIMER,
                '<endEvent id="up"><escalationEventDefinition escalationRef="u"/></endEvent>'
                '<sequenceFlow id="g" sourceRef="h" targetRef="up"/>',
                id="h",
            )
        ),
        escalation("u"),
    ),
    "what another code inside lets through": at(
        sub(end(escalation("u")) + handler(escalation(), id="h").replace(
            "<escalationEventDefinition/>", '<messageEventDefinition messageRef="m"/>')),
        escalation("u"),
    ),
    "a cancel end event": at(sub(end(CANCEL), "transaction"), CANCEL),
    "a cancel end event deeper inside": at(
        sub(
            '<startEvent id="s1"/><subProcess id="deep">' + end(CANCEL) + "</subProcess>"
            '<sequenceFlow id="g" sourceRef="s1" targetRef="deep"/>',
            "transaction",
        ),
        CANCEL,
    ),
    "an error event subprocess": handler(error("x")) + end(error("x")),
    "an escalation event subprocess": handler(escalation("u")) + end(escalation("u")),
    "one of two": at('<userTask id="host"/>', error("x") + TIMER),
}  # fmt: skip


@pytest.mark.parametrize("name", CAUGHT)
def test_what_may_come_is_let_be(name: str):
    assert found(CAUGHT[name]) == set()


def test_a_second_event_of_the_same_code_never_catches():
    assert found(at(sub(end(error("x"))), error("x"), error("x"))) == {("never-caught", "b1")}
    assert found(at('<callActivity id="host" calledElement="c"/>', error(), error())) == {
        ("never-caught", "b1")
    }


AT_ONCE = {
    "manual task": '<manualTask id="host"/>',
    "task": '<task id="host"/>',
    "task that waited before": '<task id="host" flowable:async="true"/>',
    "script task": f'<scriptTask id="host" {JS}>{THROWS}</scriptTask>',
    "expression": '<serviceTask id="host" flowable:expression="${1}"/>',
    "send task": '<sendTask id="host" messageRef="m"/>',
}
LETTER = '<messageEventDefinition messageRef="m"/>'
SIGNAL = '<signalEventDefinition signalRef="s"/>'


@pytest.mark.parametrize("definition", [TIMER, LETTER, SIGNAL])
@pytest.mark.parametrize("host", AT_ONCE)
def test_at_an_activity_that_is_done_at_once_nothing_can_happen(host: str, definition: str):
    to_itself = host == "send task" and definition == LETTER
    assert found(at(AT_ONCE[host], definition)) == (set() if to_itself else {("never-waits", "b0")})


@pytest.mark.parametrize(
    "host",
    [
        '<userTask id="host"/>',
        '<manualTask id="host" flowable:asyncAfter="true"/>',
        '<serviceTask id="host" flowable:type="external-worker" flowable:topic="t"/>',
        '<serviceTask id="host" flowable:expression="${1}" flowable:triggerable="true"/>',
        (
            '<task id="host"><standardLoopCharacteristics loopMaximum="3"/></task>'  # may be parked
        ),
    ],
)
def test_at_an_activity_that_waits_it_can(host: str):
    assert found(at(host, TIMER)) == set()


def test_a_condition_may_hold_when_the_activity_begins():
    condition = (
        "<conditionalEventDefinition><condition>${true}</condition></conditionalEventDefinition>"
    )
    assert found(at('<manualTask id="host"/>', condition)) == set()
