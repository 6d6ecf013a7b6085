"""Call activity: runs another deployed process and waits for it. BPMN 2.0.2 section 10.3.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.elements.call_mapping import read_mappings
from engine.errors import CalledProcessNotFound
from engine.model import Node
from engine.scopes import Names
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.mapping import Mapping
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
    inherit: bool = False
    inherit_key: bool = False
    out_all: bool = False
    ins: tuple[Mapping, ...] = ()
    outs: tuple[Mapping, ...] = ()

    def read(self, xml: Element, reader: Reader) -> None:
        self.key = reader.expression(xml, xml.get("calledElement"), "calledElement")
        if self.key is None:
            reader.report("error", "call", xml, "a call activity needs a calledElement")
        binding = xml.own.get("calledElementBinding")
        self.same_deployment = binding == "deployment" or reader.flag(xml, "sameDeployment")
        self.version = reader.expression(xml, xml.own.get("calledElementVersion"), "version")
        self.business_key = reader.expression(xml, xml.own.get("businessKey"), "businessKey")
        self.inherit_key = reader.flag(xml, "inheritBusinessKey")
        self.inherit = reader.flag(xml, "inheritVariables")
        read_mappings(self, xml, reader)

    def enter(self, run: Run, token: Token) -> None:
        key = run.text(self.key, token)
        if not key:
            raise CalledProcessNotFound(f"The called element of {self} is null")
        version = run.text(self.version, token)
        wanted = int(version) if version and version.isdecimal() else None
        definition, _ = run.world.called(
            key, 0 if self.same_deployment else wanted, token.instance.definition
        )
        values: dict[str, Any] = Names(run, token).variables() if self.inherit else {}
        for mapping in self.ins:
            values[mapping.target] = mapping.value(run, token)
        business_key = run.text(self.business_key, token)
        if self.inherit_key and business_key is None:
            business_key = token.instance.business_key
        instance = run.begin_instance(definition, token, checked_variables(values), business_key)
        run.open(instance)

    def called_ended(self, run: Run, token: Token, instance: Instance) -> None:
        """The called instance was completed: take what it gives back."""
        scope = token.scope
        assert scope is not None
        values: dict[str, Any] = dict(instance.variables) if self.out_all else {}
        for mapping in self.outs:
            values[mapping.target] = mapping.value(run, instance)
        if values:
            run.set_variables(token, checked_variables(values))
