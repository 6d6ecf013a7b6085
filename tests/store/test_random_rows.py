"""Random processes, random actions: rows, journal and cache always tell the same state."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.commands import Command
from engine.errors import Refused
from engine.state import Job, Subscription
from tests.engine.models import blocks, process
from tests.store.given import Stored

ACTIONS = [
    "complete", "time", "signal", "claim", "unclaim", "due", "candidates", "set", "suspend",
    "activate", "fail", "retry", "refused", "cancel",
]  # fmt: skip
actions = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=12)
steady = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module", params=[0, None], ids=["no cache", "cache"])
def everything(request) -> Iterator[Stored]:
    """One store for all examples, with and without a cache."""
    with tempfile.TemporaryDirectory() as folder:
        stored = Stored(Path(folder) / "workingflow.db", cache=request.param)
        yield stored
        stored.check_all()
        stored.close()


def act(command: Command, action: str, number: int, now: int) -> None:
    """Do one of the things that are possible now; nothing when this one is not."""
    state = command.state
    tasks = sorted(state.tasks(), key=lambda task: task.id)
    jobs = sorted((w.due or 0, w.id) for w in state.waits.values() if isinstance(w, Job))
    waits = sorted(w.id for w in state.waits.values() if isinstance(w, Subscription))
    assert state.root is not None
    root, task = state.root.id, tasks[number % len(tasks)].id if tasks else 0
    if action == "complete" and tasks:
        command.complete(task, {"n": number, "text": f"{number}…"}, outcome=f"o{number}")
    elif action == "time" and jobs:
        command.fire(jobs[0][1])
    elif action == "fail" and jobs:
        command.fail(jobs[number % len(jobs)][1], "it failed", "in detail")
    elif action == "signal" and waits:
        command.deliver(waits[number % len(waits)], {"heard": number})
    elif action == "retry" and state.incidents:
        command.retry(min(state.incidents))
    elif action == "claim" and tasks:
        command.claim(task, f"user{number % 3}")
    elif action == "unclaim" and tasks:
        command.unclaim(task)
    elif action == "due" and tasks:
        command.change_task(task, {"due": now + number, "priority": number})
    elif action == "candidates" and tasks:
        names = [f"name{each}" for each in range(number % 3)]
        command.change_task(task, {"candidate_users": names, "candidate_groups": names * 2})
    elif action == "set":
        command.set_scope(root, {f"v{number % 3}": number})
        if number > 5:
            command.remove_scope(root, [f"v{(number + 1) % 3}"])
    elif action == "suspend":
        command.suspend(root)
    elif action == "activate":
        command.activate(root)
    elif action == "cancel" and number > 6:
        command.cancel(root, "enough")
    elif action == "refused":
        if tasks:
            command.change_task(task, {"name": "never seen"})
        raise Refused("changed my mind")


@steady
@given(blocks, actions)
def test_rows_journal_and_cache_tell_the_same(everything, block, todo):
    root = everything.start(process(block), {"n": 0})
    everything.check(root)
    for action, number in todo:
        if not everything.rows("SELECT 1 FROM instance WHERE id = ? AND ended IS NULL", root):
            break
        everything.now += 600_000
        now = everything.now
        try:
            everything.do(root, lambda command, a=action, n=number, t=now: act(command, a, n, t))
        except Refused:
            assert True  # refused commands change nothing, as the check shows
        everything.check(root)
    assert not everything.rows("SELECT 1 FROM task WHERE name = 'never seen'")
