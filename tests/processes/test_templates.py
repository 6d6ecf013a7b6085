"""The templates that new models begin with: clean, drawn, played, and exchanged for one's own."""

from __future__ import annotations

import pytest

from appliance.scenario.play import play
from appliance.scenario.read import read
from appliance.scenario.stage import stages
from engine.xml import inspect
from processes import FOLDER, TEMPLATES, Template
from tests.processes.drawing import drawing

each = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)


def test_all_are_listed():
    files = {path.name for path in (FOLDER / "templates").glob("*.bpmn20.xml")}
    assert files == {template.file.name for template in TEMPLATES}


@each
def test_the_linter_is_content(template: Template):
    bpmn = inspect(template.file.read_bytes())
    assert bpmn.findings == []
    assert [process.key for process in bpmn.executable] == [template.key]


@each
def test_its_stories_pass(template: Template):
    file = template.file.with_name(f"{template.key}.scenario.yaml")
    with stages() as opened:
        for scenario in read(file):
            with opened(scenario.clock) as stage:
                result = play(scenario, stage)
                assert result.ok, (result.scenario.name, result.step, result.message, result)


@each
def test_everything_is_drawn_and_lines_end_at_their_shapes(template: Template):
    drawn = drawing(template.file.read_bytes())
    assert set(drawn.shapes) == drawn.elements
    assert set(drawn.lines) == drawn.flows
    for name, line in drawn.lines.items():
        assert drawn.shapes[line.source].on_border(line.points[0]), name
        assert drawn.shapes[line.target].on_border(line.points[-1]), name
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in line.pieces), name


@each
def test_a_copy_is_a_process_of_its_own(template: Template):
    copy = template.model("my_orders", 'Orders & "more" <now>')
    assert template.key.encode() not in copy
    (process,) = inspect(copy).executable
    assert (process.key, process.name) == ("my_orders", 'Orders & "more" <now>')
