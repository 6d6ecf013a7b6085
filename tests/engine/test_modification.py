"""Moving tokens by hand: cancel here, start there, repeat, set variables, retry."""

from __future__ import annotations

from typing import Any

import pytest

from engine import events as ev
from engine.errors import InstanceSuspended, NotWaiting
from tests.engine.pictures import picture
from tests.engine.test_migration import inside, many
from tests.play import Play, rebuilt


def modified(play: Play, **change: Any) -> Play:
    play.do(lambda command: command.modify(play.instance, reason="so", **change))
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    return play


def repeated(play: Play, node: str) -> Play:
    play.do(lambda command: command.repeat(play.instance, node, reason="again"))
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    return play


def test_modify_cancels_here_and_starts_there():
    play = Play("start > a > b > c > end")
    play.do(lambda command: command.modify(play.instance, cancel=["a"], start=["c"]))
    assert play.tasks == ["c"]
    assert play.complete("c").ended == "COMPLETED"
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)


def test_modify_opens_the_subprocess_around_its_target():
    inside = (
        '<subProcess id="sub"><startEvent id="s"/><userTask id="x" name="x"/>'
        '<userTask id="y" name="y"/><sequenceFlow id="i1" sourceRef="s" targetRef="x"/>'
        '<sequenceFlow id="i2" sourceRef="x" targetRef="y"/></subProcess>\n'
    )
    play = Play(inside + "start > a > sub > after > end")
    play.do(lambda command: command.modify(play.instance, cancel=["a"], start=["y"]))
    assert play.tasks == ["y"]
    assert play.complete("y").tasks == ["after"]


def test_modify_that_only_cancels_ends_what_is_empty_then():
    play = Play("start > a > end")
    play.do(lambda command: command.modify(play.instance, cancel=["a"]))
    assert play.ended == "COMPLETED"


@pytest.mark.parametrize("change", [{"cancel": ["b"]}, {"start": ["nowhere"]}])
def test_modify_refuses_places_that_are_not_there(change):
    play = Play("start > a > b > end")
    with pytest.raises(NotWaiting):
        play.do(lambda command: command.modify(play.instance, **change))


def each_with(nodes: str = '<userTask id="x" name="x"/><userTask id="y" name="y"/>') -> str:
    return (
        f'<subProcess id="sub"><startEvent id="s"/>{nodes}'
        '<sequenceFlow id="i1" sourceRef="s" targetRef="x"/>'
        '<sequenceFlow id="i2" sourceRef="x" targetRef="y"/><multiInstanceLoopCharacteristics>'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></subProcess>\n"
    )


def test_one_of_several_open_subprocesses_is_told_by_its_token():
    play = Play(each_with() + "start > sub > after > end")
    scopes = [task.token.scope for task in play.state.tasks()]
    first, second = [scope.id for scope in scopes if scope is not None]
    with pytest.raises(NotWaiting, match="open several times"):
        modified(play, start=["y"])
    modified(play, start=[("y", second)])
    assert play.tasks == ["x", "x", "y"]
    assert play.task("y").token.scope.id == second
    assert first != second


def test_a_token_that_is_no_subprocess_of_the_node_is_refused():
    play = Play("start > a > b > end")
    with pytest.raises(NotWaiting, match="in no subprocess"):
        modified(play, start=[("b", 999)])


def test_one_iteration_less():
    play = Play(many() + "start > m > after > end")
    first = next(play.state.tasks())
    modified(play, cancel=[first.token.id])
    assert play.tasks == ["m", "m"]
    assert play.complete("m").complete("m").tasks == ["after"]


def test_the_last_iteration_cancelled_ends_the_loop():
    play = Play(many() + "start > m > after > end").complete("m").complete("m")
    modified(play, cancel=[play.task("m").token.id])
    assert play.tasks == ["after"]


def test_one_of_a_row_is_not_cancelled_alone():
    play = Play(many("true") + "start > m > after > end")
    with pytest.raises(NotWaiting, match="one after the other"):
        modified(play, cancel=[play.task("m").token.id])


NESTED = (
    '<subProcess id="outer"><startEvent id="s1"/><sequenceFlow id="i1" sourceRef="s1"'
    ' targetRef="inner"/><subProcess id="inner"><startEvent id="s2"/><userTask id="x" name="x"/>'
    '<sequenceFlow id="i2" sourceRef="s2" targetRef="x"/>LOOP</subProcess>'
    '<sequenceFlow id="i3" sourceRef="inner" targetRef="y"/><userTask id="y" name="y"/>'
    "</subProcess>\n"
)


@pytest.mark.parametrize("sequential", [None, "true", "false"])
def test_what_moves_out_of_subprocesses_leaves_nothing_behind(sequential):
    loop = "" if sequential is None else (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    )  # fmt: skip
    play = Play(NESTED.replace("LOOP", loop) + "start > a > outer > end").complete("a")
    modified(play, cancel=["x"], start=["a"])
    assert play.tasks == ["a"]
    assert [token.node.id for token in play.state.tokens.values()] == ["play", "a"]


def test_what_is_beside_a_token_that_moves_out_stays():
    play = Play(each_with() + "start > sub > after > end")
    first = next(play.state.tasks())
    modified(play, cancel=[first.token.id], start=["after"])
    assert play.tasks == ["after", "x"]
    play.complete("x").complete("y")
    assert play.tasks == ["after", "after"]


def test_what_is_only_cancelled_lets_its_subprocess_be_done():
    play = Play(NESTED.replace("LOOP", "") + "start > a > outer > end").complete("a")
    modified(play, cancel=["x"])
    assert play.tasks == ["y"]


EVENT = (
    '<subProcess id="handler" triggeredByEvent="true"><startEvent id="es"><timerEventDefinition>'
    "<timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>"
    '<userTask id="x" name="x"/><userTask id="y" name="y"/>'
    '<sequenceFlow id="e1" sourceRef="es" targetRef="x"/>'
    '<sequenceFlow id="e2" sourceRef="x" targetRef="y"/></subProcess>\n'
)


def test_inside_an_event_subprocess():
    play = Play(EVENT + "start > a > b > end").advance("PT1H")
    modified(play, cancel=["x"], start=["y"])
    assert play.complete("y").ended == "COMPLETED"


def test_out_of_an_event_subprocess():
    play = Play(EVENT + "start > a > b > end").advance("PT1H")
    modified(play, cancel=["x"], start=["b"])
    assert play.tasks == ["b"]
    assert play.complete("b").ended == "COMPLETED"


def test_an_event_subprocess_that_has_not_begun_is_opened():
    play = modified(Play(EVENT + "start > a > b > end"), cancel=["a"], start=["y"])
    assert play.tasks == ["y"]
    assert list(play.jobs()) == []
    assert play.complete("y").ended == "COMPLETED"


@pytest.mark.parametrize("kind", ["+", "*"])
@pytest.mark.parametrize(("moved", "left"), [("a", "b"), ("b", "a")])
def test_a_token_at_a_join_stands_for_the_one_that_would_have_come(kind, moved, left):
    play = Play(f"start > f{kind} > a > j{kind} > c > end\nf{kind} > b > j{kind}")
    modified(play, cancel=[moved], start=["j"])
    assert play.tasks == [left]
    assert play.complete(left).tasks == ["c"]


def test_all_tokens_at_a_join_are_what_it_waits_for():
    play = Play("start > f+ > a > j+ > c > end\nf+ > b > j+")
    assert modified(play, cancel=["a", "b"], start=["j", "j"]).tasks == ["c"]


def test_variables_are_set_before_anything_starts():
    play = Play("start > a > x? >[n > 1] b > end\nx? >[] c > end2", {"n": 0})
    modified(play, cancel=["a"], start=["x"], variables={"n": 2})
    assert play.tasks == ["b"]


def test_what_is_suspended_is_not_moved():
    play = Play("start > a > b > end")
    play.do(lambda command: command.suspend(play.instance))
    with pytest.raises(InstanceSuspended):
        modified(play, start=["b"])


def test_who_modified_what_and_why_is_in_the_journal():
    play = modified(Play("start > a > b > end"), cancel=["a"], start=["b"], variables={"n": 1})
    [noted] = [event for event in play.events if isinstance(event, ev.Intervened)]
    assert (noted.what, noted.reason) == ("modified", "so")
    assert noted.facts == {"cancelled": ["a"], "started": ["b"], "names": ["n"]}


def test_repeat_cancels_what_follows():
    play = Play("start > a > b > c > end").complete("a").complete("b")
    assert repeated(play, "a").tasks == ["a"]
    assert play.complete("a").complete("b").complete("c").ended == "COMPLETED"


def test_repeat_leaves_other_branches_alone():
    play = Play("start > f+ > a > b > j+ > end\nf+ > c > d > j+").complete("a").complete("c")
    repeated(play, "a")
    assert play.tasks == ["a", "d"]
    play.complete("a").complete("b").complete("d")
    assert play.ended == "COMPLETED"


def test_repeat_leaves_what_another_branch_brought_to_a_join():
    play = Play("start > f+ > a > b > j+ > end\nf+ > c > j+").complete("a").complete("c")
    repeated(play, "a").complete("a").complete("b")
    assert play.ended == "COMPLETED"


def test_repeat_follows_boundary_events():
    play = Play("start > a > b > end\na !| late PT1H\nlate > help > end2").advance("PT1H")
    assert repeated(play, "a").tasks == ["a"]
    assert [job.node for job in play.jobs()] == ["late"]


def test_repeat_opens_a_subprocess_that_is_over():
    play = Play(inside("sub", "x", "y") + "start > sub > after > end")
    play.complete("x").complete("y")
    assert repeated(play, "y").tasks == ["y"]
    assert play.complete("y").tasks == ["after"]


def test_repeat_within_an_open_subprocess():
    play = Play(inside("sub", "x", "y") + "start > sub > after > end").complete("x")
    assert repeated(play, "x").tasks == ["x"]
    assert play.complete("x").complete("y").tasks == ["after"]


def test_repeating_what_the_process_does_not_have():
    with pytest.raises(NotWaiting, match="no element 'nowhere'"):
        repeated(Play("start > a > end"), "nowhere")


def test_retry_with_other_values():
    fails = '<serviceTask id="a" flowable:async="true" flowable:expression="${10 / n}"/>\n'
    play = Play(fails + "start > a > b > end", {"n": "none"}).advance("PT1H")
    [incident] = play.state.incidents
    play.do(lambda command: command.retry(incident, {"n": 5}, reason="typo")).advance("PT0S")
    assert play.tasks == ["b"]
    resolved = [event for event in play.events if isinstance(event, ev.IncidentResolved)]
    assert [event.reason for event in resolved] == ["typo"]


def test_variables_set_by_hand_are_journaled_by_name():
    play = Play("start > a > end")
    play.do(lambda command: command.repair(play.instance, {"n": 1}, reason="was missing"))
    [noted] = [event for event in play.events if isinstance(event, ev.Intervened)]
    assert (noted.what, noted.reason, noted.facts["names"]) == ("set", "was missing", ["n"])
    assert play.variables["n"] == 1
