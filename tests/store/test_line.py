"""Whose turn it is: callers before what nobody waits for, and who comes back together."""

import threading
from collections.abc import Callable
from typing import Any

from appliance.pending import Pending
from appliance.store.line import MANY, Item, Line
from appliance.store.transaction import Transaction

LONG = 60.0


def command(_: Transaction) -> None: ...


def item() -> Item:
    waiting: Callable[[Transaction], Any] = command
    return Pending(), waiting


def put(line: Line, count: int) -> list[Item]:
    items = [item() for _ in range(count)]
    for each in items:
        line.put(each)
    return items


def batch(line: Line) -> list[Item]:
    """Everything that is taken together."""
    first = line.first(LONG)
    assert first is not None
    taken = [first]
    while (another := line.another()) is not None:
        taken.append(another)
    return taken


def test_what_waits_is_one_batch_in_its_order():
    line = Line()
    items = put(line, 20)
    assert batch(line) == items


def test_a_batch_after_a_large_one_waits_for_most_of_those_who_come_back():
    line = Line(patience=LONG)
    put(line, MANY + 2)
    assert len(batch(line)) == MANY + 2
    first = put(line, 1)
    later: list[Item] = []
    coming = threading.Timer(0.05, lambda: later.extend(put(line, MANY - 1)))
    coming.start()
    taken = batch(line)  # nothing but the wait can join them; four fifths are enough
    coming.join()
    assert taken == first + later


def test_who_does_not_come_back_is_waited_for_once():
    line = Line(patience=0.001)
    put(line, MANY)
    batch(line)
    put(line, 1)
    assert len(batch(line)) == 1
    line._patience = LONG
    put(line, 1)
    assert len(batch(line)) == 1  # would take a minute


def test_a_batch_after_a_small_one_waits_for_nobody():
    line = Line(patience=LONG)
    put(line, MANY - 1)
    batch(line)
    put(line, 1)
    assert len(batch(line)) == 1  # would take a minute


def test_the_end_comes_through_a_wait():
    line = Line(patience=LONG)
    put(line, MANY)
    batch(line)
    [only] = put(line, 1)
    line.end()
    assert batch(line) == [only]
    assert line.first(LONG) is None


def test_callers_go_before_what_nobody_waits_for_but_each_batch_begins_with_one_of_it():
    line = Line()
    behind = [item(), item()]
    for each in behind:
        line.put_behind(each)
    callers = put(line, 3)
    assert batch(line) == [behind[0], *callers]
    assert batch(line) == [behind[1]]


def test_what_nobody_waits_for_is_taken_together_when_no_caller_is_there():
    line = Line(patience=LONG)
    put(line, MANY)
    batch(line)
    behind = [item() for _ in range(3)]
    for each in behind:
        line.put_behind(each)
    assert batch(line) == behind


def test_what_nobody_waits_for_ends_a_wait_for_callers():
    line = Line(patience=LONG)
    put(line, MANY)
    batch(line)
    behind = item()
    coming = threading.Timer(0.05, lambda: line.put_behind(behind))
    coming.start()
    assert batch(line) == [behind]  # would take minutes
    coming.join()
