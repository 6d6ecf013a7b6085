"""The drawing of a BPMN file as geometry: boxes and lines, to tell whether it is clean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DD = "{http://www.omg.org/spec/DD/20100524/DI}"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Where something is drawn."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, other: Box) -> bool:
        """Whether the other box is inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def meets(self, other: Box) -> bool:
        """Whether they have a common area."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def on_border(self, point: Point) -> bool:
        """Whether a point is on the outline."""
        x, y = point
        right, bottom = self.x + self.width, self.y + self.height
        upright = x in (self.x, right) and self.y <= y <= bottom
        level = y in (self.y, bottom) and self.x <= x <= right
        return upright or level


@dataclass(frozen=True, slots=True)
class Line:
    """A flow as it is drawn."""

    source: str
    target: str
    points: list[Point]

    @property
    def pieces(self) -> list[tuple[Point, Point]]:
        """Its straight pieces."""
        return list(pairwise(self.points))


@dataclass(slots=True)
class Drawing:
    """Shapes and lines by the id of their element; labels too."""

    shapes: dict[str, Box]
    lines: dict[str, Line]
    labels: dict[str, Box]
    elements: set[str]
    named: set[str]
    flows: set[str]
    containers: set[str]
    attached: dict[str, str]


def drawing(data: bytes) -> Drawing:
    """Read the drawing of a file."""
    root = etree.fromstring(data)
    found = Drawing({}, {}, {}, set(), set(), set(), set(), {})
    ends: dict[str, tuple[str, str]] = {}
    for element in root.iter(f"{BPMN}*"):
        name = etree.QName(element).localname
        identity = element.get("id", "")
        if name == "sequenceFlow":
            found.flows.add(identity)
            ends[identity] = (element.get("sourceRef", ""), element.get("targetRef", ""))
        elif name.endswith(("Event", "Task", "Gateway")) or name == "subProcess":
            found.elements.add(identity)
        else:
            continue
        if name == "subProcess":
            found.containers.add(identity)
        if name == "boundaryEvent":
            found.attached[identity] = element.get("attachedToRef", "")
        if element.get("name") and name.endswith(("Flow", "Event", "Gateway")):
            found.named.add(identity)
    for shape in root.iter(f"{DI}BPMNShape"):
        found.shapes[shape.get("bpmnElement", "")] = _box(shape.find(f"{DC}Bounds"))
    for edge in root.iter(f"{DI}BPMNEdge"):
        points = [
            (float(p.get("x", "")), float(p.get("y", ""))) for p in edge.iter(f"{DD}waypoint")
        ]
        identity = edge.get("bpmnElement", "")
        found.lines[identity] = Line(*ends[identity], points)
    for label in root.iter(f"{DI}BPMNLabel"):
        owner = label.getparent()
        assert owner is not None
        found.labels[owner.get("bpmnElement", "")] = _box(label.find(f"{DC}Bounds"))
    return found


def crossing(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two level or upright pieces have a point in common."""
    return all(
        min(one[0][axis], one[1][axis]) <= max(other[0][axis], other[1][axis])
        and min(other[0][axis], other[1][axis]) <= max(one[0][axis], one[1][axis])
        for axis in (0, 1)
    )


def _box(bounds: etree._Element | None) -> Box:
    assert bounds is not None
    return Box(*(float(bounds.get(name, "")) for name in ("x", "y", "width", "height")))
