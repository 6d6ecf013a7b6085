"""The extension elements that any node may have: listeners, retry cycles, inputs and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import dialect
from engine.listeners import Listener
from engine.mapping import Mapping

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.model import Node
    from engine.xml import Reader


def read_extensions(node: Node, extensions: Element, reader: Reader) -> None:
    """Read what the extension elements add to any node: listeners, retries, mappings."""
    starts: list[Listener] = []
    ends: list[Listener] = []
    for extension in extensions:
        name = extension.name
        if name == "executionListener":
            listener = read_listener(extension, reader)
            if listener is not None:
                (ends if listener.event == "end" else starts).append(listener)
        elif name == "failedJobRetryTimeCycle":
            node.retry = reader.expression(extension, extension.text, "retry cycle")
        elif name == "inputOutput":
            _input_output(node, extension, reader)
        else:
            dialect.check_extension(reader, extension)
    node.start_listeners, node.end_listeners = tuple(starts), tuple(ends)


def _input_output(node: Node, xml: Element, reader: Reader) -> None:
    inputs: list[Mapping] = []
    outputs: list[Mapping] = []
    for parameter in xml:
        name = parameter.name
        target = parameter.get("name", "")
        script = next((c for c in parameter if c.name == "script"), None)
        if parameter.children and script is None:
            reader.report(
                "error",
                "unsupported",
                parameter,
                "only text, expression and script are supported",
            )
            continue
        mapping = Mapping(
            target,
            expression=None
            if script is not None
            else reader.expression(parameter, parameter.text or "", f"{name} {target}"),
            script=reader.script(script, script.get("scriptFormat"), script.text)
            if script is not None
            else None,
        )
        (inputs if name == "inputParameter" else outputs).append(mapping)
    node.inputs, node.outputs = tuple(inputs), tuple(outputs)


def read_listener(xml: Element, reader: Reader) -> Listener | None:
    """Read an execution or task listener."""
    event = xml.get("event") or "all"
    for name in ("class", "delegateExpression"):
        if xml.get(name):
            reader.report("error", "java", xml, dialect.JAVA_HINT.format(name=name))
            return None
    expression = reader.expression(xml, xml.get("expression"), f"{event} listener")
    script = next((child for child in xml if child.name == "script"), None)
    if script is not None:
        language = script.get("scriptFormat") or script.get("language")
        return Listener(event, None, reader.script(script, language, script.text))
    return Listener(event, expression) if expression is not None else None
