"""Running work moves to another version of its process, and back."""

from __future__ import annotations

import pytest

from engine import events as ev
from engine.correspondence import Correspondence, suggested
from engine.errors import MappingInvalid, MigrationIncomplete
from engine.migration import obstacles
from tests.engine.pictures import picture
from tests.play import Play, as_xml, rebuilt

OLD = "start > a > b > end\na !| late PT2H\nlate > help > end2"


def migrated(play: Play, new: str, mapping: dict[str, str] | None = None) -> Play:
    definition = play.world.deploy(as_xml(new))
    play.do(lambda command: command.migrate(play.instance, definition, mapping, reason="new law"))
    return checked(play)


def moved_back(play: Play) -> Play:
    """Take the last migration back, as its journaled facts tell."""
    [*_, last] = [event for event in play.events if isinstance(event, ev.Intervened)]
    back = {new: old for old, new in last.facts["mapping"].items()}
    play.do(
        lambda command: command.migrate(
            play.instance, last.facts["from"], back, reason="a mistake", undone=last.facts
        )
    )
    return checked(play)


def checked(play: Play) -> Play:
    assert picture(rebuilt(play.events, play.world)) == picture(play.state)
    return play


def refused(play: Play, new: str, mapping: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """What is in the way of a migration, which then changes nothing."""
    before = picture(play.state)
    definition = play.world.deploy(as_xml(new))
    with pytest.raises(MigrationIncomplete) as found:
        play.do(lambda command: command.migrate(play.instance, definition, mapping))
    assert picture(play.state) == before
    return [(obstacle.node, obstacle.reason) for obstacle in found.value.obstacles]


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
    how = Correspondence.of(play.state.root.process, new, {})
    assert "exclusiveGateway" in obstacles(play.state.root, how)[0].reason
    assert "a" not in suggested(play.state.root.process, new)


def test_tokens_that_wait_at_a_join_move_along():
    text = "start > f+ > a > j+ > c > end\nf+ > b > j+"
    play = migrated(Play(text).complete("a"), text.replace("> c >", "> d >"))
    assert play.complete("b").tasks == ["d"]


def catching(id: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{id}">{definition}</intermediateCatchEvent>\n'


def attached(id: str, host: str, definition: str, cancels: str = "true") -> str:
    return (
        f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{cancels}">'
        f"{definition}</boundaryEvent>\n"
    )


def inside(id: str, *nodes: str, more: str = "", tag: str = "subProcess") -> str:
    """A subprocess of user tasks in a row."""
    ids = ["s_" + id, *nodes]
    tasks = "".join(f'<userTask id="{node}" name="{node}"/>' for node in nodes)
    flows = "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in zip(ids, nodes, strict=False)
    )
    return f'<{tag} id="{id}"><startEvent id="s_{id}"/>{tasks}{flows}{more}</{tag}>\n'


def timer(duration: str) -> str:
    return f"<timerEventDefinition><timeDuration>{duration}</timeDuration></timerEventDefinition>"


def message(name: str) -> str:
    return f'<messageEventDefinition messageRef="{name}"/>'


CONDITION = (
    "<conditionalEventDefinition><condition>${x > 1}</condition></conditionalEventDefinition>"
)


# What corresponds.


def correspond(old: str, new: str, given: dict[str, str] | None = None) -> dict[str, str]:
    world = Play("start > idle > end").world
    versions = [world.process(world.deploy(as_xml(text))) for text in (old, new)]
    return dict(Correspondence.of(versions[0], versions[1], given or {}).nodes)


def named(id: str, name: str) -> str:
    return f'<userTask id="{id}" name="{name}"/>\n'


def test_same_id_comes_first_then_same_name_and_kind():
    old = named("t1", "Check") + named("t2", "Pay") + "start > t1 > t2 > end"
    new = named("t2", "Check") + named("t3", "Pay") + "start > t2 > t3 > end"
    found = correspond(old, new)
    assert found["t2"] == "t2"
    assert "t1" not in found  # the new t2 is taken by the old one
    new = named("n1", "Check") + named("n2", "Pay") + "start > n1 > n2 > end"
    found = correspond(old, new)
    assert (found["t1"], found["t2"]) == ("n1", "n2")


def test_a_name_that_stands_twice_suggests_nothing():
    old = named("t1", "Check") + "start > t1 > end"
    new = named("n1", "Check") + named("n2", "Check") + "start > n1 > n2 > end"
    assert "t1" not in correspond(old, new)


def test_what_is_in_a_renamed_subprocess_corresponds_when_the_subprocess_does():
    old = inside("sub", "x") + "start > sub > end"
    new = inside("other", "x") + "start > other > end"
    assert "x" not in correspond(old, new)
    assert correspond(old, new, {"sub": "other"})["x"] == "x"


def test_a_boundary_corresponds_with_its_host():
    old = "start > a > b > end\na !| late PT2H\nlate > end2"
    new = "start > a > b > end\nb !| late PT2H\nlate > end2"
    assert "late" not in correspond(old, new)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"nowhere": "a"}, "the old version has no such element"),
        ({"a": "nowhere"}, "the new version has no such element"),
        ({"a": "end"}, "it would become a endEvent"),
        ({"late": "note"}, "it waits for message instead of timer"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_by_element(given, says):
    new = attached("note", "a", message("m")) + "start > a > b > end\nnote > end2"
    with pytest.raises(MappingInvalid, match=says):
        correspond('<userTask id="a"/>\n' + OLD, '<userTask id="a"/>\n' + new, given)


def test_an_empty_text_says_that_nothing_corresponds():
    play = Play(OLD)
    assert refused(play, OLD, {"a": ""}) == [("a", "the mapping says nothing about it")]


# What waits keeps waiting.


def test_three_days_with_two_gone_have_one_left():
    play = Play(catching("wait", timer("P3D")) + "start > wait > after > end").advance("P2D")
    migrated(play, catching("wait", timer("P3D")) + "start > wait > other > end")
    assert play.advance("PT23H").tasks == []
    assert play.advance("PT1H").tasks == ["other"]


def test_a_longer_timer_keeps_the_time_that_was_used():
    play = Play(catching("wait", timer("P3D")) + "start > wait > after > end").advance("P2D")
    migrated(play, catching("wait", timer("P5D")) + "start > wait > after > end")
    assert play.advance("P2DT23H").tasks == []
    assert play.advance("PT1H").tasks == ["after"]


def test_a_shorter_timer_is_due_at_once_when_its_time_is_used_up():
    play = Play(OLD).advance("PT90M")
    migrated(play, OLD.replace("PT2H", "PT1H"))
    assert play.advance("PT0S").tasks == ["help"]


def test_a_cycle_that_stays_goes_on_counting():
    text = "start > a > end\na ?| again R3/PT1H\nagain > note > end2"
    play = migrated(Play(text).advance("PT1H"), text.replace("note >", "note > more >"))
    assert play.advance("PT1H").tasks == ["a", "note", "note"]
    assert play.advance("P9D").tasks == ["a", "note", "note", "note"]


def test_a_timer_that_is_told_in_another_way_begins_anew():
    play = Play(OLD).advance("PT90M")
    cycle = "<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>"
    migrated(play, attached("late", "a", cycle) + "start > a > b > end\nlate > help > end2")
    assert play.advance("PT59M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["help"]


def test_a_suspended_instance_moves_with_its_clock_stopped():
    play = Play(OLD).advance("PT90M")
    play.do(lambda command: command.suspend(play.instance))
    new = "start > a > b > end\na !| late PT2H\nlate > help > end2\na ?| note PT10M\nnote > n > e"
    migrated(play, new).advance("P9D")
    play.do(lambda command: command.activate(play.instance))
    assert play.advance("PT9M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["a", "n"]
    assert play.advance("PT20M").tasks == ["help", "n"]


def test_a_message_is_awaited_by_its_new_name():
    play = Play(catching("wait", message("old")) + "start > wait > after > end")
    migrated(play, catching("wait", message("new")) + "start > wait > after > end")
    assert play.signal("old").tasks == []
    assert play.signal("new").tasks == ["after"]


def test_a_condition_is_looked_at_as_the_new_version_has_it():
    wait = catching("wait", CONDITION)
    play = Play(wait + "start > wait > after > end", {"x": 1})
    migrated(play, wait.replace("x > 1", "x > 0") + "start > wait > after > end")
    assert play.tasks == ["after"]


def test_a_boundary_that_waits_for_another_kind_of_thing_begins_to_listen():
    play = Play(OLD)
    new = attached("late", "a", message("stop")) + "start > a > b > end\nlate > help > end2"
    assert list(migrated(play, new).jobs()) == []
    assert play.signal("stop").tasks == ["help"]


def test_a_boundary_that_has_happened_does_not_listen_again():
    text = "start > a > end\na ?| remind PT1H\nremind > note > end2"
    play = migrated(Play(text).advance("PT1H"), text)
    assert play.advance("P1D").tasks == ["a", "note"]


def test_what_has_not_begun_listens_when_it_begins():
    later = '<userTask id="a" name="a" flowable:async="true"/>\n'
    play = migrated(Play(later + "start > a > end"), later + OLD)
    assert [job.kind for job in play.jobs()] == ["before"]
    assert [job.kind for job in play.advance("PT0S").jobs()] == ["timer"]


def test_new_data_objects_get_their_first_values():
    data = '<dataObject id="d" name="limit" itemSubjectRef="xsd:int"><extensionElements>'
    data += "<flowable:value>5</flowable:value></extensionElements></dataObject>\n"
    play = migrated(Play("start > a > end"), data + "start > a > end")
    assert play.variables["limit"] == 5


# Event subprocesses, gateways, called instances, loops, compensation.


def listening(id: str, definition: str, task: str, interrupting: str = "false") -> str:
    return (
        f'<subProcess id="{id}" triggeredByEvent="true"><startEvent id="s_{id}" '
        f'isInterrupting="{interrupting}">{definition}</startEvent><userTask id="{task}" '
        f'name="{task}"/><sequenceFlow id="f_{id}" sourceRef="s_{id}" targetRef="{task}"/>'
        "</subProcess>\n"
    )


def test_event_subprocesses_come_and_go():
    play = Play(listening("old", message("old"), "x") + "start > a > end")
    migrated(play, listening("new", message("new"), "y") + "start > a > end")
    assert play.signal("old").tasks == ["a"]
    assert play.signal("new").tasks == ["a", "y"]


def test_an_event_subprocess_that_interrupted_its_scope_lets_no_new_one_in():
    text = listening("stop", message("stop"), "x", "true") + "start > a > end"
    play = Play(text).signal("stop")
    migrated(play, listening("more", message("more"), "y") + text)
    assert play.signal("more").signal("stop").tasks == ["x"]


def test_an_open_event_subprocess_that_is_gone_is_in_the_way():
    play = Play(listening("old", message("old"), "x") + "start > a > end").signal("old")
    found = refused(play, "start > a > end")
    assert ("old", "the mapping says nothing about it") in found


def gateway(*events: str) -> str:
    flows = "".join(f"\ngate > {event} > t_{event} > end_{event}" for event in events)
    catches = "".join(catching(event, message(event)) for event in events)
    return f'{catches}<eventBasedGateway id="gate"/>\nstart > gate{flows}'


def test_alternatives_of_an_event_gateway_come_and_go():
    play = migrated(Play(gateway("one", "two")), gateway("two", "three"))
    assert play.signal("one").tasks == []
    assert play.signal("three").tasks == ["t_three"]
    assert not play.state.waits


def test_a_join_with_fewer_flows_has_what_it_waits_for():
    play = Play("start > f+ > a > j+ > c > end\nf+ > b > j+\nf+ > d > j+")
    play.complete("a").complete("b")
    assert ("d", "the mapping says nothing about it") in refused(
        play, "start > f+ > a > j+ > c > end\nf+ > b > j+"
    )
    # the third branch is still there, but ends by itself
    text = "start > f+ > a > j+ > c > end\nf+ > b > j+\nf+ > d > end3"
    assert migrated(play, text).tasks == ["c", "d"]


def test_a_flow_that_is_called_otherwise_is_found_by_its_ends():
    old = "start > f+ > a > j+ > c > end\nf+ > b > j+"
    play = migrated(Play(old).complete("b"), "start > before > f+ > a > j+ > c > end\nf+ > b > j+")
    assert play.complete("a").tasks == ["c"]


def test_a_called_instance_stays_in_its_version():
    call = '<callActivity id="call" calledElement="other0"/>\n'
    play = Play(call + "start > call > a > end", others=("start > x > end",))
    migrated(play, call + "start > call > b > end")
    assert play.complete("x").tasks == ["b"]


def many(sequential: str = "false") -> str:
    return (
        '<userTask id="m" name="m"><multiInstanceLoopCharacteristics '
        f'isSequential="{sequential}"><loopCardinality>3</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>\n"
    )


def test_a_multi_instance_goes_on_counting():
    play = Play(many() + "start > m > after > end").complete("m")
    migrated(play, many() + "start > m > other > end\nm ?| note PT1H\nnote > n > end2")
    assert len(list(play.jobs())) == 1
    assert play.complete("m").complete("m").tasks == ["other"]


def test_a_multi_instance_is_not_done_in_another_way():
    play = Play(many() + "start > m > end")
    found = refused(play, many("true") + "start > m > end")
    assert {reason for _, reason in found} == {"it is repeated in another way"}


UNDO = (
    attached("undo", "a", "<compensateEventDefinition/>")
    + '<userTask id="handler" name="handler" isForCompensation="true"/>\n'
    + '<association id="as" sourceRef="undo" targetRef="handler"/>\n'
)
THROW = '<intermediateThrowEvent id="throw"><compensateEventDefinition/></intermediateThrowEvent>\n'


def test_what_was_done_can_still_be_undone():
    text = "start > a > b > throw > end\n"
    play = Play('<userTask id="a" name="a"/>\n' + UNDO + THROW + text).complete("a")
    new = '<userTask id="z" name="a"/>\n' + UNDO.replace('"a"', '"z"') + THROW
    migrated(play, new + text.replace("a >", "z >"))
    assert play.complete("b").tasks == ["handler"]


def test_what_could_not_be_undone_any_more_is_in_the_way():
    text = "start > a > b > throw > end\n"
    play = Play('<userTask id="a" name="a"/>\n' + UNDO + THROW + text).complete("a")
    found = refused(play, '<userTask id="a" name="a"/>\n' + THROW + text)
    assert found == [("a", "what 'a' did could not be undone any more")]


def test_a_worker_keeps_its_job_where_one_does_the_work():
    job = '<serviceTask id="a" flowable:type="external-worker" flowable:topic="pay"/>\n'
    play = Play(job + "start > a > b > end")
    found = refused(play, '<serviceTask id="a" flowable:expression="${1}"/>\nstart > a > b > end')
    assert found == [("a", "no worker does it in the new version")]
    migrated(play, job + "start > a > c > end")
    [work] = play.jobs()
    assert play.do(lambda command: command.answer(work.id)).tasks == ["c"]


def test_an_incident_moves_along():
    fails = '<serviceTask id="{}" flowable:async="true" flowable:expression="${{x}}"/>\n'
    play = Play(fails.format("a") + "start > a > b > end").advance("PT1H")
    migrated(play, fails.format("z") + "start > z > b > end", {"a": "z"})
    assert play.incidents == ["z"]
    [incident] = play.state.incidents
    assert play.do(lambda command: command.retry(incident, {"x": 1})).advance("PT0S").tasks == ["b"]


# Undo.


def test_undo_brings_back_what_was_dropped_with_the_time_it_has_left():
    play = Play(OLD).advance("PT90M")
    migrated(play, "start > a > b > end\na ?| note PT1H\nnote > n > end2").advance("PT10M")
    moved_back(play)
    assert [job.node for job in play.jobs()] == ["late"]
    assert play.advance("PT19M").tasks == ["a"]
    assert play.advance("PT1M").tasks == ["help"]


def test_undo_does_not_bring_back_what_had_happened():
    text = "start > a > end\na ?| remind PT1H\nremind > note > end2"
    play = Play(text).advance("PT1H")
    migrated(play, "start > a > end\nnote > end2")
    assert list(moved_back(play).jobs()) == []


def test_undo_gives_renamed_things_their_names_back():
    play = migrated(Play(OLD), "start > x > b > end\nx !| tardy PT2H\ntardy > help > end2",
                    {"a": "x", "late": "tardy"})  # fmt: skip
    moved_back(play)
    assert [job.node for job in play.jobs()] == ["late"]
    assert play.complete("a").tasks == ["b"]


def test_undo_is_refused_when_the_instance_went_where_the_old_version_has_nothing():
    play = migrated(Play(OLD), "start > a > c > end").complete("a")
    before = picture(play.state)
    with pytest.raises(MigrationIncomplete, match="c: the mapping says nothing"):
        moved_back(play)
    assert picture(play.state) == before


def test_who_migrated_and_why_is_in_the_journal():
    play = moved_back(migrated(Play(OLD), OLD))
    noted = [event for event in play.events if isinstance(event, ev.Intervened)]
    assert [(each.what, each.reason) for each in noted] == [
        ("migrated", "new law"),
        ("moved-back", "a mistake"),
    ]
