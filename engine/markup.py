"""XML as plain objects, parsed so that a hostile file can do no harm.

What the elements mean stands in ``engine/xml.py``, what the dialects' words mean in
``engine/dialect.py``.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, overload
from xml.parsers import expat

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
MAX_DEPTH = 250

_REPEATED = frozenset(["incoming", "outgoing"])
"""What only says again what the sequence flows say."""

_NOTHING: dict[str, str] = {}


class Element:
    """An XML element of BPMN or of a dialect; foreign ones are left out.

    ``name`` is its local name, ``dialect`` the dialect's prefix (None for BPMN itself), ``own``
    the dialect's attributes by local name, whatever their dialect.
    """

    __slots__ = ("attributes", "children", "dialect", "line", "name", "own", "parent", "text")

    def __init__(
        self,
        name: str,
        dialect: str | None,
        line: int,
        parent: Element | None,
        attributes: dict[str, str],
        own: dict[str, str],
    ) -> None:
        self.name = name
        self.dialect = dialect
        self.line = line
        self.parent = parent
        self.text: str | None = None
        self.attributes = attributes
        self.own = own
        self.children: list[Element] = _NO_ELEMENTS

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


_NO_ELEMENTS: list[Element] = []
"""Shared by all that have no children, and never added to."""


@dataclass(slots=True)
class Document:
    """A file while it is read: its root, and those of its elements that speak a dialect."""

    file: str
    elements: list[Element] = field(default_factory=list[Element])
    spoken: list[Element] = field(default_factory=list[Element])

    @property
    def root(self) -> Element:
        """The outermost element."""
        return self.elements[0]

    def release(self) -> None:
        """Let go of the elements, which know each other and would not go away by themselves."""
        for element in self.elements:
            element.parent = None


def parse_xml(data: bytes, file: str) -> Document:
    """Parse XML without entities, document types or network. Raises ModelInvalid."""
    if len(data) > MAX_BYTES:
        raise invalid(
            file, "too-large", f"the file has {len(data):,} bytes, {MAX_BYTES:,} are allowed"
        )
    document = Document(file)
    parser = expat.ParserCreate(namespace_separator="}")
    _build(document, parser)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 0)
        raise ModelInvalid(
            [Finding("error", "not-xml", f"not XML: {error}", "", line, file)]
        ) from None
    finally:
        parser.StartDoctypeDeclHandler = parser.StartElementHandler = None
        parser.EndElementHandler = parser.CharacterDataHandler = None
    return document


def _build(document: Document, parser: expat.XMLParserType) -> None:
    """Let the elements of a document be built while expat reads. Names are shared.

    This runs once for each tag and text of a file: what is at hand in a closure costs least, and
    ends of elements are only counted.
    """
    outside = Element("", None, 0, None, _NOTHING, _NOTHING)
    around: list[Element | None] = [outside, *(None for _ in range(MAX_DEPTH))]
    ended: list[str] = []
    started = 0
    names: dict[str, tuple[str | None, str] | None] = {}
    plain: set[str] = set()
    elements, spoken = document.elements, document.spoken

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal started
        depth = started - len(ended)
        started += 1
        if depth == MAX_DEPTH:
            message = f"more than {MAX_DEPTH} elements are nested"
            raise invalid(document.file, "too-deep", message)
        if tag not in names:
            names[tag] = _known(tag)
            if not elements:
                _check_root(tag, names[tag], document.file)
        known, parent = names[tag], around[depth]
        if known is None or parent is None:
            around[depth + 1] = None
            return
        dialect, name = known
        own = _NOTHING
        if not plain.issuperset(attributes):
            attributes, own = _divided(attributes)
            plain.update(attributes)
        line = parser.CurrentLineNumber
        around[depth + 1] = element = Element(name, dialect, line, parent, attributes, own)
        if parent.children:
            parent.children.append(element)
        else:
            parent.children = [element]
        elements.append(element)
        if own or dialect is not None:
            spoken.append(element)

    def characters(text: str) -> None:
        element = around[started - len(ended)]
        if element is not None and not element.children:
            element.text = text if element.text is None else element.text + text

    def doctype(*_: Any) -> None:
        message = "a document type or entity declaration is not allowed"
        raise invalid(document.file, "doctype", message)

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = ended.append
    parser.CharacterDataHandler = characters


def _known(tag: str) -> tuple[str | None, str] | None:
    """The dialect and the local name of a tag; None for what is left out, with all in it."""
    namespace, _, name = tag.rpartition("}")
    if namespace == MODEL:
        return None if name in _REPEATED else (None, name)
    return (DIALECTS[namespace], name) if namespace in DIALECTS else None


def _check_root(tag: str, known: tuple[str | None, str] | None, file: str) -> None:
    if known != (None, "definitions"):
        name = tag.rpartition("}")[2]
        raise invalid(file, "not-bpmn", f"the root element is <{name}>, not BPMN definitions")


def _divided(attributes: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The plain attributes, and those of the dialects; the first counts where two say the same."""
    plain: dict[str, str] = {}
    own: dict[str, str] = {}
    for key, value in attributes.items():
        namespace, inside, name = key.rpartition("}")
        if not inside:
            plain[key] = value
        elif namespace in DIALECTS:
            own.setdefault(name, value)
    return plain, own or _NOTHING


@contextmanager
def keeping_everything() -> Generator[None]:
    """Without the garbage collector: it would go through a large model again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def invalid(file: str, rule: str, message: str) -> ModelInvalid:
    """The refusal of a whole file."""
    return ModelInvalid([Finding("error", rule, message, file=file)])
