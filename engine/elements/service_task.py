"""Service task: evaluates an expression, or hands work to an external worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import dialect
from engine.model import Node

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Job, Token, Wait
    from engine.xml import Reader


class ServiceTask(Node):
    """``expression`` runs at once; a ``topic`` makes a job that a worker fetches and answers."""

    tag = "serviceTask"
    expression: Expression | None = None
    topic: Expression | None = None
    result: str | None = None
    skip: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        self.result = xml.own.get("resultVariableName") or xml.own.get("resultVariable")
        self.skip = reader.expression(xml, xml.own.get("skipExpression"), "skip expression")
        self.expression = reader.expression(xml, xml.own.get("expression"), "expression")
        kind = xml.own.get("type")
        topic = xml.own.get("topic")
        if kind in ("external", "external-worker"):
            self.topic = reader.expression(xml, topic, "topic")
            if self.topic is None:
                reader.report("error", "topic", xml, "an external worker task needs a topic")
        elif kind:
            reader.report(
                "error", "unsupported", xml, f"service tasks of type {kind!r} are not supported"
            )
        elif self.expression is None and not dialect.has_refused(xml):
            reader.report(
                "error",
                "unsupported",
                xml,
                f"<{self.tag}> needs an expression or an external worker",
            )

    def enter(self, run: Run, token: Token) -> None:
        if run.skips(self.skip, token):
            run.leave(token)
        elif self.topic is not None:
            run.create_job(token, self, "external", due=None, topic=run.text(self.topic, token))
        else:
            assert self.expression is not None
            value = run.evaluate(self.expression, token)
            if self.result:
                run.set_result(token, self.result, value)
            run.leave(token)

    def triggered(self, run: Run, token: Token, wait: Wait | Job, values: dict[str, Any]) -> None:
        if values:
            run.set_variables(token, values)
        run.leave(token)
