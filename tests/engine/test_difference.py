"""What differs between two models, and what does not count."""

from __future__ import annotations

from engine.difference import Change, Difference, differences
from tests.play import as_xml

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" {} targetNamespace="t">'
FLOWABLE = 'xmlns:flowable="http://flowable.org/bpmn"'


def model(inside: str, words: str = FLOWABLE) -> bytes:
    return f"{HEAD.format(words)}<process id='p'>{inside}</process></definitions>".encode()


def test_nothing_differs_from_itself():
    xml = as_xml("start > a > end").encode()
    assert differences(xml, xml) == []


def test_elements_come_and_go():
    before, now = (as_xml(text).encode() for text in ("start > a > end", "start > b > end"))
    found = {(each.what, each.kind, each.element) for each in differences(before, now)}
    assert ("added", "userTask", "b") in found
    assert ("removed", "userTask", "a") in found
    assert not any(each[2] in ("start", "end", "play") for each in found)


def test_facts_of_an_element():
    task = '<userTask id="a" name="{}" flowable:assignee="{}"/>'
    before, now = model(task.format("Ask", "kermit")), model(task.format("Ask twice", "piggy"))
    assert differences(before, now) == [
        Difference("changed", "userTask", "a", "Ask twice", (
            Change("assignee", "kermit", "piggy"), Change("name", "Ask", "Ask twice"),
        )),
    ]  # fmt: skip


def test_what_stands_inside_counts():
    timer = """<boundaryEvent id="late"><timerEventDefinition id="x{}"><timeDuration>{}
      </timeDuration></timerEventDefinition></boundaryEvent>"""
    listener = """<extensionElements><flowable:taskListener event="create" expression="${{{}}}"/>
      </extensionElements>"""
    before = model(timer.format(1, "PT1H") + f'<userTask id="a">{listener.format("x")}</userTask>')
    now = model(timer.format(2, "PT2H") + f'<userTask id="a">{listener.format("y")}</userTask>')
    changes = {each.element: each.changes for each in differences(before, now)}
    assert changes == {
        "late": (Change("timerEventDefinition timeDuration", "PT1H", "PT2H"),),
        "a": (Change("taskListener expression", "${x}", "${y}"),),
    }


def test_another_kind_of_the_same_id():
    (found,) = differences(model('<task id="a"/>'), model('<userTask id="a"/>'))
    assert found.changes == (Change("type", "task", "userTask"),)


def test_order_references_and_dialects_do_not_count():
    one = model('<task id="a"><outgoing>f</outgoing></task><task id="b"/>')
    assert differences(one, model('<task id="b"/><task id="a"/>')) == []
    camunda = 'xmlns:c="http://camunda.org/schema/1.0/bpmn"'
    word = '<userTask id="a" {}:assignee="kermit"/>'
    assert differences(model(word.format("c"), camunda), model(word.format("flowable"))) == []


def test_what_holds_anyway_may_be_left_out():
    said = model('<startEvent id="s" isInterrupting="true"/><task id="a" startQuantity="1"/>')
    assert differences(said, model('<startEvent id="s"/><task id="a"/>')) == []
    (found,) = differences(said, model('<startEvent id="s"/><task id="a" startQuantity="2"/>'))
    assert found.changes == (Change("startQuantity", None, "2"),)
