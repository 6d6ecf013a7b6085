"""Rules about what is missing in a model: who sees a task, what sets a variable."""

from __future__ import annotations

from collections.abc import Iterator

from engine.elements.user_task import UserTask
from engine.errors import Finding
from engine.lint.finding import finding
from engine.model import Process
from engine.variables import read_by, written_in


def nobodys_tasks(process: Process) -> Iterator[Finding]:
    """Somebody sees every user task."""
    for node in process.every(UserTask):
        if not ("assignee" in node.texts or node.users or node.groups or node.task_listeners):
            yield finding(
                "hint",
                "nobodys-task",
                node,
                f"{node.label!r} has no assignee and no candidates: only administrators see it",
            )


def unset_variables(process: Process) -> Iterator[Finding]:
    """Variables that conditions read are set by something, where the model can tell."""
    written = written_in(process)
    if written is None:
        return
    for node, names in read_by(process):
        for name in sorted(names - written):
            yield finding(
                "hint",
                "unset-variable",
                node,
                f"nothing in the model sets {name!r}: it must be given when an instance starts",
            )
