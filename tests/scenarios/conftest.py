"""Stages for scenarios, and playing steps on a model that a test has drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from appliance.scenario.play import play
from appliance.scenario.read import Scenario
from appliance.scenario.report import told
from appliance.scenario.stage import Stage, stages
from appliance.scenario.steps import Step

CLOCK = 1_767_603_600_000
LIVE = """
SELECT 'activity', id, node FROM activity WHERE ended IS NULL
UNION ALL SELECT 'instance', id, NULL FROM instance WHERE ended IS NULL
UNION ALL SELECT 'task', id, node FROM task WHERE ended IS NULL
UNION ALL SELECT 'inbox', task, who FROM inbox UNION ALL SELECT 'job', id, node FROM job
UNION ALL SELECT 'subscription', id, node FROM subscription
UNION ALL SELECT 'incident', id, node FROM incident WHERE resolved IS NULL
"""

Opened = Callable[[int], AbstractContextManager[Stage]]


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    """Opens a fresh stage at a time."""
    with stages() as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path, opened: Opened) -> Callable[..., list[tuple]]:
    """Plays steps on a model; the rows that are live afterwards."""

    def run(xml: str, *played: Step) -> list[tuple]:
        file = tmp_path / "matrix.bpmn20.xml"
        file.write_text(xml)
        with opened(CLOCK) as stage:
            result = play(Scenario(file, "matrix", (file,), CLOCK, played), stage)
            assert result.ok, told(result)
            return stage.box.store.read().execute(LIVE).fetchall()

    return run
