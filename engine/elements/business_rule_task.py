"""Business rule task: a service task, until decision tables can be evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.elements.service_task import ServiceTask

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.xml import Reader


class BusinessRuleTask(ServiceTask):
    """With an expression or an external worker it runs; with a decision table it is refused."""

    tag = "businessRuleTask"

    def read(self, xml: Element, reader: Reader) -> None:
        if xml.own.get("type") or xml.own.get("expression"):
            super().read(xml, reader)
            return
        reader.report(
            "error",
            "unsupported",
            xml,
            "decision tables are not supported: use a script or an external worker",
        )
