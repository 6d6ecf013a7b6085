"""How an expression or script at a token finds variables, and the objects it may use.

Variables are looked up from the token outwards to its process instance, never beyond it. A set goes
to the nearest scope that has the name, else to the instance (as Flowable does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from engine.state import Instance, Token
from engine.times import iso

if TYPE_CHECKING:
    from engine.run import Run


class Names:
    """What an expression at a token sees: the scope protocol of :mod:`engine.juel`."""

    __slots__ = ("_extra", "run", "token")

    def __init__(self, run: Run, token: Token, extra: Mapping[str, Any] | None = None) -> None:
        self.run = run
        self.token = token
        self._extra = extra

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
        token = self.token
        if self._extra is not None and name in self._extra:
            return self._extra[name]
        while True:
            variables = token.variables
            if name in variables:
                return variables[name]
            if token is token.instance:
                break
            token = token.scope  # type: ignore[assignment]
        if name in self.run.transient:
            return self.run.transient[name]
        return _OBJECTS[name](self)

    def find(self, name: str, default: Any = None) -> Any:
        """The value of a variable, or a default."""
        try:
            return self.get(name)
        except KeyError:
            return default

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
        token, name = self.token, _TASK_FIELDS.get(name, name)
        token.node.change(self.run, token, name, value)  # type: ignore[attr-defined]

    def variables(self) -> dict[str, Any]:
        """The stored variables that are visible here, inner ones hiding outer ones."""
        found: dict[str, Any] = {}
        token: Token = self.token
        while True:
            for name, value in token.variables.items():
                found.setdefault(name, value)
            if isinstance(token, Instance):
                return found
            token = token.scope  # type: ignore[assignment]

    def facts(self) -> dict[str, Any]:
        """What a script learns besides variables: the time, where it is, and the task's fields."""
        token = self.token
        instance = token.instance
        root = self.run.state.root
        found: dict[str, Any] = {
            "now": self.run.now,
            "execution": {
                "id": str(token.id),
                "processInstanceId": str(instance.id),
                "rootProcessInstanceId": str(root.id) if root is not None else None,
                "processInstanceBusinessKey": instance.business_key,
                "businessKey": instance.business_key,
                "processBusinessKey": instance.business_key,
                "processDefinitionId": str(instance.definition),
                "processDefinitionKey": instance.process.key,
                "currentActivityId": token.node.id,
                "currentActivityName": token.node.name,
                "activityInstanceId": str(token.id),
                "eventName": (self._extra or {}).get("eventName"),
            },
        }
        if token.task is not None:
            view = TaskView(self)
            found["task"] = {
                f"{getter[3].lower()}{getter[4:]}": TaskView.juel_members[getter](view)
                for getter in _TASK_GETTERS
            }
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


class Nothing:
    """The scope of an expression that is evaluated outside any instance: it has no variables."""

    __slots__ = ("now", "zone")

    def __init__(self, now: int, zone: tzinfo) -> None:
        self.now = datetime.fromtimestamp(now / 1000, UTC)
        self.zone = zone

    def get(self, name: str) -> Any:
        """There is nothing. Raises KeyError."""
        raise KeyError(name)

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
    if names.token.task is None:
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


class _Variables:
    """The variable methods that ``execution`` and ``task`` share."""

    __slots__ = ("_names",)

    def __init__(self, names: Names) -> None:
        self._names = names

    def variable(self, name: str) -> Any:
        return self._names.find(name)

    def has_variable(self, name: str) -> bool:
        return name in self._names.all()

    def variables(self) -> dict[str, Any]:
        return self._names.all()

    def set_variable(self, name: str, value: Any) -> None:
        self._names.set(name, value)

    def set_variables(self, values: Mapping[str, Any]) -> None:
        self._names.run.set_variables(self._names.token, values)

    def set_local(self, name: str, value: Any) -> None:
        self._names.run.set_local(self._names.token, {name: value})

    def local(self, name: str) -> Any:
        return self._names.token.variables.get(name)

    def has_local(self, name: str) -> bool:
        return name in self._names.token.variables

    def set_transient(self, name: str, value: Any) -> None:
        self._names.run.transient[name] = value

    def remove(self, name: str) -> None:
        self._names.remove(name)


_VARIABLE_MEMBERS: dict[str, Callable[..., Any]] = {
    "getVariable": _Variables.variable,
    "hasVariable": _Variables.has_variable,
    "getVariables": _Variables.variables,
    "setVariable": _Variables.set_variable,
    "setVariables": _Variables.set_variables,
    "getVariableLocal": _Variables.local,
    "hasVariableLocal": _Variables.has_local,
    "setVariableLocal": _Variables.set_local,
    "setTransientVariable": _Variables.set_transient,
    "getTransientVariable": _Variables.variable,
    "removeVariable": _Variables.remove,
}


class Execution(_Variables):
    """``execution`` in expressions: ids of where it is, and its variables."""

    __slots__ = ()

    def _token(self) -> Token:
        return self._names.token

    juel_members: ClassVar[Mapping[str, Callable[..., Any]]] = {
        **_VARIABLE_MEMBERS,
        "getId": lambda self: str(self._token().id),
        "getProcessInstanceId": lambda self: str(self._token().instance.id),
        "getRootProcessInstanceId": lambda self: str(self._names.run.state.root.id),
        "getProcessInstanceBusinessKey": lambda self: self._token().instance.business_key,
        "getBusinessKey": lambda self: self._token().instance.business_key,
        "getProcessDefinitionId": lambda self: str(self._token().instance.definition),
        "getProcessDefinitionKey": lambda self: self._token().instance.process.key,
        "getCurrentActivityId": lambda self: self._token().node.id,
        "getCurrentActivityName": lambda self: self._token().node.name,
        "getActivityInstanceId": lambda self: str(self._token().id),
        "getEventName": lambda self: self._names.find("eventName"),
        "getTenantId": lambda _: "",
    }


class TaskView(_Variables):
    """``task`` in expressions and task listeners: the task's fields, which may be set."""

    __slots__ = ()

    def _field(self, name: str) -> Any:
        task = self._names.token.task
        value = getattr(task, name)
        if name in ("due", "created_at") and value is not None:
            return iso(value)
        return value

    def _change(self, name: str, value: Any) -> None:
        self._names.change_task(name, value)

    def _candidate(self, field: str, who: str, *, present: bool) -> None:
        current: list[str] = [each for each in self._field(field) if each != who]
        self._change(field, [*current, who] if present else current)

    juel_members: ClassVar[Mapping[str, Callable[..., Any]]] = {
        **_VARIABLE_MEMBERS,
        "getId": lambda self: str(self._names.token.id),
        "getName": lambda self: self._field("name"),
        "getAssignee": lambda self: self._field("assignee"),
        "getOwner": lambda self: self._field("owner"),
        "getPriority": lambda self: self._field("priority"),
        "getDueDate": lambda self: self._field("due"),
        "getCreateTime": lambda self: self._field("created_at"),
        "getCategory": lambda self: self._field("category"),
        "getDescription": lambda self: self._field("description"),
        "getCandidateUsers": lambda self: self._field("candidate_users"),
        "getCandidateGroups": lambda self: self._field("candidate_groups"),
        "getFormKey": lambda self: self._field("form_key"),
        "getTaskDefinitionKey": lambda self: self._names.token.node.id,
        "getProcessInstanceId": lambda self: str(self._names.token.instance.id),
        "getProcessDefinitionId": lambda self: str(self._names.token.instance.definition),
        "getEventName": lambda self: self._names.find("eventName"),
        "getExecution": lambda self: Execution(self._names),
        "setName": lambda self, value: self._change("name", value),
        "setAssignee": lambda self, value: self._change("assignee", value),
        "setOwner": lambda self, value: self._change("owner", value),
        "setPriority": lambda self, value: self._change("priority", value),
        "setDueDate": lambda self, value: self._change("due", value),
        "setCategory": lambda self, value: self._change("category", value),
        "setDescription": lambda self, value: self._change("description", value),
        "addCandidateUser": lambda self, who: self._candidate("candidate_users", who, present=True),
        "addCandidateGroup": lambda self, who: self._candidate(
            "candidate_groups", who, present=True
        ),
        "deleteCandidateUser": lambda self, who: self._candidate(
            "candidate_users", who, present=False
        ),
        "deleteCandidateGroup": lambda self, who: self._candidate(
            "candidate_groups", who, present=False
        ),
    }


_OBJECTS = _objects()
_TASK_GETTERS = tuple(
    getter
    for getter in TaskView.juel_members
    if getter.startswith("get") and "Variable" not in getter and getter != "getExecution"
)
_TASK_FIELDS = {
    "dueDate": "due",
    "formKey": "form_key",
    "candidateUsers": "candidate_users",
    "candidateGroups": "candidate_groups",
}
