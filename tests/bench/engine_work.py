"""The engine alone: reading a model, and many iterations at once."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from lxml import etree

from engine.commands import Command
from engine.state import State
from engine.xml import inspect
from tests.play import BPMN, World

ROUNDS = 5


def parse_model() -> dict[str, Any]:
    """Reading and checking a model of 10,000 elements, against lxml parsing and indexing it."""
    data = _large_model(10_000)

    def baseline() -> object:
        root = etree.fromstring(data)
        return {element.get("id"): element for element in root.iter() if element.get("id")}

    ours, lxml = _interleaved(lambda: inspect(data), baseline)
    return {"ms": ours * 1000, "baseline_ms": lxml * 1000, "ratio": ours / lxml}


def multi_instance() -> dict[str, Any]:
    """Creating 10,000 parallel user tasks, and completing one of them against one of 100."""
    small, large = _Crowd(100), _Crowd(10_000)
    create_large, create_small = _interleaved(large.create, small.create)
    complete_large, complete_small = _interleaved(large.complete_some, small.complete_some)
    return {
        "create_10000_ms": create_large * 1000,
        "create_ratio": create_large / create_small,
        "complete_us": complete_large * 1e6 / 20,
        "complete_ratio": complete_large / complete_small,
    }


class _Crowd:
    def __init__(self, size: int) -> None:
        self.world = World()
        self.definition = self.world.deploy(
            f'<definitions xmlns="{BPMN}" targetNamespace="bench"><process id="p">'
            '<startEvent id="s"/><userTask id="t"><multiInstanceLoopCharacteristics>'
            f"<loopCardinality>{size}</loopCardinality></multiInstanceLoopCharacteristics>"
            '</userTask><sequenceFlow id="f" sourceRef="s" targetRef="t"/></process></definitions>'
        )
        self.create()

    def create(self) -> None:
        self.state = State(self.world.process)
        Command(self.state, self.world).start(self.definition)

    def complete_some(self) -> None:
        tasks = [task.id for task, _ in zip(self.state.tasks(), range(20), strict=False)]
        if len(tasks) < 20:
            self.create()
            tasks = [task.id for task, _ in zip(self.state.tasks(), range(20), strict=False)]
        for task in tasks:
            Command(self.state, self.world).complete(task)


def _interleaved(ours: Callable[[], object], baseline: Callable[[], object]) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, seconds in zip((ours, baseline), times, strict=True):
            gc.collect()
            began = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - began)
    return median(times[0]), median(times[1])


def _large_model(elements: int) -> bytes:
    parts = ['<startEvent id="n0"/>']
    for number in range(1, elements // 2):
        kind = ("userTask", "exclusiveGateway", "scriptTask", "serviceTask")[number % 4]
        inside = "<script>execution.setVariable('n', 1)</script>" if kind == "scriptTask" else ""
        extra = ' flowable:expression="${n}"' if kind == "serviceTask" else ""
        parts.append(
            f'<{kind} id="n{number}" name="Step {number}"{extra}>{inside}</{kind}>'
            f'<sequenceFlow id="f{number}" sourceRef="n{number - 1}" targetRef="n{number}"/>'
        )
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn" '
        f'targetNamespace="bench"><process id="p" isExecutable="true">{"".join(parts)}'
        "</process></definitions>"
    ).encode()
