"""Trials: a draft at work in a sandbox with a virtual clock, step by step, recorded as a scenario.

A trial is the stage of a scenario that is written while it plays: an appliance of its own, in
memory where the system has it, which nothing outside can see. One for each person, some at a time;
one that nobody touches is closed.
"""

from __future__ import annotations

import itertools
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appliance.actor import SYSTEM, Actor
from appliance.deployment import form_keys
from appliance.errors import InvalidInput, Overloaded, ProcessNotFound, TooLarge, TrialNotFound
from appliance.files import plain_name, safe_name
from appliance.views import Marks
from engine.elements.call_activity import CallActivity
from engine.errors import Refused
from engine.forms import FieldFacts, Form, Outcome
from engine.times import MINUTE, parse_date
from engine.xml import inspect

if TYPE_CHECKING:
    from datetime import datetime

    from appliance.drafts import Drafts
    from appliance.forms import Forms
    from appliance.processes import Processes
    from appliance.scenario.look import Wait
    from appliance.scenario.play import Play
    from appliance.scenario.stage import Stage

AT_ONCE = 8
IDLE = 20 * MINUTE
STEPS = 300
FIRINGS = 1000
FILES = 10 * 1024**2
"""How many trials there may be, how long (ms) one may rest, how many steps one may have, how many
moments one step may stop at, and how large the files of all its steps may be together."""

Given = Mapping[str, Sequence[tuple[str, bytes]]]
"""Files by the fields of a form: of each its name and what it holds."""

_NO_STEPS = frozenset({"deploy", "expect", "fails", "files"})
_FOLDER = "files"
_NOT_A_NAME = re.compile(r"[^\w.-]")


@dataclass(frozen=True, slots=True)
class TrialForm:
    """A form to be filled in: its fields, and the buttons that complete it."""

    fields: list[FieldFacts]
    outcomes: list[Outcome]


@dataclass(frozen=True, slots=True)
class TrialTask:
    """An open task; ``form`` is None when it has none."""

    key: str
    name: str
    assignee: str | None
    candidates: list[str]
    due: int | None
    form: TrialForm | None


@dataclass(frozen=True, slots=True)
class TrialView:
    """Where a trial stands. ``status`` is empty before an instance was started; ``due`` is when
    the next timer or job is due."""

    id: str
    process: str
    now: int
    status: str
    steps: list[dict[str, Any]]
    marks: Marks
    tasks: list[TrialTask]
    waits: list[Wait]
    variables: dict[str, Any]
    incidents: list[str]
    log: list[str]
    due: int | None
    start: TrialForm | None


@dataclass(slots=True)
class _Trial:
    """``steps`` are what was done, each with what was to be seen after it; ``uploads`` are the
    files that they gave, by their places beside the scenario."""

    id: str
    owner: str
    process: str
    files: Mapping[str, bytes]
    begun: int
    stage: Stage
    play: Play
    stack: ExitStack
    touched: int
    steps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    received: int = 0
    uploads: dict[str, bytes] = field(default_factory=dict[str, bytes])
    lock: threading.Lock = field(default_factory=threading.Lock)


class Trials:
    """The trials of the box. Everything here takes its time: not for the event loop."""

    def __init__(
        self, drafts: Drafts, forms: Forms, processes: Processes, clock: Callable[[], int]
    ) -> None:
        self._drafts = drafts
        self._forms = forms
        self._processes = processes
        self._clock = clock
        self._trials: dict[str, _Trial] = {}
        self._lock = threading.Lock()

    def begin(self, draft: int, by: Actor) -> TrialView:
        """Put a draft on a stage, in place of this person's last trial.

        Raises ``DraftNotFound``, ``ModelInvalid``; ``Overloaded`` when there are too many.
        """
        found = self._drafts.get(draft)
        files = self._files(f"{found.process}.bpmn20.xml", self._drafts.content(draft))
        with self._lock:
            self._sweep(by.name)
            if len(self._trials) >= AT_ONCE:
                raise Overloaded("Too many trials run at the moment. Try again later.", 60)
            trial = self._open(found.process, files, by)
            self._trials[trial.id] = trial
        return self._view(trial)

    def act(
        self, id: str, step: Mapping[str, Any], by: Actor, files: Given | None = None
    ) -> TrialView:
        """Take a step, written as in a scenario file; ``files`` are for the form that it fills in.

        Raises ``TrialNotFound``, and whatever refuses the step, which then changed nothing.
        """
        from appliance.scenario.play import Failed, TimeIsOver
        from appliance.scenario.read import BadScenario, read_step
        from appliance.scenario.stage import TooMuchTime
        from appliance.scenario.steps import Acting

        trial = self._get(id, by)
        with trial.lock:
            if len(trial.steps) >= 2 * STEPS:
                raise InvalidInput(f"A trial has at most {STEPS} steps: begin another.")
            if refused := _NO_STEPS.intersection(step):
                raise InvalidInput(f"A trial has no {', '.join(sorted(refused))}.")
            number = len(trial.steps) // 2 + 1
            try:
                with _given(trial, files or {}) as places:
                    step = {**step, "files": places} if places else dict(step)
                    read = read_step(_scenario(trial.stage), number, step)
                    assert isinstance(read, Acting)
                    trial.play.do(read)
            except BadScenario as error:
                raise InvalidInput(error.reason) from None
            except (Failed, TimeIsOver, TooMuchTime) as error:
                raise InvalidInput(str(error)) from None
            trial.steps += [step, {"expect": self._seen(trial)}]
            return self._view(trial)

    def room(self, id: str, by: Actor) -> int:
        """How many bytes of files a trial may still get. Raises ``TrialNotFound``."""
        return FILES - self._get(id, by).received

    def look(self, id: str, by: Actor) -> TrialView:
        """Where a trial stands. Raises ``TrialNotFound``."""
        trial = self._get(id, by)
        with trial.lock:
            return self._view(trial)

    def scenario(self, id: str, by: Actor) -> dict[str, bytes]:
        """The trial as a scenario, with the files that it deploys beside it."""
        from appliance.scenario.write import written

        trial = self._get(id, by)
        with trial.lock:
            text = written(f"{trial.process}, as tried", trial.files, trial.begun, trial.steps)
            beside = {**trial.files, **trial.uploads}
        return {**beside, f"{trial.process}.scenario.yaml": text.encode()}

    def end(self, id: str, by: Actor) -> None:
        """Leave the stage. Raises ``TrialNotFound``."""
        trial = self._get(id, by)
        with self._lock:
            self._close(trial)

    def close(self) -> None:
        """End all."""
        with self._lock:
            for trial in list(self._trials.values()):
                self._close(trial)

    def _open(self, process: str, files: Mapping[str, bytes], by: Actor) -> _Trial:
        from appliance.scenario.play import Play
        from appliance.scenario.read import CLOCK, Scenario
        from appliance.scenario.stage import stages

        begun = parse_date(CLOCK, UTC)
        with ExitStack() as stack:
            stage = stack.enter_context(stack.enter_context(stages())(begun))
            stage.firings = FIRINGS
            stage.box.processes.deploy(files, SYSTEM).result()
            play = Play(Scenario(_scenario(stage), process, (), begun, ()), stage)
            id = secrets.token_urlsafe(9)
            return _Trial(
                id, by.name, process, files, begun, stage, play, stack.pop_all(), self._clock()
            )

    def _get(self, id: str, by: Actor) -> _Trial:
        trial = self._trials.get(id)
        if trial is None or trial.owner != by.name:
            raise TrialNotFound("This trial is over. Begin it again.")
        trial.touched = self._clock()
        return trial

    def _sweep(self, owner: str) -> None:
        """End what nobody touches, and what this person tried before."""
        for trial in list(self._trials.values()):
            if trial.owner == owner or trial.touched + IDLE < self._clock():
                self._close(trial)

    def _close(self, trial: _Trial) -> None:
        with trial.lock:
            self._trials.pop(trial.id, None)
            trial.stack.close()

    # What is deployed on the stage.

    def _files(self, name: str, content: bytes) -> dict[str, bytes]:
        """A model with the forms and the deployed processes that it asks for, and so on."""
        files: dict[str, bytes] = {}
        waiting = [(name, content)]
        known: set[str] = set()
        while waiting:
            name, content = waiting.pop()
            files[name] = content
            found = inspect(content, name).processes
            known |= {process.key for process in found}
            for process in found:
                files |= self._form_files(form_keys(process))
                for key in _called(process.nodes.values()):
                    if key not in known and (called := self._deployed(key)) is not None:
                        known.add(key)
                        waiting.append((f"{key}.bpmn20.xml", called))
        return files

    def _form_files(self, keys: Iterable[str]) -> dict[str, bytes]:
        return {
            f"{_NOT_A_NAME.sub('_', key)}.form": self._forms.content(key)
            for key in keys
            if self._forms.latest(key) is not None
        }

    def _deployed(self, key: str) -> bytes | None:
        try:
            return self._processes.xml(key)
        except ProcessNotFound:
            return None

    # What is to be seen.

    def _seen(self, trial: _Trial) -> dict[str, Any]:
        look, instance = trial.stage.look, trial.play.instance
        seen: dict[str, Any] = {"task_keys": [task.key for task in look.tasks()]}
        return seen | ({"status": look.status(instance)} if instance is not None else {})

    def _view(self, trial: _Trial) -> TrialView:
        stage, look, instance = trial.stage, trial.stage.look, trial.play.instance
        nothing = Marks({}, {}, {}, [])
        detail = stage.box.instances.detail(instance) if instance is not None else None
        return TrialView(
            trial.id,
            trial.process,
            stage.now,
            look.status(instance) if instance is not None else "",
            trial.steps[::2],
            detail.marks if detail else nothing,
            [_task(stage, task) for task in look.tasks()],
            look.waits(),
            detail.variables if detail else {},
            [f"{each.node_name}: {each.message}" for each in detail.incidents] if detail else [],
            look.log(),
            stage.box.clockwork.next_due(),
            _start_form(stage, trial.process),
        )


def _scenario(stage: Stage) -> Path:
    """Where the scenario would be, with its files beside it."""
    return stage.folder / "trial" / "trial"


@contextmanager
def _given(trial: _Trial, files: Given) -> Iterator[dict[str, list[str]]]:
    """Files where the scenario finds them: their places, by fields. What is refused leaves none.

    Raises ``TooLarge``.
    """
    received = trial.received + sum(len(content) for some in files.values() for _, content in some)
    if received > FILES:
        raise files_too_large()
    placed: dict[str, bytes] = {}
    places: dict[str, list[str]] = {}
    for name, given in files.items():
        for original, content in given:
            place = _place(safe_name(plain_name(original)), content, {**trial.uploads, **placed})
            placed[place] = content
            places.setdefault(name, []).append(place)
    paths = {place: _scenario(trial.stage).parent / place for place in placed}
    try:
        for place, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(placed[place])
        yield places
    except BaseException:
        for place in placed.keys() - trial.uploads.keys():
            paths[place].unlink(missing_ok=True)
        raise
    trial.uploads |= placed
    trial.received = received


def files_too_large() -> TooLarge:
    """The refusal of files for which a trial has no room."""
    return TooLarge(f"The files of a trial are {FILES // 1024**2} MiB together at most.")


def _place(name: str, content: bytes, taken: Mapping[str, bytes]) -> str:
    """A free place for a file of this name, or the one where it is already."""
    folded = {place.casefold(): found for place, found in taken.items()}
    for number in itertools.count(1):
        place = f"{_FOLDER}-{number}/{name}" if number > 1 else f"{_FOLDER}/{name}"
        if folded.get(place.casefold(), content) == content:
            return place
    raise AssertionError


def _called(nodes: Iterable[Any]) -> list[str]:
    calls = [node.key for node in nodes if isinstance(node, CallActivity)]
    return [key.text for key in calls if key is not None and key.constant]


def _task(stage: Stage, task: Any) -> TrialTask:
    detail = stage.box.tasks.get(task.id, SYSTEM)
    form = detail.form and _form(detail.form, detail.data, stage.moment)
    candidates = [*task.candidate_users, *task.candidate_groups]
    return TrialTask(task.key, task.name or task.key, task.assignee, candidates, task.due, form)


def _start_form(stage: Stage, process: str) -> TrialForm | None:
    try:
        form = stage.box.processes.start_form(process)
    except Refused:
        return None
    return form and _form(form, {}, stage.moment)


def _form(form: Form, data: Mapping[str, Any], now: datetime) -> TrialForm:
    return TrialForm(list(form.facts(data, now=now)), list(form.outcomes))
