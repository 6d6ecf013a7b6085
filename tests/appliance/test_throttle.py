"""The throttle: so many failures, then one more with time, and never much memory."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import TooManyAttempts
from appliance.throttle import Allowance, Throttle
from tests.appliance.given import Clock

FIVE = {"key": Allowance(5, 10)}


def admitted(throttle: Throttle) -> bool:
    try:
        throttle.attempt(FIVE)
    except TooManyAttempts:
        return False
    return True


@given(st.lists(st.integers(0, 12_000), max_size=60))
def test_no_window_of_time_admits_more_than_the_allowance(pauses):
    clock, moments = Clock(), []
    throttle = Throttle(clock)
    for pause in pauses:
        clock.advance(pause)
        if admitted(throttle):
            moments.append(clock.now)
    for index, first in enumerate(moments):
        for count, last in enumerate(moments[index:], 1):
            assert count <= 5 + (last - first) / 2_000 + 1e-6


@given(st.lists(st.integers(0, 3_000), max_size=60))
def test_waiting_as_long_as_told_is_enough(pauses):
    clock = Clock()
    throttle = Throttle(clock)
    for pause in pauses:
        clock.advance(pause)
        try:
            throttle.attempt(FIVE)
        except TooManyAttempts as refused:
            clock.advance(refused.retry_after * 1000)
            throttle.attempt(FIVE)


def test_many_at_once_gain_nothing():
    throttle = Throttle(Clock())
    outcomes = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(admitted(throttle))) for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(True) == 5


def test_a_refused_attempt_counts_for_no_key():
    throttle = Throttle(Clock())
    for _ in range(5):
        throttle.attempt(FIVE)
    both = FIVE | {"other": Allowance(1, 10)}
    with pytest.raises(TooManyAttempts):
        throttle.attempt(both)
    throttle.attempt({"other": Allowance(1, 10)})


def test_a_clock_set_back_locks_nobody_out_for_longer():
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(5):
        throttle.attempt(FIVE)
    clock.advance(-3_600_000)
    with pytest.raises(TooManyAttempts) as refused:
        throttle.attempt(FIVE)
    assert refused.value.retry_after == 2
    clock.advance(2_000)
    throttle.attempt(FIVE)


def test_memory_is_bounded():
    throttle = Throttle(Clock(), size=100)
    for number in range(1_000):
        throttle.attempt({number: Allowance(5, 10)})
    assert len(throttle._buckets) == 100
