"""Open tasks move to another version of their process: their names, forms and due dates."""

from __future__ import annotations

import pytest

from tests.engine.test_migration import migrated, moved_back
from tests.play import Play

DAY = 86_400_000


def test_an_open_task_is_called_and_asked_as_in_the_new_version():
    old = '<userTask id="a" name="Check" flowable:formKey="f1" flowable:assignee="kermit"/>\n'
    new = '<userTask id="a" name="Check ${n}" flowable:formKey="f2" flowable:assignee="gonzo"/>\n'
    play = migrated(Play(old + "start > a > end", {"n": 7}), new + "start > a > end")
    task = play.task("a")
    assert (task.name, task.form_key, task.assignee) == ("Check 7", "f2", "kermit")


def due_in(duration: str) -> str:
    return f'<userTask id="a" name="a" flowable:dueDate="{duration}"/>\nstart > a > end'


def test_a_task_that_gets_more_time_keeps_the_time_that_was_used():
    play = Play(due_in("P3D")).advance("P2D")
    due = play.task("a").due
    assert due is not None
    assert migrated(play, due_in("${'P5D'}")).task("a").due == due + 2 * DAY
    assert moved_back(play).task("a").due == due


def test_a_task_that_stands_still_gets_more_time_too():
    play = Play(due_in("P3D")).advance("P2D")
    due = play.task("a").due
    assert due is not None
    play.do(lambda command: command.suspend(play.instance))
    assert migrated(play, due_in("P5D")).task("a").due is None
    play.advance("P7D").do(lambda command: command.activate(play.instance))
    assert play.task("a").due == due + 9 * DAY


@pytest.mark.parametrize("told", ["2026-02-01", "${null}", "P3D"])
def test_a_due_date_that_is_told_in_another_way_stays(told):
    play = Play(due_in("P3D")).advance("P2D")
    due = play.task("a").due
    assert migrated(play, due_in(told)).task("a").due == due


def test_a_task_without_a_due_date_gets_none():
    play = Play(due_in("P3D"))
    task = play.task("a").id
    play.do(lambda command: command.change_task(task, {"due": None}))
    assert migrated(play, due_in("P5D")).task("a").due is None
