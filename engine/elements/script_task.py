"""Script task: runs JavaScript in a sandbox, or an expression (``scriptFormat="juel"``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model import Node
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
    result: str | None = None
    skip: Expression | None = None

    def read(self, xml: Element, reader: Reader) -> None:
        language = (xml.get("scriptFormat") or "").strip()
        script = xml.child("script")
        source = (script.text or "") if script is not None else ""
        self.result = xml.own.get("resultVariable") or xml.own.get("resultVariableName")
        self.skip = reader.expression(xml, xml.own.get("skipExpression"), "skip expression")
        if not source.strip():
            reader.report("error", "script", xml, "a script task needs a script")
        elif reader.is_juel(language):
            self.expression = reader.expression(xml, source, "script")
        else:
            keep = reader.flag(xml, "autoStoreVariables")
            self.script = reader.script(xml, language, source, keep_globals=keep)

    def enter(self, run: Run, token: Token) -> None:
        if not run.skips(self.skip, token):
            if self.expression is not None:
                value = run.evaluate(self.expression, token)
            else:
                assert self.script is not None
                value = run_script(run, token, self.script)
            if not token.alive:
                return
            if self.result:
                run.set_result(token, self.result, value)
        run.leave(token)
