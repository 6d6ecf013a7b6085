"""Running instances move to another version: planned, rehearsed, carried out, undone."""

from __future__ import annotations

import contextlib
import itertools
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import Conflict, InvalidInput, MoveNotFound, ProcessNotFound
from appliance.store import sqlite
from appliance.store.replay import differences
from appliance.store.soundness import unsound
from engine.errors import MappingInvalid
from tests.appliance.given import HOUR, MINUTE
from tests.appliance.processes import ADMIN, ERP, FOZZIE, deploy, names, start
from tests.play import as_xml

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OLD = "start > a > b > end\na !| late PT2H\nlate > help > end2"
NEW = "start > a > c > end\na !| late PT2H\nlate > help > end2"
OTHER = "start > x > c > end\nx !| late PT2H\nlate > help > end2"


def complete(box: Box, instance: int, name: str) -> None:
    task = next(t for t in box.instances.status(instance).tasks if t.name == name)
    box.tasks.complete(task.id, ADMIN, {}, {}, now=NOW).result(10)


def started(box: Box, count: int, text: str = OLD) -> list[int]:
    deploy(box, text)
    return [box.instances.start("play", {}, ERP).result(10).instance_id for _ in range(count)]


def moved(box: Box, source: int = 1, target: int = 2, **how) -> int:
    """Carry a move out; its number."""
    id = box.moves.begin("play", source, target, ADMIN, **how).result(10)
    box.moves.work()
    return id


def undone(box: Box, id: int) -> int:
    id = box.moves.undo(id, FOZZIE, "a mistake").result(10)
    box.moves.work()
    return id


def versions(box: Box, ids: list[int]) -> list[int]:
    return [box.instances.detail(id).instance.process_version for id in ids]


def counts(box: Box, id: int) -> tuple[int, int, int, int]:
    view = box.moves.get(id)
    return view.total, view.moved, view.kept, view.gone


def assert_sound(box: Box) -> None:
    connection = box.store.read()
    assert unsound(connection) == []
    known = {
        view.id: box.processes.model(view.key, view.version)
        for latest in box.processes.list()
        for view in box.processes.versions(latest.key)
    }
    for (root,) in connection.execute("SELECT id FROM instance WHERE parent IS NULL").fetchall():
        assert differences(connection, root, known.__getitem__) == []


@pytest.fixture
def sound(box: Box):
    yield
    assert_sound(box)


pytestmark = pytest.mark.usefixtures("sound")


def test_what_is_not_there(box):
    deploy(box, OLD)
    with pytest.raises(ProcessNotFound):
        box.moves.plan("play", 1, 2)
    with pytest.raises(ProcessNotFound):
        box.moves.begin("nope", 1, 2, ADMIN)
    with pytest.raises(InvalidInput, match="already"):
        box.moves.plan("play", 1, 1)
    with pytest.raises(MoveNotFound):
        box.moves.get(7)
    with pytest.raises(MoveNotFound):
        box.moves.undo(7, ADMIN)


def test_instances_that_do_not_run_in_that_version_are_refused(box):
    started(box, 1)
    deploy(box, NEW)
    with pytest.raises(InvalidInput, match="Instance 999 does not run in version 1"):
        box.moves.begin("play", 1, 2, ADMIN, instances=[999])


def test_a_mapping_that_cannot_be_is_refused_before_anything_moves(box):
    started(box, 1)
    deploy(box, OTHER)
    with pytest.raises(MappingInvalid, match="a: it would become a endEvent"):
        box.moves.begin("play", 1, 2, ADMIN, mapping={"a": "end"})
    assert box.moves.of("play") == []


def test_a_plan_tells_what_needs_a_decision_first(box):
    ids = started(box, 3)
    complete(box, ids[0], "a")
    deploy(box, OTHER)
    plan = box.moves.plan("play", 1, 2)
    assert plan.running == 3
    found = {match.node_id: (match.target, match.live) for match in plan.matches}
    assert found["a"] == (None, 2)
    assert found["b"] == (None, 1)
    assert "help" not in found  # the same in both, and nothing stands there
    assert plan.matches[0].choices == [("x", "x"), ("c", "c"), ("help", "help")]
    chosen = box.moves.plan("play", 1, 2, {"a": "x"})
    assert [(match.node_id, match.target) for match in chosen.matches] == [("b", None), ("a", "x")]


def test_a_rehearsal_lists_what_cannot_move_and_changes_nothing(box):
    ids = started(box, 3)
    complete(box, ids[1], "a")
    deploy(box, NEW)
    outlook = box.moves.rehearse("play", 1, 2)
    assert outlook.movable == 2
    [stuck] = outlook.stuck
    assert (stuck.instance_id, stuck.node_id, stuck.node_name) == (ids[1], "b", "b")
    assert "the mapping says nothing about it" in stuck.reason
    assert versions(box, ids) == [1, 1, 1]
    assert box.moves.rehearse("play", 1, 2, {"b": "c"}).stuck == []
    assert box.moves.rehearse("play", 1, 2, instances=ids[:1]).movable == 1


def test_instances_move_each_for_itself(box):
    ids = started(box, 3)
    complete(box, ids[1], "a")
    deploy(box, NEW)
    id = moved(box, reason="new law")
    assert counts(box, id) == (3, 2, 1, 0)
    assert versions(box, ids) == [2, 1, 2]
    [kept] = box.moves.left(id)
    assert (kept.instance_id, kept.outcome) == (ids[1], "kept")
    assert "b: the mapping says nothing about it" in kept.reason
    view = box.moves.get(id)
    assert (view.by, view.reason, view.source_version, view.target_version) == (
        "admin", "new law", 1, 2,
    )  # fmt: skip
    assert view.finished == box.clock()
    complete(box, ids[0], "a")
    assert names(box, ids[0]) == ["c"]


def test_who_moved_it_and_why_is_in_its_history(box):
    [id] = started(box, 1)
    deploy(box, NEW)
    undone(box, moved(box, reason="new law"))
    lines = [(line.what, line.by, line.detail) for line in box.instances.detail(id).history]
    assert ("migrated", "admin", "1 → 2: new law") in lines
    assert ("moved-back", "fozzie", "2 → 1: a mistake") in lines


def test_timers_keep_the_time_that_they_have_used(box, clock):
    [id] = started(box, 1)
    clock.advance(HOUR + 30 * MINUTE)
    deploy(box, NEW)
    moved(box)
    clock.advance(29 * MINUTE)
    box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    clock.advance(MINUTE)
    box.clockwork.fire_due()
    assert names(box, id) == ["help"]


def test_only_some_instances(box):
    ids = started(box, 3)
    deploy(box, NEW)
    moved(box, instances=ids[1:2])
    assert versions(box, ids) == [1, 2, 1]


def test_undo_moves_back_what_has_not_gone_too_far(box):
    ids = started(box, 3)
    deploy(box, NEW)
    id = moved(box)
    complete(box, ids[0], "a")  # to c, which version 1 does not have
    box.instances.cancel(ids[1], "over", ADMIN).result(10)
    back = undone(box, id)
    assert counts(box, back) == (3, 1, 1, 1)
    assert versions(box, ids) == [2, 2, 1]
    assert box.moves.get(id).undone_by == back
    assert box.moves.get(back).undoes == id
    for again in (id, back):
        with pytest.raises(Conflict):
            box.moves.undo(again, ADMIN)


def test_undo_brings_back_the_timer_that_was_dropped(box, clock):
    [id] = started(box, 1)
    clock.advance(HOUR)
    deploy(box, "start > a > b > end")
    move = moved(box)
    assert box.instances.detail(id).timers == []
    clock.advance(30 * MINUTE)
    undone(box, move)
    [timer] = box.instances.detail(id).timers
    assert timer.due == clock() + 30 * MINUTE


def test_called_instances_move_too(box):
    call = '<callActivity id="call" calledElement="play"/>\nstart > call > end'
    deploy(box, OLD)
    outer = start(box, call, "outer")
    deploy(box, NEW)
    assert counts(box, moved(box)) == (1, 1, 0, 0)
    complete(box, outer, "a")
    assert names(box, outer) == ["c"]


def test_what_ended_or_moved_meanwhile_is_left_alone(box):
    ids = started(box, 3)
    deploy(box, NEW)
    deploy(box, OLD.replace("help", "rescue"))
    first = box.moves.begin("play", 1, 2, ADMIN, instances=ids[:2]).result(10)
    second = box.moves.begin("play", 1, 3, FOZZIE).result(10)
    box.instances.cancel(ids[2], "over", ADMIN).result(10)
    box.moves.work()
    assert counts(box, first) == (2, 2, 0, 0)
    assert counts(box, second) == (3, 0, 0, 3)
    assert versions(box, ids[:2]) == [2, 2]
    reasons = [left.reason for left in box.moves.left(second)]
    assert reasons == ["It is in version 2 now."] * 2 + ["It has ended."]


def test_one_that_is_at_work_is_not_undone(box):
    started(box, 1)
    deploy(box, NEW)
    id = box.moves.begin("play", 1, 2, ADMIN).result(10)
    assert box.moves.get(id).waiting == 1
    with pytest.raises(Conflict, match="still at work"):
        box.moves.undo(id, ADMIN)
    box.moves.work()


def test_two_administrators_at_once_with_a_thousand_instances(box):
    ids = started(box, 1000, "start > a > b > end")
    deploy(box, "start > a > c > end")
    deploy(box, "start > a > d > end")
    found: list[int] = []

    def ask(target: int) -> None:
        found.append(box.moves.begin("play", 1, target, ADMIN).result(30))
        box.moves.work()

    threads = [threading.Thread(target=ask, args=(target,)) for target in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    views = [box.moves.get(id) for id in found]
    assert sum(view.moved for view in views) == 1000
    assert [view.waiting for view in views] == [0, 0]
    rows = box.store.read().execute("SELECT DISTINCT definition FROM instance").fetchall()
    assert len(rows) == 1
    assert len(ids) == 1000


def test_a_crash_leaves_each_instance_on_one_side_and_the_rest_goes_on(
    tmp_path: Path, clock, monkeypatch
):
    data = tmp_path / "crashed"
    with contextlib.closing(Box(Config(data=data, demos=False), clock)) as box:
        ids = started(box, 100)
        deploy(box, NEW)
        id = box.moves.begin("play", 1, 2, ADMIN).result(10)
        command, count = box.store.background, itertools.count()

        def crash(*about: Any) -> Any:
            if next(count) == 40:
                raise KeyboardInterrupt
            return command(*about)

        monkeypatch.setattr(box.store, "background", crash)
        with pytest.raises(KeyboardInterrupt):
            box.moves.work()
        copy = sqlite.connect(tmp_path / "copy.db")
        with contextlib.closing(copy):
            with copy.backup("main", box.store.read(), "main") as backup:
                backup.step()
            sides = dict(copy.execute("SELECT outcome, count(*) FROM moved GROUP BY outcome"))
            moved_rows = copy.execute(
                "SELECT count(*) FROM instance i JOIN moved m ON m.instance = i.id"
                " WHERE (m.outcome IS 'moved') <> (i.definition = ?)",
                (box.processes.get("play", 2).id,),
            ).fetchone()
            assert sum(sides.values()) == 100
            assert moved_rows == (0,)
            assert unsound(copy) == []
    with contextlib.closing(Box(Config(data=data, demos=False), clock)) as box:
        box.moves.work()
        assert counts(box, id) == (100, 100, 0, 0)
        assert set(versions(box, ids)) == {2}
        assert_sound(box)


def test_a_model_of_the_same_key_only(box):
    started(box, 1)
    deploy(box, as_xml(NEW, "elsewhere"), "elsewhere")
    with pytest.raises(ProcessNotFound, match="version 2"):
        box.moves.begin("play", 1, 2, ADMIN)
