"""The engine alone, in memory, against SpiffWorkflow on the same seven models."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from engine.commands import Command
from engine.events import Entered, Passed
from engine.state import State
from tests.bench.models import KEY, SEVEN, Model
from tests.bench.spiff import Spiff
from tests.play import World

ROUNDS = 3


def engine_alone(scale: float = 1) -> dict[str, Any]:
    """Nodes per second of both, and the ratio, for each model; 100 to 1000 iterations in time."""
    found: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for model in SEVEN:
        ours, theirs = _rates(model, scale)
        found[f"{model.name}_ratio"] = ours / theirs
        found[f"{model.name}_nodes_per_second"] = ours
        found[f"{model.name}_spiff_nodes_per_second"] = theirs
        seconds[model.name] = model.nodes / ours
    found["multi_1000_to_100_time"] = seconds["multi_1000"] / seconds["multi_100"]
    return found


def _rates(model: Model, scale: float) -> tuple[float, float]:
    """Nodes per second of us and of SpiffWorkflow; they take turns."""
    world = World()
    our = partial(_our_run, world, world.deploy(model.our), model)
    their = partial(_their_run, Spiff(model.theirs, KEY), model)
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(max(1, int(ROUNDS * scale))):
        for run, rates in zip((our, their), found, strict=True):
            rates.append(model.nodes / _seconds_each(run, 0.5 * scale))
    return median(found[0]), median(found[1])


def _seconds_each(run: Callable[[], object], enough: float) -> float:
    """How long one run takes, from as many as fill some time."""
    run()
    runs, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < enough or not runs:
        run()
        runs += 1
    return took / runs


def _our_run(world: World, definition: int, model: Model) -> None:
    state = State(world.process)
    command = Command(state, world)
    command.start(definition, {"n": 0})
    events = command.events
    for turn in range(model.completions):
        command = Command(state, world)
        command.complete(next(state.tasks()).id, {"n": turn + 1})
        events += command.events
    entered = sum(1 for event in events if event.__class__ in (Entered, Passed))
    # A loop's body and each token that waits at a join are more than the nodes that were run.
    assert state.root is None, model.name
    assert entered >= model.nodes, (model.name, entered)


def _their_run(spiff: Spiff, model: Model) -> None:
    workflow = spiff.start({"n": 0}) if model.completions else spiff.run({"n": 0})
    for turn in range(model.completions):
        spiff.complete(workflow, {"n": turn + 1})
    assert workflow.is_completed(), model.name
