"""The writer before it has a thread: whoever gives a command runs and commits it."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.errors import ShuttingDown
from appliance.store import sqlite
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from tests.store.test_writer import add, topics


@pytest.fixture
def alone(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


def test_a_command_is_done_by_its_caller(alone):
    pending = alone.write(lambda _: threading.current_thread())
    assert pending.settled
    assert pending.result(0) is threading.current_thread()


def test_it_is_durable_before_the_caller_goes_on(alone, path):
    alone.write(add("a"))
    with contextlib.closing(sqlite.connect(path)) as other:
        assert other.execute("SELECT topic FROM revision").fetchall() == [("a",)]


def test_a_refusal_reaches_the_caller_and_leaves_nothing(alone):
    def refuse(connection: sqlite.Connection) -> None:
        add("a")(connection)
        raise ValueError("no")

    pending = alone.write(refuse)
    with pytest.raises(ValueError, match="no"):
        pending.result(0)
    assert topics(alone) == []


def test_callers_from_many_threads_take_turns(alone):
    def many() -> None:
        for _ in range(50):
            alone.write(lambda it: it.execute("UPDATE counted SET n = n + 1"))

    alone.write(lambda it: it.execute("CREATE TABLE counted AS SELECT 0 AS n"))
    threads = [threading.Thread(target=many) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert alone.read().execute("SELECT n FROM counted").fetchall() == [(200,)]


def test_the_thread_takes_over_between_two_commands(alone):
    begun, go = threading.Event(), threading.Event()

    def slow(_: Transaction) -> threading.Thread:
        begun.set()
        go.wait(10)
        return threading.current_thread()

    caller = threading.Thread(target=lambda: alone.change(slow))
    caller.start()
    begun.wait(10)
    starter = threading.Thread(target=alone.start)
    starter.start()
    go.set()
    for each in (caller, starter):
        each.join(10)
    assert alone.change(slow).result(10) not in (caller, threading.current_thread())


def test_a_closed_one_refuses_and_gives_ids_back(path):
    store = Store(path)
    assert store.change(lambda t: t.new_id()).result(0) == 1
    store.close()
    with pytest.raises(ShuttingDown):
        store.write(add("late"))
    again = Store(path)
    assert again.change(lambda t: t.new_id()).result(0) == 2
    again.close()


def test_starting_twice_is_harmless(alone):
    alone.start()
    alone.start()
    assert alone.write(add("a")).result(10) == 1


def test_a_closed_one_does_not_start(path):
    store = Store(path)
    store.close()
    with pytest.raises(ShuttingDown):
        store.start()
