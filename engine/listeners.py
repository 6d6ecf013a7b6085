"""Execution and task listeners: an expression or script that runs when something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.scopes import Names
from engine.scripting import run_script

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.run import Run
    from engine.script import Script
    from engine.state import Token


class Listener:
    """One listener for one ``event``: start, end, take; create, assignment, complete, delete."""

    __slots__ = ("event", "expression", "result", "script")

    def __init__(
        self,
        event: str,
        expression: Expression | None,
        script: Script | None = None,
        result: str | None = None,
    ) -> None:
        self.event = event
        self.expression = expression
        self.script = script
        self.result = result

    def run(self, run: Run, token: Token, event: str | None = None) -> None:
        """Do it. ``event`` names what happened when the listener listens to all."""
        names = Names(run, token, {"eventName": event or self.event})
        value: Any = None
        if self.expression is not None:
            value = self.expression.evaluate(names)
        elif self.script is not None:
            value = run_script(run, token, self.script, names)
        if self.result and token.alive:
            run.set_result(token, self.result, value)
