"""How an expression or script at a token finds variables, and the objects it may use.

Variables are looked up from the token outwards to its process instance, never beyond it. A set goes
to the nearest scope that has the name, else to the instance (as Flowable does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from engine.objects import EXECUTION, TASK, TASK_FIELDS, Execution, TaskView
from engine.state import Instance, Token

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Task


class Names:
    """What an expression at a token sees: the scope protocol of :mod:`engine.juel`."""

    __slots__ = ("_extra", "run", "token")

    def __init__(self, run: Run, token: Token, extra: Mapping[str, Any] | None = None) -> None:
        self.run = run
        self.token = token
        self._extra = extra

    @property
    def root(self) -> Instance:
        """The top-level instance."""
        assert self.run.state.root is not None
        return self.run.state.root

    @property
    def task(self) -> Task | None:
        """The user task at the token, also one that was completed just now."""
        done = self.run.done
        return done if done is not None and done.token is self.token else self.token.task

    @property
    def now(self) -> datetime:
        """The time of the command, in UTC."""
        return datetime.fromtimestamp(self.run.now / 1000, UTC)

    @property
    def zone(self) -> tzinfo:
        """The zone for dates that have none."""
        return self.run.world.zone

    def get(self, name: str) -> Any:
        """The value of a variable or object. Raises KeyError."""
        if self._extra is not None and name in self._extra:
            return self._extra[name]
        token: Token | None = self.token
        while token is not None:
            variables = token.variables
            if name in variables:
                return variables[name]
            token = None if token is token.instance else token.scope
        if name in self.run.transient:
            return self.run.transient[name]
        return _OBJECTS[name](self)

    def find(self, name: str, default: Any = None) -> Any:
        """The value of a variable, or a default."""
        try:
            return self.get(name)
        except KeyError:
            return default

    def has(self, name: str) -> bool:
        """Whether there is a variable or object of this name."""
        return self.find(name, self) is not self

    def set(self, name: str, value: Any) -> None:
        """Set a variable."""
        self.run.set_variables(self.token, {name: value})

    def remove(self, name: str) -> None:
        """Remove a variable where it exists nearest."""
        token: Token | None = self.token
        while token is not None:
            if name in token.variables:
                self.run.remove(token, [name])
                return
            token = None if isinstance(token, Instance) else token.scope

    def change_task(self, name: str, value: Any) -> None:
        """Change a field of the task at this token, by its name in the state or in Flowable."""
        token = self.token
        token.node.change(self.run, token, TASK_FIELDS[name], value)

    def variables(self) -> dict[str, Any]:
        """The stored variables that are visible here, inner ones hiding outer ones."""
        found: dict[str, Any] = {}
        token: Token | None = self.token
        while token is not None:
            for name, value in token.variables.items():
                found.setdefault(name, value)
            token = None if isinstance(token, Instance) else token.scope
        return found

    def facts(self) -> dict[str, Any]:
        """What a script learns besides variables: the time, where it is, and the task's fields."""
        found: dict[str, Any] = {
            "now": self.run.now,
            "execution": {name: read(self) for name, read in EXECUTION.items()},
        }
        task = self.task
        if task is not None:
            found["task"] = {name: read(task) for name, read in TASK.items()}
            found["task"]["eventName"] = self.find("eventName")
        return found

    def all(self) -> dict[str, Any]:
        """Every value that is visible here by a plain name: loop counters too."""
        found = {**self.variables(), **(self._extra or {})}
        for name, value in self.run.transient.items():
            found.setdefault(name, value)
        for name in (
            "loopCounter",
            "nrOfInstances",
            "nrOfActiveInstances",
            "nrOfCompletedInstances",
        ):
            if name not in found:
                try:
                    found[name] = _OBJECTS[name](self)
                except KeyError:
                    continue
        return found


class Outside:
    """The scope of an expression outside any instance: it knows only the values that are given."""

    __slots__ = ("_values", "now", "zone")

    def __init__(self, now: int, zone: tzinfo, values: Mapping[str, Any] | None = None) -> None:
        self.now = datetime.fromtimestamp(now / 1000, UTC)
        self.zone = zone
        self._values = values or {}

    def get(self, name: str) -> Any:
        """A given value. Raises KeyError."""
        return self._values[name]

    def set(self, name: str, value: Any) -> None:
        """There is nowhere to keep it. Raises KeyError."""
        raise KeyError(name, value)


def _counter(read: Callable[[Token], int], body: bool) -> Callable[[Names], int]:
    def find(names: Names) -> int:
        token: Token | None = names.token
        while token is not None and not isinstance(token, Instance):
            if token.loop is not None and (token.loop < 0) is body:
                return read(token)
            token = token.scope
        raise KeyError("no loop here")

    return find


def _task(names: Names) -> TaskView:
    if names.task is None:
        raise KeyError("task")
    return TaskView(names)


def _objects() -> dict[str, Callable[[Names], Any]]:
    return {
        "loopCounter": _counter(lambda token: token.loop or 0, body=False),
        "nrOfInstances": _counter(lambda token: token.total, body=True),
        "nrOfActiveInstances": _counter(lambda token: token.begun - token.completed, body=True),
        "nrOfCompletedInstances": _counter(lambda token: token.completed, body=True),
        "execution": Execution,
        "processInstance": lambda names: Execution(Names(names.run, names.token.instance)),
        "task": _task,
        "authenticatedUserId": lambda names: names.run.by,
    }


_OBJECTS = _objects()
