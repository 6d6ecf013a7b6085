"""Trials: a draft in a sandbox, step by step, kept as a scenario that passes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from appliance import trials
from appliance.actor import SYSTEM, Actor
from appliance.box import Box
from appliance.cli import program
from appliance.errors import InvalidInput, Overloaded, TooLarge, TrialNotFound
from appliance.trials import TrialView
from engine.errors import FormInvalid, ModelInvalid, TaskNotFound
from processes import SHIPPED
from tests.appliance.given import Clock
from tests.play import as_xml

KERMIT, PIGGY = Actor.user("kermit", admin=True), Actor.user("piggy", admin=True)
LATE = "start > approve > end\napprove !| late PT1H\nlate > escalated > end"


@pytest.fixture
def trying(box: Box) -> Iterator[Box]:
    yield box
    box.trials.close()


def begin(box: Box, text: str = LATE, by: Actor = KERMIT, key: str = "play") -> TrialView:
    content = text if text.startswith("<?xml") else as_xml(text, key)
    draft = box.drafts.create(content.encode(), by).result(10)
    return box.trials.begin(draft.id, by)


def act(box: Box, trial: TrialView, by: Actor = KERMIT, **step: Any) -> TrialView:
    return box.trials.act(trial.id, step, by)


def keys(view: TrialView) -> list[str]:
    return [task.key for task in view.tasks]


def test_it_goes_step_by_step_through_virtual_time(trying: Box):
    trial = begin(trying)
    assert (trial.status, trial.tasks, trial.steps) == ("", [], [])
    view = act(trying, trial, start="play", variables={"amount": 3})
    assert (view.status, keys(view), view.variables["amount"]) == ("ACTIVE", ["approve"], 3)
    assert view.marks.active == {"approve": 1}
    assert view.due == view.now + 3_600_000
    view = act(trying, trial, advance="PT1H")
    assert keys(view) == ["escalated"]
    view = act(trying, trial, complete={"key": "escalated"}, variables={"done": True})
    assert (view.status, view.tasks, len(view.steps)) == ("COMPLETED", [], 3)


def test_nothing_of_it_is_outside(trying: Box):
    act(trying, begin(trying), start="play")
    assert trying.processes.list() == []
    assert trying.store.read().execute("SELECT count(*) FROM instance").fetchone() == (0,)


def test_what_is_refused_is_not_part_of_it(trying: Box):
    trial = begin(trying)
    act(trying, trial, start="play")
    with pytest.raises(TaskNotFound):
        act(trying, trial, complete="Nothing of this name")
    with pytest.raises(InvalidInput, match="there is no step `jump`"):
        act(trying, trial, jump="high")
    with pytest.raises(InvalidInput, match="is over"):
        act(trying, trial, until="2020-01-01T00:00:00Z")
    with pytest.raises(InvalidInput, match="expect"):
        act(trying, trial, expect={"tasks": []})
    with pytest.raises(InvalidInput, match="deploy"):
        act(trying, trial, deploy="/etc/passwd.bpmn")
    assert len(trying.trials.look(trial.id, KERMIT).steps) == 1


def test_a_draft_that_cannot_run_is_told_why(trying: Box):
    broken = as_xml("start > a > end").replace("<endEvent", "<nonsense")
    with pytest.raises(ModelInvalid):
        begin(trying, broken)


def test_it_is_ones_own(trying: Box):
    trial = begin(trying)
    with pytest.raises(TrialNotFound):
        trying.trials.look(trial.id, PIGGY)
    with pytest.raises(TrialNotFound):
        act(trying, trial, PIGGY, start="play")


def test_one_for_each_person_and_not_too_many(trying: Box, monkeypatch, clock: Clock):
    monkeypatch.setattr(trials, "AT_ONCE", 1)
    first = begin(trying)
    second = begin(trying)
    with pytest.raises(TrialNotFound):
        trying.trials.look(first.id, KERMIT)
    with pytest.raises(Overloaded):
        begin(trying, by=PIGGY)
    clock.advance(trials.IDLE + 1)
    begin(trying, by=PIGGY)
    with pytest.raises(TrialNotFound):
        trying.trials.look(second.id, KERMIT)


def test_it_does_not_run_for_ever(trying: Box, monkeypatch):
    monkeypatch.setattr(trials, "STEPS", 1)
    trial = begin(trying)
    act(trying, trial, start="play")
    with pytest.raises(InvalidInput, match="at most 1 steps"):
        act(trying, trial, advance="PT1M")


def test_forms_and_called_processes_come_along(trying: Box):
    trying.processes.deploy_shipped()
    (leave,) = [shipped for shipped in SHIPPED if shipped.key == "leave_request_demo"]
    trying.processes.deploy(leave.files(), SYSTEM).result(10)
    call = '<callActivity id="call" calledElement="leave_request_demo"/>\nstart > call > end'
    trial = begin(trying, call)
    assert act(trying, trial, start="play").status == "ACTIVE"
    model = trying.processes.xml("leave_request_demo").decode()
    trial = begin(trying, model)
    assert trial.start is not None
    assert "leaveType" in [field.id for field in trial.start.fields]


def test_the_run_is_a_scenario_that_passes(trying: Box, tmp_path: Path):
    trial = begin(trying)
    act(
        trying,
        trial,
        start="play",
        variables={"code": "0123", "yes": "true", "amount": Decimal("1.5")},
    )
    act(trying, trial, advance="PT1H")
    act(trying, trial, complete={"key": "escalated"}, variables={"note": "two\nlines: here"})
    files = trying.trials.scenario(trial.id, KERMIT)
    assert sorted(files) == ["play.bpmn20.xml", "play.scenario.yaml"]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    ran = CliRunner().invoke(program, ["test", str(tmp_path)])
    assert (ran.exit_code, "1 passed, 0 failed" in ran.output) == (0, True), ran.output
    text = files["play.scenario.yaml"].decode()
    changed = text.replace("task_keys:\n    - escalated", "task_keys:\n    - approve")
    assert changed != text
    (tmp_path / "play.scenario.yaml").write_text(changed)
    ran = CliRunner().invoke(program, ["test", str(tmp_path)])
    assert "0 passed, 1 failed" in ran.output


PAPERS = (
    b'{"type": "default", "id": "papers", "components": [{"type": "filepicker", "key": "papers",'
    b' "label": "Papers", "multiple": true, "validate": {"required": true}}]}'
)
WITH_PAPERS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:flowable="http://flowable.org/bpmn" targetNamespace="tests">
  <process id="play" isExecutable="true">
    <startEvent id="start" flowable:formKey="papers"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="more"/>
    <userTask id="more" flowable:formKey="papers"/>
    <sequenceFlow id="b" sourceRef="more" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""


def test_files_go_into_forms_and_into_the_scenario(trying: Box, tmp_path: Path):
    trying.processes.deploy({"papers.form": PAPERS}, SYSTEM).result(10)
    trial = begin(trying, WITH_PAPERS)
    with pytest.raises(FormInvalid, match="papers"):
        act(trying, trial, start="play", form={})
    with pytest.raises(InvalidInput, match="files"):
        act(trying, trial, start="play", files={"papers": "/etc/passwd"})

    def give(*papers: tuple[str, bytes], **step: Any) -> TrialView:
        return trying.trials.act(trial.id, step, KERMIT, {"papers": papers})

    give(("../../same name.txt", b"first"), ("Same name.txt", b"second"), start="play")
    view = give(("same name.txt", b"first"), complete={"key": "more"}, form={})
    assert view.status == "COMPLETED"
    assert view.steps[1]["files"] == {"papers": ["files/same_name.txt"]}
    files = trying.trials.scenario(trial.id, KERMIT)
    assert {name: text for name, text in files.items() if name.startswith("files")} == {
        "files/same_name.txt": b"first",
        "files-2/Same_name.txt": b"second",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    ran = CliRunner().invoke(program, ["test", str(tmp_path)])
    assert "1 passed, 0 failed" in ran.output, ran.output
    (tmp_path / "files/same_name.txt").unlink()
    ran = CliRunner().invoke(program, ["test", str(tmp_path)])
    assert "files: there is no file" in ran.output


def test_a_file_may_be_called_as_a_folder_could_be(trying: Box):
    trying.processes.deploy({"papers.form": PAPERS}, SYSTEM).result(10)
    trial = begin(trying, WITH_PAPERS)
    names = ("2", "a.txt", "a.txt", "files", "files-2")
    papers = [(name, str(number).encode()) for number, name in enumerate(names)]
    view = trying.trials.act(trial.id, {"start": "play"}, KERMIT, {"papers": papers})
    places = view.steps[0]["files"]["papers"]
    files = trying.trials.scenario(trial.id, KERMIT)
    assert [files[place] for place in places] == [content for _, content in papers]


def test_files_of_a_trial_have_a_limit_and_refused_ones_do_not_count(trying: Box, monkeypatch):
    monkeypatch.setattr(trials, "FILES", 10)
    trying.processes.deploy({"papers.form": PAPERS}, SYSTEM).result(10)
    trial = begin(trying, WITH_PAPERS)
    eight = {"papers": [("a.txt", b"12345678")]}
    for _ in range(2):
        with pytest.raises(TaskNotFound):
            trying.trials.act(trial.id, {"complete": "Nothing of this name"}, KERMIT, eight)
    trying.trials.act(trial.id, {"start": "play"}, KERMIT, eight)
    with pytest.raises(TooLarge):
        trying.trials.act(trial.id, {"complete": {"key": "more"}}, KERMIT, eight)
    with pytest.raises(InvalidInput, match="`files` is not known"):
        trying.trials.act(trial.id, {"advance": "PT1H"}, KERMIT, {"papers": [("b", b"1")]})
