"""Every kind of activity in which something is thrown, or that is undone when it was completed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from appliance.scenario.steps import (
    Answer,
    Complete,
    Expect,
    Expectations,
    Job,
    Message,
    Start,
    Step,
    Trigger,
)
from tests.scenarios.hosts import CALLED, HOSTS, OVER, Host, drawn, event, expect, model

Run = Callable[..., list[tuple]]
START, GO, WORK = Start(start="border"), Complete(complete="Go"), Complete(complete="Work")
CAUGHT, DONE, UNDO = (Complete(complete=name) for name in ("Caught", "Done", "Undo"))

ERROR = '<errorEventDefinition errorRef="{}"/>'
ESCALATION = '<escalationEventDefinition escalationRef="{}"/>'
ANY = {"error": "<errorEventDefinition/>", "escalation": "<escalationEventDefinition/>"}


@dataclass(frozen=True, slots=True)
class Scope:
    """An activity with others inside: "Go" leads to what throws, "Work" does not."""

    tag: str
    more: str = ""
    loop: str = ""
    at_once: int = 1
    times: int = 1
    deep: bool = False

    def xml(self, definition: str) -> tuple[str, str]:
        """The activity, and the process that it may call."""
        body = self._body(definition)
        if self.deep:
            body = f'<startEvent id="d1"/><subProcess id="d2">{body}</subProcess>[d1 d2]'
        called, inside = CALLED, body
        if self.tag == "callActivity":
            called, inside = f'<process id="called" isExecutable="true">{body}</process>', ""
        return f'<{self.tag} id="host" {self.more}>{self.loop}{inside}</{self.tag}>', called

    def _body(self, definition: str) -> str:
        begin = '<startEvent id="b1"/><parallelGateway id="b2"/>[b1 b2] [b2 go] [b2 work]'
        return (
            ("" if self.tag == "adHocSubProcess" else begin)
            + '<userTask id="go" name="Go"/><userTask id="work" name="Work"/>'
            f'<endEvent id="up">{definition}</endEvent><endEvent id="out"/>[go up] [work out]'
        )


def _many(more: str = "") -> str:
    return (
        f"<multiInstanceLoopCharacteristics {more}><loopCardinality>2</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )


_ONE_BY_ONE, _LOOP = _many('isSequential="true"'), '<standardLoopCharacteristics loopMaximum="2"/>'
_CALL = 'calledElement="called"'
SCOPES = {
    "subprocess": Scope("subProcess"),
    "subprocess within one": Scope("subProcess", deep=True),
    "transaction": Scope("transaction"),
    "ad-hoc subprocess": Scope("adHocSubProcess"),
    "call activity": Scope("callActivity", _CALL),
    "call of a process with a subprocess": Scope("callActivity", _CALL, deep=True),
    "parallel subprocesses": Scope("subProcess", "", _many(), 2, 2),
    "sequential subprocesses": Scope("subProcess", "", _ONE_BY_ONE, 1, 2),
    "subprocess in a loop": Scope("subProcess", "", _LOOP, 1, 2),
    "parallel calls": Scope("callActivity", _CALL, _many(), 2, 2),
    "sequential calls": Scope("callActivity", _CALL, _ONE_BY_ONE, 1, 2),
    "parallel transactions": Scope("transaction", "", _many(), 2, 2),
    "call in a loop": Scope("callActivity", _CALL, _LOOP, 1, 2),
}


@pytest.mark.parametrize("exactly", [True, False])
@pytest.mark.parametrize("kind", [ERROR, ESCALATION])
@pytest.mark.parametrize("name", SCOPES)
def test_what_is_thrown_inside_interrupts(run: Run, name: str, kind: str, exactly: bool):
    scope, code = SCOPES[name], "e" if kind is ERROR else "u"
    host, called = scope.xml(kind.format(code))
    caught = kind.format(code) if exactly else ANY["error" if kind is ERROR else "escalation"]
    live = run(
        model(host, event(caught), called),
        START,
        expect(*["Go", "Work"] * scope.at_once),
        GO,
        expect("Caught", active=["caught"], visited={"host": 0, "edge": 1, "work": 0}, instances=1),
        CAUGHT,
        OVER,
    )
    assert live == []


@pytest.mark.parametrize("name", SCOPES)
def test_an_escalation_need_not_interrupt(run: Run, name: str):
    scope = SCOPES[name]
    host, called = scope.xml(ESCALATION.format("u"))
    rounds = scope.times // scope.at_once
    steps: list[Step] = []
    for done in range(rounds):
        before = ["Caught"] * done * scope.at_once
        steps.append(expect(*["Go", "Work"] * scope.at_once, *before))
        steps += [GO] * scope.at_once
        steps.append(expect(*["Caught", "Work"] * scope.at_once, *before))
        steps += [WORK] * scope.at_once
    live = run(
        model(host, event(ESCALATION.format("u"), interrupting=False), called),
        START,
        *steps,
        expect("Done", *["Caught"] * scope.times, visited={"edge": scope.times}),
        *[CAUGHT] * scope.times,
        DONE,
        OVER,
    )
    assert live == []


@pytest.mark.parametrize("name", SCOPES)
def test_another_error_is_refused_and_changes_nothing(run: Run, name: str):
    scope = SCOPES[name]
    host, called = scope.xml(ERROR.format("e"))
    run(
        model(host, event(ERROR.format("f")), called),
        START,
        Complete(complete="Go", fails="UNCAUGHT_ERROR"),
        expect(*["Go", "Work"] * scope.at_once, visited={"edge": 0}),
    )


@pytest.mark.parametrize("name", SCOPES)
def test_another_escalation_disturbs_nobody(run: Run, name: str):
    scope = SCOPES[name]
    host, called = scope.xml(ESCALATION.format("u"))
    live = run(
        model(host, event(ESCALATION.format("v")), called),
        START,
        *[GO, WORK] * scope.times,
        expect("Done", visited={"edge": 0}),
        DONE,
        OVER,
    )
    assert live == []


_THROW = "throw new BpmnError('e')"
_SCRIPT = f"<script>{_THROW}</script>"
_JS = 'scriptFormat="javascript"'
_WORKER = 'flowable:type="external-worker" flowable:topic="t"'
_BROKEN = Job(job=Answer(type="t", error="e"))


def _listening(kind: str, on: str) -> str:
    return (
        f'<extensionElements><flowable:{kind}Listener event="{on}"><flowable:script '
        f'language="javascript">{_THROW}</flowable:script></flowable:{kind}Listener>'
        "</extensionElements>"
    )


LEAVES: dict[str, tuple[str, Step | None]] = {
    "script task": (f'<scriptTask id="host" {_JS}>{_SCRIPT}</scriptTask>', None),
    "parallel script tasks": (
        f'<scriptTask id="host" {_JS}>{_many()}{_SCRIPT}</scriptTask>', None,
    ),
    "script task in a loop": (
        f'<scriptTask id="host" {_JS}>{_LOOP}{_SCRIPT}</scriptTask>', None,
    ),
    "task with a listener": (f'<task id="host">{_listening("execution", "start")}</task>', None),
    "manual task with a listener": (
        f'<manualTask id="host">{_listening("execution", "end")}</manualTask>', None,
    ),
    "service task of a worker": (f'<serviceTask id="host" {_WORKER}/>', _BROKEN),
    "send task of a worker": (f'<sendTask id="host" {_WORKER}/>', _BROKEN),
    "business rule task of a worker": (f'<businessRuleTask id="host" {_WORKER}/>', _BROKEN),
    "parallel workers": (f'<serviceTask id="host" {_WORKER}>{_many()}</serviceTask>', _BROKEN),
    "sequential workers": (
        f'<serviceTask id="host" {_WORKER}>{_ONE_BY_ONE}</serviceTask>', _BROKEN,
    ),
    "user task with a listener": (
        f'<userTask id="host" name="Work">{_listening("task", "complete")}</userTask>', WORK,
    ),
    "parallel user tasks with a listener": (
        f'<userTask id="host" name="Work">{_many()}{_listening("task", "complete")}</userTask>',
        WORK,
    ),
    "receive task with a listener": (
        f'<receiveTask id="host">{_listening("execution", "end")}</receiveTask>',
        Trigger(trigger="host"),
    ),
    "call activity with a listener": (
        f'<callActivity id="host" {_CALL}>{_listening("execution", "end")}</callActivity>', WORK,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAVES)
def test_an_error_of_the_activity_itself_is_caught(run: Run, name: str):
    host, step = LEAVES[name]
    live = run(
        model(host, event(ERROR.format("e"))),
        START,
        *([step] if step is not None else []),
        expect("Caught", active=["caught"], visited={"host": 0, "edge": 1}, instances=1),
        CAUGHT,
        OVER,
    )
    assert live == []


@pytest.mark.parametrize("name", LEAVES)
def test_an_error_of_the_activity_itself_that_nothing_catches_is_refused(run: Run, name: str):
    host, step = LEAVES[name]
    xml = model(host, event(ERROR.format("f")))
    if step is None:
        assert run(xml, Start(start="border", fails="UNCAUGHT_ERROR")) == []
        return
    before = run(xml, START)
    assert before
    step = type(step)(**{**_said(step), "fails": "UNCAUGHT_ERROR"})
    assert [each[::2] for each in run(xml, START, step)] == [each[::2] for each in before]


def _said(step: Step) -> dict[str, object]:
    return {name: getattr(step, name) for name in step.__struct_fields__}


UNDOES = """<boundaryEvent id="undone" attachedToRef="host"><compensateEventDefinition/>
    </boundaryEvent><userTask id="undo" name="Undo" isForCompensation="true"/>
    <association id="a" sourceRef="undone" targetRef="undo"/>"""
THROWS = (
    '<intermediateThrowEvent id="back"><compensateEventDefinition {}/></intermediateThrowEvent>'
)


def undoing(host: Host, which: str = "") -> str:
    """The activity, then "Done", then everything is undone; "stop" leads there, too."""
    stop = """<boundaryEvent id="edge" attachedToRef="host"><messageEventDefinition
        messageRef="stop"/></boundaryEvent>[edge caught]"""
    return drawn(
        f"""<process id="border" isExecutable="true"><startEvent id="start"/>{host.xml}{UNDOES}
        <userTask id="done" name="Done"/>{THROWS.format(which)}<endEvent id="end"/>
        <userTask id="caught" name="Caught"/>{stop}
        [start host] [host done] [done back] [caught back] [back end]</process>{CALLED}"""
    )


@pytest.mark.parametrize("which", ["", 'activityRef="host"'])
@pytest.mark.parametrize("name", HOSTS)
def test_what_was_completed_is_undone_as_often(run: Run, name: str, which: str):
    host = HOSTS[name]
    undone = ["Undo"] * len(host.finish)
    live = run(
        undoing(host, which),
        START,
        *host.finish,
        expect("Done", visited={"undo": 0}),
        DONE,
        expect(*undone, visited={"back": 0}),
        *[UNDO] * len(undone),
        OVER,
    )
    assert live == []


@pytest.mark.parametrize("name", HOSTS)
def test_what_was_interrupted_is_not_undone(run: Run, name: str):
    host = HOSTS[name]
    live = run(
        undoing(host),
        START,
        Message(message="stop"),
        expect("Caught"),
        CAUGHT,
        Expect(expect=Expectations(visited={"undo": 0, "back": 1})),
        OVER,
    )
    assert live == []
