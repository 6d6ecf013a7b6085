"""Error: thrown upwards until a boundary event or event subprocess catches it. Always interrupts.

A handler inside a scope comes before one at its border, an exact code before a handler of all.
An error that nothing catches refuses the command (or makes the job an incident).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.errors import UncaughtError
from engine.propagation import catcher
from engine.triggers.trigger import Trigger
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader


class Error(Trigger):
    """A BPMN error by its code; an empty code catches every error."""

    name = "error"
    tag = "errorEventDefinition"
    positions = frozenset({"event subprocess start", "boundary", "end"})

    code: str | None = None
    message: str | None = None
    code_variable: str | None = None
    message_variable: str | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        reference = xml.get("errorRef")
        if reference:
            definition = reader.definition("error", reference.rpartition(":")[2])
            self.code = reference
            if definition is not None:
                self.code = definition.get("errorCode")
                self.message = definition.own.get("errorMessage") or definition.get("name")
        if event.position == "end" and not self.code:
            level = "error" if reference else "warning"
            why = "an error end event needs an errorRef, to an error with an errorCode"
            reader.report(level, "error", event_xml, why)
        self.code_variable = xml.own.get("errorCodeVariable") or xml.own.get("errorVariableName")
        self.message_variable = xml.own.get("errorMessageVariable")

    def throw(self, run: Run, token: Token, event: Event) -> None:
        carried = checked_variables(event.outs.values(run, token))
        message = carried.pop("errorMessage", self.message)
        throw_error(run, token, self.code or "", message, carried)


def throw_error(
    run: Run,
    token: Token,
    code: str,
    message: str | None = None,
    carried: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Throw a BPMN error at a token. Raises UncaughtError when nothing catches it.

    Who catches it may take ``errorCode``, ``errorMessage`` and what it carries by ``<in>``.
    """
    found = catcher(token, Error, code)
    if found is None:
        said = f": {message}" if message else ""
        raise UncaughtError(f"Nothing catches the BPMN error {code!r} of {token.node}{said}")
    event, trigger, holder = found
    assert isinstance(trigger, Error)
    values: dict[str, Any] = {}
    if event.ins.single:
        known = {**carried, "errorCode": code, "errorMessage": message}
        values = event.received(run, holder, known)
    if trigger.code_variable:
        values[trigger.code_variable] = code
    if trigger.message_variable:
        values[trigger.message_variable] = message
    event.caught(run, holder, values)
