"""Scenario files: YAML or JSON becomes checked steps.

Whatever is wrong is refused with the file, the step and the reason, before anything runs.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, get_args

import msgspec

from appliance.scenario import steps
from appliance.scenario.steps import STEPS, Step
from appliance.scenario.text import Unreadable, load
from engine.errors import Refused, TimeInvalid
from engine.times import parse_date, parse_duration

SUFFIXES = (".scenario.yaml", ".scenario.yml", ".scenario.json")
CLOCK = "2026-01-05T09:00:00Z"


class BadScenario(Refused):
    """A file that is no scenario: ``file``, the number of the ``step`` (0: none) and the reason."""

    code = "SCENARIO_INVALID"

    def __init__(self, file: Path, step: int, reason: str, *, scenario: str = "") -> None:
        self.file = file
        self.step = step
        self.reason = reason
        self.scenario = scenario
        super().__init__(": ".join(filter(None, [str(file), scenario, _place(step), reason])))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: ``deploy`` are files, ``clock`` is when it begins, in ms."""

    file: Path
    name: str
    deploy: tuple[Path, ...]
    clock: int
    steps: tuple[Step, ...]


class _Body(steps.Strict):
    """A scenario as it is written."""

    steps: list[Any]
    name: str | None = None
    deploy: str | list[str] | None = None
    clock: str | None = None


class _Several(steps.Strict):
    """A file of several scenarios, with what they share."""

    scenarios: list[Any]
    deploy: str | list[str] = ""
    clock: str = CLOCK


def find(paths: Iterable[Path]) -> list[Path]:
    """The scenario files; folders are searched. Raises BadScenario when a path leads to none."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.name.endswith(SUFFIXES))
            if not inside:
                raise BadScenario(path, 0, f"holds no file that ends in {' or '.join(SUFFIXES)}")
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None
        else:
            raise BadScenario(path, 0, "there is no such file or folder")
    return list(found)


def read(file: Path) -> list[Scenario]:
    """The scenarios of a file. Raises BadScenario."""
    try:
        content = load(file)
    except Unreadable as error:
        raise BadScenario(file, 0, str(error)) from None
    if not isinstance(content, dict):
        raise BadScenario(file, 0, "it must be a mapping with `steps` or `scenarios`")
    if "scenarios" not in content:
        return [_scenario(file, content, _Several(scenarios=[]))]
    several = _converted(file, 0, content, _Several)
    if not several.scenarios:
        raise BadScenario(file, 0, "`scenarios` is empty")
    return [_scenario(file, each, several) for each in several.scenarios]


def _scenario(file: Path, content: Any, shared: _Several) -> Scenario:
    said = content.get("name") if isinstance(content, dict) else None
    name = said if said and isinstance(said, str) else file.name.partition(".scenario.")[0]
    try:
        body = _converted(file, 0, content, _Body)
        found = tuple(read_step(file, number, each) for number, each in enumerate(body.steps, 1))
        if not found:
            raise BadScenario(file, 0, "it has no steps")
        _check_labels(file, found)
        deploy = steps.Deploy(deploy=shared.deploy if body.deploy is None else body.deploy)
        _check_files(file, 0, "deploy", deploy.files(file.parent))
        clock = _moment(file, 0, "clock", body.clock or shared.clock)
    except BadScenario as error:
        raise BadScenario(file, error.step, error.reason, scenario=name) from None
    return Scenario(file, name, tuple(deploy.files(file.parent)), clock, found)


def read_step(file: Path, number: int, content: Any) -> Step:
    """One step. Raises BadScenario."""
    content = _converted(file, number, content, dict[str, Any])
    known = [name for name in content if name in STEPS]
    if not known:
        raise BadScenario(file, number, _unknown(content))
    if len(known) > 1:
        raise BadScenario(file, number, f"a step does one thing, not {' and '.join(known)}")
    step = _converted(file, number, content, STEPS[known[0]])
    _check_step(file, number, step)
    return step


def _check_step(file: Path, number: int, step: Step) -> None:
    """What the types do not say."""
    if step.within is not None and not _is_about_one(step):
        raise BadScenario(file, number, f"{step.name} is about no instance: leave out `in`")
    match step:
        case steps.Start() | steps.Complete():
            _check_filling(file, number, step)
        case steps.Job(job=answer):
            given = [answer.complete, answer.fail, answer.error]
            if sum(each is not msgspec.UNSET for each in given) != 1:
                raise BadScenario(file, number, "job: give one of complete, fail and error")
        case steps.Advance():
            _duration(file, number, step.advance)
        case steps.Until():
            _moment(file, number, "until", step.until)
        case (
            steps.RunJobs(run_jobs=False)
            | steps.Suspend(suspend=False)
            | steps.UndoMigration(undo_migration=False)
        ):
            raise BadScenario(file, number, f"{step.name} must be true")
        case steps.Modify() if not (step.modify.cancel or step.modify.start or step.variables):
            raise BadScenario(file, number, "modify: give cancel, start or variables")
        case steps.Deploy():
            _check_files(file, number, "deploy", step.files(file.parent))
        case steps.Expect(expect=expect):
            _check_expectations(file, number, expect)
        case _:
            pass


def _is_about_one(step: Step) -> bool:
    """Whether a step is about one instance, or narrowed to it."""
    if isinstance(step, steps.Suspend):
        return step.suspend is True
    if isinstance(step, steps.Activate):
        return step.activate is True
    alone = (steps.Start, steps.Advance, steps.Until, steps.RunJobs, steps.Deploy)
    return not isinstance(step, alone)


def _check_filling(file: Path, number: int, step: steps.Filling) -> None:
    """What does not go through a form has no place beside one."""
    if steps.fills(step):
        if step.variables:
            raise BadScenario(file, number, f"{step.name}: give variables or a form, not both")
        if isinstance(step, steps.Start) and step.business_key is not None:
            raise BadScenario(file, number, "start: a form has no business_key: leave it out")
    elif isinstance(step, steps.Start) and step.outcome is not None:
        raise BadScenario(file, number, "start: an outcome is a button of a form: give form, too")
    paths = [path for some in steps.uploads(step, file.parent).values() for path in some]
    _check_files(file, number, "files", paths)


def _check_expectations(file: Path, number: int, expect: steps.Expectations) -> None:
    if isinstance(expect.task, steps.TaskFacts):
        if expect.task.name is msgspec.UNSET and expect.task.key is msgspec.UNSET:
            raise BadScenario(file, number, "expect.task: give its name or key")
        if isinstance(expect.task.due, str):
            _moment(file, number, "expect.task.due", expect.task.due)
    needs = {"task_name": "assignees", "of": "instances", "in_task": "variables or no_variables"}
    for narrow, what in needs.items():
        wanted = [getattr(expect, name) for name in what.split(" or ")]
        if getattr(expect, narrow) is not None and all(each is msgspec.UNSET for each in wanted):
            raise BadScenario(file, number, f"expect: {narrow} says more about {what}: give that")


def _check_labels(file: Path, found: Iterable[Step]) -> None:
    labels: set[str] = set()
    for number, step in enumerate(found, 1):
        within = [step.within]
        if isinstance(step, steps.Expect):
            within.append(step.expect.within)
        for label in within:
            if label is not None and label not in labels:
                raise BadScenario(file, number, f"in: no step before is labelled `as: {label}`")
        if isinstance(step, steps.Labelling) and step.label is not None:
            labels.add(step.label)


def _check_files(file: Path, number: int, what: str, paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise BadScenario(file, number, f"{what}: there is no file {path}")


def _duration(file: Path, number: int, text: str) -> None:
    try:
        parse_duration(text)
    except TimeInvalid as error:
        raise BadScenario(file, number, f"advance: {error}") from None


def _moment(file: Path, number: int, what: str, text: str) -> int:
    try:
        return parse_date(text, UTC)
    except TimeInvalid as error:
        raise BadScenario(file, number, f"{what}: {error}") from None


def _converted(file: Path, number: int, content: Any, kind: type[Any]) -> Any:
    """Checked content; what msgspec finds is told in the words of the file."""
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise BadScenario(file, number, _reworded(str(error), kind)) from None


_FINDING = re.compile(r"(?P<what>.*?)(?: - at (?P<where>.*))?", re.DOTALL)
_FIELD = re.compile(r"Object (?P<what>contains unknown|missing required) field `(?P<name>[^`]*)`")
_TYPES = {"object": "mapping", "array": "list", "str": "text", "int": "whole number",
          "bool": "true or false", "float": "number"}  # fmt: skip


def _reworded(message: str, kind: type[Any]) -> str:
    """``Expected `str`, got `int` - at `$.start``` becomes ``start: expected text, got …``."""
    found = _FINDING.fullmatch(message)
    assert found is not None
    where = re.sub(r"\$\.?|`", "", found["where"] or "").removesuffix(" in ")
    field = _FIELD.match(found["what"])
    if field is None:
        what = re.sub(r"`([^`]*)`", lambda types: _plain(types[1]), found["what"])
        what = what[0].lower() + what[1:] + _instead(where)
    elif field["what"] == "missing required":
        what = f"it needs `{field['name']}`"
    else:
        what = f"`{field['name']}` is not known{_meant(field['name'], _names(kind))}"
    return f"{where}: {what}" if where else what


def _instead(where: str) -> str:
    known = {"expect.status": get_args(steps.Status), "migrate": ("a number", "latest")}
    return f"; known are {', '.join(known[where])}" if where in known else ""


def _plain(types: str) -> str:
    return " or ".join(_TYPES.get(each, each) for each in types.split(" | "))


def _names(kind: type[Any]) -> list[str]:
    """Every name that may stand in something of this kind, or in its expectations."""
    kinds = [kind, steps.Change] if kind is steps.Modify else [kind]
    if kind is steps.Expect:
        kinds = [kind, steps.Expectations, steps.TaskFacts, steps.FieldFacts, steps.TaskForm]
    return [name for each in kinds for name in each.__struct_encode_fields__]


def _unknown(content: Mapping[str, Any]) -> str:
    if not content:
        return "the step is empty"
    name = next(iter(content))
    return f"there is no step `{name}`{_meant(str(name), STEPS)}"


def _meant(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(name, known, 1)
    return f"; do you mean `{close[0]}`?" if close else f"; known are {', '.join(known)}"


def _place(step: int) -> str:
    return f"step {step}" if step else ""
