"""Every scenario beside this file is played: the semantics of each kind of element, as data."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from appliance.scenario.play import play
from appliance.scenario.read import Scenario, find, read
from appliance.scenario.report import told
from appliance.scenario.stage import Stage

HERE = Path(__file__).parent
SCENARIOS = [scenario for file in find([HERE]) for scenario in read(file)]


def name(scenario: Scenario) -> str:
    folder = scenario.file.relative_to(HERE).as_posix().partition(".scenario.")[0]
    return f"{folder}: {scenario.name}"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_scenario(scenario: Scenario, opened: Callable[[int], AbstractContextManager[Stage]]):
    with opened(scenario.clock) as stage:
        result = play(scenario, stage)
    assert result.ok, told(result)


def test_names_are_given_once():
    names = [name(scenario) for scenario in SCENARIOS]
    assert len(names) == len(set(names))
