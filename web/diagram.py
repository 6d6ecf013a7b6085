"""Diagrams on pages: the drawing of a model, without what the model does, and the marks on it.

People who take part in a case may see its diagram, but scripts, expressions, addresses of services
and candidate lists are the business of administrators.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from lxml import etree

from appliance.views import Marks
from web.box import box_of
from web.compression import compressed
from web.security import PageRequest

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_INNER = {
    f"{{{_BPMN}}}{name}"
    for name in (
        "extensionElements", "script", "conditionExpression", "condition", "documentation",
        "potentialOwner", "humanPerformer", "ioSpecification", "dataInputAssociation",
        "dataOutputAssociation", "timeDate", "timeDuration", "timeCycle", "loopCardinality",
        "completionCondition", "loopDataInputRef", "resourceRole", "performer",
    )
}  # fmt: skip
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


def marks_json(marks: Marks, here: str = "") -> str:
    """The marks as the diagram's script reads them; ``here`` is the node of the task at hand."""
    return msgspec.json.encode({**msgspec.to_builtins(marks), "here": here}).decode()


def drawing_of(request: PageRequest, key: str, version: int) -> Response[Any]:
    """The shapes and names of a version's model, for the diagram's script; it never changes."""
    found = drawing(box_of(request).processes.xml(key, version))
    headers = {"Cache-Control": "private, max-age=86400"}
    return compressed(request, found, "application/xml", headers=headers)


def drawing(xml: bytes) -> bytes:
    """The model with its shapes, names and flows only. ``xml`` was read before, at deployment."""
    root = etree.fromstring(xml, _PARSER)
    for element in list(root.iter(etree.Element)):
        if element.tag in _INNER and element.getparent() is not None:
            _drop(element)
        for name in element.attrib:
            if name.startswith("{") and _is_extension(name):
                del element.attrib[name]
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _is_extension(name: str) -> bool:
    address = name[1:].partition("}")[0]
    return not address.startswith(("http://www.omg.org/", "http://www.w3.org/", "http://bpmn.io/"))


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
