"""The in and out mappings of a call activity, in the words of all dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.mapping import Mapping

if TYPE_CHECKING:
    from engine.elements.call_activity import CallActivity
    from engine.markup import Element
    from engine.xml import Reader


def read_mappings(activity: CallActivity, xml: Element, reader: Reader) -> None:
    """Read ``<in>`` and ``<out>``: variables, expressions, all variables, the business key."""
    ins: list[Mapping] = []
    outs: list[Mapping] = []
    for name, found in (("in", ins), ("out", outs)):
        for element in reader.extensions(xml, name):
            if element.get("businessKey"):
                activity.business_key = reader.expression(element, element.get("businessKey"), name)
            elif element.get("variables") == "all":
                if name == "in":
                    activity.inherit = True
                else:
                    activity.out_all = True
            else:
                mapping = _mapping(element, name, reader)
                if mapping is not None:
                    found.append(mapping)
    activity.ins, activity.outs = tuple(ins), tuple(outs)


def _mapping(element: Element, name: str, reader: Reader) -> Mapping | None:
    source = element.get("source")
    target = element.get("target") or element.get("targetExpression")
    expression = reader.expression(element, element.get("sourceExpression"), name)
    if target is None or (source is None and expression is None):
        reader.report("error", "mapping", element, f"<{name}> needs a source and a target")
        return None
    if target.startswith(("${", "#{")):
        reader.report(
            "error", "unsupported", element, f"<{name}> with a targetExpression is not supported"
        )
        return None
    return Mapping(target, source=source if expression is None else None, expression=expression)
