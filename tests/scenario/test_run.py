"""Scenarios are played: what holds passes, what does not is told by step, expected and found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance import scenario
from tests.scenario.given import CASE, written

START = (
    "  - {start: case, user: kermit, variables: {amount: 12, price: 1.10, tags: [a, {b: null}]}}\n"
)
LATE = START + "  - advance: PT2H\n"


def ran(path: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> tuple[int, str, str]:
    """Exit code, output and error output of a run."""
    code = scenario.run([path], **options)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def failure(folder: Path, steps: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What is told of a scenario that must fail."""
    code, output, _ = ran(written(folder, f"steps:\n{steps}"), capsys)
    assert code == scenario.FAILED, output
    assert "0 passed, 1 failed" in output
    return output


def passes(folder: Path, steps: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = ran(written(folder, f"steps:\n{steps}"), capsys)
    assert code == scenario.PASSED, output


# What does not hold.


@pytest.mark.parametrize(
    ("expect", "what", "expected", "found"),
    [
        ("tasks: [Review]", "tasks", '["Review"]', '["Chase","Review"]'),
        ("tasks: [Chase, Review, Review]", "tasks", '"Review","Review"]', '["Chase","Review"]'),
        ("task_keys: []", "task_keys", "[]", '["chase","review"]'),
        ("task: {name: Other}", "task", "Other", "Review (review, fozzie)"),
        ("task: {name: Review, assignee: null}", "task.assignee", "null", "fozzie"),
        ("task: {name: Review, assignee: kermit}", "task.assignee", "kermit", "fozzie"),
        ("task: {key: review, priority: 50}", "task.priority", "50", "70"),
        ("task: {name: Review, owner: waldorf}", "task.owner", "waldorf", "statler"),
        ("task: {name: Review, category: x}", "task.category", "x", "money"),
        ("task: {name: Review, description: x}", "task.description", "x", "Look at it"),
        ("task: {name: Review, form_key: x}", "task.form_key", "x", "nothing"),
        ("task: {name: Review, due: 2026-01-05T11:00:00}", "task.due", "11:00", "10:00:00"),
        ("task: {name: Review, due: null}", "task.due", "null", "10:00:00"),
        ("task: {name: Chase, due: 2026-01-05}", "task.due", "2026-01-05", "null"),
        ("task: {name: Review, due_in_seconds: 3600}", "task.due_in_seconds", "3600", "-3600"),
        ("task: {name: Chase, due_in_seconds: 1}", "task.due_in_seconds", "1", "null"),
        ("task: {name: Review, candidate_users: [gonzo]}", "task.candidate_users", '["gonzo"]',
         '["gonzo","scooter"]'),
        ("task: {name: Review, candidate_groups: []}", "task.candidate_groups", "[]",
         '["managers"]'),
        ("assignees: [fozzie]", "assignees", '["fozzie"]', '["fozzie",null]'),
        ("assignees: [], task_name: Review", "assignees", "[]", '["fozzie"]'),
        ("status: COMPLETED", "status", "COMPLETED", "ACTIVE"),
        ("variables: {amount: 13}", "variables.amount", "13", "12"),
        ("variables: {amount: true}", "variables.amount", "true", "12"),
        ("variables: {amount: '12'}", "variables.amount", '"12"', "12"),
        ("variables: {amount: ''}", "variables.amount", '""', "12"),
        ("variables: {tags: [a, {b: 1}]}", "variables.tags", '["a",{"b":1}]', '["a",{"b":null}]'),
        ("variables: {tags: [a]}", "variables.tags", '["a"]', '["a",{"b":null}]'),
        ("variables: {nobody: 1}", "variables.nobody", "1", "there is none"),
        ("no_variables: [amount, other]", "no_variables", "not there", '["amount"]'),
        ("variables: {amount: 13}, in_task: Review", "variables.amount", "13", "12"),
        ("variables: {amount: 12}, in_task: Other", "variables", '{"amount":12}', "no open task"),
        ("active: [hear, note]", "active", '["hear","note"]', '"waitForPay"]'),
        ("visited: {note: 2, fork: 1, hear: 1}", "visited.note", "2", "1"),
        ("timers: 3", "timers", "3", "1"),
        ("subscriptions: 2", "subscriptions", "2", "1"),
        ("instances: 0", "instances", "0", "1"),
        ("instances: 1, of: asked", "instances", "1", "0"),
        ("incidents: [note]", "incidents", '["note"]', "[]"),
        ("log: []", "log", "[]", '["noted"]'),
        ("start_form: {of: case, fields: []}", "start_form", "case", "has no start form"),
        ("start_form: {of: none, fields: []}", "start_form", "none", "Process not found: none"),
        ("start_form: {of: asked, fields: [{id: x}]}", "start_form.x", "a field", '["speaker"]'),
        ("start_form: {of: asked, fields: [{id: speaker, required: false}]}",
         "start_form.speaker.required", "false", "true"),
        ("task_form: {of: Chase, fields: [{id: reason, type: string, label: x}]}",
         "task_form.reason.type", "string", "enum"),
        ("task_form: {of: Chase, fields: [{id: reason, options: []}]}",
         "task_form.reason.options", "[]", '{"value":"ill","label":"Ill"}'),
        ("task_form: {of: Chase, fields: [{id: amount, value: 13, writable: true}]}",
         "task_form.amount.value", "13", "12"),
        ("task_form: {of: Other, fields: []}", "task_form", "Other", "no open task"),
        ("task_form: {of: {key: review}, fields: []}", "task_form", "review", "has no form"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    expect: str,
    what: str,
    expected: str,
    found: str,
):
    output = failure(tmp_path, f"{LATE}  - expect: {{{expect}}}\n", capsys)
    lines = output.splitlines()
    at = lines.index(f"    {what}")
    assert "  step 3: expect" in lines[1]
    assert lines[at + 1].startswith("      expected: ")
    assert expected in lines[at + 1]
    assert lines[at + 2].startswith("      there is: ")
    assert found in lines[at + 2]
    assert "  open tasks: Review (review, fozzie), Chase (chase)" in lines
    assert "  path of case: start → note → fork → waitForPay → hear → review" in output


def test_what_holds_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    passes(
        tmp_path,
        LATE
        + """
  - expect:
      tasks: [Chase, Review]
      task_keys: [review, chase]
      task: {name: Review, key: review, assignee: fozzie, owner: statler, priority: 70,
        category: money, description: Look at it, form_key: nothing, due: 2026-01-05T10:00:00,
        due_in_seconds: -3600, candidate_users: [scooter, gonzo], candidate_groups: [managers]}
      assignees: [fozzie, null]
      status: ACTIVE
      variables: {amount: 12, price: 1.1, tags: [a, {b: null}], initiator: kermit, who: kermit}
      no_variables: [secret]
      active: [hear, waitForPay, review]
      visited: {note: 1, late: 1, hear: 0}
      timers: 1
      subscriptions: 1
      instances: 1
      incidents: []
      log: [noted]
      start_form: {of: asked, fields: [{id: speaker, type: string, label: Who, required: true}]}
      task_form:
        of: Chase
        fields:
          - {id: reason, name: Why, required: true,
            options: [{value: ill, label: Ill}, {value: busy, label: Busy}]}
          - {id: amount, value: 12, readable: true, writable: false}
  - expect: {assignees: [fozzie], task_name: Review}
  - expect: {instances: 1, of: case}
""",
        capsys,
    )


# Steps that cannot be done.


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("start: nobody", "PROCESS_NOT_FOUND"),
        ("start: asked\n    form: {}", "VALIDATION_FAILED"),
        ("start: case\n    variables: {initiator: me}", "INVALID_VARIABLES"),
        ("complete: Other", "TASK_NOT_FOUND"),
        ("complete: {key: other}", "TASK_NOT_FOUND"),
        ("claim: Review\n    user: gonzo", "TASK_ALREADY_CLAIMED"),
        ("message: unknown", "NO_SUBSCRIBER"),
        ("message: paid\n    business_key: other", "NO_SUBSCRIBER"),
        ("trigger: review", "NOT_WAITING"),
        ("trigger: waitForPay\n    variables: {'': 1}", "INVALID_VARIABLES"),
        ("set: {'': 1}", "INVALID_VARIABLES"),
        ("set: {a: 1}\n    task: Other", "TASK_NOT_FOUND"),
        ("job: {type: shipping, complete: {}}", "NOT_WAITING"),
        ("retry: payOut", "NOT_WAITING"),
        ("deploy: bad.bpmn20.xml", "MODEL_INVALID"),
        ("suspend: nobody", "PROCESS_NOT_FOUND"),
        ("until: 2026-01-01", "TIME_IS_OVER"),
    ],
)
def test_a_step_that_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str, code: str
):
    (tmp_path / "bad.bpmn20.xml").write_text("<definitions/>")
    output = failure(tmp_path, f"{START}  - {step}\n", capsys)
    assert "  step 2: " in output
    assert f"({code})" in output
    passes(
        tmp_path, f"{START}  - {step}\n    fails: true\n  - expect: {{tasks: [Review]}}\n", capsys
    )
    passes(tmp_path, f"{START}  - {step}\n    fails: {code}\n", capsys)
    output = failure(tmp_path, f"{START}  - {step}\n    fails: OTHER\n", capsys)
    assert f"refused with OTHER, but with {code}" in output


def test_a_step_that_must_fail_and_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    output = failure(tmp_path, f"{START}  - complete: Review\n    fails: true\n", capsys)
    assert "it was to be refused, but it was done" in output


def test_a_refusal_that_changes_something_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "bad.bpmn20.xml").write_text("<definitions/>")
    (tmp_path / "new.bpmn20.xml").write_text(CASE.replace("Review", "Check"))
    files = "[new.bpmn20.xml, bad.bpmn20.xml]"
    output = failure(tmp_path, f"  - deploy: {files}\n    fails: true\n", capsys)
    assert "it was refused, but it changed something" in output


@pytest.mark.parametrize(
    "step", ["expect: {status: ACTIVE}", "set: {a: 1}", "cancel: x", "expect: {variables: {a: 1}}"]
)
def test_without_an_instance_there_is_nothing_to_look_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str
):
    assert "no instance was started yet" in failure(tmp_path, f"  - {step}\n", capsys)


def test_a_deployment_that_is_refused_is_step_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = written(tmp_path, "steps: [{start: case}]")
    (tmp_path / "case.bpmn20.xml").write_text("<definitions/>")
    code, output, _ = ran(path, capsys)
    assert code == scenario.FAILED
    assert "before the first step" in output
    assert "(MODEL_INVALID)" in output


def test_a_label_for_nothing_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    output = failure(tmp_path, f"{START}  - {{message: paid, as: other}}\n", capsys)
    assert "it started nothing that could be labelled 'other'" in output


def test_what_is_due_without_end_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("appliance.scenario.stage.FIRINGS", 1)
    output = failure(tmp_path, f"{START}  - advance: P10D\n", capsys)
    assert "(TOO_MUCH_DUE)" in output


# What steps do.


def test_nothing_timed_runs_but_in_steps_that_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    passes(
        tmp_path,
        """
  - start: broken
  - expect: {active: [payOut], visited: {payOut: 0}, incidents: []}
  - run_jobs: true
  - expect: {incidents: []}
  - advance: PT20S
  - expect: {incidents: [payOut], status: ACTIVE}
  - set: {nothingThere: 1}
  - retry: payOut
  - expect: {incidents: [], status: ACTIVE}
  - run_jobs: true
  - expect: {status: COMPLETED, visited: {payOut: 1}}
""",
        capsys,
    )


def test_time_starts_processes_and_moves_to_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    passes(
        tmp_path,
        """
  - expect: {timers: 1, instances: 0}
  - until: 2026-01-06T09:00:00Z
  - expect: {tasks: [Wind], timers: 1, status: ACTIVE}
  - advance: P2D
  - expect: {tasks: [Wind, Wind], timers: 0, instances: 2, of: clock}
  - complete: Wind
  - expect: {status: COMPLETED, tasks: [Wind]}
""",
        capsys,
    )


def test_labels_tell_instances_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    passes(
        tmp_path,
        """
  - {start: case, as: first, variables: {n: 1}, business_key: a}
  - {start: case, as: second, variables: {n: 2}, business_key: b}
  - expect: {tasks: [Review, Review], variables: {n: 2}}
  - {expect: {tasks: [Review], variables: {n: 1}, instances: 1}, in: first}
  - {message: paid, fails: AMBIGUOUS_CORRELATION}
  - {message: paid, business_key: a, variables: {m: 1}}
  - {expect: {variables: {m: 1}, visited: {waitForPay: 1}, subscriptions: 0}, in: first}
  - expect: {in: second, no_variables: [m], visited: {waitForPay: 0}, subscriptions: 1}
  - {message: paid, in: second}
  - {set: {n: 3}, in: first}
  - {expect: {variables: {n: 3}}, in: first}
  - {trigger: hear, in: first, variables: {heard: true}}
  - {expect: {variables: {heard: true}, active: [review]}, in: first}
  - {complete: Review, in: first}
  - {expect: {status: COMPLETED}, in: first}
  - {cancel: enough, in: second}
  - {expect: {status: TERMINATED, tasks: []}, in: second}
  - expect: {instances: 0, tasks: []}
  - {set: {n: 4}, fails: INSTANCE_ENDED}
  - {evaluate: {n: 4}, fails: INSTANCE_ENDED}
""",
        capsys,
    )


def test_signals_start_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    passes(
        tmp_path,
        """
  - {signal: closed, variables: {why: tired}, as: one}
  - expect: {tasks: [Mourn], variables: {why: tired}, status: ACTIVE}
  - suspend: listener
  - signal: closed
  - expect: {instances: 1}
  - activate: listener
  - signal: closed
  - expect: {instances: 2}
  - signal: unheard
""",
        capsys,
    )


def test_people_and_suspension(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    passes(
        tmp_path,
        """
  - {start: asked, form: {speaker: gonzo}, user: kermit}
  - expect: {variables: {speaker: gonzo, initiator: kermit}, task_keys: [speak]}
  - {claim: {key: speak}, user: scooter}
  - expect: {task: {key: speak, name: null, assignee: scooter}}
  - {set: {mood: fine}, task: {key: speak}}
  - expect: {variables: {mood: fine, speaker: gonzo}, in_task: {key: speak}}
  - expect: {no_variables: [mood]}
  - suspend: true
  - expect: {status: SUSPENDED}
  - {complete: {key: speak}, fails: INSTANCE_SUSPENDED}
  - activate: true
  - {complete: {key: speak}, user: scooter, variables: {said: 1.50}}
  - expect: {status: COMPLETED, variables: {said: 1.5}}
""",
        capsys,
    )


def test_workers_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    passes(
        tmp_path,
        """
  - {start: worker, as: one}
  - {start: worker, as: two}
  - {job: {type: shipping, complete: {parcel: 7}}, in: one}
  - {expect: {tasks: [Thank], variables: {parcel: 7}}, in: one}
  - {job: {type: shipping, error: unknown}, fails: UNCAUGHT_ERROR}
  - {job: {type: shipping, error: gone, variables: {where: sea}}}
  - {expect: {tasks: [Say sorry], variables: {where: sea}}, in: two}
  - start: worker
  - {job: {type: shipping, fail: no lorry}}
  - {job: {type: shipping, fail: no lorry}}
  - expect: {incidents: []}
  - {job: {type: shipping, fail: no lorry}}
  - expect: {incidents: [ship]}
  - {job: {type: shipping, complete: {}}, fails: NOT_WAITING}
  - retry: ship
  - {job: {type: shipping, complete: {}}}
  - expect: {incidents: [], tasks: [Say sorry, Thank, Thank]}
""",
        capsys,
    )


def test_a_new_version_is_edited_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    passes(
        tmp_path,
        """
  - deploy: case.bpmn20.xml
    replace: {'name="Mourn"': 'name="Weep"', R2/PT24H: R1/PT1H}
  - expect: {timers: 1}
  - signal: closed
  - advance: PT1H
  - expect: {tasks: [Weep, Wind], timers: 0}
""",
        capsys,
    )


# What a run prints.


def test_a_bad_file_does_not_keep_the_others_from_running(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    written(tmp_path, "steps: [{start: case}]", "good.scenario.yaml")
    bad = written(tmp_path, "steps: [{start: case}, {strat: x}]", "worse.scenario.yaml")
    code, output, errors = ran(tmp_path, capsys)
    assert code == scenario.BAD_FILE
    assert "1 passed, 0 failed" in output
    assert f"workingflow: {bad}: worse: step 2: there is no step `strat`" in errors


def test_a_path_that_leads_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, _, errors = ran(tmp_path / "gone", capsys)
    assert code == scenario.BAD_FILE
    assert f"{tmp_path / 'gone'}: there is no such file or folder" in errors


def test_json_is_one_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    good = written(tmp_path, "name: one\nsteps: [{start: case}]", "a.scenario.yaml")
    wrong = written(tmp_path, "steps: [{start: case}, {expect: {timers: 5}}]", "b.scenario.yaml")
    bad = written(tmp_path, "name: three\nsteps: [{start: 5}]", "c.scenario.yaml")
    code, output, _ = ran(tmp_path, capsys, as_json=True)
    assert code == scenario.BAD_FILE
    assert msgspec.json.decode(output) == [
        {"file": str(good), "name": "one", "ok": True, "step": None, "message": ""},
        {"file": str(wrong), "name": "b", "ok": False, "step": 2,
         "message": "timers: expected 5, there is 2"},
        {"file": str(bad), "name": "three", "ok": False, "step": 1,
         "message": "start: expected text, got whole number"},
    ]  # fmt: skip


def test_coverage_names_what_was_never_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = written(
        tmp_path,
        """
scenarios:
  - {name: a, steps: [{start: worker}, {job: {type: shipping, complete: {}}}]}
  - {name: b, steps: [{start: asked}]}
""",
    )
    code, output, _ = ran(path, capsys, coverage=True)
    model = tmp_path / "case.bpmn20.xml"
    assert code == scenario.PASSED
    lines = output.splitlines()
    at = lines.index(f"  {model}: worker: 3 of 5 elements, 2 of 3 flows")
    assert lines[at + 1] == "    never taken: lost, sorry, j2 (lost → sorry)"
    assert f"  {model}: asked: 2 of 2 elements, 1 of 1 flows" in lines
    _, output, _ = ran(path, capsys, coverage=True, as_json=True)
    found = msgspec.json.decode(output)
    assert [result["name"] for result in found["results"]] == ["a", "b"]
    [worker] = [each for each in found["coverage"] if each["process"] == "worker"]
    assert worker["never_taken"] == ["lost", "sorry", "j2 (lost → sorry)"]
