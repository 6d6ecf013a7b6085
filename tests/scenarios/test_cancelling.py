"""Whatever waits, and however it is cancelled: nothing of it is left, and the process goes on.

Every kind of wait stands in a subprocess beside a task "Go"; every kind of cause ends it. The table
of both is the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from appliance.scenario.steps import (
    Activate,
    Advance,
    Cancel,
    Change,
    Complete,
    Expect,
    Expectations,
    Message,
    Modify,
    Signal,
    Start,
    Step,
    Suspend,
)
from tests.scenarios.hosts import HOSTS, drawn

BY_TIME = ("boundary timer", "timer event subprocess")

# A wait begins at "wait" and goes on to "left"; `[a b]` is a flow.
WAITS = {
    "user task": '<userTask id="wait" name="W"/>[wait left]',
    "claimed user task": '<userTask id="wait" name="W" flowable:assignee="gonzo"/>[wait left]',
    "receive task": '<receiveTask id="wait"/>[wait left]',
    "receive task with a message": '<receiveTask id="wait" messageRef="m"/>[wait left]',
    "timer": """<intermediateCatchEvent id="wait"><timerEventDefinition>
        <timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>
        [wait left]""",
    "message": """<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"/>
        </intermediateCatchEvent>[wait left]""",
    "signal": """<intermediateCatchEvent id="wait"><signalEventDefinition signalRef="s"/>
        </intermediateCatchEvent>[wait left]""",
    "condition": """<intermediateCatchEvent id="wait"><conditionalEventDefinition>
        <condition>${late}</condition></conditionalEventDefinition></intermediateCatchEvent>
        [wait left]""",
    "all of several events": """<intermediateCatchEvent id="wait" parallelMultiple="true">
        <messageEventDefinition messageRef="m"/><signalEventDefinition signalRef="s"/>
        </intermediateCatchEvent>[wait left]""",
    "event gateway": """<eventBasedGateway id="wait"/>
        <intermediateCatchEvent id="w1"><messageEventDefinition messageRef="m"/>
        </intermediateCatchEvent>
        <intermediateCatchEvent id="w2"><timerEventDefinition><timeDuration>P5D</timeDuration>
        </timerEventDefinition></intermediateCatchEvent><receiveTask id="w3"/>
        [wait w1] [wait w2] [wait w3] [w1 left] [w2 left] [w3 left]""",
    "external worker": """<serviceTask id="wait" flowable:type="external-worker"
        flowable:topic="t"/>[wait left]""",
    "service task with a trigger": """<serviceTask id="wait" flowable:expression="${true}"
        flowable:triggerable="true"/>[wait left]""",
    "ad-hoc subprocess": """<adHocSubProcess id="wait"><userTask id="w1" name="W"/>
        <userTask id="w2" name="W"/><completionCondition>${false}</completionCondition>
        </adHocSubProcess>[wait left]""",
    "event subprocess at work": """<subProcess id="wait"><subProcess id="w1"><startEvent id="w2"/>
        <endEvent id="w3"><escalationEventDefinition escalationRef="inner"/></endEvent>[w2 w3]
        </subProcess><subProcess id="w4" triggeredByEvent="true"><startEvent id="w5">
        <escalationEventDefinition escalationRef="inner"/></startEvent><userTask id="w6" name="W"/>
        [w5 w6]</subProcess></subProcess>[wait left]""",
    "job before": '<task id="wait" flowable:asyncBefore="true"/>[wait left]',
    "job after": '<task id="wait" flowable:asyncAfter="true"/>[wait left]',
    "job that failed": """<serviceTask id="wait" flowable:async="true"
        flowable:expression="${nothing}"/>[wait left]""",
    "called process": '<callActivity id="wait" calledElement="called"/>[wait left]',
    "called processes": """<callActivity id="wait" calledElement="called">
        <multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>
        </multiInstanceLoopCharacteristics></callActivity>[wait left]""",
    "subprocess": """<subProcess id="wait"><userTask id="w1" name="W"/>
        <intermediateCatchEvent id="w2"><messageEventDefinition messageRef="m"/>
        </intermediateCatchEvent></subProcess>[wait left]""",
    "subprocess that listens": """<subProcess id="wait"><userTask id="w1" name="W"/>
        <subProcess id="w2" triggeredByEvent="true"><startEvent id="w3" isInterrupting="false">
        <messageEventDefinition messageRef="m"/></startEvent></subProcess>
        <subProcess id="w4" triggeredByEvent="true"><startEvent id="w5">
        <timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>
        </startEvent></subProcess></subProcess>[wait left]""",
    "transaction": """<transaction id="wait"><userTask id="w1" name="W"/></transaction>
        [wait left]""",
    "parallel multi-instance": """<userTask id="wait" name="W"><multiInstanceLoopCharacteristics>
        <loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>
        [wait left]""",
    "sequential multi-instance": """<userTask id="wait" name="W"><multiInstanceLoopCharacteristics
        isSequential="true"><loopCardinality>3</loopCardinality>
        </multiInstanceLoopCharacteristics></userTask>[wait left]""",
    "multi-instance subprocess": """<subProcess id="wait"><multiInstanceLoopCharacteristics>
        <loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>
        <userTask id="w1" name="W"/><receiveTask id="w2"/></subProcess>[wait left]""",
    "standard loop": """<userTask id="wait" name="W"><standardLoopCharacteristics
        loopMaximum="2"/></userTask>[wait left]""",
    "boundary events": """<userTask id="wait" name="W"/>
        <boundaryEvent id="w1" attachedToRef="wait"><timerEventDefinition>
        <timeDuration>P5D</timeDuration></timerEventDefinition></boundaryEvent>
        <boundaryEvent id="w2" attachedToRef="wait" cancelActivity="false">
        <messageEventDefinition messageRef="m"/></boundaryEvent>
        <boundaryEvent id="w3" attachedToRef="wait"><signalEventDefinition signalRef="s"/>
        </boundaryEvent>
        <boundaryEvent id="w4" attachedToRef="wait"><conditionalEventDefinition>
        <condition>${late}</condition></conditionalEventDefinition></boundaryEvent>
        [wait left] [w1 left] [w2 left] [w3 left] [w4 left]""",
    "parallel join": """<parallelGateway id="wait"/><userTask id="w1" name="W"/><task id="w2"/>
        <parallelGateway id="w3"/>[wait w1] [wait w2] [w1 w3] [w2 w3] [w3 left]""",
    "inclusive join": """<inclusiveGateway id="wait"/><userTask id="w1" name="W"/><task id="w2"/>
        <inclusiveGateway id="w3"/>[wait w1] [wait w2] [w1 w3] [w2 w3] [w3 left]""",
    "complex join": """<parallelGateway id="wait"/><userTask id="w1" name="W"/><task id="w2"/>
        <complexGateway id="w3"><activationCondition>${activationCount >= 2}</activationCondition>
        </complexGateway>[wait w1] [wait w2] [w1 w3] [w2 w3] [w3 left]""",
    "compensation at work": """<task id="wait"/>
        <boundaryEvent id="w1" attachedToRef="wait"><compensateEventDefinition/></boundaryEvent>
        <userTask id="w2" name="W" isForCompensation="true"/>
        <association id="w3" sourceRef="w1" targetRef="w2"/>
        <intermediateThrowEvent id="w4"><compensateEventDefinition waitForCompletion="true"/>
        </intermediateThrowEvent>[wait w4] [w4 left]""",
    "compensation that nobody waits for": """<task id="wait"/>
        <boundaryEvent id="w1" attachedToRef="wait"><compensateEventDefinition/></boundaryEvent>
        <userTask id="w2" name="W" isForCompensation="true"/>
        <association id="w3" sourceRef="w1" targetRef="w2"/><userTask id="w5" name="W"/>
        <intermediateThrowEvent id="w4"><compensateEventDefinition waitForCompletion="false"/>
        </intermediateThrowEvent>[wait w4] [w4 w5] [w5 left]""",
    "compensation to be had": """<task id="wait"/>
        <boundaryEvent id="w1" attachedToRef="wait"><compensateEventDefinition/></boundaryEvent>
        <task id="w2" isForCompensation="true"/>
        <association id="w3" sourceRef="w1" targetRef="w2"/><userTask id="w4" name="W"/>
        [wait w4] [w4 left]""",
}


def bordered(xml: str) -> str:
    """An activity that waits, with everything at its border that can happen there."""
    events = "".join(
        f'<boundaryEvent id="b{kind[0]}{cancels[0]}" attachedToRef="wait" '
        f'cancelActivity="{cancels}">{definition}</boundaryEvent>[b{kind[0]}{cancels[0]} left]'
        for kind, definition in BORDER.items()
        for cancels in ("true", "false")
    )
    return xml.replace('id="host"', 'id="wait"') + events + "[wait left]"


BORDER = {
    "timer": """<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>""",
    "signal": '<signalEventDefinition signalRef="ring"/>',
    "condition": """<conditionalEventDefinition><condition>${late}</condition>
        </conditionalEventDefinition>""",
}
WAITS |= {f"{name} with events": bordered(host.xml) for name, host in HOSTS.items()}

GO = Complete(complete="Go")
STOP = Message(message="stop")
BEGIN = """<startEvent id="begin"/><parallelGateway id="fork"/>
    [begin fork] [fork go] [fork wait]"""


@dataclass(frozen=True, slots=True)
class Cause:
    """What ends the scope: XML inside, XML around it with the event "cause", and what happens."""

    inside: str
    around: str
    step: Step
    tag: str = "subProcess"
    begin: str = BEGIN


def _boundary(definition: str) -> str:
    return f'<boundaryEvent id="cause" attachedToRef="scope">{definition}</boundaryEvent>'


def _handler(definition: str) -> str:
    return (
        '<subProcess id="handler" triggeredByEvent="true">'
        f'<startEvent id="cause">{definition}</startEvent></subProcess>'
    )


def _end(definition: str) -> str:
    return f'<endEvent id="up">{definition}</endEvent>[go up]'


def _twice(more: str = "") -> str:
    return (
        f"<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>{more}"
        "</multiInstanceLoopCharacteristics>"
    )


TIMER = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="stop"/>'
SIGNAL = '<signalEventDefinition signalRef="halt"/>'
CONDITION = """<conditionalEventDefinition><condition>${stop}</condition>
    </conditionalEventDefinition>"""
ERROR = '<errorEventDefinition errorRef="e"/>'
ESCALATION = '<escalationEventDefinition escalationRef="u"/>'
TERMINATE = "<terminateEventDefinition/>"
TERMINATE_ALL = '<terminateEventDefinition flowable:terminateMultiInstance="true"/>'
ENOUGH = "<completionCondition>{}</completionCondition>"
FIRST_GOES = """<startEvent id="begin"/><exclusiveGateway id="fork" default="fork-wait"/>
    [begin fork] [fork wait] <sequenceFlow id="fork-go" sourceRef="fork" targetRef="go">
    <conditionExpression>${loopCounter == 0}</conditionExpression></sequenceFlow>"""
GO_STOP = Complete(complete="Go", variables={"stop": True})
NEVER = Cause("", "", GO)

CAUSES = {
    "boundary timer": Cause("", _boundary(TIMER), Advance(advance="P3D")),
    "boundary message": Cause("", _boundary(MESSAGE), STOP),
    "boundary signal": Cause("", _boundary(SIGNAL), Signal(signal="halt")),
    "boundary condition": Cause("", _boundary(CONDITION), GO_STOP),
    "error": Cause(_end(ERROR), _boundary(ERROR), GO),
    "escalation": Cause(_end(ESCALATION), _boundary(ESCALATION), GO),
    "terminate": Cause(_end(TERMINATE), "", GO),
    "timer event subprocess": Cause(_handler(TIMER), "", Advance(advance="P3D")),
    "message event subprocess": Cause(_handler(MESSAGE), "", STOP),
    "signal event subprocess": Cause(_handler(SIGNAL), "", Signal(signal="halt")),
    "condition event subprocess": Cause(_handler(CONDITION), "", GO_STOP),
    "error event subprocess": Cause(_end(ERROR) + _handler(ERROR), "", GO),
    "escalation event subprocess": Cause(_end(ESCALATION) + _handler(ESCALATION), "", GO),
    "transaction": Cause(
        _end("<cancelEventDefinition/>"), _boundary("<cancelEventDefinition/>"), GO, "transaction"
    ),
    "caller": Cause("", _boundary(MESSAGE), STOP, "callActivity"),
    "error of a called process": Cause(_end(ERROR), _boundary(ERROR), GO, "callActivity"),
    "terminate in a called process": Cause(_end(TERMINATE), "", GO, "callActivity"),
    "enough iterations": Cause(
        _twice(ENOUGH.format("${nrOfCompletedInstances &gt;= 1}")), "", GO, begin=FIRST_GOES
    ),
    "terminate of all iterations": Cause(_twice() + _end(TERMINATE_ALL), "", GO),
    "enough of an ad-hoc subprocess": Cause(
        ENOUGH.format("${stop}"), "", GO_STOP, "adHocSubProcess", ""
    ),
    "modification": Cause("", "", Modify(modify=Change(cancel=["scope"], start=["recover"]))),
}


def model(wait: str, cause: Cause) -> str:
    """The process: what waits and "Go" in a scope, what ends it, and "Recover" afterwards."""
    body = f"""{cause.begin}<userTask id="go" name="Go"/>{cause.inside}{wait}<task id="left"/>"""
    scope, called = f'<{cause.tag} id="scope">{body}</{cause.tag}>', ""
    if cause.tag == "callActivity":
        scope = '<callActivity id="scope" calledElement="within"/>'
        called = f'<process id="within" isExecutable="true">{body}</process>'
    return drawn(
        f"""<process id="matrix" isExecutable="true"><startEvent id="start"/>[start scope]{scope}
    {cause.around}{"[cause recover]" if cause.around else "[scope recover]"}
    <userTask id="recover" name="Recover"/></process>{called}
  <process id="called" isExecutable="true">
    <userTask id="calledTask" name="W"/><receiveTask id="calledReceive"/>
  </process>"""
    )


def leaves_with_time(wait: str) -> bool:
    """A job does not wait until a timer is due."""
    return wait in ("job before", "job after") or "left later" in wait


def begun(wait: str) -> list[Step]:
    """What has to happen before it waits: jobs run only when time passes."""
    return [Advance(advance="PT1M")] if wait == "job that failed" else []


@pytest.mark.parametrize(
    ("wait", "cause"),
    [
        (wait, cause)
        for wait in WAITS
        for cause in CAUSES
        if cause not in BY_TIME or not leaves_with_time(wait)
    ],
)
def test_what_waits_is_cancelled_by_an_event(
    run: Callable[..., list[tuple]], wait: str, cause: str
):
    recovered = Expectations(tasks=["Recover"], instances=1, timers=0, subscriptions=0)
    over = Expectations(status="COMPLETED", incidents=[], visited={"left": 0})
    live = run(
        model(WAITS[wait], CAUSES[cause]),
        Start(start="matrix", variables={"stop": False, "late": False}),
        *begun(wait),
        CAUSES[cause].step,
        Expect(expect=recovered),
        Advance(advance="P9D"),
        Complete(complete="Recover"),
        Expect(expect=over),
    )
    assert live == []


@pytest.mark.parametrize("wait", WAITS)
def test_what_waits_is_cancelled_with_its_instance(run: Callable[..., list[tuple]], wait: str):
    live = run(
        model(WAITS[wait], NEVER),
        Start(start="matrix", variables={"late": False}),
        *begun(wait),
        Cancel(cancel="enough"),
        Advance(advance="P9D"),
        Expect(expect=Expectations(status="TERMINATED", visited={"left": 0})),
    )
    assert live == []


@pytest.mark.parametrize("wait", WAITS)
def test_what_waits_is_ended_by_terminate_all(run: Callable[..., list[tuple]], wait: str):
    end = """<endEvent id="all"><terminateEventDefinition flowable:terminateAll="true"/></endEvent>
        [go all]"""
    live = run(
        model(WAITS[wait], Cause(end, "", GO)),
        Start(start="matrix", variables={"late": False}),
        *begun(wait),
        GO,
        Expect(expect=Expectations(status="COMPLETED", visited={"left": 0, "recover": 0})),
    )
    assert live == []


@pytest.mark.parametrize("wait", WAITS)
def test_what_waits_stands_still_while_suspended(run: Callable[..., list[tuple]], wait: str):
    """Nothing of it moves, and afterwards all of it is there as before."""
    waiting = Expectations(visited={"left": 0, "recover": 0})
    run(
        model(WAITS[wait], NEVER),
        Start(start="matrix", variables={"late": False}),
        Suspend(suspend=True),
        Advance(advance="P9D"),
        Complete(complete="Go", fails="INSTANCE_SUSPENDED"),
        Expect(expect=Expectations(status="SUSPENDED", visited={"left": 0, "go": 0})),
        Activate(activate=True),
        GO,
        Expect(expect=waiting),
    )
