"""Whatever waits, and however it is cancelled: nothing of it is left, and the process goes on.

Every kind of wait stands in a subprocess beside a task "Go"; every kind of cause ends it. The table
of both is the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from appliance.scenario.play import play
from appliance.scenario.read import Scenario
from appliance.scenario.report import told
from appliance.scenario.stage import Stage, stages
from appliance.scenario.steps import (
    Activate,
    Advance,
    Cancel,
    Complete,
    Expect,
    Expectations,
    Message,
    Signal,
    Start,
    Step,
    Suspend,
)

CLOCK = 1_767_603_600_000
FLOW = r'<sequenceFlow id="\1-\2" sourceRef="\1" targetRef="\2"/>'

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

GO = Complete(complete="Go")
# XML inside the subprocess (behind "go"), XML around it, and what happens.
CAUSES: dict[str, tuple[str, str, Step]] = {
    "boundary timer": (
        "",
        """<boundaryEvent id="cause" attachedToRef="scope"><timerEventDefinition>
        <timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>""",
        Advance(advance="P3D"),
    ),
    "boundary message": (
        "",
        """<boundaryEvent id="cause" attachedToRef="scope">
        <messageEventDefinition messageRef="stop"/></boundaryEvent>""",
        Message(message="stop"),
    ),
    "boundary signal": (
        "",
        """<boundaryEvent id="cause" attachedToRef="scope">
        <signalEventDefinition signalRef="halt"/></boundaryEvent>""",
        Signal(signal="halt"),
    ),
    "boundary condition": (
        "",
        """<boundaryEvent id="cause" attachedToRef="scope"><conditionalEventDefinition>
        <condition>${stop}</condition></conditionalEventDefinition></boundaryEvent>""",
        Complete(complete="Go", variables={"stop": True}),
    ),
    "error": (
        '<endEvent id="broken"><errorEventDefinition errorRef="e"/></endEvent>[go broken]',
        """<boundaryEvent id="cause" attachedToRef="scope"><errorEventDefinition errorRef="e"/>
        </boundaryEvent>""",
        GO,
    ),
    "escalation": (
        '<endEvent id="up"><escalationEventDefinition escalationRef="u"/></endEvent>[go up]',
        """<boundaryEvent id="cause" attachedToRef="scope">
        <escalationEventDefinition escalationRef="u"/></boundaryEvent>""",
        GO,
    ),
    "terminate": ('<endEvent id="end"><terminateEventDefinition/></endEvent>[go end]', "", GO),
    "event subprocess": (
        """<subProcess id="handler" triggeredByEvent="true"><startEvent id="cause">
        <messageEventDefinition messageRef="stop"/></startEvent></subProcess>""",
        "",
        Message(message="stop"),
    ),
    "error event subprocess": (
        """<endEvent id="broken"><errorEventDefinition errorRef="e"/></endEvent>[go broken]
        <subProcess id="handler" triggeredByEvent="true"><startEvent id="cause">
        <errorEventDefinition errorRef="e"/></startEvent></subProcess>""",
        "",
        GO,
    ),
    "transaction": (
        '<endEvent id="undo"><cancelEventDefinition/></endEvent>[go undo]',
        """<boundaryEvent id="cause" attachedToRef="scope"><cancelEventDefinition/>
        </boundaryEvent>""",
        GO,
    ),
}
LIVE = """
SELECT 'activity', id, node FROM activity WHERE ended IS NULL
UNION ALL SELECT 'instance', id, NULL FROM instance WHERE ended IS NULL
UNION ALL SELECT 'task', id, node FROM task WHERE ended IS NULL
UNION ALL SELECT 'inbox', task, who FROM inbox UNION ALL SELECT 'job', id, node FROM job
UNION ALL SELECT 'subscription', id, node FROM subscription
UNION ALL SELECT 'incident', id, node FROM incident WHERE resolved IS NULL
"""


def model(wait: str, inside: str, around: str, scope: str) -> str:
    """The process in XML; ``[a b]`` in its parts stands for a sequence flow."""
    text = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    targetNamespace="t" xmlns:flowable="http://flowable.org/bpmn">
  <message id="m" name="m"/><message id="stop" name="stop"/>
  <signal id="s" name="s"/><signal id="halt" name="halt"/>
  <error id="e" errorCode="e"/><escalation id="u" escalationCode="u"/>
  <escalation id="inner" escalationCode="inner"/>
  <process id="matrix" isExecutable="true">
    <startEvent id="start"/>[start scope]
    <{scope} id="scope">
      <startEvent id="begin"/><parallelGateway id="fork"/><userTask id="go" name="Go"/>
      [begin fork] [fork go] [fork wait]
      {inside}
      {wait}
      <task id="left"/>
    </{scope}>
    {around}{"[cause recover]" if around else "[scope recover]"}
    <userTask id="recover" name="Recover"/>
  </process>
  <process id="called" isExecutable="true">
    <userTask id="calledTask" name="W"/><receiveTask id="calledReceive"/>
  </process>
</definitions>"""
    return re.sub(r"\[(\w+) (\w+)\]", FLOW, text)


def begun(wait: str) -> list[Step]:
    """What has to happen before it waits: jobs run only when time passes."""
    return [Advance(advance="PT1M")] if wait == "job that failed" else []


@pytest.fixture(scope="module")
def opened() -> Iterator[Callable[[int], AbstractContextManager[Stage]]]:
    with stages() as opened:
        yield opened


@pytest.fixture
def run(
    tmp_path: Path, opened: Callable[[int], AbstractContextManager[Stage]]
) -> Callable[..., list[tuple]]:
    """Plays steps on a model; the rows that are live afterwards."""

    def run(xml: str, *played: Step) -> list[tuple]:
        file = tmp_path / "matrix.bpmn20.xml"
        file.write_text(xml)
        with opened(CLOCK) as stage:
            result = play(Scenario(file, "matrix", (file,), CLOCK, played), stage)
            assert result.ok, told(result)
            return stage.box.store.read().execute(LIVE).fetchall()

    return run


@pytest.mark.parametrize(
    ("wait", "cause"),
    [
        (wait, cause)
        for wait in WAITS
        for cause in CAUSES
        # A job does not wait until the timer is due.
        if cause != "boundary timer" or wait not in ("job before", "job after")
    ],
)
def test_what_waits_is_cancelled_by_an_event(
    run: Callable[..., list[tuple]], wait: str, cause: str
):
    inside, around, step = CAUSES[cause]
    xml = model(
        WAITS[wait], inside, around, "transaction" if cause == "transaction" else "subProcess"
    )
    recovered = Expectations(tasks=["Recover"], instances=1, timers=0, subscriptions=0)
    over = Expectations(status="COMPLETED", incidents=[], visited={"left": 0})
    live = run(
        xml,
        Start(start="matrix", variables={"stop": False, "late": False}),
        *begun(wait),
        step,
        Expect(expect=recovered),
        Advance(advance="P9D"),
        Complete(complete="Recover"),
        Expect(expect=over),
    )
    assert live == []


@pytest.mark.parametrize("wait", WAITS)
def test_what_waits_is_cancelled_with_its_instance(run: Callable[..., list[tuple]], wait: str):
    live = run(
        model(WAITS[wait], "", "", "subProcess"),
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
        model(WAITS[wait], end, "", "subProcess"),
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
        model(WAITS[wait], "", "", "subProcess"),
        Start(start="matrix", variables={"late": False}),
        Suspend(suspend=True),
        Advance(advance="P9D"),
        Complete(complete="Go", fails="INSTANCE_SUSPENDED"),
        Expect(expect=Expectations(status="SUSPENDED", visited={"left": 0, "go": 0})),
        Activate(activate=True),
        GO,
        Expect(expect=waiting),
    )
