"""Copying variables between scopes: into and out of called processes and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.conversion import converted
from engine.errors import ExpressionFailed
from engine.scopes import Names
from engine.scripting import run_script
from engine.values import as_text, checked_variables

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.run import Run
    from engine.script import Script
    from engine.state import Token


class Mapping:
    """One value with the name that it gets.

    At most one of ``source`` (a variable), ``expression``, ``script``, ``listed`` (the items of a
    list) and ``named`` (the entries of an object) says where it comes from; none gives null. It
    becomes a value of a ``kind``, if one is named. The name is ``target``, or computed by
    ``named_by``; what is ``transient`` is forgotten at the next wait.
    """

    __slots__ = (
        "expression",
        "kind",
        "listed",
        "local",
        "named",
        "named_by",
        "script",
        "source",
        "target",
        "transient",
    )

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
        named_by: Expression | None = None,
        kind: str | None = None,
        transient: bool = False,
    ) -> None:
        self.target = target
        self.source = source
        self.expression = expression
        self.script = script
        self.listed = listed
        self.named = named
        self.local = local
        self.named_by = named_by
        self.kind = kind
        self.transient = transient

    def name(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> str:
        """The name that the value gets. Raises ExpressionFailed when it is computed and null."""
        if self.named_by is None:
            return self.target
        name = self.named_by.evaluate(Names(run, token, extra))
        if name is None:
            raise ExpressionFailed(f"The name {self.named_by.text} at {token.node} is null")
        return as_text(name)

    def is_missing(self, run: Run, token: Token) -> bool:
        """Whether it comes from a variable that does not exist here."""
        return self.source is not None and not Names(run, token).has(self.source)

    def put(
        self,
        values: dict[str, Any],
        run: Run,
        token: Token,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Add the value to others under its name."""
        found = run.transient if self.transient else values
        found[self.name(run, token, extra)] = self.value(run, token, extra)

    def value(self, run: Run, token: Token, extra: dict[str, Any] | None = None) -> Any:
        """The value as a token sees it, ``extra`` names first; what does not exist is null."""
        if self.listed is not None:
            return [item.value(run, token) for item in self.listed]
        if self.named is not None:
            return {entry.target: entry.value(run, token) for entry in self.named}
        value = self._found(run, token, Names(run, token, extra))
        return value if self.kind is None else converted(value, self.kind, run.now, run.world.zone)

    def _found(self, run: Run, token: Token, names: Names) -> Any:
        if self.source is not None:
            return names.find(self.source)
        if self.script is not None:
            return run_script(run, token, self.script, names)
        return self.expression.evaluate(names) if self.expression is not None else None

    def read_into(self, run: Run, token: Token) -> None:
        """An input: becomes a local variable of the token."""
        run.set_local(token, self._checked(run, token))

    def write_out(self, run: Run, token: Token) -> None:
        """An output: becomes a variable outside the token."""
        assert token.scope is not None
        values = self._checked(run, token)
        if self.local:
            run.set_local(token.scope, values)
        else:
            run.set_variables(token.scope, values)

    def _checked(self, run: Run, token: Token) -> dict[str, Any]:
        values: dict[str, Any] = {}
        self.put(values, run, token)
        return checked_variables(values)
