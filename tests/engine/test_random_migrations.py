"""Random processes that move to a copy of themselves in the middle go on as if they had not."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import events as ev
from engine.errors import Refused
from tests.engine import eventful, models, test_random_events, test_random_models
from tests.engine.pictures import picture
from tests.play import Play, rebuilt

REFERENCE = re.compile(r'\b(id|sourceRef|targetRef|attachedToRef|default|activityRef)="(\w+)"')

numbers = st.integers(0, 9)
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
plain = st.lists(st.tuples(st.sampled_from(["complete", "time", "signal"]), numbers), max_size=12)
events = st.lists(st.tuples(st.sampled_from(["complete", "time", "hear"]), numbers), max_size=12)


def attempted(play: Play, act: Any, *action: Any) -> None:
    if play.state.root is not None:
        act(play, *action)


def twins(xml: str) -> tuple[Play, Play]:
    return Play(xml, {"n": 0}), Play(xml, {"n": 0})


def migrated(play: Play, xml: str, mapping: dict[str, str] | None = None) -> None:
    definition = play.world.deploy(xml)
    if play.state.root is not None:
        play.do(lambda command: command.migrate(play.instance, definition, mapping))


def moved_back(play: Play) -> None:
    notes = [event for event in play.events if isinstance(event, ev.Intervened)]
    if play.state.root is None or not notes:
        return
    facts = notes[-1].facts
    back = {new: old for old, new in facts["mapping"].items()}
    play.do(lambda command: command.migrate(play.instance, facts["from"], back, undone=facts))


def same_behaviour(xml: str, act: Any, *phases: list[Any]) -> None:
    """Both do the same before, after a migration of one of them, and after its undo."""
    moved, stayed = twins(xml)
    before, after, back = phases
    steps = [(before, lambda: migrated(moved, xml)), (after, lambda: moved_back(moved)),
             (back, lambda: None)]  # fmt: skip
    for todo, change in steps:
        for action in todo:
            attempted(moved, act, *action)
            attempted(stayed, act, *action)
            assert picture(moved.state) == picture(stayed.state)
        change()
        stayed.world._last = moved.world._last  # the ids that the migration itself has taken
        assert picture(moved.state) == picture(stayed.state)
        assert picture(rebuilt(moved.events, moved.world)) == picture(moved.state)
    assert moved.path == stayed.path
    assert moved.ended == stayed.ended


@quick
@given(models.blocks, plain, plain, plain)
def test_moving_to_an_identical_copy_and_back_changes_nothing(block, before, after, back):
    same_behaviour(models.process(block), test_random_models.act, before, after, back)


@quick
@given(eventful.blocks, events, events, events)
def test_nor_where_events_come_in(block, before, after, back):
    same_behaviour(eventful.process(block), test_random_events.act, before, after, back)


def renamed(xml: str, play: Play) -> tuple[str, dict[str, str]]:
    """The same process with another id for every element, and the mapping to it."""
    assert play.state.root is not None
    process = play.state.root.process
    ids = {*process.nodes, *process.flows}
    xml = REFERENCE.sub(lambda m: f'{m[1]}="{m[2]}_x"' if m[2] in ids else m[0], xml)
    return xml, {id: f"{id}_x" for id in process.nodes}


def at(play: Play) -> list[str]:
    """The nodes where something stands, whatever they are called."""
    return sorted(token.node.id.removesuffix("_x") for token in play.state.tokens.values())


@quick
@given(eventful.blocks, events, events)
def test_nor_where_everything_is_called_otherwise(block, before, after):
    xml = eventful.process(block)
    moved, stayed = twins(xml)
    for play in (moved, stayed):
        for action in before:
            attempted(play, test_random_events.act, *action)
    if moved.state.root is None:
        return
    migrated(moved, *renamed(xml, moved))
    assert picture(rebuilt(moved.events, moved.world)) == picture(moved.state)
    assert at(moved) == at(stayed)
    for action in after:
        for play in (moved, stayed):
            attempted(play, test_random_events.act, *action)
        assert at(moved) == at(stayed)
    assert [node.removesuffix("_x") for node in moved.path] == stayed.path
    assert moved.ended == stayed.ended


@quick
@given(eventful.blocks, events, st.integers(0, 99), st.integers(0, 99))
def test_modifying_at_random_strands_nothing(block, before, which, where):
    play = Play(eventful.process(block), {"n": 0})
    for action in before:
        attempted(play, test_random_events.act, *action)
    if play.state.root is None:
        return
    tokens = sorted(id for id in play.state.tokens if id != play.instance)
    nodes = sorted(play.state.root.process.nodes)
    kept = list(play.events)
    try:
        play.do(
            lambda command: command.modify(
                play.instance, cancel=[tokens[which % len(tokens)]],
                start=[nodes[where % len(nodes)]],
            )
        )  # fmt: skip
    except Refused:
        play.state, play.events = rebuilt(kept, play.world), kept
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    if play.state.root is not None:
        play.do(lambda command: command.cancel(play.instance, "enough"))
    test_random_events.assert_nothing_left(play)
