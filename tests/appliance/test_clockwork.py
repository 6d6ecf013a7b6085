"""Timers and asynchronous work: at their time, in order, once, whatever happens between."""

import threading

import pytest

from appliance import clockwork as clockwork_module
from appliance.box import Box
from appliance.config import Config
from appliance.store import sqlite
from tests.appliance.given import DAY, HOUR, MINUTE
from tests.appliance.processes import ADMIN, ERP, deploy, names, start
from tests.play import as_xml

REMIND = "start > a > end\na ?| late PT1H\nlate > remind > end2"
ASYNC = '<task id="work" flowable:async="true"/>\nstart > work > a > end'


def jobs(box: Box) -> int:
    return box.store.read().execute("SELECT count(*) FROM job").fetchone()[0]


def test_a_timer_fires_at_its_time_and_not_before(box):
    id = start(box, REMIND)
    box.clock.advance(HOUR - 1)
    assert box.clockwork.fire_due() == 0
    box.clock.advance(1)
    assert box.clockwork.fire_due() == 1
    assert sorted(names(box, id)) == ["a", "remind"]
    assert box.clockwork.fire_due() == 0


def test_a_timer_whose_task_is_done_does_not_fire(box):
    id = start(box, REMIND)
    box.instances.cancel(id, None, ADMIN).result(10)
    box.clock.advance(DAY)
    assert box.clockwork.fire_due() == 0


def test_what_was_due_first_fires_first(box):
    text = "start > a > end\na ?| late {}\nlate > {} > end2"
    for key, time in (("third", "PT3H"), ("first", "PT1H"), ("second", "PT2H")):
        deploy(box, text.format(time, f"the_{key}"), key)
        box.instances.start(key, {}, ERP).result(10)
    box.clock.advance(DAY)
    assert box.clockwork.fire_due() == 3
    rows = box.store.read().execute("SELECT name FROM task WHERE name LIKE 'the_%' ORDER BY id")
    assert [name for (name,) in rows] == ["the_first", "the_second", "the_third"]


def test_what_was_due_while_nothing_ran_is_told_and_fired_once(box, tmp_path, caplog):
    ids = [start(box, REMIND) for _ in range(3)]
    box.close()
    box.clock.advance(DAY)
    again = Box(Config(data=tmp_path / "data", demos=False), box.clock)
    again.start()
    missed = again.clockwork.missed
    assert missed is not None
    assert (missed.jobs, missed.since) == (3, box.clock() - DAY + HOUR)
    assert "while nothing ran" in caplog.text
    again.clockwork.fire_due()
    for id in ids:
        assert sorted(names(again, id)) == ["a", "remind"]
    again.close()


def test_nothing_missed_is_nothing_told(box):
    start(box, REMIND)
    box.start()
    assert box.clockwork.missed is None


def test_two_who_fire_the_same_job_fire_it_once(box):
    id = start(box, REMIND)
    box.clock.advance(HOUR)
    due = box.clockwork._due()
    first = [box.clockwork._submit(job, root) for job, root, _ in due]
    second = [box.clockwork._submit(job, root) for job, root, _ in due]
    assert [each.result(10) for each in first] == [True]
    assert [each.result(10) for each in second] == [False]
    assert names(box, id).count("remind") == 1


def test_a_cycle_fires_as_often_as_it_says(box):
    id = start(box, "start > a > end\na ?| late R3/PT10M\nlate > remind > end2")
    for _ in range(10):
        box.clock.advance(10 * MINUTE)
        box.clockwork.fire_due()
    assert names(box, id).count("remind") == 3
    assert jobs(box) == 0


def test_many_due_at_once_all_fire(box):
    deploy(box, REMIND)
    pending = [box.instances.start("play", {}, ERP) for _ in range(200)]
    for each in pending:
        each.result(10)
    box.clock.advance(HOUR)
    assert box.clockwork.fire_due() == 200
    assert jobs(box) == 0
    [(reminders,)] = box.store.read().execute("SELECT count(*) FROM task WHERE name = 'remind'")
    assert reminders == 200


def test_asynchronous_work_is_done_by_the_clockwork(box):
    id = start(box, ASYNC)
    assert names(box, id) == []
    assert box.clockwork.fire_due() == 1
    assert names(box, id) == ["a"]


def test_an_asynchronous_signal_outlives_who_threw_it_and_a_restart(box, tmp_path):
    shout = '<signalEventDefinition signalRef="go" flowable:async="true"/>'
    hear = '<signalEventDefinition signalRef="go"/>'
    signal = '<signal id="go" name="go"/><process '
    thrower = as_xml(f'<endEvent id="over">{shout}</endEvent>\nstart > over', "thrower")
    catcher = as_xml(
        f'<intermediateCatchEvent id="hear">{hear}</intermediateCatchEvent>\n'
        "start > hear > a > end",
        "catcher",
    )
    deploy(box, thrower.replace("<process ", signal, 1), "thrower")
    deploy(box, catcher.replace("<process ", signal, 1), "catcher")
    waiting = box.instances.start("catcher", {}, ERP).result(10).instance_id
    box.instances.start("thrower", {}, ERP).result(10)
    assert names(box, waiting) == []
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), box.clock)
    again.start()
    again.clockwork.fire_due()
    assert names(again, waiting) == ["a"]
    assert again.clockwork.next_due() is None
    again.close()


def test_a_failing_job_is_tried_three_times_and_then_waits_for_a_person(box):
    id = start(box, ASYNC.replace("> a", "> x? >[nothing] a") + "\nx? >[] b > end")
    attempts = 0
    for _ in range(10):
        attempts += box.clockwork.fire_due()
        box.clock.advance(10_000)
    assert attempts == 3
    detail = box.instances.detail(id)
    assert len(detail.incidents) == 1
    assert [timer.retries for timer in detail.timers] == [0]
    journal = box.store.read().execute("SELECT command FROM journal WHERE root = ?", (id,))
    assert [command for (command,) in journal] == ["start", "failed", "failed", "failed"]


def test_one_failing_job_does_not_hold_up_the_others(box):
    bad = start(box, ASYNC.replace("> a", "> x? >[nothing] a") + "\nx? >[] b > end", "bad")
    good = start(box, ASYNC, "good")
    box.clockwork.fire_due()
    assert (names(box, bad), names(box, good)) == ([], ["a"])


def test_a_job_that_breaks_the_program_is_set_aside_and_tried_later(box, monkeypatch, caplog):
    bad, good = start(box, ASYNC), start(box, ASYNC)
    fire = clockwork_module.fire

    def breaks(work, root: int, job: int) -> bool:
        if root == bad:
            raise sqlite.Error("a mistake of ours")
        return fire(work, root, job)

    monkeypatch.setattr(clockwork_module, "fire", breaks)
    box.clockwork.fire_due()
    assert names(box, good) == ["a"]
    assert box.clockwork.fire_due() == 0
    assert "cannot be fired" in caplog.text
    monkeypatch.undo()
    box.clockwork._set_aside.clear()
    box.clockwork.fire_due()
    assert names(box, bad) == ["a"]


def test_a_suspended_instance_keeps_the_time_it_has_left(box):
    id = start(box, REMIND)
    box.clock.advance(HOUR // 2)
    box.instances.suspend(id, ADMIN).result(10)
    box.clock.advance(DAY)
    assert box.clockwork.fire_due() == 0
    box.instances.activate(id, ADMIN).result(10)
    assert box.clockwork.next_due() == box.clock() + HOUR // 2


def test_the_thread_fires_by_itself_and_is_woken_by_a_nearer_job(tmp_path):
    box = Box(Config(data=tmp_path / "data", demos=False))
    fired = threading.Event()
    box.start()
    deploy(box, ASYNC)
    box.store.on_change = fired.set
    id = box.instances.start("play", {}, ERP).result(10).instance_id
    while names(box, id) != ["a"]:
        fired.clear()
        if names(box, id) != ["a"]:
            assert fired.wait(10), "the clockwork was not woken"
    box.close()


def test_the_thread_sleeps_until_the_next_job_is_due(box, monkeypatch):
    start(box, REMIND)
    slept: list[float] = []

    def wait(seconds: float) -> bool:
        slept.append(seconds)
        box.clockwork._stopping = True
        box.clockwork._wake.set()
        return True

    monkeypatch.setattr(clockwork_module, "LONGEST_SLEEP", 10 * 3600.0)
    monkeypatch.setattr(box.clockwork._wake, "wait", wait)
    box.clockwork._run()
    assert slept == [3600.0]


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_moved_is_noticed(box, monkeypatch, caplog, hours):
    start(box, REMIND)

    def wait(seconds: float) -> bool:
        box.clock.advance(hours * HOUR)
        box.clockwork._wake.set()
        return False

    monkeypatch.setattr(box.clockwork._wake, "wait", wait)
    box.clockwork._nearest = box.clockwork.next_due()
    box.clockwork._wake.clear()
    box.clockwork._sleep()
    assert f"moved by {hours * 3600}" in caplog.text


def test_closing_is_harmless_before_the_start_and_twice(box):
    box.close()
    box.close()
