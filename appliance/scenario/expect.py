"""Whether things are as a scenario expects: one check for each expectation, by its name.

Tasks, waits, visits, incidents and log lines are those of all instances, unless the step says
``in``; status and variables are those of the instance it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any, Protocol

from msgspec import UNSET

from appliance.scenario.look import Look, OpenTask
from appliance.scenario.steps import (
    ByKey,
    Expectations,
    FieldFacts,
    StartForm,
    TaskFacts,
    TaskForm,
    TaskName,
)
from engine.errors import Refused
from engine.forms import FieldFacts as Field
from engine.times import iso, parse_date


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected."""

    what: str
    expected: Any
    found: Any


class Seen(Protocol):
    """What a check may look at."""

    look: Look
    now: int

    def start_form(self, key: str) -> Sequence[Field]:
        """The fields of a process's start form. Raises Refused when there is none."""
        ...

    def task_form(self, task: int) -> Sequence[Field]:
        """The fields of an open task's form."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """What one step looks at: ``root`` narrows to an instance, ``instance`` is the current one."""

    seen: Seen
    expect: Expectations
    root: int | None
    instance: int | None

    @property
    def look(self) -> Look:
        """The store."""
        return self.seen.look

    def tasks(self) -> list[OpenTask]:
        """The open tasks."""
        return self.look.tasks(self.root)

    def task(self, name: TaskName) -> OpenTask | None:
        """The open task of a name or key, rather of the current instance, the oldest of several."""
        tasks = [task for task in self.tasks() if is_named(task, name)]
        return oldest(self.look, tasks, self.instance)

    def current(self) -> int:
        """The current instance. Raises Refused when none was started."""
        if self.instance is None:
            raise Refused("no instance was started yet")
        return self.instance


def differences(view: View) -> list[Difference]:
    """Everything that is not as expected."""
    found: list[Difference] = []
    for name, check in _CHECKS.items():
        if getattr(view.expect, name) is not UNSET:
            try:
                found += check(view)
            except Refused as error:
                found.append(Difference(name, getattr(view.expect, name), str(error)))
    return found


def is_named(task: OpenTask, name: TaskName) -> bool:
    """Whether a task has this name or key."""
    return task.key == name.key if isinstance(name, ByKey) else task.name == name


def oldest(look: Look, tasks: Sequence[OpenTask], instance: int | None) -> OpenTask | None:
    """The oldest of some tasks; those of an instance (and what it calls) come first."""
    if instance is not None and len(tasks) > 1:
        own = {task.id for task in look.tasks(instance)}
        tasks = [task for task in tasks if task.id in own] or tasks
    return tasks[0] if tasks else None


def same(expected: Any, found: Any) -> bool:
    """Whether two values are equal: numbers by value, true is not 1."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            same(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, int | Decimal) and isinstance(found, int | Decimal):
        return expected == found
    return type(expected) is type(found) and expected == found


def _compared(what: str, expected: Any, found: Any) -> list[Difference]:
    return [] if same(expected, found) else [Difference(what, expected, found)]


def _multiset(what: str, expected: Iterable[Any], found: Iterable[Any]) -> list[Difference]:
    expected, found = list(expected), list(found)
    if Counter(expected) == Counter(found):
        return []
    return [Difference(what, _sorted(expected), _sorted(found))]


def _at_least(what: str, expected: Iterable[str], found: Iterable[str]) -> list[Difference]:
    found = sorted(set(found))
    return [] if set(expected) <= set(found) else [Difference(what, list(expected), found)]


def _sorted(names: list[Any]) -> list[Any]:
    return sorted(names, key=lambda name: (name is None, name or ""))


def _tasks(view: View) -> list[Difference]:
    return _multiset("tasks", _given(view.expect.tasks), (task.name for task in view.tasks()))


def _task_keys(view: View) -> list[Difference]:
    keys = (task.key for task in view.tasks())
    return _multiset("task_keys", _given(view.expect.task_keys), keys)


def _task(view: View) -> list[Difference]:
    """Of several tasks with the name, one must be as expected; else tell what the first is like."""
    facts = view.expect.task
    assert isinstance(facts, TaskFacts)
    candidates = [task for task in view.tasks() if _meant(task, facts)]
    if not candidates:
        name = facts.key if facts.name is UNSET else facts.name
        return [Difference("task", name, [str(task) for task in view.tasks()])]
    found = [_task_differences(view, facts, task) for task in candidates]
    return min(found, key=len)


def _meant(task: OpenTask, facts: TaskFacts) -> bool:
    return facts.name in (UNSET, task.name) and facts.key in (UNSET, task.key)


def _task_differences(view: View, facts: TaskFacts, task: OpenTask) -> list[Difference]:
    found: list[Difference] = []
    for name in ("assignee", "priority", "owner", "category", "description", "form_key"):
        expected = getattr(facts, name)
        if expected is not UNSET:
            found += _compared(f"task.{name}", expected, getattr(task, name))
    for name in ("candidate_users", "candidate_groups"):
        expected = getattr(facts, name)
        if expected is not UNSET:
            found += _multiset(f"task.{name}", expected, getattr(task, name))
    return found + _due(view, facts, task)


def _due(view: View, facts: TaskFacts, task: OpenTask) -> list[Difference]:
    found: list[Difference] = []
    if facts.due is not UNSET:
        expected = None if facts.due is None else parse_date(facts.due, UTC)
        if expected != task.due:
            found.append(Difference("task.due", facts.due, task.due and iso(task.due)))
    if facts.due_in_seconds is not UNSET:
        seconds = None if task.due is None else Decimal(task.due - view.seen.now) / 1000
        found += _compared("task.due_in_seconds", facts.due_in_seconds, seconds)
    return found


def _assignees(view: View) -> list[Difference]:
    name = view.expect.task_name
    assignees = [task.assignee for task in view.tasks() if name is None or task.name == name]
    return _multiset("assignees", _given(view.expect.assignees), assignees)


def _instance_name(view: View) -> list[Difference]:
    found = view.look.name(view.current())
    return _compared("instance_name", view.expect.instance_name, found)


def _status(view: View) -> list[Difference]:
    return _compared("status", view.expect.status, view.look.status(view.current()))


def _variables(view: View) -> list[Difference]:
    found = _visible(view)
    return [
        Difference(f"variables.{name}", expected, found.get(name, "there is none"))
        for name, expected in _given(view.expect.variables).items()
        if name not in found or not same(expected, found[name])
    ]


def _no_variables(view: View) -> list[Difference]:
    there = _visible(view).keys() & set(_given(view.expect.no_variables))
    return [Difference("no_variables", "not there", sorted(there))] if there else []


def _visible(view: View) -> dict[str, Any]:
    if view.expect.in_task is None:
        return view.look.variables(view.current())
    return view.look.variables_at(_found(view, view.expect.in_task).id)


def _active(view: View) -> list[Difference]:
    return _at_least("active", _given(view.expect.active), view.look.active(view.root))


def _visited(view: View) -> list[Difference]:
    found = view.look.visited(view.root)
    return [
        Difference(f"visited.{node}", expected, found.get(node, 0))
        for node, expected in _given(view.expect.visited).items()
        if found.get(node, 0) != expected
    ]


def _timers(view: View) -> list[Difference]:
    return _compared("timers", view.expect.timers, view.look.timers(view.root))


def _subscriptions(view: View) -> list[Difference]:
    found = view.look.subscriptions(view.root)
    return _compared("subscriptions", view.expect.subscriptions, found)


def _instances(view: View) -> list[Difference]:
    found = view.look.instances(view.root, view.expect.of)
    return _compared("instances", view.expect.instances, found)


def _incidents(view: View) -> list[Difference]:
    nodes = (node for _, node, _ in view.look.incidents(view.root))
    return _multiset("incidents", _given(view.expect.incidents), nodes)


def _log(view: View) -> list[Difference]:
    return _multiset("log", _given(view.expect.log), view.look.log(view.root))


def _start_form(view: View) -> list[Difference]:
    form = view.expect.start_form
    assert isinstance(form, StartForm)
    return _fields("start_form", form.fields, view.seen.start_form(form.of))


def _task_form(view: View) -> list[Difference]:
    form = view.expect.task_form
    assert isinstance(form, TaskForm)
    task = _found(view, form.of)
    return _fields("task_form", form.fields, view.seen.task_form(task.id))


def _found(view: View, name: TaskName) -> OpenTask:
    task = view.task(name)
    if task is None:
        raise Refused(f"there is no open task {name!r}")
    return task


def _fields(what: str, expected: Sequence[FieldFacts], there: Sequence[Field]) -> list[Difference]:
    by_id = {field.id: field for field in there}
    found: list[Difference] = []
    for facts in expected:
        field = by_id.get(facts.id)
        if field is None:
            found.append(Difference(f"{what}.{facts.id}", "a field", sorted(by_id)))
            continue
        for name in ("type", "label", "name", "value", "required", "readable", "writable"):
            value = getattr(facts, name)
            if value is not UNSET:
                there_is = getattr(field, "label" if name == "name" else name)
                found += _compared(f"{what}.{facts.id}.{name}", value, there_is)
        if facts.options is not UNSET:
            options = [{"value": each.value, "label": each.label} for each in field.options]
            found += _compared(f"{what}.{facts.id}.options", facts.options, options)
    return found


def _given(value: Any) -> Any:
    assert value is not UNSET
    return value


_CHECKS: dict[str, Callable[[View], list[Difference]]] = {
    "tasks": _tasks,
    "task_keys": _task_keys,
    "task": _task,
    "assignees": _assignees,
    "status": _status,
    "instance_name": _instance_name,
    "variables": _variables,
    "no_variables": _no_variables,
    "active": _active,
    "visited": _visited,
    "timers": _timers,
    "subscriptions": _subscriptions,
    "instances": _instances,
    "incidents": _incidents,
    "log": _log,
    "start_form": _start_form,
    "task_form": _task_form,
}
