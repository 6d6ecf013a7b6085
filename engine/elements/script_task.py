"""Script task: runs JavaScript in a sandbox, or an expression (``scriptFormat="juel"``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.mapping import read_mappings
from engine.model import Node
from engine.result import Result, read_result
from engine.scripting import run_script

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.script import Script
    from engine.state import Token
    from engine.xml import Reader


class ScriptTask(Node):
    """The last value of the script goes into ``result``, if it names a variable."""

    tag = "scriptTask"
    script: Script | None = None
    expression: Expression | None = None
    result: Result | None = None
    skip: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        language = (xml.get("scriptFormat") or xml.get("scriptLanguage") or "").strip()
        script = xml.child("script")
        source = (script.text or "") if script is not None else ""
        self.result = read_result(xml.own.get("resultVariable"), xml, reader)
        self.skip = reader.expression(xml, xml.own.get("skipExpression"), "skip expression")
        self.inputs += read_mappings(xml, "in", reader).single
        if not source.strip():
            reader.report("warning", "script", xml, "there is no script: the task does nothing")
        elif reader.is_juel(language):
            self.expression = reader.expression(xml, source, "script")
        else:
            keep = reader.flag(xml, "autoStoreVariables")
            self.script = reader.script(xml, language, source, keep_globals=keep)

    def enter(self, run: Run, token: Token) -> None:
        if not run.skips(self.skip, token):
            value = self._value(run, token)
            if not token.alive:
                return
            if self.result is not None:
                self.result.store(run, token, value)
        run.leave(token)

    def _value(self, run: Run, token: Token) -> Any:
        if self.expression is not None:
            return run.evaluate(self.expression, token)
        return run_script(run, token, self.script) if self.script is not None else None
