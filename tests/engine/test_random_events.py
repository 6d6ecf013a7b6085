"""Random processes full of events: whatever ends whatever, no token is lost and none is left."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.state import Subscription
from tests.engine.eventful import blocks, process
from tests.engine.pictures import assert_no_token_doubled, picture
from tests.play import Play, rebuilt

actions = st.lists(st.tuples(st.sampled_from(["complete", "time", "hear"]), st.integers(0, 9)))
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def act(play: Play, action: str, number: int) -> None:
    """Do what is asked for, or else something that is possible."""
    tasks = sorted(task.id for task in play.state.tasks())
    jobs = sorted((job.due or 0, job.id) for job in play.jobs())
    heard = sorted(
        wait.id
        for wait in play.state.waits.values()
        if isinstance(wait, Subscription) and wait.kind in ("signal", "message", "receive")
    )
    if heard and (action == "hear" or not (tasks or jobs)):
        play.deliver(heard[number % len(heard)])
    elif tasks and (action != "time" or not jobs):
        task = tasks[number % len(tasks)]
        play.do(lambda command: command.complete(task, {"n": number}))
    elif jobs:
        play.world.now = max(play.world.now, jobs[0][0])
        play.fire(jobs[0][1])


def check(play: Play) -> None:
    """The journal tells the state; every token waits for something, none is on its way."""
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    if play.state.root is None:
        assert_nothing_left(play)
    for token in play.state.tokens.values():
        joins = token.scope.arrived.get(token.node.id, {}) if token.scope else {}
        # A complex gateway that went on keeps a token until all that can still come is there.
        waits = token.task or token.children or token.waits or token.id in joins
        assert waits or token.node.tag == "complexGateway", f"{token.node} is stranded"
        assert token.transit == 0


def assert_nothing_left(play: Play) -> None:
    state = play.state
    kept = [state.tokens, state.waits, state.incidents, state.conditions, state.joins]
    assert not any(kept)


@quick
@given(blocks, actions)
def test_it_comes_to_its_end_however_one_goes_about_it(block, todo):
    play = Play(process(block), {"n": 0})
    check(play)
    chance = Random(len(todo))
    for number in range(600):
        if play.state.root is None:
            break
        action, which = todo[number] if number < len(todo) else ("complete", chance.randrange(100))
        act(play, action, which)
        check(play)
    assert play.ended == "COMPLETED"
    assert_no_token_doubled(play)


@quick
@given(blocks, actions)
def test_cancelling_leaves_nothing(block, todo):
    play = Play(process(block), {"n": 0})
    for action in todo:
        if play.state.root is None:
            return
        act(play, *action)
    if play.state.root is not None:
        play.do(lambda command: command.cancel(play.instance, "enough"))
        assert play.ended == "TERMINATED"
        assert_nothing_left(play)
        check(play)
