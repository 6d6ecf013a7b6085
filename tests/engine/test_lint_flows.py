"""Flows that BPMN does not allow are errors; what has no effect is a warning."""

from __future__ import annotations

import pytest

from engine.markup import MODEL
from engine.xml import inspect

SIGNAL = '<signalEventDefinition signalRef="s"/>'
UNDO = "<compensateEventDefinition/>"
LETTER = '<messageEventDefinition messageRef="letter"/>'
LINK = '<linkEventDefinition name="l"/>'
TRUE = "<conditionExpression>true</conditionExpression>"
INSIDE = f"""
    <subProcess id="beside" triggeredByEvent="true">
      <startEvent id="heard">{SIGNAL}</startEvent><task id="b"/>
      <sequenceFlow id="i" sourceRef="heard" targetRef="b"/>
    </subProcess>"""


def flow(source: str, target: str, condition: str = "", id: str = "") -> str:
    name = id or f"{source}_{target}"
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{name}" {ends}>{condition}</sequenceFlow>'


def rules(body: str, severity: str) -> set[str]:
    text = (
        f'<definitions xmlns="{MODEL}" targetNamespace="t"><signal id="s" name="s"/>'
        '<error id="x" errorCode="x"/><error id="nameless"/><message id="letter" name="letter"/>'
        '<process id="p" isExecutable="true">'
        f'<startEvent id="begin"/><task id="work"/>{flow("begin", "work")}{body}'
        "</process></definitions>"
    )
    return {each.rule for each in inspect(text.encode()).findings if each.severity == severity}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (INSIDE + flow("work", "beside"), "event-subprocess-flow"),
        (INSIDE + '<task id="c"/>' + flow("beside", "c"), "event-subprocess-flow"),
        (
            f'<boundaryEvent id="late" attachedToRef="work">{SIGNAL}</boundaryEvent>'
            + flow("work", "late"),
            "flow-into-boundary",
        ),
        ('<eventBasedGateway id="g"/>' + flow("work", "g"), "event-gateway"),
        (
            '<endEvent id="e"><cancelEventDefinition/></endEvent>' + flow("work", "e"),
            "cancel",
        ),
        (
            (
                '<task id="t"><standardLoopCharacteristics loopMaximum="2"/>'
                "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
                "</multiInstanceLoopCharacteristics></task>"
            ),
            "loop",
        ),
        (
            (f'<boundaryEvent id="undo" attachedToRef="work">{UNDO}</boundaryEvent>'
            f'<boundaryEvent id="undoToo" attachedToRef="work">{UNDO}</boundaryEvent>'
            '<task id="h" isForCompensation="true"/>'
            '<association id="a" sourceRef="undo" targetRef="h"/>'
            '<association id="b" sourceRef="undoToo" targetRef="h"/>'),
            "compensation",
        ),
        (
            '<endEvent id="e"><errorEventDefinition errorRef="nameless"/></endEvent>'
            + flow("work", "e"),
            "error",
        ),
        (
            (f'<boundaryEvent id="first" attachedToRef="work">{LETTER}</boundaryEvent>'
            f'<boundaryEvent id="second" attachedToRef="work">{LETTER}</boundaryEvent>'),
            "contested-message",
        ),
        (
            f'<startEvent id="first">{LETTER}</startEvent>'
            f'<startEvent id="second">{LETTER}</startEvent>'
            + flow("first", "work")
            + flow("second", "work"),
            "contested-message",
        ),
        *(
            (
                f'<intermediateThrowEvent id="t"><{kind}EventDefinition {reference}="nothing"/>'
                "</intermediateThrowEvent>" + flow("work", "t"),
                "dangling-reference",
            )
            for kind, reference in [
                ("compensate", "activityRef"), ("message", "messageRef"), ("signal", "signalRef"),
            ]
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_an_error(body, rule):
    assert rule in rules(body, "error")


@pytest.mark.parametrize(
    "signals",
    ['<signal id="s"/>', '<signal name="s"/>', '<signal id="s" name=" "/>',
     '<signal id="a" name="s"/><signal id="b" name="s"/>'],
)  # fmt: skip
def test_every_signal_has_a_name_of_its_own(signals):
    text = f'<definitions xmlns="{MODEL}" targetNamespace="t">{signals}{{}}</definitions>'
    runs = '<process id="p"><task id="work"/></process>'
    found = inspect(text.format(runs).encode()).findings
    assert [each.rule for each in found if each.severity == "error"] == ["signal"]
    drawn = runs.replace('id="p"', 'id="p" isExecutable="false"')
    assert not inspect(text.format(drawn).encode()).findings


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (
            f'<boundaryEvent id="undo" attachedToRef="work">{UNDO}</boundaryEvent>'
            '<task id="h" isForCompensation="true"/><task id="c"/>'
            '<association id="a" sourceRef="undo" targetRef="h"/>' + flow("undo", "c"),
            "dead-flow",
        ),
        (
            f'<boundaryEvent id="undo" attachedToRef="work">{UNDO}</boundaryEvent>'
            '<task id="h" isForCompensation="true"/><task id="c"/>'
            '<association id="a" sourceRef="undo" targetRef="h"/>' + flow("h", "c"),
            "dead-flow",
        ),
        (
            f'<intermediateThrowEvent id="go">{LINK}</intermediateThrowEvent>'
            f'<intermediateCatchEvent id="come">{LINK}</intermediateCatchEvent><task id="c"/>'
            + flow("work", "go") + flow("go", "c") + flow("come", "c"),
            "dead-flow",
        ),
        (
            f'<intermediateThrowEvent id="go">{LINK}</intermediateThrowEvent>'
            f'<intermediateCatchEvent id="come">{LINK}</intermediateCatchEvent>'
            + flow("work", "go") + flow("work", "come"),
            "flow-into-link",
        ),
        (
            '<parallelGateway id="g"/><task id="c"/>' + flow("work", "g") + flow("g", "c", TRUE),
            "ignored-condition",
        ),
        (
            '<task id="t" default="d"/><task id="c"/>' + flow("work", "t")
            + flow("t", "c", TRUE, "d"),
            "ignored-condition",
        ),
        ('<intermediateCatchEvent id="c"/>' + flow("work", "c"), "waits-for-nothing"),
        (
            '<adHocSubProcess id="h"><startEvent id="in"/><task id="c"/></adHocSubProcess>'
            + flow("work", "h"),
            "ad-hoc-start",
        ),
        (
            ('<subProcess id="h" triggeredByEvent="true">'
            '<startEvent id="in" isInterrupting="false">'
            '<errorEventDefinition errorRef="x"/></startEvent></subProcess>'),
            "event-subprocess-start",
        ),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_a_warning(body, rule):
    assert rule in rules(body, "warning")


def test_a_cancel_end_event_may_stand_deeper_in_a_transaction():
    body = (
        '<transaction id="deal"><subProcess id="deeper"><startEvent id="i"/>'
        f'<endEvent id="no"><cancelEventDefinition/></endEvent>{flow("i", "no")}</subProcess>'
        f"</transaction>{flow('work', 'deal')}"
    )
    assert "cancel" not in rules(body, "error")
