"""What becomes of the value that a script or an expression of a task gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.values import checked_variables, exact

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


@dataclass(frozen=True, slots=True)
class Result:
    """The variable that gets it: where it is found nearest, in the scope around the task
    (``local``), or only until the next wait (``transient``)."""

    name: str
    local: bool = False
    transient: bool = False

    def store(self, run: Run, token: Token, value: Any) -> None:
        """Set the variable. Raises InvalidVariables."""
        values = checked_variables({self.name: exact(value)})
        if self.transient:
            run.transient.update(values)
        elif self.local and token.scope is not None:
            run.set_local(token.scope, values)
        else:
            run.set_variables(token, values)


def read_result(name: str | None, xml: Element, reader: Reader) -> Result | None:
    """Where the result of a task goes, if its variable has a name."""
    if not name:
        return None
    local = reader.flag(xml, "useLocalScopeForResultVariable")
    return Result(name, local, reader.flag(xml, "storeResultVariableAsTransient"))
