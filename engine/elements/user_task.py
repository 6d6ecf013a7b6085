"""User task: work for a person (BPMN 2.0.2 section 10.3.4), with Flowable's life cycle."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from engine import events as ev
from engine.errors import ExpressionFailed, TaskAlreadyClaimed, TaskDelegated
from engine.extensions import read_listener
from engine.form_fields import FormField, read_form_fields
from engine.juel.arithmetic import Trouble, described, integer_of
from engine.listeners import Listener
from engine.model import Node
from engine.times import moment, parse_cycle, parse_duration
from engine.triggers.timer import read_calendar
from engine.values import as_text

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Task, Token
    from engine.xml import Reader

PRIORITY = 50
"""The usual one."""
EVENTS = ("all", "create", "assignment", "complete", "delete")
"""What a task listener may listen to."""

_TEXTS = ("assignee", "owner", "category", "formKey")
_COMPUTED = {
    "dueDate": "due",
    "priority": "priority",
    "skipExpression": "skip",
    "activeTaskIdVariableName": "id_variable",
    "taskIdVariableName": "id_variable",
    "taskCompleterVariableName": "completer_variable",
}
"""Attributes, and the fields that they become; of two for the same field the later one counts."""


class UserTask(Node):
    """Its token's id is the task's id."""

    tag = "userTask"
    form_fields: tuple[FormField, ...] = ()
    task_listeners: tuple[Listener, ...] = ()
    texts: Mapping[str, Expression] = MappingProxyType({})
    due: Expression | None = None
    calendar: str | None = None
    priority: Expression | None = None
    skip: Expression | None = None
    id_variable: Expression | None = None
    completer_variable: Expression | None = None
    users: tuple[Expression, ...] = ()
    groups: tuple[Expression, ...] = ()

    def read(self, xml: Element, reader: Reader) -> None:
        self.title = reader.expression(xml, self.name, "name")
        self.description = reader.expression(xml, self.documentation, "documentation")
        if xml.own:
            self._read_own(xml, reader)
        if not xml.children:
            return
        self._read_resources(xml, reader)
        self.form_fields = read_form_fields(xml, reader)
        self.task_listeners = tuple(
            listener
            for extension in reader.extensions(xml, "taskListener")
            if (listener := read_listener(extension, reader, EVENTS)) is not None
        )

    def _read_own(self, xml: Element, reader: Reader) -> None:
        """The attributes of the dialects."""
        own = xml.own
        texts = {name: reader.expression(xml, own.get(name), name) for name in _TEXTS}
        if texts["formKey"] is None:
            texts["formKey"] = reader.expression(xml, own.get("formRef"), "formRef")
        self.texts = {name: text for name, text in texts.items() if text is not None}
        self.calendar = read_calendar(xml, reader)
        for name, computed in _COMPUTED.items():
            if (text := own.get(name)) is not None:
                setattr(self, computed, reader.expression(xml, text, name))
        self.users = _expressions(xml, reader, "candidateUsers")
        self.groups = _expressions(xml, reader, "candidateGroups")

    @property
    def form_key(self) -> Expression | None:
        """The key of its form, which may be an expression."""
        return self.texts.get("formKey")

    def _read_resources(self, xml: Element, reader: Reader) -> None:
        """BPMN's humanPerformer and potentialOwner: ``user(x)``, ``group(y)`` or a group's name."""
        for kind in ("humanPerformer", "potentialOwner"):
            for resource in xml.all(kind) if xml.children else ():
                text = resource.all_text().strip()
                for part in text.split(","):
                    name = part.strip()
                    if not name:
                        continue
                    user = name.startswith("user(") and name.endswith(")")
                    if name.startswith("group(") or user:
                        name = name.partition("(")[2].rstrip(")")
                    expression = reader.expression(resource, name, kind)
                    if expression is None:
                        continue
                    if kind == "humanPerformer":
                        self.texts = {**self.texts, "assignee": expression}
                    elif user:
                        self.users += (expression,)
                    else:
                        self.groups += (expression,)

    def enter(self, run: Run, token: Token) -> None:
        if run.skips(self.skip, token):
            run.leave(token)
            return
        texts = {
            name: run.text(expression, token) or None for name, expression in self.texts.items()
        }
        run.emit(
            ev.TaskCreated(
                token.id,
                run.text(self.title, token),
                run.now,
                texts.get("assignee"),
                texts.get("owner"),
                _priority(run.evaluate(self.priority, token)) if self.priority else PRIORITY,
                self._due(run, token),
                texts.get("formKey"),
                texts.get("category"),
                run.text(self.description, token),
                _candidates(run, self.users, token) if self.users else [],
                _candidates(run, self.groups, token) if self.groups else [],
            )
        )
        if variable := run.text(self.id_variable, token):
            run.set_variables(token, {variable: str(token.id)})
        self._tell(run, token, "create")
        if token.alive and token.task is not None and token.task.assignee:
            self._tell(run, token, "assignment")

    def _due(self, run: Run, token: Token) -> int | None:
        if self.due is None:
            return None
        value = run.evaluate(self.due, token)
        if value is None or value == "":
            return None
        if self.calendar == "cycle":
            return parse_cycle(as_text(value), run.now, run.world.zone).first()
        return moment(value, run.now, run.world.zone)

    def renewed(self, run: Run, token: Token, was: UserTask) -> dict[str, Any]:
        """What an open task of another version is called here, which form it has, when it is due.

        A due date that is told as another duration keeps the time that was used.
        """
        told = {"name": "title", "description": "description", "form_key": "form_key"}
        found: dict[str, Any] = {}
        for name, attribute in told.items():
            old, new = getattr(was, attribute), getattr(self, attribute)
            if (old and old.text) != (new and new.text):
                found[name] = run.text(new, token)
        task, before, after = _task(token), was.span(run, token), self.span(run, token)
        if before is None or after is None or before == after:
            return found
        if task.due is not None:
            found["due"] = task.due + after - before
        if task.remaining is not None:
            found["remaining"] = task.remaining + after - before
        return found

    def span(self, run: Run, token: Token) -> int | None:
        """The milliseconds that a task has, None when its due date is not told as a duration."""
        text = run.text(self.due, token) or ""
        if not text.startswith("P"):
            return None
        return parse_duration(text).after(run.now, run.world.zone) - run.now

    def complete(self, run: Run, token: Token, outcome: str | None) -> None:
        """The work is done. Raises TaskDelegated when it has to be resolved first."""
        task = _task(token)
        if task.delegation == "pending":
            raise TaskDelegated(
                f"Task {task.id} is delegated to {task.assignee}: it is resolved, not completed"
            )
        if variable := run.text(self.completer_variable, token):
            run.set_variables(token, {variable: run.by})
        self._tell(run, token, "complete")
        if not token.alive:
            return
        run.done = task
        run.emit(ev.TaskCompleted(token.id, run.now, run.by, outcome))
        run.leave(token)

    def claim(self, run: Run, token: Token, user: str) -> None:
        """Take the task. Raises TaskAlreadyClaimed when somebody else has it."""
        task = _task(token)
        if task.assignee == user:
            return
        if task.assignee:
            raise TaskAlreadyClaimed(f"Task {task.id} is already claimed by {task.assignee}")
        self._assign(run, token, user, {"claimed_at": run.now})

    def assign(self, run: Run, token: Token, user: str | None) -> None:
        """Give the task to somebody, or (None) back to its candidates."""
        if _task(token).assignee != user:
            self._assign(run, token, user, {} if user else {"claimed_at": None})

    def delegate(self, run: Run, token: Token, user: str) -> None:
        """Let somebody work on it for its owner, who gets it back."""
        task = _task(token)
        owner = task.owner or task.assignee
        self._assign(run, token, user, {"delegation": "pending", "owner": owner})

    def resolve(self, run: Run, token: Token) -> None:
        """Give a delegated task back to its owner."""
        task = _task(token)
        self._assign(run, token, task.owner, {"delegation": "resolved"})

    def change(self, run: Run, token: Token, name: str, value: Any) -> None:
        """Change one field, as ``task.setAssignee(…)`` and its kin do. Raises ExpressionFailed."""
        if token.task is None:
            raise ExpressionFailed(f"The task of {self} is completed: it does not change any more")
        if name == "due":
            value = None if value is None else moment(value, run.now, run.world.zone)
        elif name == "priority":
            value = _priority(value)
        elif name not in ("candidate_users", "candidate_groups"):
            value = None if value is None else as_text(value)
        if name == "assignee":
            self.assign(run, token, value)
        else:
            run.emit(ev.TaskChanged(token.id, {name: value}, run.now, run.by))

    def cancelled(self, run: Run, token: Token) -> None:
        if token.task is not None:
            self._tell(run, token, "delete")

    def _assign(self, run: Run, token: Token, user: str | None, changes: dict[str, Any]) -> None:
        run.emit(ev.TaskChanged(token.id, {"assignee": user, **changes}, run.now, run.by))
        if user:
            self._tell(run, token, "assignment")

    def _tell(self, run: Run, token: Token, event: str) -> None:
        for listener in self.task_listeners:
            if listener.event in (event, "all") and token.alive:
                listener.run(run, token, event)


def _task(token: Token) -> Task:
    assert token.task is not None
    return token.task


def _expressions(xml: Element, reader: Reader, name: str) -> tuple[Expression, ...]:
    """An attribute with a comma-separated list, in which commas inside ``${…}`` do not count."""
    text = xml.own.get(name)
    if text is None:
        return ()
    parts: list[str] = []
    depth = 0
    for part in text.split(","):
        if depth and parts:
            parts[-1] += "," + part
        else:
            parts.append(part)
        depth += part.count("{") - part.count("}")
    found = (reader.expression(xml, part, name) for part in parts)
    return tuple(expression for expression in found if expression is not None)


def _candidates(run: Run, expressions: tuple[Expression, ...], token: Token) -> list[str]:
    """Names from literals, comma-separated text and lists, each once."""
    found: dict[str, None] = {}
    for expression in expressions:
        value = run.evaluate(expression, token)
        if value is None:
            continue
        values = cast("list[Any]", value) if isinstance(value, list) else as_text(value).split(",")
        for each in values:
            name = as_text(each).strip()
            if name:
                found[name] = None
    return list(found)


def _priority(value: Any) -> int:
    """A priority, as large as a Java integer; null is the usual one. Raises ExpressionFailed."""
    if value is None:
        return PRIORITY
    try:
        number = integer_of(value)
    except Trouble:
        number = None
    if number is None or value == "" or abs(number) >= 2**31:
        raise ExpressionFailed(f"A task's priority must be a number, not {described(value)}")
    return number
