"""What of BPMN runs, measured: writes `web/help/conformance.json`, from which a help page is made.

    python build/conformance.py

For every event that BPMN 2.0.2 knows (table 10.93) a small model is read: it runs or is refused.
For every kind of element, event and loop it counts the scenarios, of those that pass, in which a
token took one. `tests/web/test_conformance.py` does the same and compares.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.scenario.coverage import taken_in
from appliance.scenario.play import play
from appliance.scenario.read import find, read
from appliance.scenario.stage import Stage, stages
from engine.elements.event import Event
from engine.errors import ModelInvalid
from engine.loops import MultiInstance, StandardLoop
from engine.markup import MODEL
from engine.model import Node
from engine.xml import read as read_model

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "web" / "help" / "conformance.json"
SCENARIOS = (ROOT / "tests" / "scenarios", ROOT / "processes")

POSITIONS = (
    "start",
    "event subprocess, interrupting",
    "event subprocess, not interrupting",
    "catch",
    "boundary, interrupting",
    "boundary, not interrupting",
    "throw",
    "end",
)
CATCHING = POSITIONS[:6]
ALLOWED = {
    "none": ("start", "throw", "end"),
    "message": POSITIONS,
    "timer": CATCHING,
    "error": ("event subprocess, interrupting", "boundary, interrupting", "end"),
    "escalation": tuple(each for each in POSITIONS if each not in ("start", "catch")),
    "cancel": ("boundary, interrupting", "end"),
    "compensation": ("event subprocess, interrupting", "boundary, interrupting", "throw", "end"),
    "conditional": CATCHING,
    "link": ("catch", "throw"),
    "signal": POSITIONS,
    "terminate": ("end",),
    "multiple": POSITIONS,
    "parallel multiple": CATCHING,
}
"""Which triggers BPMN 2.0.2 allows in which positions: its table 10.93."""

_DEFINITIONS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "error": '<errorEventDefinition errorRef="x"/>',
    "escalation": '<escalationEventDefinition escalationRef="y"/>',
    "cancel": "<cancelEventDefinition/>",
    "compensation": "<compensateEventDefinition/>",
    "conditional": "<conditionalEventDefinition><condition>${true}</condition>"
    "</conditionalEventDefinition>",
    "link": '<linkEventDefinition name="l"/>',
    "signal": '<signalEventDefinition signalRef="s"/>',
    "terminate": "<terminateEventDefinition/>",
}


def verdicts() -> dict[str, dict[str, str]]:
    """By trigger and position: "" when it runs, else why it is refused."""
    return {
        trigger: {position: _verdict(trigger, position) for position in POSITIONS}
        for trigger in ALLOWED
    }


def _verdict(trigger: str, position: str) -> str:
    try:
        read_model(_model(trigger, position), "model.bpmn")
    except ModelInvalid as error:
        return next(f.message for f in error.findings if f.severity == "error")
    return ""


def _model(trigger: str, position: str) -> bytes:
    inside = _DEFINITIONS.get(trigger, "")
    attributes = ""
    if "multiple" in trigger:
        inside = _DEFINITIONS["message"] + _DEFINITIONS["signal"]
        attributes = ' parallelMultiple="true"' if trigger != "multiple" else ""
    body = {
        "start": _start(f'<startEvent id="e"{attributes}>{inside}</startEvent>'),
        "catch": _between("intermediateCatchEvent", attributes, inside),
        "throw": _between("intermediateThrowEvent", attributes, inside),
        "end": _in_transaction(trigger, f'<endEvent id="e"{attributes}>{inside}</endEvent>'),
    }.get(position) or _attached(trigger, position, attributes, inside)
    return (
        f'<definitions xmlns="{MODEL}" targetNamespace="t"><message id="m" name="m"/>'
        '<signal id="s" name="s"/><error id="x" errorCode="x"/>'
        '<escalation id="y" escalationCode="y"/>'
        f'<process id="p" isExecutable="true">{body}</process></definitions>'
    ).encode()


def _start(event: str) -> str:
    return f'{event}<userTask id="task"/>{_flow("e", "task")}'


def _between(tag: str, attributes: str, inside: str) -> str:
    other = {"intermediateCatchEvent": "Throw", "intermediateThrowEvent": "Catch"}[tag]
    partner = f'<intermediate{other}Event id="o">{inside}</intermediate{other}Event>'
    linked = "linkEventDefinition" in inside
    event = f'<{tag} id="e"{attributes}>{inside}</{tag}>'
    first, second = ("o", "e") if "Catch" in tag else ("e", "o")
    if not linked:
        return f'<startEvent id="b"/>{event}{_flow("b", "e")}'
    return (
        f'<startEvent id="b"/>{event}{partner}<userTask id="task"/>'
        f"{_flow('b', first)}{_flow(second, 'task')}"
    )


def _in_transaction(trigger: str, end: str) -> str:
    inner = f'<startEvent id="b"/>{end}{_flow("b", "e")}'
    if trigger != "cancel":
        return inner
    return (
        f'<startEvent id="a"/><transaction id="t">{inner}</transaction>{_flow("a", "t")}'
        '<boundaryEvent id="c" attachedToRef="t"><cancelEventDefinition/></boundaryEvent>'
        f'<endEvent id="z"/>{_flow("c", "z")}'
    )


def _attached(trigger: str, position: str, attributes: str, inside: str) -> str:
    interrupts = "false" if "not" in position else "true"
    host = "transaction" if trigger == "cancel" else "subProcess"
    if position.startswith("boundary"):
        event = (
            f'<boundaryEvent id="e" attachedToRef="h" cancelActivity="{interrupts}"{attributes}>'
            f"{inside}</boundaryEvent>"
        )
        if trigger == "compensation":
            event += (
                '<serviceTask id="undo" isForCompensation="true" f:expression="${1}" '
                'xmlns:f="http://flowable.org/bpmn"/>'
                '<association id="as" sourceRef="e" targetRef="undo"/>'
            )
        else:
            event += f'<userTask id="after"/>{_flow("e", "after")}'
        inner = ""
    else:
        event = ""
        inner = (
            '<subProcess id="es" triggeredByEvent="true">'
            f'<startEvent id="e" isInterrupting="{interrupts}"{attributes}>{inside}</startEvent>'
            f'<userTask id="inside"/>{_flow("e", "inside")}</subProcess>'
        )
    return (
        f'<startEvent id="b"/><{host} id="h"><startEvent id="b2"/><userTask id="work"/>'
        f"{_flow('b2', 'work')}{inner}</{host}>{_flow('b', 'h')}{event}"
    )


def _flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def counts() -> tuple[int, Counter[str]]:
    """How many scenarios there are, and in how many of them each kind of thing was taken."""
    scenarios = [each for file in find(SCENARIOS) for each in read(file)]
    found: Counter[str] = Counter()
    with stages() as opened:
        for scenario in scenarios:
            with opened(scenario.clock) as stage:
                if play(scenario, stage).ok:
                    found.update(set(_kinds(stage)))
    return len(scenarios), found


def _kinds(stage: Stage) -> Iterator[str]:
    for _, process, taken in taken_in(stage):
        for node in process.nodes.values():
            if node.id in taken:
                yield from _kinds_of(node)


def _kinds_of(node: Node) -> Iterator[str]:
    yield node.tag
    if isinstance(node.loop, StandardLoop):
        yield "standard loop"
    elif isinstance(node.loop, MultiInstance):
        yield "sequential multi-instance" if node.loop.sequential else "parallel multi-instance"
    if isinstance(node, Event):
        yield f"{_trigger(node)} @ {_position(node)}"


def _trigger(event: Event) -> str:
    if len(event.triggers) > 1:
        return "parallel multiple" if event.all_of else "multiple"
    return event.triggers[0].name if event.triggers else "none"


def _position(event: Event) -> str:
    interrupts = getattr(event, "interrupting", True)
    kind = {"event subprocess start": "event subprocess", "boundary": "boundary"}.get(
        event.position
    )
    if kind is None:
        return event.position
    return f"{kind}, {'interrupting' if interrupts else 'not interrupting'}"


def measured() -> dict[str, Any]:
    """Everything that the page says."""
    scenarios, found = counts()
    return {
        "scenarios": scenarios,
        "positions": POSITIONS,
        "allowed": ALLOWED,
        "refused": {
            trigger: {position: why for position, why in row.items() if why}
            for trigger, row in verdicts().items()
        },
        "taken": dict(sorted(found.items())),
    }


def as_text(value: dict[str, Any]) -> str:
    """The file's content."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(as_text(measured()), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)} is written.")
