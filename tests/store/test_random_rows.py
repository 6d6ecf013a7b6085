"""Random processes, random actions: rows, journal and cache always tell the same state."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import InstanceNotFound
from engine.commands import Command
from engine.errors import Refused
from engine.state import Job, Subscription
from tests.engine import eventful, models
from tests.store.given import Stored

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
    tasks = sorted(task.id for task in command.state.tasks())
    if action in ON_A_TASK:
        if tasks:
            ON_A_TASK[action](command, tasks[number % len(tasks)], number, now)
    elif action in ON_A_WAIT:
        ON_A_WAIT[action](command, number)
    else:
        assert command.state.root is not None
        ON_ALL[action](command, command.state.root.id, number)


def complete(command: Command, task: int, number: int, _: int) -> None:
    command.complete(task, {"n": number, "text": f"{number}…"}, outcome=f"o{number}")


def change_candidates(command: Command, task: int, number: int, _: int) -> None:
    names = [f"name{each}" for each in range(number % 3)]
    command.change_task(task, {"candidate_users": names, "candidate_groups": names * 2})


def refuse(command: Command, task: int, *_: int) -> None:
    command.change_task(task, {"name": "never seen"})
    raise Refused("changed my mind")


def jobs(command: Command) -> list[int]:
    found = [wait for wait in command.state.waits.values() if isinstance(wait, Job)]
    return [job.id for job in sorted(found, key=lambda job: (job.due or 0, job.id))]


def fire(command: Command, _: int) -> None:
    for job in jobs(command)[:1]:
        command.fire(job)


def fail(command: Command, number: int) -> None:
    for job in jobs(command)[number % 3 :][:1]:
        command.fail(job, "it failed", "in detail")


def deliver(command: Command, number: int) -> None:
    found = sorted(w.id for w in command.state.waits.values() if isinstance(w, Subscription))
    if found:
        command.deliver(found[number % len(found)], {"heard": number})


def retry(command: Command, _: int) -> None:
    if command.state.incidents:
        command.retry(min(command.state.incidents))


def change_variables(command: Command, root: int, number: int) -> None:
    command.set_scope(root, {f"v{number % 3}": number})


def cancel(command: Command, root: int, number: int) -> None:
    if number > 6:
        command.cancel(root, "enough")


ON_A_TASK = {
    "complete": complete,
    "claim": lambda command, task, number, _: command.claim(task, f"user{number % 3}"),
    "unclaim": lambda command, task, *_: command.unclaim(task),
    "due": lambda command, task, number, now: command.change_task(
        task, {"due": now + number, "priority": number}
    ),
    "candidates": change_candidates,
    "refused": refuse,
}
ON_A_WAIT = {"time": fire, "fail": fail, "signal": deliver, "retry": retry}
ON_ALL = {
    "set": change_variables,
    "suspend": lambda command, root, _: command.suspend(root),
    "activate": lambda command, root, _: command.activate(root),
    "cancel": cancel,
}
actions = st.lists(
    st.tuples(st.sampled_from([*ON_A_TASK, *ON_A_WAIT, *ON_ALL]), st.integers(0, 9)), max_size=12
)


LIVE = (
    "instance WHERE root = ? AND ended IS NULL",
    "activity WHERE root = ? AND ended IS NULL",
    "task WHERE root = ? AND ended IS NULL",
    "inbox JOIN task t ON t.id = inbox.task WHERE t.root = ?",
    "job WHERE root = ?",
    "subscription WHERE root = ?",
    "incident WHERE root = ? AND resolved IS NULL",
)
"""What must not be there when an instance has ended, however it came to that."""

processes = st.one_of(models.blocks.map(models.process), eventful.blocks.map(eventful.process))


@steady
@given(processes, actions)
def test_rows_journal_and_cache_tell_the_same(everything, xml, todo):
    root = everything.start(xml, {"n": 0})
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
    with suppress(InstanceNotFound):
        everything.do(root, lambda command: command.cancel(root, "enough"))
    everything.check(root)
    for rows in LIVE:
        assert not everything.rows(f"SELECT 1 FROM {rows}", root)
    assert not everything.rows("SELECT 1 FROM task WHERE name = 'never seen'")
