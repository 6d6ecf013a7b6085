"""Business rule task: refused by name until decision tables can be evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model import Node

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.xml import Reader


class BusinessRuleTask(Node):
    """It is read, so that a model can be looked at, but a process that has one does not run."""

    tag = "businessRuleTask"

    def read(self, xml: Element, reader: Reader) -> None:
        reader.report(
            "error",
            "unsupported",
            xml,
            "business rule tasks are not supported: use a script task or an external worker",
        )
