"""What the check says can never happen never does, whatever is done in whatever process."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from engine import events as ev
from engine.xml import inspect
from tests.engine.eventful import blocks, process
from tests.engine.test_random_events import act, actions
from tests.play import Play

NEVER = ("unreachable", "never-caught", "never-waits")
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(blocks, actions)
def test_what_can_never_happen_never_does(block, todo):
    xml = process(block)
    never = {each.element for each in inspect(xml.encode()).findings if each.rule in NEVER}
    play = Play(xml, {"n": 0})
    for action in [*todo, *[("complete", number) for number in range(40)]]:
        if play.state.root is None:
            break
        act(play, *action)
    been = {each.node for each in play.events if isinstance(each, ev.Entered | ev.Passed)}
    assert not been & never


@quick
@given(blocks)
def test_where_all_can_end_no_join_is_said_to_strand_a_token(block):
    assert "stranded-join" not in {each.rule for each in inspect(process(block).encode()).findings}
