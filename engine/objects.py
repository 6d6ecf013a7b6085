"""The objects ``execution`` and ``task`` that expressions, listeners and scripts may use.

Expressions call their ``juel_members``; scripts get the same facts as plain data and answer with
changes (``engine/scripting.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from engine.times import iso

if TYPE_CHECKING:
    from engine.scopes import Names
    from engine.state import Task

EXECUTION: Mapping[str, Callable[[Names], Any]] = {
    "id": lambda names: str(names.token.id),
    "processInstanceId": lambda names: str(names.token.instance.id),
    "rootProcessInstanceId": lambda names: str(names.root.id),
    "processInstanceBusinessKey": lambda names: names.token.instance.business_key,
    "businessKey": lambda names: names.token.instance.business_key,
    "processBusinessKey": lambda names: names.token.instance.business_key,
    "processDefinitionId": lambda names: str(names.token.instance.definition),
    "processDefinitionKey": lambda names: names.token.instance.process.key,
    "currentActivityId": lambda names: names.token.node.id,
    "currentActivityName": lambda names: names.token.node.name,
    "activityInstanceId": lambda names: str(names.token.id),
    "eventName": lambda names: names.find("eventName"),
    "tenantId": lambda _: "",
}
"""What ``execution`` tells, by the name of the property."""

TASK: Mapping[str, Callable[[Task], Any]] = {
    "id": lambda task: str(task.id),
    "name": lambda task: task.name,
    "assignee": lambda task: task.assignee,
    "owner": lambda task: task.owner,
    "priority": lambda task: task.priority,
    "dueDate": lambda task: None if task.due is None else iso(task.due),
    "createTime": lambda task: iso(task.created_at),
    "category": lambda task: task.category,
    "description": lambda task: task.description,
    "formKey": lambda task: task.form_key,
    "candidateUsers": lambda task: list(task.candidate_users),
    "candidateGroups": lambda task: list(task.candidate_groups),
    "taskDefinitionKey": lambda task: task.token.node.id,
    "processInstanceId": lambda task: str(task.token.instance.id),
    "processDefinitionId": lambda task: str(task.token.instance.definition),
    "executionId": lambda task: str(task.token.id),
    "tenantId": lambda _: "",
}
"""What ``task`` tells, by the name of the property."""

TASK_FIELDS = {
    "name": "name",
    "assignee": "assignee",
    "owner": "owner",
    "priority": "priority",
    "dueDate": "due",
    "category": "category",
    "description": "description",
    "formKey": "form_key",
    "candidateUsers": "candidate_users",
    "candidateGroups": "candidate_groups",
}
"""The properties of ``task`` that may be set, and their fields in the state."""


class _Object:
    """The variable methods that ``execution`` and ``task`` share."""

    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        self._names = names

    @property
    def names(self) -> Names:
        """Where it stands."""
        return self._names


def _variables() -> dict[str, Callable[..., Any]]:
    def set_variables(self: _Object, values: Mapping[str, Any]) -> None:
        self.names.run.set_variables(self.names.token, values)

    def set_local(self: _Object, name: str, value: Any) -> None:
        self.names.run.set_local(self.names.token, {name: value})

    def set_transient(self: _Object, name: str, value: Any) -> None:
        self.names.run.transient[name] = value

    def get(self: _Object, name: str) -> Any:
        return self.names.find(name)

    def get_local(self: _Object, name: str) -> Any:
        return self.names.token.variables.get(name)

    def has(self: _Object, name: str) -> bool:
        return name in self.names.all()

    def has_local(self: _Object, name: str) -> bool:
        return name in self.names.token.variables

    def everything(self: _Object) -> dict[str, Any]:
        return self.names.all()

    def put(self: _Object, name: str, value: Any) -> None:
        self.names.set(name, value)

    def remove(self: _Object, name: str) -> None:
        self.names.remove(name)

    return {
        "getVariable": get,
        "getTransientVariable": get,
        "getVariableLocal": get_local,
        "getVariables": everything,
        "hasVariable": has,
        "hasVariableLocal": has_local,
        "setVariable": put,
        "setVariables": set_variables,
        "setVariableLocal": set_local,
        "setTransientVariable": set_transient,
        "removeVariable": remove,
    }


def _capital(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _execution_getter(read: Callable[[Names], Any]) -> Callable[[Execution], Any]:
    return lambda self: read(self.names)


class Execution(_Object):
    """``execution``: where an expression is evaluated, and the variables there."""

    __slots__ = ()

    juel_members: ClassVar[Mapping[str, Callable[..., Any]]] = {
        **_variables(),
        **{f"get{_capital(name)}": _execution_getter(read) for name, read in EXECUTION.items()},
    }


def _task_of(self: TaskView) -> Task:
    task = self.names.task
    assert task is not None
    return task


def _task_getter(read: Callable[[Task], Any]) -> Callable[[TaskView], Any]:
    return lambda self: read(_task_of(self))


def _task_setter(name: str) -> Callable[[TaskView, Any], None]:
    return lambda self, value: self.names.change_task(name, value)


def _candidate(name: str, *, present: bool) -> Callable[[TaskView, str], None]:
    def change(self: TaskView, who: str) -> None:
        others = [each for each in TASK[name](_task_of(self)) if each != who]
        self.names.change_task(name, [*others, who] if present else others)

    return change


def _event_name(self: TaskView) -> Any:
    return self.names.find("eventName")


def _execution(self: TaskView) -> Execution:
    return Execution(self.names)


class TaskView(_Object):
    """``task``: the fields of the user task, which may be set, and its variables."""

    __slots__ = ()

    juel_members: ClassVar[Mapping[str, Callable[..., Any]]] = {
        **_variables(),
        **{f"get{_capital(name)}": _task_getter(read) for name, read in TASK.items()},
        **{f"set{_capital(name)}": _task_setter(name) for name in TASK_FIELDS},
        "getEventName": _event_name,
        "getExecution": _execution,
        "addCandidateUser": _candidate("candidateUsers", present=True),
        "addCandidateGroup": _candidate("candidateGroups", present=True),
        "deleteCandidateUser": _candidate("candidateUsers", present=False),
        "deleteCandidateGroup": _candidate("candidateGroups", present=False),
    }
