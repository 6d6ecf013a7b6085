"""Whose turn it is: callers before what nobody waits for, and who comes back together."""

import math
import threading
from collections.abc import Callable
from queue import Empty
from typing import Any

import pytest

from appliance.pending import Pending
from appliance.store.line import MANY, Item, Line
from appliance.store.transaction import Transaction

LONG = 60.0
NEVER = math.inf
"""A patience that raises when it is needed: no clock goes so far."""


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


def test_who_does_not_come_back_is_waited_for_less_and_less():
    line = Line(patience=0.001)
    put(line, 4 * MANY)
    batch(line)
    for _ in range(3):
        put(line, 1)
        assert len(batch(line)) == 1
    line._patience = NEVER
    put(line, 1)
    assert len(batch(line)) == 1


def test_a_batch_after_a_small_one_waits_for_nobody():
    line = Line(patience=NEVER)
    put(line, MANY - 1)
    batch(line)
    put(line, 1)
    assert len(batch(line)) == 1


def caller(line: Line) -> Item | None:
    return put(line, 1)[0]


def behind(line: Line) -> Item | None:
    line.put_behind(laid := item())
    return laid


def end(line: Line) -> Item | None:
    line.end()
    return None


@pytest.mark.parametrize(
    ("taken", "comes"), [(0, caller), (0, behind), (0, end), (MANY, behind), (MANY, end)]
)
def test_a_wait_ends_when_something_comes(taken, comes):
    line = Line(patience=LONG)
    if taken:
        put(line, taken)
        batch(line)
    found: list[Item | None] = []
    taking = threading.Thread(target=lambda: found.append(line.first(None)), daemon=True)
    taking.start()
    taking.join(0.05)  # by then it sleeps; if not, this proves less
    came = comes(line)
    taking.join(LONG)
    assert found == [came]


def test_a_wait_has_an_end():
    with pytest.raises(Empty):
        Line().first(0.001)


def test_who_waits_at_the_end_is_still_taken():
    line = Line(patience=NEVER)
    put(line, MANY)
    batch(line)
    [only] = put(line, 1)
    line.end()
    assert batch(line) == [only]
    assert line.first(LONG) is None


def test_callers_go_before_what_nobody_waits_for_but_each_batch_begins_with_one_of_it():
    line = Line()
    laid = [item(), item()]
    for each in laid:
        line.put_behind(each)
    callers = put(line, 3)
    assert batch(line) == [laid[0], *callers]
    assert batch(line) == [laid[1]]


def test_what_nobody_waits_for_is_taken_together_when_no_caller_is_there():
    line = Line(patience=NEVER)
    put(line, MANY)
    batch(line)
    laid = [item() for _ in range(3)]
    for each in laid:
        line.put_behind(each)
    assert batch(line) == laid
