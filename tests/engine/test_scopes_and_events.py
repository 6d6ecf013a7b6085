"""Subprocesses, boundary events, errors, calls and loops: what is interrupted, what goes on."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.errors import CalledProcessNotFound, StepLimit, UncaughtError
from engine.world import Limits
from tests.engine.pictures import picture
from tests.play import Play, rebuilt

FLOW = '<sequenceFlow id="{0}{1}" sourceRef="{0}" targetRef="{1}"/>'


def sub(inside: str, id: str = "sub", attributes: str = "", extra: str = "") -> str:
    """A subprocess on one line: ``s > a > e`` inside, user tasks but for ``s…`` and ``e…``."""
    names = inside.split(" > ")
    kinds = {"s": "startEvent", "e": "endEvent"}
    nodes = "".join(
        f'<{kinds.get(name[0], "userTask")} id="{name}" name="{name}"/>' for name in names
    )
    flows = "".join(FLOW.format(a, b) for a, b in pairwise(names))
    return f'<subProcess id="{id}" {attributes}>{nodes}{flows}{extra}</subProcess>\n'


def test_a_boundary_timer_interrupts():
    play = Play("start > a > end\na !| late PT1H\nlate > b > end2")
    assert play.advance("PT59M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["b"]
    assert play.complete("b").ended == "COMPLETED"


def test_a_boundary_timer_beside_does_not_interrupt_and_a_cycle_repeats():
    play = Play("start > a > end\na ?| late R3/PT1H\nlate > b > end2").advance("PT5H")
    assert play.tasks == ["a", "b", "b", "b"]


def test_completing_an_activity_ends_its_timers():
    play = Play("start > a > b > end\na !| late PT1H\nlate > c > end2").complete("a")
    assert list(play.jobs()) == []
    assert play.advance("P1D").tasks == ["b"]


def test_a_subprocess_is_complete_when_nothing_is_left_inside():
    play = Play(sub("s1 > x > e1") + "start > sub > after > end")
    assert play.tasks == ["x"]
    assert play.complete("x").tasks == ["after"]


def test_a_boundary_timer_on_a_subprocess_takes_everything_inside():
    play = Play(sub("s1 > x > e1") + "start > sub > end\nsub !| late PT1H\nlate > b > end2")
    assert play.advance("PT1H").tasks == ["b"]


ERROR_END = '<endEvent id="boom"><errorEventDefinition errorRef="{}"/></endEvent>'


def thrower(catch: str) -> str:
    inside = '<startEvent id="s1"/>' + ERROR_END.format("E1") + FLOW.format("s1", "boom")
    return (
        f'<subProcess id="sub">{inside}</subProcess>\n'
        f'<boundaryEvent id="caught" attachedToRef="sub"><errorEventDefinition {catch}/>'
        "</boundaryEvent>\nstart > sub > end\ncaught > help > end2"
    )


@pytest.mark.parametrize("catch", ['errorRef="E1"', ""])
def test_an_error_is_caught_by_its_code_or_by_a_handler_of_all(catch):
    assert Play(thrower(catch)).tasks == ["help"]


def test_an_error_that_nothing_catches_refuses_the_command():
    with pytest.raises(UncaughtError, match="E1"):
        Play(thrower('errorRef="E2"'))


def test_an_error_passes_through_a_call_activity():
    child = '<startEvent id="s"/>\n' + ERROR_END.format("E1") + "\n" + FLOW.format("s", "boom")
    play = Play(
        '<callActivity id="call" calledElement="other0"/>\n'
        '<boundaryEvent id="caught" attachedToRef="call"><errorEventDefinition errorRef="E1"/>'
        "</boundaryEvent>\nstart > call > end\ncaught > help > end2",
        others=(child,),
    )
    assert play.tasks == ["help"]
    assert len(play.state.instances) == 1


def test_a_called_process_gives_back_what_is_mapped():
    play = Play(
        '<callActivity id="call" calledElement="other0"><extensionElements>'
        '<flowable:in source="a" target="b"/><flowable:out source="c" target="d"/>'
        "</extensionElements></callActivity>\nstart > call > after > end",
        {"a": 1, "secret": 2},
        others=("start > x > end",),
    )
    called = next(i for i in play.state.instances.values() if i.process.key == "other0")
    assert called.variables == {"b": 1}
    play.do(lambda command: command.complete(play.task("x").id, {"c": 3}))
    assert play.tasks == ["after"]
    assert play.variables["d"] == 3
    assert "c" not in play.variables


def test_a_call_of_a_process_that_is_not_there_refuses_the_start():
    with pytest.raises(CalledProcessNotFound, match="nowhere"):
        Play('<callActivity id="call" calledElement="nowhere"/>\nstart > call > end')


def test_cancelling_takes_called_instances_along():
    play = Play(
        '<callActivity id="call" calledElement="other0"/>\nstart > call > end',
        others=("start > x > end",),
    )
    play.do(lambda command: command.cancel(play.instance, "enough"))
    assert play.ended == "TERMINATED"
    assert not play.state.tokens


def loop(kind: str, body: str = "") -> str:
    return (
        f'<userTask id="m" name="m${{loopCounter}}"><multiInstanceLoopCharacteristics '
        f'isSequential="{kind}" flowable:collection="people" flowable:elementVariable="person">'
        f"{body}</multiInstanceLoopCharacteristics></userTask>\nstart > m > after > end"
    )


def test_parallel_instances_are_there_at_once_with_an_element_each():
    play = Play(loop("false"), {"people": ["a", "b", "c"]})
    assert play.tasks == ["m0", "m1", "m2"]
    assert play.task("m1").token.variables == {"person": "b"}
    play.complete("m1").complete("m0")
    assert play.complete("m2").tasks == ["after"]


def test_sequential_instances_come_one_after_the_other():
    play = Play(loop("true"), {"people": ["a", "b"]})
    assert play.tasks == ["m0"]
    assert play.complete("m0").tasks == ["m1"]
    assert play.complete("m1").tasks == ["after"]


def test_a_completion_condition_ends_the_rest():
    condition = "<completionCondition>${nrOfCompletedInstances >= 1}</completionCondition>"
    play = Play(loop("false", condition), {"people": ["a", "b", "c"]}).complete("m1")
    assert play.tasks == ["after"]


def test_an_empty_collection_is_passed():
    assert Play(loop("false"), {"people": []}).tasks == ["after"]


def test_a_standard_loop_asks_after_each_time():
    text = (
        '<userTask id="a" name="a"><standardLoopCharacteristics loopMaximum="3"><loopCondition>'
        "${again}</loopCondition></standardLoopCharacteristics></userTask>\nstart > a > b > end"
    )
    play = Play(text, {"again": True}).complete("a")
    assert play.tasks == ["a"]
    assert play.complete("a", again=False).tasks == ["b"]
    play = Play(text, {"again": True}).complete("a").complete("a").complete("a")
    assert play.tasks == ["b"]


def listener(kind: str, interrupting: str) -> str:
    return (
        '<subProcess id="esp" triggeredByEvent="true">'
        f'<startEvent id="es" isInterrupting="{interrupting}">{kind}</startEvent>'
        '<userTask id="t" name="t"/><endEvent id="ee"/>'
        + FLOW.format("es", "t")
        + FLOW.format("t", "ee")
        + "</subProcess>\n"
    )


MESSAGE = '<messageEventDefinition messageRef="msg"/>'


def test_an_interrupting_event_subprocess_replaces_what_is_there():
    play = Play(listener(MESSAGE, "true") + "start > a > end").signal("msg")
    assert play.tasks == ["t"]
    assert not play.state.waits
    assert play.complete("t").ended == "COMPLETED"


def test_an_event_subprocess_beside_may_begin_again():
    play = Play(listener(MESSAGE, "false") + "start > a > end").signal("msg").signal("msg")
    assert play.tasks == ["a", "t", "t"]
    play.complete("a").complete("t")
    assert play.ended is None
    assert play.complete("t").ended == "COMPLETED"


def test_asynchronous_work_waits_for_its_job():
    play = Play('<userTask id="a" name="a" flowable:async="true"/>\nstart > a > end')
    assert play.tasks == []
    assert play.advance("PT0S").tasks == ["a"]


def test_a_job_that_fails_is_tried_three_times_and_then_is_an_incident():
    play = Play(
        '<serviceTask id="a" flowable:async="true" flowable:expression="${nobody}"/>\n'
        "start > a > end"
    ).advance("PT1H")
    assert play.incidents == ["a"]
    incident = next(iter(play.state.incidents.values()))
    assert "nobody" in incident.message
    play.set(nobody=1).do(lambda command: command.retry(incident.id)).advance("PT1S")
    assert play.ended == "COMPLETED"


def test_a_retry_cycle_says_how_often_and_when():
    play = Play(
        '<serviceTask id="a" flowable:async="true" flowable:expression="${nobody}">'
        "<extensionElements><flowable:failedJobRetryTimeCycle>R5/PT7M"
        "</flowable:failedJobRetryTimeCycle></extensionElements></serviceTask>\nstart > a > end"
    )
    play.advance("PT27M59S")
    assert play.incidents == []
    assert play.advance("PT1S").incidents == ["a"]


def test_suspending_stops_the_clock_of_timers():
    play = Play("start > a > end\na !| late PT1H\nlate > b > end2").advance("PT40M")
    play.do(lambda command: command.suspend(play.instance)).advance("P1D")
    assert play.tasks == ["a"]
    play.do(lambda command: command.activate(play.instance)).advance("PT19M")
    assert play.tasks == ["a"]
    assert play.advance("PT1M").tasks == ["b"]


def test_a_long_loop_goes_on_in_pieces_and_an_endless_one_becomes_an_incident():
    play = Play("start > a. > x? > a.", limits=Limits(steps=1000, loop_steps=5000))
    assert [job.kind for job in play.jobs()] == ["before"]
    play.advance("PT1H")
    assert play.incidents
    assert "5000 steps" in next(iter(play.state.incidents.values())).message
    with pytest.raises(StepLimit):
        Play("start > a. > x? > a.", limits=Limits(steps=1000, loop_steps=1000))


def test_scripts_that_take_long_together_go_on_in_pieces():
    script = '<scriptTask id="w" scriptFormat="js"><script>execution.setVariable("n", n + 1)'
    play = Play(
        f"{script}</script></scriptTask>\nstart > w > x?\nx >[n < 3] w\nx >[] a > end",
        {"n": 0},
        limits=Limits(scripts_ms=0),
    )
    assert [(job.kind, job.node) for job in play.jobs()] == [("before", "x")]
    assert play.variables["n"] == 1
    assert play.advance("PT0S").tasks == ["a"]
    assert play.variables["n"] == 3


def test_an_ad_hoc_subprocess_that_never_has_enough_is_stopped():
    room = (
        '<adHocSubProcess id="room"><completionCondition>false</completionCondition>'
        '<task id="look"/></adHocSubProcess>'
    )
    with pytest.raises(StepLimit):
        Play(f"{room}\nstart > room > end", limits=Limits(steps=1000, loop_steps=1000))


def test_a_conditional_event_sees_a_variable_change():
    play = Play(
        '<intermediateCatchEvent id="c"><conditionalEventDefinition><condition>${n > 3}</condition>'
        "</conditionalEventDefinition></intermediateCatchEvent>\nstart > c > a > end",
        {"n": 1},
    )
    assert play.tasks == []
    assert play.set(n=2).tasks == []
    assert play.set(n=4).tasks == ["a"]


def test_what_was_done_is_undone_latest_first():
    def activity(name: str) -> str:
        return (
            f'<task id="{name}"/>\n<userTask id="undo_{name}" name="undo_{name}" '
            'isForCompensation="true"/>\n'
            f'<boundaryEvent id="b_{name}" attachedToRef="{name}"><compensateEventDefinition/>'
            f'</boundaryEvent>\n<association id="as_{name}" sourceRef="b_{name}" '
            f'targetRef="undo_{name}"/>\n'
        )

    play = Play(
        activity("hotel")
        + activity("flight")
        + '<intermediateThrowEvent id="undo"><compensateEventDefinition/>'
        "</intermediateThrowEvent>\n"
        "start > hotel > flight > undo > after > end"
    )
    assert play.tasks == ["undo_flight", "undo_hotel"]
    first, second = sorted(play.state.tasks(), key=lambda task: task.id)
    assert (first.name, second.name) == ("undo_flight", "undo_hotel")
    play.complete("undo_flight")
    assert play.complete("undo_hotel").tasks == ["after"]
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)


SUB_WITH_UNDO = (
    '<subProcess id="sub"><startEvent id="s"/><task id="work"/><endEvent id="e"/>'
    + FLOW.format("s", "work")
    + FLOW.format("work", "e")
    + '<subProcess id="esp" triggeredByEvent="true"><startEvent id="es">'
    '<compensateEventDefinition/></startEvent><userTask id="undo" name="undo"/>'
    + FLOW.format("es", "undo")
    + "</subProcess></subProcess>\n"
)


def test_a_compensation_event_subprocess_undoes_its_subprocess():
    play = Play(
        SUB_WITH_UNDO
        + '<intermediateThrowEvent id="back"><compensateEventDefinition activityRef="sub"/>'
        "</intermediateThrowEvent>\nstart > sub > back > after > end"
    )
    assert play.tasks == ["undo"]
    assert play.complete("undo").tasks == ["after"]


def collecting(extra: str, attributes: str = "") -> str:
    return (
        f'<userTask id="m" name="m${{loopCounter}}"><multiInstanceLoopCharacteristics {attributes} '
        f'flowable:collection="people" flowable:elementVariable="person">{extra}'
        "</multiInstanceLoopCharacteristics></userTask>\nstart > m > after > end"
    )


AGGREGATION = (
    '<extensionElements><flowable:variableAggregation target="votes">'
    '<variable source="person"/><variable source="vote"/></flowable:variableAggregation>'
    "</extensionElements>"
)


def test_results_are_gathered_in_the_order_of_the_iterations():
    play = Play(collecting(AGGREGATION), {"people": ["a", "b"]})
    for name, vote in (("m1", "no"), ("m0", "yes")):
        task = play.task(name).id
        play.do(lambda command, t=task, v=vote: command.complete(t, local={"vote": v}))
    assert play.tasks == ["after"]
    assert play.variables["votes"] == [
        {"person": "a", "vote": "yes"},
        {"person": "b", "vote": "no"},
    ]


def test_what_is_gathered_belongs_to_each_iteration_alone():
    play = Play(collecting(AGGREGATION), {"people": ["a", "b", "c"], "vote": "outer"})
    play.complete("m2", vote="no").complete("m0", vote="yes").complete("m1", other="seen")
    assert [each["vote"] for each in play.variables["votes"]] == ["yes", "outer", "no"]
    assert play.variables["vote"] == "outer"
    assert play.variables["other"] == "seen"


def test_what_an_iteration_does_not_have_is_left_out():
    play = Play(collecting(AGGREGATION), {"people": ["a"]}).complete("m0")
    assert play.variables["votes"] == [{"person": "a"}]


def test_a_transient_list_with_a_computed_name_is_seen_until_the_next_wait():
    aggregation = AGGREGATION.replace(
        'target="votes"', 'targetExpression="${which}" storeAsTransientVariable="true"'
    )
    multiple = collecting(aggregation).replace("m > after", "m > first > after")
    task = '<scriptTask id="first" scriptFormat="juel" flowable:resultVariable="found">'
    play = Play(
        f"{task}<script>${{results[0].person}}</script></scriptTask>\n{multiple}",
        {"people": ["a", "b"], "which": "results"},
    )
    play.complete("m1").complete("m0")
    assert play.variables["found"] == "a"
    assert "results" not in play.variables


def test_an_empty_collection_gathers_an_empty_list():
    assert Play(collecting(AGGREGATION), {"people": []}).variables["votes"] == []


def test_a_behavior_throws_at_the_first_completion():
    play = Play(
        f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:flowable="http://flowable.org/bpmn" targetNamespace="t">'
        '<signal id="first" name="first"/><signalEventDefinition id="thrown" signalRef="first"/>'
        '<process id="p" isExecutable="true"><startEvent id="start"/>'
        '<userTask id="m" name="m${loopCounter}"><multiInstanceLoopCharacteristics behavior="One" '
        'oneBehaviorEventRef="thrown"><loopCardinality>3</loopCardinality>'
        '</multiInstanceLoopCharacteristics></userTask><boundaryEvent id="b" attachedToRef="m" '
        'cancelActivity="false"><signalEventDefinition signalRef="first"/></boundaryEvent>'
        '<userTask id="told" name="told"/><endEvent id="end"/>'
        f"{FLOW.format('start', 'm')}{FLOW.format('m', 'end')}{FLOW.format('b', 'told')}"
        "</process></definitions>"
    )
    assert play.complete("m1").tasks == ["m0", "m2", "told"]
    assert play.complete("m0").tasks == ["m2", "told"]
