"""Each rule over a whole diagram: a model that it complains about, and one that it leaves alone."""

from __future__ import annotations

import pytest

from engine.xml import inspect
from processes import SHIPPED
from tests.play import as_xml


def found(text: str) -> set[tuple[str, str]]:
    """The rules that complain, and of which element."""
    return {(each.rule, each.element) for each in inspect(as_xml(text).encode()).findings}


BAD = {
    "unreachable": ("start > a > end\nlost > end", "lost"),
    "no-way-on": ("start > both+ > a > join+\nboth+ > b > join+", "join"),
    "missing-default": ("start > x? >[n > 1] a\nx? >[n > 2] b", "x"),
    "always-taken": ("start > x? > a\nx? >[n > 2] b", "x"),
    "stranded-join": ("start > x? >[n > 1] a > join+\nx? > b > join+ > end", "join"),
    "loop-without-wait": ("start > a. > x? >[n > 1] a.\nx? >[] end", "a"),
    "never-caught": (
        (
            'start > a > end\n<boundaryEvent id="oops" attachedToRef="a"><errorEventDefinition/>'
            "</boundaryEvent>\noops > b"
        ),
        "oops",
    ),
    "never-compensated": (
        (
            'start > a > end\n<boundaryEvent id="undo" attachedToRef="a">'
            "<compensateEventDefinition/></boundaryEvent>\n"
            '<task id="back" isForCompensation="true"/>\n'
            '<association id="l" sourceRef="undo" targetRef="back"/>'
        ),
        "a",
    ),
    "nobodys-task": ("start > a > end", "a"),
    "unset-variable": ("start > a > x? >[never > 1] b\nx? >[] end", "x"),
    "several-starts": ("start > a\nstart2 > a", "start2"),
    "empty": ('start > a\n<subProcess id="hole"/>\na > hole', "hole"),
}
GOOD = {
    "unreachable": "start > a > end",
    "no-way-on": "start > both+ > a > join+ > end\nboth+ > b > join+",
    "missing-default": "start > x? >[n > 1] a\nx? >[n <= 1] b",
    "always-taken": "start > x? >[n > 2] a\nx? >[] b",
    "stranded-join": "start > both+ > a > join+\nboth+ > b > join+ > end",
    "loop-without-wait": "start > a > x? >[n > 1] a\nx? >[] end",
    "never-caught": (
        '<scriptTask id="a" scriptFormat="javascript"><script>throw new BpmnError("x")</script>'
        '</scriptTask>\nstart > a > end\n<boundaryEvent id="oops" attachedToRef="a">'
        "<errorEventDefinition/></boundaryEvent>\noops > b"
    ),
    "unset-variable": "start > a{execution.setVariable('n', 2)} > x? >[n > 1] b\nx? >[] end",
}


@pytest.mark.parametrize("rule", BAD)
def test_a_rule_complains_of_the_element(rule: str):
    text, element = BAD[rule]
    assert (rule, element) in found(text)


@pytest.mark.parametrize("rule", GOOD)
def test_a_rule_leaves_a_good_model_alone(rule: str):
    assert rule not in {each for each, _ in found(GOOD[rule])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("approved", "!approved"),
        ("approved == true", "approved == false"),
        ("amount < 100", "amount >= 100"),
        ("kind == 'a'", "kind != 'a'"),
        ("a > 1 && b", "!(a > 1 && b)"),
    ],
)
def test_conditions_that_leave_nothing_out_need_no_default(one: str, other: str):
    flows = f"start > x? >[{one}] a\nx? >[{other}] b"
    assert ("missing-default", "x") not in found(flows)


def test_what_is_odd_is_told_beside_what_is_wrong():
    rules = {rule for rule, _ in found('start > a > end\n<quantumTask id="q"/>\nlost > end')}
    assert rules == {"unsupported", "nobodys-task", "unreachable"}


def test_of_ways_through_a_torn_diagram_nothing_is_said():
    torn = 'start > a\n<sequenceFlow id="f" sourceRef="a" targetRef="gone"/>\n<task id="lost"/>'
    assert {rule for rule, _ in found(torn)} == {"dangling-reference"}


LISTENER = (
    "<extensionElements><flowable:{}Listener event='{}' expression='{}'/></extensionElements>"
)
SETS = '${execution.setVariable("n", 2)}'


@pytest.mark.parametrize(
    "before",
    [
        f'<task id="b">{LISTENER.format("execution", "end", SETS)}</task>',
        f'<userTask id="b">{LISTENER.format("task", "create", SETS)}</userTask>',
        f'<scriptTask id="b" scriptFormat="juel"><script>{SETS}</script></scriptTask>',
        (
            '<scriptTask id="b" scriptFormat="javascript"><script>'
            "execution.setVariable('n', 2)</script></scriptTask>"
        ),
        '<serviceTask id="b" flowable:expression="${1}" flowable:resultVariable="n"/>',
    ],
)
def test_variables_that_something_may_set_are_not_missed(before: str):
    rules = {rule for rule, _ in found(f"{before}\nstart > b > x? >[n > 1] a\nx? >[] end")}
    assert not rules & {"unset-variable", "expression", "script", "unsupported"}


@pytest.mark.parametrize(
    "inside",
    [
        "<extensionElements>{}</extensionElements><startEvent id='i'/>",
        "<startEvent id='i'><extensionElements>{}</extensionElements></startEvent>",
        (
            "<startEvent id='i'/><endEvent id='o'/>"
            "<sequenceFlow id='io' sourceRef='i' targetRef='o'><extensionElements>{}"
            "</extensionElements></sequenceFlow>"
        ),
        (
            "<startEvent id='i'/><subProcess id='t'><extensionElements>{}</extensionElements>"
            "<startEvent id='u'/></subProcess><sequenceFlow id='it' sourceRef='i' targetRef='t'/>"
        ),
    ],
)
def test_errors_of_listeners_are_caught(inside: str):
    event = "take" if "sequenceFlow id='io'" in inside else "end"
    listener = (
        f"<flowable:executionListener event='{event}'><flowable:script language='javascript'>"
        "throw new BpmnError('x')</flowable:script></flowable:executionListener>"
    )
    text = (
        f'start > s > end\n<subProcess id="s">{inside.format(listener)}</subProcess>\n'
        '<boundaryEvent id="oops" attachedToRef="s"><errorEventDefinition/></boundaryEvent>'
        "\noops > end"
    )
    assert ("never-caught", "oops") not in found(text)
    assert ("never-caught", "oops") in found(text.replace(listener, ""))


@pytest.mark.parametrize("host", ["x", "start"])
def test_a_boundary_event_belongs_to_an_activity(host: str):
    text = (
        "start > x? >[] end\n"
        f'<boundaryEvent id="late" attachedToRef="{host}"><timerEventDefinition>'
        "<timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>\nlate > end"
    )
    assert ("dangling-reference", "late") in found(text)


def test_the_processes_that_ship_have_no_errors_and_no_warnings():
    models = [
        (name, data)
        for shipped in SHIPPED
        for name, data in shipped.files().items()
        if name.endswith(".bpmn20.xml")
    ]
    assert models
    for name, data in models:
        assert [each for each in inspect(data, name).findings if each.severity != "hint"] == []


def test_an_event_has_one_condition():
    condition = (
        "<conditionalEventDefinition><condition>${a}</condition></conditionalEventDefinition>"
    )
    event = '<intermediateCatchEvent id="both">{}</intermediateCatchEvent>\nstart > both > end'
    assert ("conditional", "both") in found(event.format(condition * 2))
    assert ("conditional", "both") not in found(event.format(condition))
