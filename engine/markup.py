"""XML as plain objects, parsed so that a hostile file can do no harm.

What the elements mean stands in ``engine/xml.py``, what the dialects' words mean in
``engine/dialect.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import overload

from lxml import etree

from engine.errors import Finding, ModelInvalid

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIALECTS = {
    "http://flowable.org/bpmn": "flowable",
    "http://activiti.org/bpmn": "activiti",
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://operaton.org/schema/1.0/bpmn": "camunda",
    "https://workingflow.dev/bpmn": "wf",
}
MAX_BYTES = 20 * 1024 * 1024


class Element:
    """An XML element of BPMN or of a dialect; foreign ones are left out.

    ``name`` is its local name, ``dialect`` the dialect's prefix (None for BPMN itself), ``own``
    the dialect's attributes by local name, whatever their dialect.
    """

    __slots__ = ("attributes", "children", "dialect", "line", "name", "own", "parent", "text")

    def __init__(self, name: str, dialect: str | None, line: int, parent: Element | None) -> None:
        self.name = name
        self.dialect = dialect
        self.line = line
        self.parent = parent
        self.text: str | None = None
        self.attributes: dict[str, str] = {}
        self.own: dict[str, str] = {}
        self.children: list[Element] = []

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """An attribute without namespace."""
        return self.attributes.get(name, default)

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def child(self, name: str) -> Element | None:
        """The first BPMN child of this name."""
        for child in self.children:
            if child.name == name and child.dialect is None:
                return child
        return None

    def all(self, name: str) -> list[Element]:
        """All BPMN children of this name."""
        return [child for child in self.children if child.name == name and child.dialect is None]

    def walk(self) -> Iterator[Element]:
        """This element and all below, in the order of the file."""
        stack: list[Element] = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))

    def all_text(self) -> str:
        """The text of this element and all below."""
        return "".join(element.text or "" for element in self.walk())


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its root, and the elements that speak a dialect, in the order of their lines."""

    root: Element
    spoken: list[Element]


def parse_xml(data: bytes, file: str) -> Document:
    """Parse XML without entities, document types or network. Raises ModelInvalid."""
    if len(data) > MAX_BYTES:
        raise invalid(
            file, "too-large", f"the file has {len(data):,} bytes, {MAX_BYTES:,} are allowed"
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise ModelInvalid(
            [Finding("error", "not-xml", f"not XML: {error}", "", line, file)]
        ) from None
    if root.getroottree().docinfo.doctype:
        raise invalid(file, "doctype", "a document type or entity declaration is not allowed")
    namespace, _, name = str(root.tag)[1:].rpartition("}")
    if namespace != MODEL:
        raise invalid(
            file, "not-bpmn", f"the root element is <{name or root.tag}>, not BPMN definitions"
        )
    return _converted(root)


def _converted(root: etree._Element) -> Document:  # pyright: ignore[reportPrivateUsage]
    top = _element(root, str(root.tag).rpartition("}")[2], None, None)
    spoken = [top] if top.own else []
    stack = [(root, top)]
    while stack:
        source, target = stack.pop()
        for child in source:
            tag = child.tag
            if not isinstance(tag, str) or tag[0] != "{":
                continue
            namespace, _, name = tag[1:].partition("}")
            if namespace == MODEL:
                dialect = None
            elif namespace in DIALECTS:
                dialect = DIALECTS[namespace]
            else:
                continue
            element = _element(child, name, dialect, target)
            target.children.append(element)
            if dialect is not None or element.own:
                spoken.append(element)
            if len(child):
                stack.append((child, element))
    return Document(top, sorted(spoken, key=attrgetter("line")))


def _element(
    source: etree._Element,  # pyright: ignore[reportPrivateUsage]
    name: str,
    dialect: str | None,
    parent: Element | None,
) -> Element:
    element = Element(name, dialect, source.sourceline or 0, parent)
    element.text = source.text
    for key, value in source.items():
        if key[0] != "{":
            element.attributes[key] = value
            continue
        namespace, _, local = key[1:].partition("}")
        if namespace in DIALECTS:
            element.own.setdefault(local, value)
    return element


def invalid(file: str, rule: str, message: str) -> ModelInvalid:
    """The refusal of a whole file."""
    return ModelInvalid([Finding("error", rule, message, file=file)])
