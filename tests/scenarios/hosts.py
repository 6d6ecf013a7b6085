"""Every kind of activity that can stand while something happens at its border, and the triggers.

In all XML here ``[a b]`` stands for a sequence flow, and the activity has the id "host".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from appliance.scenario.steps import (
    Advance,
    Answer,
    Complete,
    Expect,
    Expectations,
    Job,
    Message,
    RunJobs,
    Set,
    Signal,
    Step,
    Trigger,
)

OVER = Expect(expect=Expectations(status="COMPLETED", instances=0, incidents=[]))
NOTHING = {"timers": 0, "subscriptions": 0}
_FLOW = r'<sequenceFlow id="\1-\2" sourceRef="\1" targetRef="\2"/>'


def drawn(body: str) -> str:
    """A file with these processes, and all that they may refer to."""
    return re.sub(
        r"\[(\w+) (\w+)\]",
        _FLOW,
        f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    targetNamespace="t" xmlns:flowable="http://flowable.org/bpmn">
  <message id="m" name="m"/><message id="stop" name="stop"/><message id="edge" name="edge"/>
  <signal id="s" name="s"/><signal id="halt" name="halt"/><signal id="ring" name="ring"/>
  <error id="e" errorCode="e"/><error id="f" errorCode="f"/>
  <escalation id="u" escalationCode="u"/><escalation id="v" escalationCode="v"/>
  <escalation id="inner" escalationCode="inner"/>
  {body}</definitions>""",
    )


def expect(*tasks: str, **more: Any) -> Step:
    """Exactly these tasks are open, and more is as told."""
    return Expect(expect=Expectations(tasks=list(tasks), **more))


@dataclass(frozen=True, slots=True)
class Host:
    """An activity: the ``tasks`` that are open while it stands, and what does its work.

    ``later`` ones stand only until jobs run.
    """

    xml: str
    finish: tuple[Step, ...]
    tasks: tuple[str, ...] = ()
    later: bool = False


def _many(more: str = "", times: int = 2) -> str:
    return (
        f"<multiInstanceLoopCharacteristics {more}><loopCardinality>{times}</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )


_SEQUENTIAL = _many('isSequential="true"')
_LOOP = '<standardLoopCharacteristics loopMaximum="2"/>'
_INSIDE = '<startEvent id="i1"/><userTask id="i2" name="Work"/><endEvent id="i3"/>[i1 i2] [i2 i3]'
_WORK = Complete(complete="Work")
_LATER = 'flowable:asyncAfter="true"'
_WORKER = 'flowable:type="external-worker" flowable:topic="t"'


def _by_worker(tag: str) -> Host:
    answered = Job(job=Answer(type="t", complete={}))
    return Host(f'<{tag} id="host" {_WORKER}/>', (answered,))


def _left_later(tag: str, more: str = "", inside: str = "") -> Host:
    xml = f'<{tag} id="host" {_LATER} {more}>{inside}</{tag}>'
    return Host(xml, (RunJobs(run_jobs=True),), later=True)


def _around(tag: str, inside: str, more: str = "") -> Host:
    """An activity with one user task in it."""
    return Host(f'<{tag} id="host" {more}>{inside}</{tag}>', (_WORK,), ("Work",))


def _twice(tag: str, loop: str, inside: str = "", more: str = "") -> Host:
    """An activity that is done twice, one after the other or both at once."""
    at_once = loop == _many()
    xml = f'<{tag} id="host" {more}>{loop}{inside}</{tag}>'
    return Host(xml, (_WORK, _WORK), ("Work",) * (2 if at_once else 1))


_TASK, _CALL = 'name="Work"', 'calledElement="called"'

HOSTS = {
    "user task": _around("userTask", "", _TASK),
    "receive task": Host('<receiveTask id="host"/>', (Trigger(trigger="host"),)),
    "receive task with a message": Host(
        '<receiveTask id="host" messageRef="m"/>', (Message(message="m"),)
    ),
    "service task of a worker": _by_worker("serviceTask"),
    "send task of a worker": _by_worker("sendTask"),
    "business rule task of a worker": _by_worker("businessRuleTask"),
    "service task with a trigger": Host(
        '<serviceTask id="host" flowable:expression="${1}" flowable:triggerable="true"/>',
        (Trigger(trigger="host"),),
    ),
    "task that is left later": _left_later("task"),
    "manual task that is left later": _left_later("manualTask"),
    "script task that is left later": _left_later("scriptTask", inside="<script>${1}</script>"),
    "service task that is left later": _left_later("serviceTask", 'flowable:expression="${1}"'),
    "send task that is left later": _left_later("sendTask", 'messageRef="m"'),
    "call activity": _around("callActivity", "", _CALL),
    "subprocess": _around("subProcess", _INSIDE),
    "transaction": _around("transaction", _INSIDE),
    "ad-hoc subprocess": _around("adHocSubProcess", '<userTask id="i2" name="Work"/>'),
    "parallel user tasks": _twice("userTask", _many(), more=_TASK),
    "sequential user tasks": _twice("userTask", _SEQUENTIAL, more=_TASK),
    "user task in a loop": _twice("userTask", _LOOP, more=_TASK),
    "parallel calls": _twice("callActivity", _many(), more=_CALL),
    "sequential calls": _twice("callActivity", _SEQUENTIAL, more=_CALL),
    "parallel subprocesses": _twice("subProcess", _many(), _INSIDE),
    "sequential subprocesses": _twice("subProcess", _SEQUENTIAL, _INSIDE),
    "subprocess in a loop": _twice("subProcess", _LOOP, _INSIDE),
    "parallel transactions": _twice("transaction", _many(), _INSIDE),
}
CALLED = (
    '<process id="called" isExecutable="true"><startEvent id="c1"/><userTask id="c2" name="Work"/>'
    '<endEvent id="c3"/>[c1 c2] [c2 c3]</process>'
)


def model(host: str, events: str, called: str = CALLED) -> str:
    """A process of one activity: after it comes "Done"; what is caught leads to "Caught"."""
    return drawn(
        f"""<process id="border" isExecutable="true"><startEvent id="start"/>{host}
        <userTask id="done" name="Done"/><endEvent id="end"/>
        [start host] [host done] [done end] {events}
        <userTask id="caught" name="Caught"/><endEvent id="end2"/>[caught end2]</process>{called}"""
    )


def event(definition: str, *, interrupting: bool = True, id: str = "edge", more: str = "") -> str:
    """A boundary event that leads to "Caught"."""
    cancels = str(interrupting).lower()
    return (
        f'<boundaryEvent id="{id}" attachedToRef="host" cancelActivity="{cancels}" {more}>'
        f"{definition}</boundaryEvent>[{id} caught]"
    )


@dataclass(frozen=True, slots=True)
class Edge:
    """A trigger of a boundary event, and the step by which it happens."""

    definition: str
    happen: tuple[Step, ...]
    more: str = ""


_LETTER = '<messageEventDefinition messageRef="edge"/>'
_BELL = '<signalEventDefinition signalRef="ring"/>'
_SEND, _RING = Message(message="edge"), Signal(signal="ring")

EDGES = {
    "timer": Edge(
        "<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>",
        (Advance(advance="PT1H"),),
    ),
    "message": Edge(_LETTER, (_SEND,)),
    "signal": Edge(_BELL, (_RING,)),
    "condition": Edge(
        "<conditionalEventDefinition><condition>${alarm}</condition></conditionalEventDefinition>",
        (Set(set={"alarm": True}),),
    ),
    "one of several": Edge(_LETTER + _BELL, (_RING,)),
    "all of several": Edge(_LETTER + _BELL, (_SEND, _RING), 'parallelMultiple="true"'),
}
