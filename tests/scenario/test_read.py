"""Files that are no scenarios are refused with file, step and reason; others keep every digit."""

from decimal import Decimal
from pathlib import Path

import pytest

from appliance.scenario import steps
from appliance.scenario.read import BadScenario, Scenario, find, read

MODEL = "<definitions/>"


def written(folder: Path, text: str, name: str = "a.scenario.yaml") -> Path:
    (folder / "model.bpmn20.xml").write_text(MODEL)
    path = folder / name
    path.write_text(text)
    return path


def scenarios(folder: Path, text: str) -> list[Scenario]:
    return read(written(folder, text))


def step(folder: Path, text: str) -> steps.Step:
    [scenario] = scenarios(folder, f"steps:\n  - {text}\n")
    return scenario.steps[0]


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("", 0, "it must be a mapping"),
        ("- start: x", 0, "it must be a mapping"),
        ("steps: [", 0, "not valid YAML: line 2"),
        ("a: 1\na: 2\nsteps: []", 0, "line 2: `a` stands there twice"),
        ("\t", 0, "not valid YAML: line 1"),
        ("name: x", 0, "it needs `steps`"),
        ("steps: []", 0, "it has no steps"),
        ("steps: {start: x}", 0, "steps: expected list, got mapping"),
        ("steps: [start]", 1, "expected mapping, got text"),
        ("steps: [{run_jobs: true}, [start, x]]", 2, "expected mapping, got list"),
        ("steps: [{run_jobs: true}, null]", 2, "expected mapping, got null"),
        ("scenarios: []", 0, "`scenarios` is empty"),
        ("scenarios: [{name: x}]", 0, "it needs `steps`"),
        ("scenarios: [x]", 0, "expected mapping, got text"),
        ("{name: x, scenarios: [{steps: [{run_jobs: true}]}]}", 0, "`name` is not known"),
        ("{nam: x, steps: [{start: x}]}", 0, "`nam` is not known; do you mean `name`?"),
        ("{clock: soon, steps: [{start: x}]}", 0, "clock:"),
        ("{clock: 5, steps: [{start: x}]}", 0, "clock: expected text or null, got whole number"),
        ("{deploy: [gone.bpmn], steps: [{start: x}]}", 0, "there is no file"),
        ("{deploy: [model.bpmn20.xml, .], steps: [{start: x}]}", 0, "there is no file"),
        ("{deploy: {a: b}, steps: [{start: x}]}", 0, "deploy: expected"),
        ("steps: [{run_jobs: true}, {}]", 2, "the step is empty"),
        ("steps: [{run_jobs: true}, {strat: x}]", 2, "no step `strat`; do you mean `start`?"),
        ("steps: [{frobnicate: x}]", 1, "no step `frobnicate`; known are start, complete"),
        ("steps: [{1: x}]", 1, "key: expected text, got whole number"),
        ("steps: [{start: x, complete: y}]", 1, "one thing, not start and complete"),
        ("steps: [{start: [x]}]", 1, "start: expected text, got list"),
        ("steps: [{start: x, variables: [1]}]", 1, "variables: expected mapping, got list"),
        ("steps: [{start: x, variables: {1: 2}}]", 1, "variables: expected text"),
        ("steps: [{start: x, varibles: {}}]", 1, "do you mean `variables`?"),
        ("steps: [{start: x, form: {}, variables: {a: 1}}]", 1, "variables or a form, not both"),
        ("steps: [{start: x, files: {a: b.pdf}, variables: {a: 1}}]", 1, "not both"),
        ("steps: [{start: x, form: {}, business_key: B-1}]", 1, "a form has no business_key"),
        ("steps: [{start: x, outcome: b}]", 1, "an outcome is a button of a form"),
        ("steps: [{start: x, files: {a: gone.pdf}}]", 1, "files: there is no file"),
        ("steps: [{complete: x, files: {a: [model.bpmn20.xml, .]}}]", 1, "files: there is no file"),
        ("steps: [{start: x, files: a.pdf}]", 1, "files: expected mapping, got text"),
        ("steps: [{complete: {id: x}}]", 1, "`id` is not known"),
        ("steps: [{complete: 5}]", 1, "complete: expected"),
        ("steps: [{complete: y, form: {}, variables: {a: 1}}]", 1, "not both"),
        ("steps: [{claim: x}]", 1, "it needs `user`"),
        ("steps: [{message: x, user: y}]", 1, "`user` is not known"),
        ("steps: [{job: topic}]", 1, "job: expected mapping, got text"),
        ("steps: [{job: {type: x}}]", 1, "one of complete, fail and error"),
        ("steps: [{job: {type: x, fail: a, error: b}}]", 1, "one of complete, fail and error"),
        ("steps: [{advance: soon}]", 1, "advance:"),
        ("steps: [{advance: 5}]", 1, "advance: expected text"),
        ("steps: [{until: tomorrow}]", 1, "until:"),
        ("steps: [{run_jobs: false}]", 1, "run_jobs must be true"),
        ("steps: [{run_jobs: yes}]", 1, "run_jobs: expected true or false, got text"),
        ("steps: [{deploy: gone.bpmn}]", 1, "there is no file"),
        ("steps: [{deploy: model.bpmn20.xml, replace: [a]}]", 1, "replace: expected mapping"),
        ("steps: [{start: x, fails: 5}]", 1, "fails: expected true or false or text"),
        ("steps: [{expect: {tasks: []}, fails: true}]", 1, "`fails` is not known"),
        ("steps: [{expect: {taks: []}}]", 1, "`taks` is not known; do you mean `tasks`?"),
        ("steps: [{expect: {tasks: Review}}]", 1, "expect.tasks: expected list, got text"),
        ("steps: [{expect: {task: Review}}]", 1, "expect.task: expected mapping, got text"),
        ("steps: [{expect: {task: {priority: 1}}}]", 1, "expect.task: give its name or key"),
        ("steps: [{expect: {task: {name: x, due: soon}}}]", 1, "expect.task.due:"),
        ("steps: [{expect: {task: {name: x, asignee: y}}}]", 1, "do you mean `assignee`?"),
        (
            "steps: [{expect: {status: DONE}}]",
            1,
            "expect.status: invalid enum value 'DONE'; known are ACTIVE, SUSPENDED, COMPLETED, T",
        ),
        ("steps: [{migrate: newest}]", 1, "'newest'; known are a number, latest"),
        ("steps: [{expect: {timers: many}}]", 1, "expect.timers: expected whole number"),
        ("steps: [{expect: {visited: [a]}}]", 1, "expect.visited: expected mapping"),
        ("steps: [{expect: {of: key}}]", 1, "of says more about instances"),
        ("steps: [{expect: {in_task: x, tasks: []}}]", 1, "in_task says more about variables"),
        ("steps: [{expect: {task_name: x, tasks: []}}]", 1, "task_name says more about assignees"),
        ("steps: [{expect: {start_form: {of: x}}}]", 1, "it needs `fields`"),
        ("steps: [{cancel: x, in: first}]", 1, "no step before is labelled `as: first`"),
        ("steps: [{start: x, as: a}, {start: x, in: a}]", 2, "start is about no instance"),
        ("steps: [{start: x, as: a}, {advance: PT1H, in: a}]", 2, "leave out `in`"),
        ("steps: [{start: x, as: a}, {until: 2027-01-01, in: a}]", 2, "leave out `in`"),
        ("steps: [{start: x, as: a}, {run_jobs: true, in: a}]", 2, "leave out `in`"),
        ("steps: [{start: x, as: a}, {deploy: model.bpmn20.xml, in: a}]", 2, "leave out `in`"),
        ("steps: [{start: x, as: a}, {suspend: x, in: a}]", 2, "leave out `in`"),
        ("steps: [{start: x, as: a}, {activate: x, in: a}]", 2, "leave out `in`"),
        ("steps: [{expect: {tasks: []}, in: b}, {start: x, as: b}]", 1, "labelled `as: b`"),
        ("steps: [{expect: {in: b}}]", 1, "labelled `as: b`"),
        ("steps: [{message: x, in: a, as: a}]", 1, "labelled `as: a`"),
    ],
)
def test_what_is_no_scenario_is_refused_with_file_step_and_reason(
    tmp_path: Path, text: str, at: int, reason: str
):
    path = written(tmp_path, text)
    with pytest.raises(BadScenario) as refused:
        read(path)
    assert (refused.value.file, refused.value.step) == (path, at)
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"{path}: ")
    assert (f"step {at}: " in str(refused.value)) is (at > 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"steps": [', "line 1: not valid JSON: Input data was truncated"),
        ('{\n"steps": [\n', "line 3: not valid JSON"),
        ('{\n\n"steps": 1 2}', "line 3: not valid JSON: JSON is malformed"),
    ],
)
def test_bad_json_is_refused_with_its_line(tmp_path: Path, text: str, reason: str):
    path = written(tmp_path, text, "a.scenario.json")
    with pytest.raises(BadScenario) as refused:
        read(path)
    assert reason in refused.value.reason
    assert "byte" not in refused.value.reason


def test_a_file_of_bytes_is_refused(tmp_path: Path):
    path = tmp_path / "a.scenario.yaml"
    path.write_bytes(b"\xff\xfe\x00\x00\xd8")
    with pytest.raises(BadScenario, match="not valid YAML"):
        read(path)


def test_a_folder_without_scenarios_and_a_path_to_nowhere_are_refused(tmp_path: Path):
    with pytest.raises(BadScenario, match="holds no file"):
        find([tmp_path])
    with pytest.raises(BadScenario, match="no such file or folder"):
        find([tmp_path / "gone"])


def test_folders_are_searched_and_no_file_comes_twice(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    names = ["b.scenario.yml", "deep/a.scenario.json", "c.scenario.yaml"]
    for name in [*names, "d.yaml", "e.json"]:
        (tmp_path / name).write_text("{}")
    found = find([tmp_path, tmp_path / "c.scenario.yaml"])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == sorted(names)


def test_numbers_keep_every_digit_and_dates_stay_text(tmp_path: Path):
    found = step(
        tmp_path,
        "start: x\n    variables: {a: 1.10, b: 007, c: 12:30, d: no, e: 2026-01-05, f: .5, g: 1e3, "
        "h: 0x1f, i: [~, null, true], j: -2.50, k: +3, l: 123456789012345678901234567890, m: on}",
    )
    assert isinstance(found, steps.Start)
    assert found.variables == {
        "a": Decimal("1.10"), "b": 7, "c": "12:30", "d": "no", "e": "2026-01-05",
        "f": Decimal("0.5"), "g": Decimal(1000), "h": 31, "i": [None, None, True],
        "j": Decimal("-2.50"), "k": 3, "l": 123456789012345678901234567890, "m": "on",
    }  # fmt: skip
    assert str(found.variables["a"]) == "1.10"


def test_defaults_of_a_scenario(tmp_path: Path):
    [scenario] = scenarios(tmp_path, "steps: [{start: x}]")
    assert (scenario.name, scenario.deploy, scenario.clock) == ("a", (), 1_767_603_600_000)


def test_several_scenarios_share_files_and_clock(tmp_path: Path):
    one, two = scenarios(
        tmp_path,
        "deploy: model.bpmn20.xml\nclock: 2026-05-01T00:00:00Z\nscenarios:\n"
        "  - {name: one, steps: [{start: x}]}\n"
        "  - {name: two, deploy: [], clock: 2026-05-02, steps: [{start: x}]}\n",
    )
    assert (one.name, one.deploy) == ("one", (tmp_path / "model.bpmn20.xml",))
    assert (two.name, two.deploy) == ("two", ())
    assert two.clock - one.clock == 86_400_000


@pytest.mark.parametrize(
    ("second", "where"),
    [
        ("steps: [{x: y}]", "step 1: there is no step"),
        ("steps: [{start: x}, start]", "step 2: expected mapping, got text"),
        ("stesp: []", "`stesp` is not known"),
        ("steps: []", "it has no steps"),
    ],
)
def test_a_mistake_in_one_of_several_names_the_scenario(tmp_path: Path, second: str, where: str):
    with pytest.raises(BadScenario) as refused:
        scenarios(
            tmp_path,
            f"scenarios: [{{name: one, steps: [{{start: x}}]}}, {{name: two, {second}}}]",
        )
    assert f"a.scenario.yaml: two: {where}" in str(refused.value)


@pytest.mark.parametrize("name", sorted(steps.STEPS))
def test_every_step_is_known_by_its_name(tmp_path: Path, name: str):
    texts = {
        "advance": "PT1H", "until": "2026-02-01", "run_jobs": "true", "deploy": "model.bpmn20.xml",
        "set": "{a: 1}", "evaluate": "{}", "job": "{type: t, error: E}", "expect": "{tasks: []}",
        "claim": "x\n    user: kermit", "suspend": "true", "activate": "true",
        "migrate": "latest", "undo_migration": "true", "modify": "{cancel: [a]}",
    }  # fmt: skip
    assert step(tmp_path, f"{name}: {texts.get(name, 'x')}").name == name
