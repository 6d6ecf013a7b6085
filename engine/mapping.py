"""Copying variables between scopes: into and out of called processes and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.scopes import Names
from engine.scripting import run_script
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.run import Run
    from engine.script import Script
    from engine.state import Token


class Mapping:
    """One value with the name that it gets.

    At most one of ``source`` (a variable), ``expression``, ``script``, ``listed`` (the items of a
    list) and ``named`` (the entries of an object) says where it comes from; none gives null.
    """

    __slots__ = ("expression", "listed", "local", "named", "script", "source", "target")

    def __init__(
        self,
        target: str,
        *,
        source: str | None = None,
        expression: Expression | None = None,
        script: Script | None = None,
        listed: tuple[Mapping, ...] | None = None,
        named: tuple[Mapping, ...] | None = None,
        local: bool = False,
    ) -> None:
        self.target = target
        self.source = source
        self.expression = expression
        self.script = script
        self.listed = listed
        self.named = named
        self.local = local

    def value(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> Any:
        """The value as a token sees it, ``extra`` names first; what does not exist is null."""
        if self.listed is not None:
            return [item.value(run, token) for item in self.listed]
        if self.named is not None:
            return {entry.target: entry.value(run, token) for entry in self.named}
        names = Names(run, token, extra)
        if self.source is not None:
            return names.find(self.source)
        if self.script is not None:
            return run_script(run, token, self.script, names)
        return self.expression.evaluate(names) if self.expression is not None else None

    def read_into(self, run: Run, token: Token) -> None:
        """An input: becomes a local variable of the token."""
        run.set_local(token, checked_variables({self.target: self.value(run, token)}))

    def write_out(self, run: Run, token: Token) -> None:
        """An output: becomes a variable outside the token."""
        assert token.scope is not None
        values = checked_variables({self.target: self.value(run, token)})
        if self.local:
            run.set_local(token.scope, values)
        else:
            run.set_variables(token.scope, values)
