"""Call activity: runs another process or a global task and waits. BPMN 2.0.2 section 10.3.6."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.errors import CalledProcessNotFound, StepLimit
from engine.mapping import Mappings, read_mappings
from engine.model import Node, Process
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Instance, Token
    from engine.xml import Reader


class CallActivity(Node):
    """Variables cross the border only by in and out mappings, or all of them if it says so."""

    tag = "callActivity"
    key: Expression | None = None
    version: Expression | None = None
    same_deployment = False
    business_key: Expression | None = None
    inherit_key: bool = False
    title: Expression | None = None
    id_variable: Expression | None = None
    local = False
    ins: Mappings
    outs: Mappings

    def read(self, xml: Element, reader: Reader) -> None:
        self.key = reader.expression(xml, xml.get("calledElement"), "calledElement")
        if self.key is None:
            reader.report("error", "call", xml, "a call activity needs a calledElement")
        binding = xml.own.get("calledElementBinding") or "latest"
        if binding not in ("latest", "deployment", "version"):
            message = f"calledElementBinding is latest, deployment or version, not {binding}"
            reader.report("error", "unsupported", xml, message)
        self.same_deployment = binding == "deployment" or reader.flag(xml, "sameDeployment")
        self.version = reader.expression(xml, xml.own.get("calledElementVersion"), "version")
        self.inherit_key = reader.flag(xml, "inheritBusinessKey")
        self.title = reader.expression(xml, xml.own.get("processInstanceName"), "name")
        self.id_variable = reader.expression(
            xml,
            xml.own.get("idVariableName") or xml.own.get("processInstanceIdVariableName"),
            "idVariableName",
        )
        self.local = reader.flag(xml, "useLocalScopeForOutParameters")
        self.ins, self.outs = read_mappings(xml, "in", reader), read_mappings(xml, "out", reader)
        self.ins.everything = self.ins.everything or reader.flag(xml, "inheritVariables")
        self.business_key = self.ins.business_key or reader.expression(
            xml, xml.own.get("businessKey"), "businessKey"
        )

    def enter(self, run: Run, token: Token) -> None:
        deep = token.instance.depth + 1
        if deep > run.world.limits.calls:
            raise StepLimit(f"Stopped at {self}: {deep} calls one in another, without an end?")
        key = run.text(self.key, token)
        if not key:
            raise CalledProcessNotFound(f"The called element of {self} is null")
        version = run.text(self.version, token)
        if version and not (version.isdecimal() and len(version) < 10):
            raise CalledProcessNotFound(f"Process {key!r} has no version {version[:40]!r}")
        wanted = int(version) if version else None
        definition, _ = run.world.called(
            key, 0 if self.same_deployment else wanted, token.instance.definition
        )
        values = checked_variables(self.ins.values(run, token))
        business_key = run.text(self.business_key, token)
        if self.inherit_key and business_key is None:
            business_key = token.instance.business_key
        name = run.text(self.title, token)
        instance = run.begin_instance(definition, token, values, business_key, name)
        if variable := run.text(self.id_variable, token):
            run.set_variables(token, {variable: str(instance.id)})
        run.open(instance)

    def called_ended(self, run: Run, token: Token, instance: Instance) -> None:
        """The called instance was completed: take what it gives back."""
        scope = token.scope
        assert scope is not None
        outer: dict[str, Any] = dict(instance.variables) if self.outs.everything else {}
        local: dict[str, Any] = {}
        for mapping in self.outs.single:
            found = local if self.local or mapping.local else outer
            mapping.put(found, run, instance)
        if local:
            run.set_local(scope, checked_variables(local))
        if outer:
            run.set_variables(token, checked_variables(outer))


class GlobalTask(Process):
    """A task outside of all processes: deployed as a process of this task, which is only called.

    Its node has the id of the process.
    """

    called_only = True

    @cached_property
    def none_start(self) -> Node | None:
        return None
