"""Random processes with random actions: no token is lost, the journal tells the whole state."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.state import Job, Subscription
from tests.engine.models import blocks, process
from tests.engine.pictures import assert_no_token_doubled, picture
from tests.play import Play, rebuilt

actions = st.lists(st.tuples(st.sampled_from(["complete", "time", "signal"]), st.integers(0, 9)))
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def act(play: Play, action: str, number: int) -> None:
    """Do one of the things that are possible now."""
    tasks = sorted(play.state.tasks(), key=lambda task: task.id)
    jobs = sorted((job.due or 0, job.id) for job in play.jobs())
    waits = sorted(wait.id for wait in play.state.waits.values() if isinstance(wait, Subscription))
    if action == "time" and jobs:
        play.world.now = max(play.world.now, jobs[0][0])
        play.fire(jobs[0][1])
    elif action == "signal" and waits:
        play.deliver(waits[number % len(waits)])
    elif tasks:
        task = tasks[number % len(tasks)].id
        play.do(lambda command: command.complete(task, {"n": number}))


def check(play: Play) -> None:
    """What must hold whenever a command has ended."""
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    if play.state.root is None:
        assert play.ended is not None
        assert not play.state.tokens
        assert not play.state.waits
        return
    for token in play.state.tokens.values():
        waiting = token.task or token.children or token.waits
        assert waiting or token in _joining(token), f"{token.node} at {token.id} is stranded"
        assert token.transit == 0


def _joining(token):
    return token.scope.arrived.get(token.node.id, {}).values() if token.scope else ()


@quick
@given(blocks, actions)
def test_every_state_can_be_rebuilt_from_its_journal(block, todo):
    play = Play(process(block), {"n": 0})
    check(play)
    for action, number in todo:
        if play.state.root is None:
            break
        act(play, action, number)
        check(play)


@quick
@given(blocks)
def test_every_well_formed_process_comes_to_its_end(block):
    play = Play(process(block), {"n": 0})
    chance = Random(0)
    for _ in range(1000):
        if play.state.root is None:
            break
        act(play, chance.choice(["complete", "time", "signal"]), chance.randrange(100))
    assert play.ended == "COMPLETED"
    assert_no_token_doubled(play)


@quick
@given(blocks, actions)
def test_cancelling_at_any_moment_leaves_nothing(block, todo):
    play = Play(process(block), {"n": 0})
    for action, number in todo:
        if play.state.root is None:
            return
        act(play, action, number)
    if play.state.root is None:
        return
    play.do(lambda command: command.cancel(play.instance, "enough"))
    assert play.ended == "TERMINATED"
    assert not play.state.tokens
    assert not play.state.waits
    assert not any(isinstance(wait, Job) for wait in play.state.waits.values())
