"""The stage of one scenario: a fresh appliance of its own, in memory where the system has it.

Its clock stands still between steps and nothing fires by itself.
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from appliance.actor import SYSTEM, Actor
from appliance.box import Box
from appliance.config import Config
from appliance.datadir import DataDirectory
from appliance.errors import InstanceNotFound, InvalidInput
from appliance.files import Received
from appliance.scenario.look import Look
from appliance.store.store import Store
from appliance.store.work import Work
from engine.commands import Command
from engine.errors import InstanceEnded, Refused
from engine.forms import FieldFacts

T = TypeVar("T")

_MEMORY = Path("/dev/shm")
FIRINGS = 100_000
"""How many moments one step may stop at: a cycle of a second fills a day."""


class NoForm(Refused):
    """There is no form where a scenario expects one."""

    code = "NO_FORM"


class TooMuchTime(Refused):
    """So much is due before the moment that a step asks for that it does not end."""

    code = "TOO_MUCH_DUE"


class Stage:
    """A box, its clock (``now``, in ms) and what can be seen of it.

    ``firings`` is how many moments one step may stop at. ``folder`` goes with it.
    """

    def __init__(self, folder: Path, now: int) -> None:
        self.folder = folder
        self.now = now
        self.firings = FIRINGS
        self.box = Box(Config(data=folder, demos=False), clock=lambda: self.now)
        self.look = Look(self.box.store.read())

    @property
    def moment(self) -> datetime:
        """Now, in UTC."""
        return datetime.fromtimestamp(self.now / 1000, UTC)

    def close(self) -> None:
        """Let go of everything."""
        self.box.close()

    def start_form(self, key: str) -> Sequence[FieldFacts]:
        """The fields of a process's start form. Raises NoForm."""
        form = self.box.processes.start_form(key)
        if form is None:
            raise NoForm(f"{key} has no start form")
        return form.facts({}, now=self.moment)

    def task_form(self, task: int) -> Sequence[FieldFacts]:
        """The fields of an open task's form. Raises NoForm."""
        detail = self.box.tasks.get(task, SYSTEM)
        if detail.form is None:
            raise NoForm(f"{detail.name} has no form")
        return detail.form.facts(detail.data, now=self.moment)

    def received(self, files: Mapping[str, Iterable[Path]]) -> dict[str, list[Received]]:
        """Files by their fields, as they come when people upload them."""
        return {field: [self._received(path) for path in paths] for field, paths in files.items()}

    def _received(self, path: Path) -> Received:
        incoming = self.box.files.receive(path.name)
        incoming.write(path.read_bytes())
        return incoming.finish()

    def start(
        self, key: str, variables: Mapping[str, Any], by: Actor, business_key: str | None
    ) -> int:
        """Start a process with variables, past its start form if it has one."""
        if not self.box.processes.get(key).has_start_form:
            started = self.box.instances.start(key, variables, by, business_key=business_key)
            return started.result().instance_id
        view = self.box.processes.get(key)
        return self.box.store.command(
            "start",
            str(by),
            lambda work: work.start().start(view.id, variables, business_key=business_key),
        ).result()

    def complete(
        self, task: int, variables: Mapping[str, Any], by: Actor, outcome: str | None
    ) -> None:
        """Complete a task with variables, past its form; a form's outcome gets its variable."""
        detail = self.box.tasks.get(task, SYSTEM)
        values = dict(variables)
        if outcome and detail.form is not None and detail.form.outcomes:
            known = [each.value for each in detail.form.outcomes]
            if outcome not in known:
                raise InvalidInput(f"{detail.name} has the outcomes {', '.join(known)}.")
            values[detail.form.outcome_variable] = outcome
        self.on(
            "complete",
            detail.root_id,
            by,
            lambda command: command.complete(task, values, outcome=outcome),
        )

    def on(self, name: str, root: int, by: Actor, act: Callable[[Command], object]) -> None:
        """Run any command of the engine on a top-level instance."""

        def work(work: Work) -> None:
            try:
                act(work.open(root))
            except InstanceNotFound:
                raise InstanceEnded(f"Process instance {root} has ended.") from None

        self.box.store.command(name, str(by), work).result()

    def pass_until(self, moment: int) -> int | None:
        """Let time pass and run everything that is due, each at its time, in order.

        Returns the last instance that a timer of its process started meanwhile.
        """
        before = self.look.started_by_timers()
        for _ in range(self.firings):
            due = self.box.clockwork.next_due()
            if due is None or due > moment:
                break
            self.now = max(self.now, due)
            if not self.box.clockwork.fire_due():
                raise TooMuchTime("something is due that cannot be run")
        else:
            raise TooMuchTime(f"more than {self.firings:,} times something is due until then")
        self.now = max(self.now, moment)
        after = self.look.started_by_timers()
        return after if after != before else None


@contextmanager
def stages() -> Iterator[Any]:
    """Gives a function that opens a fresh stage, for as many scenarios as there are."""
    with ExitStack() as stack:
        parent = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        home = Path(stack.enter_context(tempfile.TemporaryDirectory("", "scenario-", parent)))
        yield functools.partial(_stage, home, _template(home))


@contextmanager
def _stage(home: Path, template: Path, now: int) -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(dir=home))
    shutil.copyfile(template, DataDirectory.open(folder).database)
    with closing(Stage(folder, now)) as stage:
        yield stage
    shutil.rmtree(folder)


def _template(home: Path) -> Path:
    """An empty database with all tables, made once."""
    path = home / "template.db"
    Store(path).close()
    return path
