"""What came of scenarios, for people and for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from appliance.scenario.expect import Difference
from appliance.scenario.play import Result
from appliance.scenario.read import BadScenario
from appliance.scenario.steps import Expect, Step
from engine.values import encode

LONGEST_PATH = 60
"""How many nodes of a path are told: the last ones."""


class Line(msgspec.Struct):
    """One scenario as ``--json`` prints it; ``step`` is null when all went well, else its number.

    Step 0 is what comes before the steps: the file itself, and the deployment.
    """

    file: str
    name: str
    ok: bool
    step: int | None
    message: str


def line(result: Result) -> Line:
    """A result for programs."""
    scenario = result.scenario
    reason = result.message or "; ".join(map(_difference, result.differences))
    return Line(str(scenario.file), scenario.name, result.ok, result.step, reason)


def bad_line(error: BadScenario) -> Line:
    """A file that is no scenario, for programs."""
    return Line(str(error.file), error.scenario, False, error.step, error.reason)


def told(result: Result) -> str:
    """A failure for people: the step, what was expected, what was there, and the open tasks."""
    scenario = result.scenario
    lines = [f"FAILED {scenario.name} ({scenario.file})", f"  {_step(result)}"]
    if result.message:
        lines.append(f"    {result.message}")
    for each in result.differences:
        expected, found = _both(each)
        lines += [f"    {each.what}", f"      expected: {expected}", f"      there is: {found}"]
    lines.append(f"  open tasks: {', '.join(result.tasks) or 'none'}")
    lines += [f"  path of {key}: {_path(nodes)}" for key, nodes in result.paths]
    return "\n".join(lines)


def _step(result: Result) -> str:
    number = result.step or 0
    if number == 0:
        return "before the first step"
    step = result.scenario.steps[number - 1]
    return f"step {number}: {step.name} {_what(step)}".rstrip()


def _what(step: Step) -> str:
    """What a step is about: of expectations only the names."""
    said = msgspec.to_builtins(getattr(step, step.name), builtin_types=[Decimal])
    return ", ".join(said) if isinstance(step, Expect) else _shown(said)


def _difference(difference: Difference) -> str:
    expected, found = _both(difference)
    return f"{difference.what}: expected {expected}, there is {found}"


def _both(difference: Difference) -> tuple[str, str]:
    """Texts stand there as they are, but in quotes where they could be taken for something else."""
    values = difference.expected, difference.found
    expected, found = map(_shown, values)
    if expected == found or not (expected and found):
        expected, found = (encode(value).decode() for value in values)
    return expected, found


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else encode(value).decode()


def _path(nodes: list[str]) -> str:
    cut = ["…"] if len(nodes) > LONGEST_PATH else []
    return " → ".join(cut + nodes[-LONGEST_PATH:])
