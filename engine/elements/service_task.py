"""Service task: evaluates an expression, or hands work to an external worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import dialect
from engine.mapping import read_mappings
from engine.model import Node
from engine.result import Result, read_result

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Job, Token, Wait
    from engine.xml import Reader


class ServiceTask(Node):
    """``expression`` runs at once; a ``topic`` makes a job that a worker fetches and answers.

    One that ``waits`` goes on after its expression when it is triggered. Where outputs say what
    becomes of a worker's ``answers``, these stay local.
    """

    tag = "serviceTask"
    expression: Expression | None = None
    topic: Expression | None = None
    result: Result | None = None
    waits = False
    answers = False
    skip: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        result = xml.own.get("resultVariableName") or xml.own.get("resultVariable")
        self.result = read_result(result, xml, reader)
        self.skip = reader.expression(xml, xml.own.get("skipExpression"), "skip expression")
        self.expression = reader.expression(xml, xml.own.get("expression"), "expression")
        self.waits = (xml.own.get("triggerable") or "false").strip().lower() != "false"
        kind = xml.own.get("type")
        topic = xml.own.get("topic")
        if kind in ("external", "external-worker"):
            self.topic = reader.expression(xml, topic, "topic")
            if self.topic is None:
                reader.report("error", "topic", xml, "an external worker task needs a topic")
            self.inputs += read_mappings(xml, "externalWorkerInParameter", reader).single
            answers = read_mappings(xml, "externalWorkerOutParameter", reader).single
            self.answers = bool(answers)
            self.outputs = answers + self.outputs
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
            if self.result is not None:
                self.result.store(run, token, value)
            if self.waits:
                run.subscribe(token, self, "receive")
            else:
                run.leave(token)

    def triggered(self, run: Run, token: Token, wait: Wait | Job, values: dict[str, Any]) -> None:
        if values and self.answers:
            run.set_local(token, values)
        elif values:
            run.set_variables(token, values)
        run.leave(token)
