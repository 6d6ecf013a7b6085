"""Gateways: who gets a token, and who waits for how many."""

from __future__ import annotations

import pytest

from engine.errors import ExpressionFailed, NoFlowTaken
from tests.play import Play

XOR = "start > x? >[n > 5] big > end\nx? >[n > 2] middle > end\nx? >[] small > end"


@pytest.mark.parametrize(("n", "task"), [(9, "big"), (3, "middle"), (1, "small")])
def test_exclusive_takes_the_first_true_flow_else_the_default(n, task):
    assert Play(XOR, {"n": n}).tasks == [task]


def test_exclusive_without_a_way_out_refuses_and_names_the_gateway():
    with pytest.raises(NoFlowTaken, match=r"exclusiveGateway 'x' \(x\) in play"):
        Play("start > x? >[n > 5] a > end", {"n": 1})


def test_a_condition_must_be_true_or_false():
    with pytest.raises(ExpressionFailed, match="must be true or false"):
        Play("start > x? >[n] a > end", {"n": "yes"})


def test_an_unknown_variable_refuses_the_start():
    with pytest.raises(ExpressionFailed, match="nobody"):
        Play("start > x? >[nobody > 1] a > end\nx? >[] b > end")


def test_parallel_waits_for_one_token_of_each_flow():
    play = Play("start > f+ > a > j+ > after > end\nf+ > b > j+\nf+ > c > j+")
    assert play.tasks == ["a", "b", "c"]
    play.complete("b").complete("a")
    assert play.tasks == ["c"]
    assert play.complete("c").tasks == ["after"]


def test_parallel_does_not_count_two_tokens_of_one_flow_twice():
    play = Play("start > f+ > a > m? > x > j+ > after > end\nf+ > b > m?\nf+ > c > j+")
    play.complete("a").complete("b")
    assert play.tasks == ["c", "x", "x"]
    play.complete("x").complete("x")
    assert play.tasks == ["c"]
    assert play.complete("c").tasks == ["after"]


INCLUSIVE = "start > f* >[x] a > j* > after > end\nf* >[y] b > j*\nf* >[] c > j*"


@pytest.mark.parametrize(
    ("x", "y", "tasks"),
    [(True, True, ["a", "b"]), (True, False, ["a"]), (False, False, ["c"])],
)
def test_inclusive_takes_every_true_flow(x, y, tasks):
    assert Play(INCLUSIVE, {"x": x, "y": y}).tasks == tasks


def test_inclusive_waits_for_what_can_still_come_and_no_longer():
    play = Play(INCLUSIVE, {"x": True, "y": True}).complete("a")
    assert play.tasks == ["b"]
    assert play.complete("b").tasks == ["after"]
    assert Play(INCLUSIVE, {"x": True, "y": False}).complete("a").tasks == ["after"]


def test_inclusive_joins_in_a_loop():
    text = (
        "start > again? > f* >[a] one > j* > x? >[more] again?\n"
        "f* >[b] two > j*\nx? >[] after > end"
    )
    play = Play(text, {"a": True, "b": True, "more": True})
    play.complete("one").complete("two")
    assert play.tasks == ["one", "two"]
    play.complete("one", more=False, b=False).complete("two")
    assert play.tasks == ["after"]


def test_inclusive_does_not_wait_for_a_token_that_took_another_way():
    text = "start > f+ > a > x? >[go] j* > after > end\nx? >[] gone > end2\nf+ > b > j*"
    play = Play(text, {"go": False}).complete("b")
    assert play.tasks == ["a"]
    play.complete("a")
    assert play.tasks == ["after", "gone"]


def test_inclusive_looks_behind_boundary_events():
    text = "start > f+ > a > end\na ?| late PT1H\nlate > j* > after > end2\nf+ > b > j*"
    play = Play(text).complete("b")
    assert play.tasks == ["a"]
    assert play.complete("a").tasks == ["after"]


COMPLEX = (
    '<complexGateway id="j"><activationCondition>${activationCount >= 2}</activationCondition>'
    "</complexGateway>\nstart > f+ > a > j > after > end\nf+ > b > j\nf+ > c > j"
)


def test_complex_goes_on_with_the_second_token_and_forgets_the_third():
    play = Play(COMPLEX).complete("a")
    assert play.tasks == ["b", "c"]
    assert play.complete("b").tasks == ["after", "c"]
    play.complete("after")
    assert play.ended is None
    play.complete("c")
    assert play.ended == "COMPLETED"
    assert play.path.count("after") == 1


def test_conditional_flows_leave_an_activity_like_an_inclusive_gateway():
    text = "start > a >[x] b > end\na >[y] c > end\na >[] d > end"
    assert Play(text, {"x": True, "y": True}).complete("a").tasks == ["b", "c"]
    assert Play(text, {"x": False, "y": False}).complete("a").tasks == ["d"]


def test_a_start_quantity_gathers_tokens_and_a_completion_quantity_multiplies_them():
    play = Play(
        '<userTask id="pack" name="pack" startQuantity="2" completionQuantity="3"/>\n'
        "start > f+ > a > m? > pack > ship > end\nf+ > b > m?"
    )
    assert play.complete("a").tasks == ["b"]
    assert play.complete("b").tasks == ["pack"]
    assert play.complete("pack").tasks == ["ship", "ship", "ship"]


def test_a_condition_needs_no_braces():
    text = (
        '<exclusiveGateway id="x"/>\n<userTask id="a" name="a"/>\n<userTask id="b" name="b"/>\n'
        '<sequenceFlow id="xa" sourceRef="x" targetRef="a"><conditionExpression>'
        'test.contains("a")</conditionExpression></sequenceFlow>\n'
        '<sequenceFlow id="xb" sourceRef="x" targetRef="b"/>\nstart > x\na > end\nb > end'
    )
    assert Play(text, {"test": "cab"}).tasks == ["a"]
    assert Play(text, {"test": "b"}).tasks == ["b"]


def test_a_script_task_without_a_script_is_passed():
    assert Play('<scriptTask id="s"/>\nstart > s > a > end').tasks == ["a"]
