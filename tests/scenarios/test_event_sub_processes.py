"""Every kind of scope with an event subprocess, and everything that may begin it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from appliance.scenario.steps import (
    Advance,
    Complete,
    Expect,
    Expectations,
    Message,
    Set,
    Signal,
    Start,
    Step,
)
from tests.scenarios.hosts import EDGES, NOTHING, OVER, Edge, drawn, expect

Run = Callable[..., list[tuple]]
START = Start(start="scoped", variables={"alarm": False})
GO, WORK, HANDLE, DONE = (Complete(complete=name) for name in ("Go", "Work", "Handle", "Done"))
CALM = Set(set={"alarm": False})
THROWN = {
    "error": Edge('<errorEventDefinition errorRef="e"/>', (GO,)),
    "any error": Edge("<errorEventDefinition/>", (GO,)),
    "escalation": Edge('<escalationEventDefinition escalationRef="u"/>', (GO,)),
    "any escalation": Edge("<escalationEventDefinition/>", (GO,)),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What the event subprocess stands in; ``times`` is how often all of it is done."""

    tag: str
    inside: str = ""
    times: int = 1


SCOPES = {
    "process": Scope("process"),
    "called process": Scope("callActivity"),
    "subprocess": Scope("subProcess"),
    "transaction": Scope("transaction"),
    "ad-hoc subprocess": Scope("adHocSubProcess"),
    "iteration": Scope(
        "subProcess",
        '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2'
        "</loopCardinality></multiInstanceLoopCharacteristics>",
        2,
    ),
    "turn of a loop": Scope("subProcess", '<standardLoopCharacteristics loopMaximum="2"/>', 2),
}


def begins(scope: str, trigger: str) -> bool:
    """No step sets a variable of a called process, which has its own."""
    return not (scope == "called process" and trigger == "condition")


def model(scope: Scope, edge: Edge, *, interrupting: bool, thrown: str = "") -> str:
    """ "Go" and "Work" side by side, and "Handle" in the event subprocess; "Done" comes after."""
    begin = '<startEvent id="b1"/><parallelGateway id="b2"/>[b1 b2] [b2 go] [b2 work]'
    body = (
        ("" if scope.tag == "adHocSubProcess" else begin)
        + f"""<userTask id="go" name="Go"/><userTask id="work" name="Work"/>
        <endEvent id="up">{thrown}</endEvent><endEvent id="out"/>[go up] [work out]
        <subProcess id="handler" triggeredByEvent="true">
        <startEvent id="edge" isInterrupting="{str(interrupting).lower()}" {edge.more}>
        {edge.definition}</startEvent><userTask id="handle" name="Handle"/>
        <endEvent id="handled"/>[edge handle] [handle handled]</subProcess>"""
    )
    if scope.tag == "process":
        return drawn(f'<process id="scoped" isExecutable="true">{body}</process>')
    host, called = f'<{scope.tag} id="host">{scope.inside}{body}</{scope.tag}>', ""
    if scope.tag == "callActivity":
        host = '<callActivity id="host" calledElement="called"/>'
        called = f'<process id="called" isExecutable="true">{body}</process>'
    return drawn(
        f"""<process id="scoped" isExecutable="true"><startEvent id="start"/>{host}
        <userTask id="done" name="Done"/>[start host] [host done]</process>{called}"""
    )


def finished(scope: Scope) -> list[Step]:
    return [OVER] if scope.tag == "process" else [expect("Done", **NOTHING), DONE, OVER]


@pytest.mark.parametrize(
    ("name", "trigger"),
    [(name, each) for name in SCOPES for each in (*EDGES, *THROWN) if begins(name, each)],
)
def test_it_takes_the_place_of_all_else_in_the_scope(run: Run, name: str, trigger: str):
    scope, edge = SCOPES[name], (EDGES | THROWN)[trigger]
    kinds = {"error": THROWN["error"].definition, "escalation": THROWN["escalation"].definition}
    once = [
        expect("Go", "Work"),
        *edge.happen,
        expect("Handle", active=["handle"], **NOTHING),
        Advance(advance="P9D"),
        expect("Handle"),
        CALM,
        HANDLE,
    ]
    live = run(
        model(scope, edge, interrupting=True, thrown=kinds.get(trigger.split()[-1], "")),
        START,
        *once * scope.times,
        Expect(expect=Expectations(visited={"work": 0, "edge": scope.times})),
        *finished(scope),
    )
    assert live == []


@pytest.mark.parametrize(
    ("name", "trigger"), [(name, each) for name in SCOPES for each in EDGES if begins(name, each)]
)
def test_it_runs_beside_as_often_as_something_happens(run: Run, name: str, trigger: str):
    scope, edge = SCOPES[name], EDGES[trigger]
    once = [
        *edge.happen,
        expect("Go", "Work", "Handle"),
        *edge.happen,
        expect("Go", "Work", "Handle", "Handle"),
        WORK,
        GO,
        expect("Handle", "Handle", **NOTHING),  # nothing new begins when all else is done
        Message(message="edge", fails="NO_SUBSCRIBER"),
        Signal(signal="ring"),
        Advance(advance="P9D"),
        HANDLE,
        expect("Handle"),
        CALM,
        HANDLE,
    ]
    live = run(
        model(scope, edge, interrupting=False),
        START,
        *once * scope.times,
        *finished(scope),
    )
    assert live == []


@pytest.mark.parametrize("trigger", ["escalation", "any escalation"])
@pytest.mark.parametrize("name", SCOPES)
def test_an_escalation_need_not_interrupt(run: Run, name: str, trigger: str):
    scope = SCOPES[name]
    once = [GO, expect("Work", "Handle"), WORK, expect("Handle"), HANDLE]
    live = run(
        model(
            scope,
            THROWN[trigger],
            interrupting=False,
            thrown=THROWN["escalation"].definition,
        ),
        START,
        *once * scope.times,
        *finished(scope),
    )
    assert live == []


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("name", SCOPES)
def test_what_is_done_in_time_is_left_alone(run: Run, name: str, interrupting: bool):
    scope = SCOPES[name]
    once = [expect("Go", "Work"), GO, WORK]
    live = run(
        model(scope, EDGES["all of several"], interrupting=interrupting),
        START,
        *once * scope.times,
        Message(message="edge", fails="NO_SUBSCRIBER"),
        Signal(signal="ring"),
        Expect(expect=Expectations(visited={"edge": 0, "handle": 0})),
        *finished(scope),
    )
    assert live == []
