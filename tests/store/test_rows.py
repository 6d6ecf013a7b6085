"""What the rows hold after commands: calls, loops, tasks, variables, signals, journal."""

import pytest

from appliance.errors import InstanceNotFound
from appliance.store.states import States
from engine import events as ev
from engine.errors import Refused, UncaughtError
from engine.values import decode
from tests.play import BPMN
from tests.store.given import Stored


def xml(body: str, key: str = "play", before: str = "") -> str:
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn"'
        f' targetNamespace="test">{before}<process id="{key}" isExecutable="true">{body}</process>'
        "</definitions>"
    )


CALLER = xml(
    '<startEvent id="start"/><callActivity id="call" calledElement="inner"/>'
    '<userTask id="after" name="after"/><endEvent id="end"/>'
    '<boundaryEvent id="late" attachedToRef="call"><timerEventDefinition><timeDuration>PT1H'
    '</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="gaveUp"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="call"/>'
    '<sequenceFlow id="f2" sourceRef="call" targetRef="after"/>'
    '<sequenceFlow id="f3" sourceRef="after" targetRef="end"/>'
    '<sequenceFlow id="f4" sourceRef="late" targetRef="gaveUp"/>'
)
INNER = xml(
    '<startEvent id="start"/><subProcess id="sub"><startEvent id="s"/><userTask id="deep"'
    ' name="deep"/><endEvent id="e"/><sequenceFlow id="g1" sourceRef="s" targetRef="deep"/>'
    '<sequenceFlow id="g2" sourceRef="deep" targetRef="e"/></subProcess><endEvent id="end"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="sub"/>'
    '<sequenceFlow id="f2" sourceRef="sub" targetRef="end"/>',
    "inner",
)
WAITER = xml(
    '<startEvent id="start"/><intermediateCatchEvent id="wait"><signalEventDefinition'
    ' signalRef="go"/></intermediateCatchEvent>'
    '<scriptTask id="check" scriptFormat="juel" flowable:resultVariable="twice">'
    "<script>${n * 2}</script></scriptTask>"
    '<userTask id="then" name="then"/><endEvent id="end"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>'
    '<sequenceFlow id="f2" sourceRef="wait" targetRef="check"/>'
    '<sequenceFlow id="f3" sourceRef="check" targetRef="then"/>'
    '<sequenceFlow id="f4" sourceRef="then" targetRef="end"/>',
    "waiter",
    '<signal id="go" name="go"/>',
)
THROWER = xml(
    '<startEvent id="start"/><intermediateThrowEvent id="throw"><signalEventDefinition'
    ' signalRef="go"/></intermediateThrowEvent><userTask id="rest" name="rest"/>'
    '<endEvent id="end"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="throw"/>'
    '<sequenceFlow id="f2" sourceRef="throw" targetRef="rest"/>'
    '<sequenceFlow id="f3" sourceRef="rest" targetRef="end"/>',
    "thrower",
    '<signal id="go" name="go"/>',
)


def calling(stored: Stored) -> int:
    stored.shelf.put(INNER, "inner")
    return stored.start(CALLER)


def test_a_called_instance_is_stored_below_its_caller(stored):
    root = calling(stored)
    [(called, parent, caller)] = stored.rows(
        "SELECT id, parent, caller FROM instance WHERE root = ? AND parent IS NOT NULL", root
    )
    assert parent == root
    assert stored.rows("SELECT node FROM activity WHERE id = ?", caller) == [("call",)]
    [(instance, definition)] = stored.rows("SELECT instance, definition FROM task")
    assert (instance, definition) == (called, 1)
    stored.check(root)


def test_where_a_called_instance_goes_on_is_stored_below_it(stored):
    root = calling(stored)
    stored.do(root, lambda command: command.complete(stored.task(root, "deep")))
    stored.check(root)
    [(called,)] = stored.rows("SELECT id FROM instance WHERE parent = ?", root)
    nodes = stored.rows("SELECT node FROM activity WHERE instance = ? ORDER BY id", called)
    assert [node for (node,) in nodes] == ["start", "sub", "s", "deep", "e", "end"]
    assert stored.rows("SELECT status FROM instance WHERE id = ?", called) == [("COMPLETED",)]
    assert stored.rows("SELECT count(*) FROM task WHERE name = 'after'") == [(1,)]
    stored.check_all()


def test_a_timer_that_gives_up_a_call_closes_all_below(stored):
    root = calling(stored)
    stored.now += 3_600_000
    [timer] = stored.jobs(root)
    stored.do(root, lambda command: command.fire(timer.id))
    assert stored.rows("SELECT status FROM instance ORDER BY id") == [
        ("COMPLETED",), ("TERMINATED",)
    ]  # fmt: skip
    assert stored.rows("SELECT count(*) FROM task WHERE ended IS NULL") == [(0,)]
    assert stored.rows("SELECT count(*) FROM job") == [(0,)]
    stored.check(root)
    stored.check_all()


def test_the_end_of_everything_leaves_no_live_row(stored):
    root = calling(stored)
    stored.do(root, lambda command: command.cancel(root, "no longer needed"))
    assert stored.rows("SELECT status, reason FROM instance WHERE id = ?", root) == [
        ("TERMINATED", "no longer needed")
    ]
    for table, live in {"activity": "ended IS NULL", "task": "ended IS NULL", "job": "1",
                        "subscription": "1", "inbox": "1"}.items():  # fmt: skip
        assert stored.rows(f"SELECT count(*) FROM {table} WHERE {live}") == [(0,)], table
    with pytest.raises(InstanceNotFound):
        stored.do(root, lambda command: command.cancel(root))


def test_an_ended_instance_keeps_its_last_variables(stored):
    root = stored.start("start > approve > end", {"amount": 12, "gone": None})
    stored.do(root, lambda command: command.complete(stored.task(root, "approve"), {"amount": 13}))
    rows = stored.rows("SELECT name, value FROM variable WHERE scope = ? ORDER BY name", root)
    values = {name: decode(value) for name, value in rows}
    assert values == {"amount": 13, "gone": None, "initiator": "kermit"}


def test_variables_keep_every_digit(stored):
    exact = {"big": 10**40, "price": decode(b"1.10"), "text": "ßüß\u0000", "list": [1, {"a": None}]}
    root = stored.start("start > approve > end", exact)
    stored.store.states.clear()
    seen = stored.look(root, lambda state: dict(state.root.variables))
    assert {name: seen[name] for name in exact} == exact
    assert str(seen["price"]) == "1.10"


def test_a_task_that_one_command_opens_and_closes_is_history(stored):
    root = stored.start(
        "start > one > two > three > end", {}
    )  # three commands, one of them refused half way
    task = stored.task(root, "one")

    def twice(command):
        command.complete(task)
        other = next(command.state.tasks())
        command.complete(other.id, outcome="at once")

    stored.do(root, twice)
    assert stored.rows("SELECT name, completed_by, outcome FROM task ORDER BY id") == [
        ("one", "kermit", None), ("two", "kermit", "at once"), ("three", None, None)
    ]  # fmt: skip
    stored.check(root)
    stored.check_all()


def test_many_commands_on_one_instance_in_one_batch(stored):
    root = stored.start("start > one > two > three > end")

    def next_one(work):
        run = work.open(root)
        run.complete(next(run.state.tasks()).id)

    pending = [stored.store.command("complete", "kermit", next_one) for _ in range(3)]
    for each in pending:
        each.result(10)
    assert stored.rows("SELECT status FROM instance WHERE id = ?", root) == [("COMPLETED",)]
    assert stored.rows("SELECT count(*) FROM task WHERE ended IS NOT NULL") == [(3,)]
    stored.check_all()


def test_a_failure_between_commands_of_a_batch_is_skipped(stored):
    root = stored.start("start > one > two > end")

    def complete(work):
        run = work.open(root)
        run.complete(next(run.state.tasks()).id)

    def fails(work):
        run = work.open(root)
        run.complete(next(run.state.tasks()).id, {"never": 1})
        raise Refused("no")

    pending = [stored.store.command("t", "kermit", each) for each in (fails, complete, fails)]
    with pytest.raises(Refused):
        pending[0].result(10)
    pending[1].result(10)
    with pytest.raises(Refused):
        pending[2].result(10)
    assert stored.rows("SELECT count(*) FROM variable WHERE name = 'never'") == [(0,)]
    assert stored.task(root, "two")
    stored.check(root)
    stored.check_all()


def test_a_start_that_fails_leaves_nothing(stored):
    with pytest.raises(Refused):
        stored.start("start > x? >[nothing > 1] a > end\nx? >[nothing > 2] b > end2")
    for table in ("instance", "activity", "variable", "journal", "task"):
        assert stored.rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_the_journal_tells_who_did_what(stored):
    root = stored.start("start > approve > end")
    stored.do(root, lambda command: command.complete(stored.task(root, "approve")), "complete")
    rows = stored.rows(
        "SELECT command, by, at, events FROM journal WHERE root = ? ORDER BY id", root
    )
    assert [row[:3] for row in rows] == [
        ("start", "kermit", stored.now), ("complete", "kermit", stored.now)
    ]  # fmt: skip
    assert isinstance(ev.decode(rows[0][3])[0], ev.InstanceStarted)


# --- signals from one instance to others


def test_a_signal_reaches_other_instances_in_the_same_transaction(stored):
    waiter = stored.shelf.put(WAITER, "waiter")
    waiting = [stored.begin(waiter, {"n": n}) for n in range(3)]
    stored.start(THROWER)
    assert stored.rows("SELECT count(*) FROM task WHERE name = 'then'") == [(3,)]
    for root in waiting:
        stored.check(root)
    stored.check_all()


def test_one_receiver_that_fails_does_not_harm_the_others(stored):
    waiter = stored.shelf.put(WAITER, "waiter")
    first, broken, last = (stored.begin(waiter, given) for given in ({"n": 1}, {}, {"n": 3}))
    thrower = stored.start(THROWER)
    assert stored.rows("SELECT root FROM task ORDER BY root") == [(first,), (last,), (thrower,)]
    assert stored.rows("SELECT root FROM subscription") == [(broken,)]
    for root in (first, broken, last, thrower):
        stored.check(root)


def test_a_command_that_fails_after_throwing_tells_nobody(stored):
    waiter = stored.shelf.put(WAITER, "waiter")
    waiting = stored.begin(waiter, {"n": 1})
    thrower = stored.shelf.put(THROWER, "thrower")

    def start_and_fail(work):
        work.start().start(thrower)
        raise Refused("no")

    with pytest.raises(Refused):
        stored.store.command("start", "kermit", start_and_fail).result(10)
    assert stored.rows("SELECT root FROM subscription") == [(waiting,)]
    assert stored.rows("SELECT count(*) FROM instance") == [(1,)]


def test_a_receiver_of_the_same_batch_is_found(stored):
    waiter = stored.shelf.put(WAITER, "waiter")
    thrower = stored.shelf.put(THROWER, "thrower")
    pending = [
        stored.store.command(
            "start", "kermit", lambda work, id=id: work.start().start(id, {"n": 1})
        )
        for id in (waiter, thrower)
    ]
    for each in pending:
        each.result(10)
    assert sorted(stored.rows("SELECT name FROM task")) == [("rest",), ("then",)]
    stored.check_all()


# --- the cache


def test_the_cache_is_bounded(stored):
    stored.store.states._limit = 20_000
    roots = [stored.start("start > approve > end", {"text": "x" * 100}) for _ in range(50)]
    states: States = stored.store.states
    assert states.weight <= 20_000
    assert 0 < len(states) < 50
    for root in roots:
        stored.do(root, lambda command, r=root: command.complete(stored.task(r, "approve")))
    assert stored.rows("SELECT count(*) FROM instance WHERE status = 'COMPLETED'") == [(50,)]
    assert (len(states), states.weight) == (0, 0)


def test_a_big_variable_weighs(stored):
    root = stored.start("start > approve > end", {"text": "x" * 1_000_000})
    assert stored.store.states.weight > 1_000_000
    stored.store.states.clear()
    stored.look(root, lambda state: None)
    assert stored.store.states.weight > 1_000_000


def test_what_a_failed_command_touched_is_forgotten(stored):
    root = stored.start("start > approve > end")

    def fails(command):
        command.set_scope(root, {"never": 1})
        raise UncaughtError("no")

    with pytest.raises(UncaughtError):
        stored.do(root, fails)
    assert len(stored.store.states) == 0
    assert stored.look(root, lambda state: "never" in state.root.variables) is False
