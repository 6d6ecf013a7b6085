"""The extension elements that any node may have: listeners, retry cycles, inputs and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.listeners import Listener
from engine.mapping import Mapping

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.markup import Element
    from engine.model import Node
    from engine.script import Script
    from engine.xml import Reader

_VALUES = ("script", "list", "map")


def read_extensions(node: Node, extensions: Element, reader: Reader) -> None:
    """Read what the extension elements add to any node: listeners, retries, mappings."""
    starts: list[Listener] = []
    ends: list[Listener] = []
    for extension in extensions:
        name = extension.name
        if name == "executionListener":
            listener = read_listener(extension, reader, ("start", "end", "all"))
            if listener is not None and listener.event != "end":
                starts.append(listener)
            if listener is not None and listener.event != "start":
                ends.append(listener)
        elif name == "failedJobRetryTimeCycle":
            node.retry = reader.expression(extension, extension.text, "retry cycle")
        elif name == "inputOutput":
            node.inputs = _parameters(extension, "inputParameter", reader)
            node.outputs = _parameters(extension, "outputParameter", reader)
    node.start_listeners, node.end_listeners = tuple(starts), tuple(ends)


def read_listener(xml: Element, reader: Reader, events: tuple[str, ...]) -> Listener | None:
    """Read an execution or task listener, which may listen to these events; the first is usual."""
    event = xml.get("event") or events[0]
    if event not in events:
        message = f"a listener here listens to {', '.join(events)}, not to {event}"
        reader.report("error", "listener", xml, message)
        return None
    expression = reader.expression(xml, xml.get("expression"), f"{event} listener")
    script = next((child for child in xml if child.name == "script"), None)
    if script is not None:
        computed, compiled = read_script(script, reader)
        return Listener(event, computed, compiled, script.get("resultVariable"))
    return Listener(event, expression) if expression is not None else None


def read_script(xml: Element, reader: Reader) -> tuple[Expression | None, Script | None]:
    """The script of a ``<script>`` element: an expression where its language is one."""
    language = (xml.get("scriptFormat") or xml.get("language") or "").strip()
    if reader.is_juel(language):
        return reader.expression(xml, xml.text, "script"), None
    return None, reader.script(xml, language, xml.text)


def _parameters(xml: Element, name: str, reader: Reader) -> tuple[Mapping, ...]:
    return tuple(
        _value(parameter.get("name", ""), parameter, reader)
        for parameter in xml
        if parameter.name == name
    )


def _value(target: str, xml: Element, reader: Reader) -> Mapping:
    """The value that an element holds: text, a script, a list or values by name."""
    inner = next((child for child in xml if child.name in _VALUES), None)
    return _inner(target, inner, reader) if inner is not None else _text(target, xml, reader)


def _inner(target: str, xml: Element, reader: Reader) -> Mapping:
    if xml.name == "script":
        expression, script = read_script(xml, reader)
        return Mapping(target, expression=expression, script=script)
    if xml.name == "map":
        entries = tuple(_value(each.get("key", ""), each, reader) for each in xml)
        return Mapping(target, named=entries)
    items = tuple(
        _inner("", each, reader) if each.name in _VALUES else _text("", each, reader)
        for each in xml
    )
    return Mapping(target, listed=items)


def _text(target: str, xml: Element, reader: Reader) -> Mapping:
    return Mapping(target, expression=reader.expression(xml, xml.text, f"{xml.name} {target}"))
