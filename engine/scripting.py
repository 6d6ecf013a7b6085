"""Running a script at a token: which variables it gets, and what becomes of what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import events as ev
from engine.scopes import Names
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.run import Run
    from engine.script import Script
    from engine.state import Token


def run_script(run: Run, token: Token, script: Script, names: Names | None = None) -> Any:
    """Run a script and return its last value. Raises ScriptFailed.

    Variables that it set are set, lines that it logged are kept, a ``BpmnError`` that it threw is
    thrown at the token (then the result is None and the token may be gone).
    """
    names = names or Names(run, token)
    began = run.world.spent()
    outcome = script.run(names.all(), names.facts(), run.world.limits)
    run.spend(run.world.spent() - began)
    for line in outcome.log:
        run.emit(ev.Logged(token.id, run.now, line))
    if outcome.sets:
        run.set_variables(token, checked_variables(outcome.sets))
    if outcome.local_sets:
        run.set_local(token, checked_variables(outcome.local_sets))
    if outcome.globals:
        run.set_variables(token, checked_variables(outcome.globals))
    run.transient.update(outcome.transient_sets)
    for name in outcome.removed:
        names.remove(name)
    for name, value in outcome.task_changes.items():
        names.change_task(name, value)
    if outcome.error is not None:
        from engine.triggers.error import throw_error

        thrown = outcome.error
        throw_error(run, token, thrown.code, thrown.message, checked_variables(thrown.data))
        return None
    return outcome.result
