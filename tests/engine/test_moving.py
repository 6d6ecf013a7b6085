"""Running work moves: to another version of its process, or by hand to another place."""

from __future__ import annotations

import pytest

from engine.errors import NotWaiting
from engine.migration import MigrationIncomplete, obstacles, suggested
from tests.engine.pictures import picture
from tests.play import Play, as_xml, rebuilt

OLD = "start > a > b > end\na !| late PT2H\nlate > help > end2"


def migrated(play: Play, new: str, mapping: dict[str, str] | None = None) -> Play:
    definition = play.world.deploy(as_xml(new))
    play.do(lambda command: command.migrate(play.instance, definition, mapping))
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    return play


def test_the_same_ids_move_by_themselves_and_go_on_in_the_new_version():
    play = migrated(Play(OLD), "start > a > c > end\na !| late PT2H\nlate > help > end2")
    assert play.tasks == ["a"]
    assert play.complete("a").tasks == ["c"]


def test_a_timer_keeps_the_time_it_has_used():
    play = migrated(
        Play(OLD).advance("PT90M"), "start > a > b > end\na !| late PT2H\nlate > help > end2"
    )
    assert play.advance("PT29M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["help"]


def test_a_new_boundary_listens_and_a_dropped_one_is_gone():
    new = "start > a > b > end\na ?| remind PT1H\nremind > note > end2"
    play = migrated(Play(OLD), new)
    assert [job.node for job in play.jobs()] == ["remind"]
    assert play.advance("PT1H").tasks == ["a", "note"]


def test_a_mapping_renames():
    play = migrated(
        Play(OLD),
        "start > x > b > end\nx !| tardy PT2H\ntardy > help > end2",
        {"a": "x", "late": "tardy"},
    )
    assert [job.node for job in play.jobs()] == ["tardy"]
    assert play.do(lambda command: command.complete(play.task("x").id)).tasks == ["b"]


def test_what_cannot_move_is_told_and_nothing_changes():
    play = Play(OLD)
    before = picture(play.state)
    definition = play.world.deploy(as_xml("start > c > end"))
    with pytest.raises(MigrationIncomplete, match="says nothing") as refused:
        play.do(lambda command: command.migrate(play.instance, definition))
    assert [obstacle.node for obstacle in refused.value.obstacles] == ["a"]
    assert picture(play.state) == before


def test_a_task_does_not_become_a_gateway():
    play = Play(OLD)
    new = play.world.process(play.world.deploy(as_xml("start > a? > b > end")))
    assert play.state.root is not None
    assert "exclusiveGateway" in obstacles(play.state.root, new, {"a": "a"})[0].reason
    assert "a" not in suggested(play.state.root.process, new)


def test_tokens_that_wait_at_a_join_move_along():
    text = "start > f+ > a > j+ > c > end\nf+ > b > j+"
    play = migrated(Play(text).complete("a"), text.replace("> c >", "> d >"))
    assert play.complete("b").tasks == ["d"]


def test_modify_cancels_here_and_starts_there():
    play = Play("start > a > b > c > end")
    play.do(lambda command: command.modify(play.instance, cancel=["a"], start=["c"]))
    assert play.tasks == ["c"]
    assert play.complete("c").ended == "COMPLETED"
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)


def test_modify_opens_the_subprocess_around_its_target():
    inside = (
        '<subProcess id="sub"><startEvent id="s"/><userTask id="x" name="x"/>'
        '<userTask id="y" name="y"/><sequenceFlow id="i1" sourceRef="s" targetRef="x"/>'
        '<sequenceFlow id="i2" sourceRef="x" targetRef="y"/></subProcess>\n'
    )
    play = Play(inside + "start > a > sub > after > end")
    play.do(lambda command: command.modify(play.instance, cancel=["a"], start=["y"]))
    assert play.tasks == ["y"]
    assert play.complete("y").tasks == ["after"]


def test_modify_that_only_cancels_ends_what_is_empty_then():
    play = Play("start > a > end")
    play.do(lambda command: command.modify(play.instance, cancel=["a"]))
    assert play.ended == "COMPLETED"


@pytest.mark.parametrize("change", [{"cancel": ["b"]}, {"start": ["nowhere"]}])
def test_modify_refuses_places_that_are_not_there(change):
    play = Play("start > a > b > end")
    with pytest.raises(NotWaiting):
        play.do(lambda command: command.modify(play.instance, **change))
