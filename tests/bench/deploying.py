"""Reading and deploying a model of 10,000 elements, against what lxml alone takes for the file."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from lxml import etree

from appliance.actor import SYSTEM
from appliance.box import Box
from appliance.config import Config
from engine import juel
from engine.xml import inspect
from tests.bench.measure import least
from tests.play import BPMN

ELEMENTS = 10_000

STEPS = (
    (
        '<userTask id="n{0}" name="Step {0}" flowable:candidateGroups="team-{1}"'
        ' flowable:dueDate="P{1}D"/>'
    ),
    (
        '<exclusiveGateway id="n{0}" name="Is it {0}?" default="f{2}"/>'
        '<sequenceFlow id="g{0}" sourceRef="n{0}" targetRef="n{3}"><conditionExpression>'
        "${{amount &lt; {0} &amp;&amp; kind == 'k{1}'}}</conditionExpression></sequenceFlow>"
    ),
    '<userTask id="n{0}" name="Check ${{order{0}.id}}" flowable:assignee="${{initiator}}"/>',
    (
        '<serviceTask id="n{0}" name="Price {0}" flowable:expression="${{order.price + {0}}}"'
        ' flowable:resultVariable="price{1}"/>'
    ),
    '<userTask id="n{0}"/>',
    (
        '<intermediateCatchEvent id="n{0}" name="Wait"><timerEventDefinition><timeDuration>PT{0}M'
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    ),
    '<task id="n{0}" name="Note {0}"><documentation>What step {0} is for.</documentation></task>',
    (
        '<scriptTask id="n{0}" name="Count {1}" scriptFormat="javascript"><script>'
        "execution.setVariable('total', price + {0})</script></scriptTask>"
    ),
)
"""What the process is made of: no text of an expression, a timer or a script stands there twice."""


def deploy_model(scale: float = 1) -> dict[str, Any]:
    """One process of 10,000 tasks, gateways and flows: read and checked, and deployed durably."""
    elements = int(ELEMENTS * scale)
    data = large_model(elements)
    with tempfile.TemporaryDirectory(prefix="workingflow-bench-") as folder:
        box = Box(Config.load({"data": str(Path(folder) / "data")}))
        numbers = count()

        def deploy() -> None:
            juel.compile.cache_clear()
            changed = data.replace(b'"bench"', b'"bench%d"' % next(numbers))
            box.processes.deploy({"large.bpmn": changed}, SYSTEM).result()

        def read() -> None:
            juel.compile.cache_clear()
            inspect(data)

        try:
            lxml, reading, deploying = least(lambda: _indexed(data), read, deploy)
        finally:
            box.close()
    return {
        "elements": elements,
        "lxml_ms": lxml * 1000,
        "read_ms": reading * 1000,
        "deploy_ms": deploying * 1000,
        "read_ratio": reading / lxml,
        "deploy_ratio": deploying / lxml,
    }


def _indexed(data: bytes) -> object:
    root = etree.fromstring(data)
    return {element.get("id"): element for element in root.iter() if element.get("id")}


def large_model(elements: int) -> bytes:
    """A long process, each of whose expressions is another one."""
    parts, made, number = ['<startEvent id="n0"/>'], 1, 0
    while made < elements - 3:
        number += 1
        step = STEPS[number % len(STEPS)]
        parts.append(step.format(number, number % 17 + 1, number + 1, max(number - 4, 1)))
        flow = f'<sequenceFlow id="f{number}" sourceRef="n{number - 1}" targetRef="n{number}"/>'
        parts.append(flow)
        made += 2 + step.count("<sequenceFlow")
    parts.append(
        f'<endEvent id="n{number + 1}"/>'
        f'<sequenceFlow id="f{number + 1}" sourceRef="n{number}" targetRef="n{number + 1}"/>'
    )
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn" '
        f'targetNamespace="bench"><process id="p" isExecutable="true">{"".join(parts)}'
        "</process></definitions>"
    ).encode()
