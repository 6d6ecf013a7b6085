"""The processes that ship: they say what they should, can be deployed, and are drawn cleanly."""

import re
from itertools import combinations

import pytest
from lxml import etree

from engine.forms import Form
from engine.model import Process
from engine.xml import inspect
from processes import FOLDER, SHIPPED, Shipped
from tests.processes.drawing import BPMN, Box, Drawing, crossing, drawing

FLOWABLE = "{http://flowable.org/bpmn}"
DESCRIBED = {
    "expense_reimbursement_demo": (
        "Expense Reimbursement Demo",
        "Demonstrates gateway loops (revise/resubmit) and SLA task escalation.",
        False,
    ),
    "leave_request_demo": (
        "Leave Request Demo",
        (
            "Employee leave request with manager approval, revision loop, HR acknowledgment,"
            " and SLA escalation."
        ),
        True,
    ),
}

each = pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.key)


def model(shipped: Shipped) -> bytes:
    """The BPMN file."""
    return shipped.files()[f"{shipped.key}.bpmn20.xml"]


def process(shipped: Shipped) -> Process:
    """The compiled process."""
    bpmn = inspect(model(shipped), shipped.key)
    assert bpmn.findings == []
    return bpmn.processes[0]


def attributes(shipped: Shipped, name: str) -> list[str]:
    """All values of an attribute of the dialect."""
    found = etree.fromstring(model(shipped)).iter(f"{BPMN}*")
    return [value for element in found if (value := element.get(FLOWABLE + name))]


def draw(shipped: Shipped) -> Drawing:
    """Its drawing."""
    return drawing(model(shipped))


def test_every_folder_is_listed():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders == {shipped.key for shipped in SHIPPED} | {"templates"}


@each
def test_it_says_what_it_is(shipped):
    found = process(shipped)
    assert (found.name, found.documentation, found.has_start_form) == DESCRIBED[shipped.key]
    assert found.key == shipped.key


@each
def test_every_form_is_there_and_used(shipped):
    forms = {
        form.id: name
        for name, data in shipped.files().items()
        if name.endswith(".form")
        for form in [Form.read(data, file=name)]
    }
    assert sorted(forms) == sorted(set(attributes(shipped, "formKey")))
    assert all(f"{key}.form" == name for key, name in forms.items())
    assert all(not Form.read(shipped.files()[name]).findings for name in forms.values())


@each
def test_its_groups_are_those_it_names(shipped):
    assert sorted(set(attributes(shipped, "candidateGroups"))) == sorted(shipped.groups)


@each
def test_its_help_names_every_task_group_variable_and_form_field(shipped):
    text = shipped.help()
    tasks = [
        element.get("name") for element in etree.fromstring(model(shipped)).iter(f"{BPMN}userTask")
    ]
    variables = re.findall(r"getOrDefault\((\w+Sla), '(\w+)'\)", model(shipped).decode())
    fields = [
        component.key[0]
        for key in set(attributes(shipped, "formKey"))
        for component in Form.read(shipped.files()[f"{key}.form"]).components
        if component.key
    ]
    for name in (*tasks, *shipped.groups, *fields):
        assert name in text
    for name, default in variables:
        assert re.search(rf"\| `{name}` \|.*\| `{default}` \|", text)


@each
def test_everything_is_drawn_once(shipped):
    drawn = draw(shipped)
    assert set(drawn.shapes) == drawn.elements
    assert set(drawn.lines) == drawn.flows
    assert set(drawn.labels) == drawn.named


@each
def test_lines_are_straight_and_end_at_their_shapes(shipped):
    drawn = draw(shipped)
    for name, line in drawn.lines.items():
        assert drawn.shapes[line.source].on_border(line.points[0]), name
        assert drawn.shapes[line.target].on_border(line.points[-1]), name
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in line.pieces), name


@each
def test_no_lines_cross(shipped):
    lines = draw(shipped).lines
    for (one, first), (other, second) in combinations(lines.items(), 2):
        shared = set(first.points) & set(second.points)  # where two flows meet a shape
        assert shared or not any(crossing(a, b) for a in first.pieces for b in second.pieces), (
            f"{one} crosses {other}"
        )


@each
def test_no_line_runs_through_a_shape(shipped):
    drawn = draw(shipped)
    for name, line in drawn.lines.items():
        for shape, box in drawn.shapes.items():
            if shape in {line.source, line.target} | drawn.containers:
                continue
            for (x1, y1), (x2, y2) in line.pieces:
                piece = Box(min(x1, x2), min(y1, y2), abs(x1 - x2) or 0.1, abs(y1 - y2) or 0.1)
                attached = drawn.attached.get(line.source) == shape
                assert attached or not box.meets(piece), f"{name} runs through {shape}"


@each
def test_shapes_keep_apart(shipped):
    drawn = draw(shipped)
    for (one, first), (other, second) in combinations(drawn.shapes.items(), 2):
        if other in drawn.attached or one in drawn.attached:
            event, host = (one, other) if one in drawn.attached else (other, one)
            if drawn.attached[event] == host:
                x, y = drawn.shapes[event].centre
                assert drawn.shapes[host].on_border((x, y))
                continue
        assert not first.meets(second) or first.holds(second) or second.holds(first), (one, other)


@each
def test_labels_cover_nothing(shipped):
    drawn = draw(shipped)
    for owner, label in drawn.labels.items():
        for name, box in drawn.shapes.items():
            if name not in drawn.containers:
                assert not label.meets(box), f"label of {owner} covers {name}"
        for name, line in drawn.lines.items():
            for (x1, y1), (x2, y2) in line.pieces:
                piece = Box(min(x1, x2), min(y1, y2), abs(x1 - x2) or 0.1, abs(y1 - y2) or 0.1)
                assert not label.meets(piece), f"label of {owner} covers {name}"
    for (one, first), (other, second) in combinations(drawn.labels.items(), 2):
        assert not first.meets(second), (one, other)


@each
def test_what_stands_on_the_main_line_is_aligned(shipped):
    drawn = draw(shipped)
    main = next(iter(drawn.shapes.values())).centre[1]
    level = [
        line for line in drawn.lines.values() if len(line.points) == 2 and line.points[0][1] == main
    ]
    assert len(level) > len(drawn.lines) / 2
