"""The engine alone: many iterations at once, and very many one after the other."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from engine.commands import Command
from engine.errors import StepLimit
from engine.state import Job, State
from engine.world import Limits
from tests.bench.measure import least
from tests.play import BPMN, World, as_xml

TURNS = 1_000_000


def multi_instance(scale: float = 1) -> dict[str, Any]:
    """Creating 10,000 parallel user tasks, and completing one of them against one of 100."""
    small, large = _Crowd(max(20, int(100 * scale))), _Crowd(int(10_000 * scale))
    create_large, create_small = least(large.create, small.create)
    complete_large, complete_small = least(large.complete_some, small.complete_some)
    return {
        "create_10000_ms": create_large * 1000,
        "create_ratio": create_large / create_small,
        "complete_us": complete_large * 1e6 / 20,
        "complete_ratio": complete_large / complete_small,
    }


def long_loop(scale: float = 1) -> dict[str, Any]:
    """A million turns without a wait, until the limit: memory against that after a tenth of them.

    Memory is the most that a process of its own ever had.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_long_loop, int(TURNS * scale)).result()


def _long_loop(turns: int) -> dict[str, Any]:
    world = World(Limits(steps=max(1, turns // 20), loop_steps=2 * turns))
    state = State(world.process)
    began = time.process_time()
    Command(state, world).start(world.deploy(as_xml("start > a. > x? > a.")))
    after_a_tenth, commands, stopped = 0, 1, ""
    while not stopped:
        job = next(wait for wait in state.waits.values() if isinstance(wait, Job))
        if not after_a_tenth and job.steps >= 2 * turns / 10:
            after_a_tenth = _most_memory()
        try:
            Command(state, world).fire(job.id)
            commands += 1
        except StepLimit as limit:
            stopped = str(limit)
    return {
        "turns": turns,
        "commands": commands,
        "stopped": stopped,
        "seconds": time.process_time() - began,
        "memory_mib": _most_memory() / 1024,
        "memory_ratio": _most_memory() / after_a_tenth,
    }


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


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
