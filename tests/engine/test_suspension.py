"""Suspending: the clocks of timers stand still, or run on where the process says so."""

from __future__ import annotations

import pytest

from engine.errors import ModelInvalid
from engine.xml import read
from tests.engine.test_migration import CONDITION, attached
from tests.play import Play, as_xml

LATE = "start > a > end\na !| late PT2H\nlate > help > end2"
OURS = "https://workingflow.dev/bpmn"


def saying(text: str, how: str) -> str:
    return as_xml(text).replace("<process ", f'<process xmlns:wf="{OURS}" wf:onSuspend="{how}" ', 1)


def suspended(play: Play) -> Play:
    return play.do(lambda command: command.suspend(play.instance))


def activated(play: Play) -> Play:
    return play.do(lambda command: command.activate(play.instance))


@pytest.mark.parametrize("text", [LATE, saying(LATE, "stop-timers")])
def test_the_clock_stands_still(text):
    play = suspended(Play(text).advance("PT1H")).advance("P9D")
    assert activated(play).advance("PT59M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["help"]


def test_the_clock_runs_on_where_the_process_says_so():
    play = suspended(Play(saying(LATE, "keep-running")).advance("PT1H")).advance("PT30M")
    assert activated(play).advance("PT29M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["help"]


def test_what_is_due_meanwhile_happens_when_it_is_activated():
    play = suspended(Play(saying(LATE, "keep-running"))).advance("P9D")
    assert play.tasks == ["a"]
    assert play.incidents == []
    assert activated(play).advance("PT0S").tasks == ["help"]


def test_what_a_suspended_instance_calls_is_as_suspended():
    call = '<callActivity id="call" calledElement="other0"/>\nstart > call > end'
    play = suspended(Play(call, others=(LATE,))).advance("P9D")
    assert activated(play).advance("PT2H").tasks == ["help"]


DUE = '<userTask id="a" name="a" flowable:dueDate="PT3H"/>\nstart > a > end'


def due_in(play: Play) -> float | None:
    due = play.task("a").due
    return None if due is None else (due - play.world.now) / 3_600_000


def test_a_task_has_as_much_time_left_as_before():
    play = suspended(Play(DUE).advance("PT1H"))
    assert due_in(play) is None
    assert due_in(activated(play.advance("P9D"))) == 2


def test_a_task_that_was_late_is_as_late_as_before():
    assert due_in(activated(suspended(Play(DUE).advance("PT5H")).advance("P9D"))) == -2


def test_suspending_twice_changes_no_due_date():
    play = suspended(suspended(Play(DUE)).advance("PT1H"))
    assert due_in(activated(play)) == 3


def test_due_dates_run_on_where_the_process_says_so():
    text = saying(DUE, "keep-running")
    assert due_in(activated(suspended(Play(text)).advance("PT2H"))) == 1


def test_the_due_dates_of_what_is_called_stand_still_too():
    call = '<callActivity id="call" calledElement="other0"/>\nstart > call > end'
    assert due_in(activated(suspended(Play(call, others=(DUE,))).advance("P9D"))) == 3


def test_a_task_without_a_due_date_gets_none():
    assert due_in(activated(suspended(Play("start > a > end")).advance("P9D"))) is None


def test_conditions_wait_for_the_activation():
    text = attached("when", "a", CONDITION) + "start > a > end\nwhen > help > end2"
    play = suspended(Play(text, {"x": 0}))
    play.do(lambda command: command.repair(play.instance, {"x": 5}))
    assert play.tasks == ["a"]
    assert activated(play).tasks == ["help"]


BESIDE = attached("when", "a", CONDITION, "false") + "start > a > end\nwhen > help > end2"


def repaired(play: Play, **values: object) -> Play:
    play.do(lambda command: command.repair(play.instance, values))
    return play


def test_a_condition_that_held_before_does_not_happen_again_at_the_activation():
    play = repaired(Play(BESIDE, {"x": 0}), x=5)
    assert play.tasks == ["a", "help"]
    assert activated(suspended(play)).tasks == ["a", "help"]


def test_a_condition_that_came_true_happens_once_at_the_activation():
    play = activated(repaired(suspended(Play(BESIDE, {"x": 0})), x=5, y=1))
    assert play.tasks == ["a", "help"]
    assert activated(suspended(play)).tasks == ["a", "help"]


def test_a_condition_that_is_false_again_at_the_activation_does_not_happen():
    play = suspended(Play(BESIDE, {"x": 0}))
    assert activated(repaired(repaired(play, x=5), x=0)).tasks == ["a"]
    assert activated(suspended(play)).tasks == ["a"]


def test_another_word_is_refused():
    with pytest.raises(ModelInvalid, match="onSuspend is stop-timers or keep-running") as refused:
        read(saying(LATE, "sometimes").encode(), "x.bpmn")
    errors = [finding for finding in refused.value.findings if finding.severity == "error"]
    assert [finding.rule for finding in errors] == ["suspension"]
