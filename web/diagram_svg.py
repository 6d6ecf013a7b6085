"""A diagram as SVG, drawn by the server: shapes of BPMN where the model's drawing puts them.

For files that leave the house, where no script draws. Each element has the classes that say what
happened there, and the drawing brings its own colours.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from lxml import etree

from appliance.views import Marks

_MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DD = "{http://www.omg.org/spec/DD/20100524/DI}"
_SVG = "http://www.w3.org/2000/svg"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
_MARGIN = 30
_STYLE = """
.shape { fill: #fff; stroke: #22242a; stroke-width: 2 }
.flow { fill: none; stroke: #22242a; stroke-width: 2 }
.end { stroke-width: 4 }
.visited { fill: #eaf7f0; stroke: #1a7f4b }
.active { fill: #e3ecff; stroke: #2553c8; stroke-width: 3 }
.incident { fill: #fdeceb; stroke: #b3231b; stroke-width: 3 }
.taken { stroke: #1a7f4b }
text { font: 11px sans-serif; fill: #141b26; text-anchor: middle }
"""
Box = tuple[float, float, float, float]


def diagram_svg(xml: bytes, marks: Marks) -> bytes | None:
    """The drawing with the path that an instance walked; None for a model without a drawing."""
    root = etree.fromstring(xml, _PARSER)
    names = {each.get("id"): each for each in root.iter() if each.get("id")}
    shapes = [each for each in root.iter(f"{_DI}BPMNShape") if each.get("bpmnElement") in names]
    if not shapes:
        return None
    svg = etree.Element(f"{{{_SVG}}}svg", nsmap={None: _SVG})  # pyright: ignore[reportArgumentType]
    _add(svg, "style").text = _STYLE
    _arrow_head(_add(svg, "defs"))
    boxes = [box for shape in shapes if (box := _bounds(shape))]
    for shape in sorted(shapes, key=_area, reverse=True):
        element = names[shape.get("bpmnElement")]
        if box := _bounds(shape):
            _shape(svg, element, box, _kind(element.get("id", ""), marks))
    for edge in root.iter(f"{_DI}BPMNEdge"):
        if edge.get("bpmnElement") in names:
            _edge(svg, edge, edge.get("bpmnElement") in marks.flows)
    _frame(svg, boxes)
    return etree.tostring(svg, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _kind(id: str, marks: Marks) -> str:
    if id in marks.incidents:
        return "incident"
    if id in marks.active:
        return "active"
    return "visited" if id in marks.visited else ""


def _shape(svg: etree._Element, element: etree._Element, box: Box, kind: str) -> None:
    x, y, width, height = box
    tag, css = str(element.tag).removeprefix(_MODEL), f"shape {kind}".strip()
    if tag.endswith("Event"):
        if tag == "endEvent":
            css += " end"
        circle = {"cx": x + width / 2, "cy": y + height / 2, "r": width / 2}
        _add(svg, "circle", circle | {"class": css})
        if tag.startswith(("intermediate", "boundary")):
            _add(svg, "circle", circle | {"r": width / 2 - 3, "class": css})
    elif tag.endswith("Gateway"):
        middle, centre = x + width / 2, y + height / 2
        points = f"{middle},{y} {x + width},{centre} {middle},{y + height} {x},{centre}"
        _add(svg, "polygon", {"points": points, "class": css})
    else:
        rect = {"x": x, "y": y, "width": width, "height": height, "rx": 8, "class": css}
        _add(svg, "rect", rect)
    _label(svg, element.get("name", ""), box, tag)


def _label(svg: etree._Element, name: str, box: Box, tag: str) -> None:
    x, y, width, height = box
    inside = tag.endswith(("ask", "Activity"))
    lines = textwrap.wrap(name, max(8, int(width / 6.5)) if inside else 18)
    top = y + height / 2 - 6 * (len(lines) - 2) if inside else y + height + 14
    if tag.endswith(("Process", "transaction")):
        top = y + 16
    for number, line in enumerate(lines):
        _add(svg, "text", {"x": x + width / 2, "y": top + 13 * number}).text = line


def _edge(svg: etree._Element, edge: etree._Element, taken: bool) -> None:
    points = " ".join(f"{each.get('x')},{each.get('y')}" for each in edge.iter(f"{_DD}waypoint"))
    css = "flow taken" if taken else "flow"
    _add(svg, "polyline", {"points": points, "class": css, "marker-end": "url(#arrow)"})


def _arrow_head(defs: etree._Element) -> None:
    marker = _add(
        defs,
        "marker",
        {"id": "arrow", "viewBox": "0 0 10 10", "refX": 10, "refY": 5, "markerWidth": 6,
         "markerHeight": 6, "orient": "auto"},
    )  # fmt: skip
    _add(marker, "path", {"d": "M0 0 10 5 0 10z"})


def _frame(svg: etree._Element, boxes: list[Box]) -> None:
    left, top = min(x for x, *_ in boxes) - _MARGIN, min(y for _, y, *_ in boxes) - _MARGIN
    width = max(x + width for x, _, width, _ in boxes) + _MARGIN - left
    height = max(y + height for _, y, _, height in boxes) + 2 * _MARGIN - top
    svg.set("viewBox", f"{left:g} {top:g} {width:g} {height:g}")


def _bounds(shape: etree._Element) -> Box | None:
    bounds = shape.find(f"{_DC}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def _area(shape: etree._Element) -> float:
    box = _bounds(shape)
    return box[2] * box[3] if box else 0


def _add(
    parent: etree._Element, tag: str, attributes: Mapping[str, object] | None = None
) -> etree._Element:
    found = {name: str(value) for name, value in (attributes or {}).items()}
    return etree.SubElement(parent, f"{{{_SVG}}}{tag}", found)
