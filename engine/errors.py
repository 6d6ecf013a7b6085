"""Everything the engine refuses, as typed exceptions, and what a check of a model reports.

    Refused                       an expected refusal; nothing has changed
    ├── ModelInvalid              a model that cannot be deployed (carries its findings)
    ├── ExpressionInvalid         an expression that does not parse
    ├── ExpressionFailed          an expression that parsed but cannot be evaluated
    ├── ScriptInvalid             a script that does not parse, or in another language
    ├── ScriptFailed              a script that threw, ran too long or needed too much memory
    ├── TimeInvalid               a date, duration or cycle that does not parse
    ├── InvalidVariables          a variable's name or value is not allowed
    ├── FormInvalid               values that a form does not accept (carries errors by field)
    ├── TaskNotFound              no open task of this id
    ├── TaskAlreadyClaimed        the task has another assignee
    ├── TaskDelegated             a delegated task must be resolved, not completed
    ├── NotWaiting                nothing waits for this at the moment
    ├── NoFlowTaken               a gateway or activity has no way out
    ├── UncaughtError             a BPMN error that nothing catches
    ├── StepLimit                 a command that did not come to rest
    ├── InstanceSuspended         the instance is suspended
    ├── InstanceEnded             the instance has ended
    ├── MappingInvalid            elements of two versions that cannot correspond
    ├── MigrationIncomplete       an instance that does not fit another version
    ├── CalledProcessNotFound     a call activity names a process that is not deployed
    ├── NoSubscriber              no instance waits for the message
    └── AmbiguousCorrelation      more than one instance waits for the message

Not here: how a refusal becomes an HTTP answer (``web/errors.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of checking a model or form: where it is, what is wrong and what to do.

    ``rule`` is a stable id in kebab case, ``element`` the BPMN id (or form key), ``line`` the line
    in ``file`` (0 when unknown).
    """

    severity: Severity
    rule: str
    message: str
    element: str = ""
    line: int = 0
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        element = f" [{self.element}]" if self.element else ""
        return f"{place}{self.severity}: {self.message}{element} ({self.rule})"


class Refused(Exception):
    """An expected refusal. ``str()`` is a message for people; ``code`` is for programs."""

    code = "REFUSED"


class ModelInvalid(Refused):
    """A model that cannot be deployed; ``findings`` holds everything that was found."""

    code = "MODEL_INVALID"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in findings if finding.severity == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{errors[0] if errors else 'the model is invalid'}{more}")


class ExpressionInvalid(Refused):
    """An expression that does not parse."""

    code = "EXPRESSION_INVALID"


class ExpressionFailed(Refused):
    """An expression that cannot be evaluated with the values at hand."""

    code = "EXPRESSION_FAILED"


class ScriptInvalid(Refused):
    """A script whose language is not supported or that does not parse."""

    code = "SCRIPT_INVALID"


class ScriptFailed(Refused):
    """A script that threw, ran too long or needed too much memory."""

    code = "SCRIPT_FAILED"


class TimeInvalid(Refused):
    """A date, duration, cycle or cron expression that does not parse."""

    code = "TIME_INVALID"


class InvalidVariables(Refused):
    """A variable whose name or value is not allowed; the message says which and where."""

    code = "INVALID_VARIABLES"


class FormInvalid(Refused):
    """Values that a form does not accept: ``errors`` maps a field's path to its messages."""

    code = "VALIDATION_FAILED"

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = {path: list(messages) for path, messages in errors.items()}
        path, messages = next(iter(self.errors.items()), ("", ["the form is not valid"]))
        more = f" (and {len(self.errors) - 1} more)" if len(self.errors) > 1 else ""
        super().__init__(f"{path}: {messages[0]}{more}" if path else messages[0])


class TaskNotFound(Refused):
    """No open task has this id: it never existed, or it is finished."""

    code = "TASK_NOT_FOUND"


class TaskAlreadyClaimed(Refused):
    """The task is assigned to somebody else."""

    code = "TASK_ALREADY_CLAIMED"


class TaskDelegated(Refused):
    """A delegated task cannot be completed, it must be resolved first."""

    code = "TASK_DELEGATED"


class NotWaiting(Refused):
    """Nothing waits for this job, timer, message or trigger any more."""

    code = "NOT_WAITING"


class NoFlowTaken(Refused):
    """No outgoing sequence flow could be taken and there is no default flow."""

    code = "NO_FLOW_TAKEN"


class UncaughtError(Refused):
    """A BPMN error that no boundary event or event subprocess catches."""

    code = "UNCAUGHT_ERROR"


class StepLimit(Refused):
    """A command that did not come to rest within its limits: an endless loop, or endless calls."""

    code = "STEP_LIMIT"


class InstanceSuspended(Refused):
    """The process instance is suspended; activate it first."""

    code = "INSTANCE_SUSPENDED"


class InstanceEnded(Refused):
    """The process instance has ended."""

    code = "INSTANCE_ENDED"


class CalledProcessNotFound(Refused):
    """A call activity names a process that is not deployed, or that is suspended."""

    code = "CALLED_PROCESS_NOT_FOUND"


class NoSubscriber(Refused):
    """No running instance waits for this message and no process starts by it."""

    code = "NO_SUBSCRIBER"


class AmbiguousCorrelation(Refused):
    """More than one instance waits for this message."""

    code = "AMBIGUOUS_CORRELATION"


class MappingInvalid(Refused):
    """A mapping between two versions that cannot be: ``faults`` says why, by the old elements."""

    code = "MAPPING_INVALID"

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(f"{id}: {reason}" for id, reason in faults.items()))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a token or wait cannot move: where it is now, and the reason for people."""

    token: int
    node: str
    reason: str


class MigrationIncomplete(Refused):
    """A migration that would lose something; ``obstacles`` lists everything in its way."""

    code = "MIGRATION_INCOMPLETE"

    def __init__(self, obstacles: list[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        first = obstacles[0]
        more = f" (and {len(obstacles) - 1} more)" if len(obstacles) > 1 else ""
        super().__init__(f"{first.node}: {first.reason}{more}")
