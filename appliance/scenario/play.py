"""One scenario at work: each step is done or looked at, the first that is not as told ends it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from msgspec import UnsetType

from appliance.actor import SYSTEM, Actor
from appliance.files import Received
from appliance.instances import Portions
from appliance.scenario import steps
from appliance.scenario.expect import Difference, View, differences, is_named, oldest
from appliance.scenario.look import OpenTask
from appliance.scenario.read import Scenario
from appliance.scenario.stage import Stage
from appliance.scenario.steps import Acting, ByKey, Expect, Step, TaskName
from appliance.views_moves import Outlook
from engine.errors import MigrationIncomplete, NotWaiting, Obstacle, Refused, TaskNotFound
from engine.times import parse_date, parse_duration

Do = Callable[[Any], None]


class TimeIsOver(Refused):
    """A step asks for a moment that is over."""

    code = "TIME_IS_OVER"


class Failed(Exception):
    """A step did not do what the scenario says."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a scenario went. ``step`` is the number of the one that failed, 0 for the deployment.

    ``paths`` are the nodes that each top-level instance came by.
    """

    scenario: Scenario
    step: int | None = None
    message: str = ""
    differences: list[Difference] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    paths: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything was as told."""
        return self.step is None


def play(scenario: Scenario, stage: Stage) -> Result:
    """Play a scenario to its end, or to the first step that fails."""
    return Play(scenario, stage).play()


class Play:
    """A scenario, or the steps that somebody takes one by one, on a stage."""

    def __init__(self, scenario: Scenario, stage: Stage) -> None:
        self._scenario = scenario
        self._stage = stage
        self._box = stage.box
        self._look = stage.look
        self._instance: int | None = None  # the one that later steps are about
        self._labels: dict[str, int] = {}
        self._do: dict[type[Step], Do] = {
            steps.Start: self._start,
            steps.Complete: self._complete,
            steps.Claim: self._claim,
            steps.Message: self._message,
            steps.Signal: self._signal,
            steps.Trigger: self._trigger,
            steps.Set: self._set,
            steps.Evaluate: self._evaluate,
            steps.Job: self._job,
            steps.Advance: self._advance,
            steps.Until: self._until,
            steps.RunJobs: self._run_jobs,
            steps.Cancel: self._cancel,
            steps.Suspend: self._suspend,
            steps.Activate: self._activate,
            steps.Retry: self._retry,
            steps.Migrate: self._migrate,
            steps.UndoMigration: self._undo_migration,
            steps.Modify: self._modify,
            steps.Repeat: self._repeat,
            steps.StartActivity: self._start_activity,
            steps.CompleteAdHoc: self._complete_ad_hoc,
            steps.Deploy: self._deploy,
        }

    def play(self) -> Result:
        """See :func:`play`."""
        number = 0
        try:
            for path in self._scenario.deploy:
                self._box.processes.deploy({path.name: path.read_bytes()}, SYSTEM).result()
            for number, step in enumerate(self._scenario.steps, 1):
                found = self._one(step)
                if found:
                    return self._result(number, found=found)
        except Failed as error:
            return self._result(number, str(error))
        except Refused as error:
            return self._result(number, f"refused: {error} ({error.code})")
        except Exception as error:  # noqa: BLE001 - the other scenarios go on
            return self._result(number, f"broke: {type(error).__name__}: {error}")
        return Result(self._scenario)

    @property
    def instance(self) -> int | None:
        """The instance that the next step is about."""
        return self._instance

    def do(self, step: Acting) -> None:
        """Take one step. Raises Failed, or what refuses it."""
        self._do[type(step)](step)

    def _one(self, step: Step) -> list[Difference]:
        if isinstance(step, Expect):
            return differences(self._view(step))
        assert isinstance(step, Acting)
        if not step.fails:
            self.do(step)
            return []
        self._refused(step)
        return []

    def _refused(self, step: Acting) -> None:
        """Do a step that must be refused and change nothing."""
        before = self._look.mark()
        try:
            self.do(step)
        except Refused as error:
            if isinstance(step.fails, str) and step.fails != error.code:
                raise Failed(
                    f"it was to be refused with {step.fails}, but with {error.code}: {error}"
                ) from None
        else:
            raise Failed("it was to be refused, but it was done")
        if self._look.mark() != before:
            raise Failed("it was refused, but it changed something")

    def _view(self, step: Expect) -> View:
        label = step.within or step.expect.within
        root = self._labels[label] if label is not None else None
        return View(self._stage, step.expect, root, root or self._instance)

    def _result(
        self, number: int, message: str = "", found: list[Difference] | None = None
    ) -> Result:
        tasks, paths = [str(task) for task in self._look.tasks()], self._look.paths()
        return Result(self._scenario, number, message, found or [], tasks, paths)

    # Which instance, task or token a step means.

    def _about(self, step: Step) -> int:
        """The top-level instance of a step."""
        instance = self._labels[step.within] if step.within is not None else self._instance
        if instance is None:
            raise Failed("no instance was started yet")
        return instance

    def _only(self, step: Step) -> int | None:
        """The top-level instance that a step is narrowed to."""
        return self._labels[step.within] if step.within is not None else None

    def _task(self, step: Step, name: TaskName) -> OpenTask:
        tasks = [task for task in self._look.tasks(self._only(step)) if is_named(task, name)]
        task = oldest(self._look, tasks, self._instance)
        if task is None:
            wanted = f"with the key {name.key!r}" if isinstance(name, ByKey) else repr(name)
            raise TaskNotFound(f"There is no open task {wanted}.")
        return task

    @contextlib.contextmanager
    def _starting(self, step: steps.Labelling) -> Iterator[list[int]]:
        """The last instance that a step puts into the list is the one of later steps."""
        started: list[int] = []
        yield started
        if started:
            self._instance = started[-1]
            if step.label is not None:
                self._labels[step.label] = started[-1]
        elif step.label is not None:
            raise Failed(f"it started nothing that could be labelled {step.label!r}")

    # The steps.

    def _start(self, step: steps.Start) -> None:
        by = _actor(step.user)
        with self._starting(step) as started:
            if steps.fills(step):
                pending = self._box.instances.start_with_form(
                    step.start, step.form or {}, self._uploads(step), by, now=self._stage.moment,
                    outcome=step.outcome or "",
                )  # fmt: skip
                id = pending.result().instance_id
            else:
                id = self._stage.start(step.start, step.variables, by, step.business_key)
            started.append(id)

    def _complete(self, step: steps.Complete) -> None:
        task, by = self._task(step, step.complete), _actor(step.user)
        if not steps.fills(step):
            self._stage.complete(task.id, step.variables, by, step.outcome)
            return
        self._box.tasks.complete(
            task.id, by, step.form or {}, self._uploads(step), now=self._stage.moment,
            outcome=step.outcome or "",
        ).result()  # fmt: skip

    def _uploads(self, step: steps.Filling) -> dict[str, list[Received]]:
        return self._stage.received(steps.uploads(step, self._scenario.file.parent))

    def _claim(self, step: steps.Claim) -> None:
        self._box.tasks.claim(self._task(step, step.claim).id, _actor(step.user)).result()

    def _message(self, step: steps.Message) -> None:
        with self._starting(step) as started:
            sent = self._box.messages.send(
                step.message,
                step.variables,
                SYSTEM,
                business_key=step.business_key,
                instance=self._only(step),
            ).result()
            if sent.started:
                started.append(sent.instance_id)

    def _signal(self, step: steps.Signal) -> None:
        with self._starting(step) as started:
            pending = self._box.signals.send(
                step.signal, step.variables, SYSTEM, instance=self._only(step)
            )
            started.extend(pending.result())

    def _trigger(self, step: steps.Trigger) -> None:
        waiting = self._look.waiting(step.trigger, self._only(step))
        own = [each for each in waiting if each[1] == self._instance]
        if not waiting:
            raise NotWaiting(f"Nothing waits to be triggered at {step.trigger}.")
        id, root = (own or waiting)[0]
        self._stage.on("trigger", root, SYSTEM, lambda command: command.deliver(id, step.variables))

    def _set(self, step: steps.Set) -> None:
        if step.task is None:
            self._box.instances.set_variables(self._about(step), step.set, SYSTEM).result()
            return
        task = self._task(step, step.task)
        self._stage.on(
            "set-variables",
            task.root,
            SYSTEM,
            lambda command: command.set_scope(task.id, step.set, local=True),
        )

    def _evaluate(self, step: steps.Evaluate) -> None:
        with self._starting(step) as started:
            if self._instance is not None:
                self._stage.on(
                    "evaluate",
                    self._about(step),
                    SYSTEM,
                    lambda command: command.evaluate_conditions(step.evaluate),
                )
            if step.within is None:
                started.extend(self._box.conditions.evaluate(step.evaluate, SYSTEM).result())

    def _job(self, step: steps.Job) -> None:
        answer = step.job
        waiting = self._look.external_jobs(answer.type, self._only(step))
        own = [id for id, root in waiting if root == self._instance]
        if not waiting:
            raise NotWaiting(f"No job waits for a worker of {answer.type}.")
        id = (own or [id for id, _ in waiting])[0]
        jobs = self._box.jobs
        if not isinstance(answer.complete, UnsetType):
            pending = jobs.complete(id, answer.complete, SYSTEM)
        elif not isinstance(answer.error, UnsetType):
            pending = jobs.error(id, answer.error, answer.message, answer.variables, SYSTEM)
        else:
            assert not isinstance(answer.fail, UnsetType)
            pending = jobs.fail(id, answer.fail, SYSTEM)
        pending.result()

    def _advance(self, step: steps.Advance) -> None:
        self._pass_until(parse_duration(step.advance).after(self._stage.now, UTC))

    def _until(self, step: steps.Until) -> None:
        moment = parse_date(step.until, UTC)
        if moment < self._stage.now:
            raise TimeIsOver(f"{step.until} is over: it is {self._stage.moment.isoformat()}")
        self._pass_until(moment)

    def _run_jobs(self, step: steps.RunJobs) -> None:  # noqa: ARG002 - all steps alike
        self._pass_until(self._stage.now)

    def _pass_until(self, moment: int) -> None:
        """Time may start processes; the last of them is the instance of later steps."""
        started = self._stage.pass_until(moment)
        self._instance = started or self._instance

    def _cancel(self, step: steps.Cancel) -> None:
        self._box.instances.cancel(self._about(step), step.cancel, SYSTEM).result()

    def _suspend(self, step: steps.Suspend) -> None:
        if isinstance(step.suspend, str):
            self._box.processes.suspend(step.suspend, SYSTEM).result()
            if step.instances:
                _wait(self._box.instances.suspend_all(step.suspend, SYSTEM))
        else:
            self._box.instances.suspend(self._about(step), SYSTEM).result()

    def _activate(self, step: steps.Activate) -> None:
        if isinstance(step.activate, str):
            self._box.processes.activate(step.activate, SYSTEM).result()
            if step.instances:
                _wait(self._box.instances.activate_all(step.activate, SYSTEM))
        else:
            self._box.instances.activate(self._about(step), SYSTEM).result()

    def _retry(self, step: steps.Retry) -> None:
        incidents = self._look.incidents(self._only(step))
        found = [(id, root) for id, node, root in incidents if node == step.retry]
        if not found:
            raise NotWaiting(f"There is no incident at {step.retry}.")
        id, root = found[0]
        self._box.instances.retry(root, id, SYSTEM, variables=step.variables).result()

    def _migrate(self, step: steps.Migrate) -> None:
        instance = self._about(step)
        now = self._box.instances.detail(instance).instance
        target = None if step.migrate == "latest" else step.migrate
        target = self._box.processes.get(now.process_key, target).version
        moves = self._box.moves
        _check(
            moves.rehearse(now.process_key, now.process_version, target, step.mapping, [instance])
        )
        moves.begin(
            now.process_key, now.process_version, target, SYSTEM, mapping=step.mapping,
            instances=[instance],
        ).result()  # fmt: skip
        moves.work()

    def _undo_migration(self, step: steps.UndoMigration) -> None:
        instance = self._about(step)
        key = self._box.instances.detail(instance).instance.process_key
        done = [move for move in self._box.moves.of(key) if move.undoes is None]
        if not done:
            raise NotWaiting(f"No instance of {key} was migrated.")
        _check(self._box.moves.rehearse_undo(done[0].id))
        self._box.moves.undo(done[0].id, SYSTEM).result()
        self._box.moves.work()

    def _modify(self, step: steps.Modify) -> None:
        self._box.instances.modify(
            self._about(step), SYSTEM, cancel=step.modify.cancel, start=step.modify.start,
            variables=step.variables,
        ).result()  # fmt: skip

    def _repeat(self, step: steps.Repeat) -> None:
        self._box.instances.repeat(self._about(step), step.repeat, SYSTEM).result()

    def _start_activity(self, step: steps.StartActivity) -> None:
        by = _actor(step.user)
        self._box.instances.start_activity(self._about(step), step.start_activity, by).result()

    def _complete_ad_hoc(self, step: steps.CompleteAdHoc) -> None:
        by = _actor(step.user)
        self._box.instances.complete_ad_hoc(self._about(step), step.complete_ad_hoc, by).result()

    def _deploy(self, step: steps.Deploy) -> None:
        for path in step.files(self._scenario.file.parent):
            data = path.read_bytes()
            for old, new in step.replace.items():
                data = data.replace(old.encode(), new.encode())
            self._box.processes.deploy({path.name: data}, SYSTEM).result()


def _check(outlook: Outlook) -> None:
    """Refuse what cannot move. Raises MigrationIncomplete."""
    found = [Obstacle(0, stuck.node_id, stuck.reason) for stuck in outlook.stuck]
    if found:
        raise MigrationIncomplete(found)


def _wait(portions: Portions) -> None:
    for portion in portions:
        for each in portion:
            each.result()


def _actor(user: str | None) -> Actor:
    """Who does a step: an administrator of this name, so that scenarios need no groups."""
    if user is None:
        return SYSTEM
    if user.startswith("api:"):
        return Actor.api(user.removeprefix("api:"))
    return Actor.user(user, admin=True)
