"""What an instance is called: ``wf:instanceName`` of its process, an expression over its variables.

It is looked at when a command has done its work, and once more at the end of the instance. As long
as it names variables that are not there yet, the instance keeps the name that it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.errors import ExpressionFailed

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.run import Run
    from engine.state import Instance

LONGEST = 200


def rename(run: Run, *instances: Instance) -> None:
    """Give instances the names that their processes have for them by now."""
    for instance in instances:
        if instance.process.title is None:
            continue
        name = _name(run, instance.process.title, instance)
        if name and name != instance.name:
            run.emit(ev.InstanceChanged(instance.id, name=name))


def _name(run: Run, title: Expression, instance: Instance) -> str:
    """On one line, and no longer than a line of a list."""
    try:
        said = run.text(title, instance) or ""
    except ExpressionFailed:
        return ""
    return " ".join(said.split())[:LONGEST]
