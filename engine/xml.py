"""BPMN XML to model: hardened parsing, then one pass that lets each element read itself.

Nothing is ignored in silence: what cannot run is an error, an attribute that has no effect is a
warning, each with file, line and element. Not here: rules over whole diagrams (``engine/lint``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter

from engine import dialect
from engine.candidate_starters import read_starters
from engine.elements import ELEMENTS, IGNORED_ELEMENTS
from engine.elements.boundary_event import BoundaryEvent
from engine.elements.call_activity import GlobalTask
from engine.elements.event_sub_process import EventSubProcess
from engine.errors import (
    ExpressionInvalid,
    Finding,
    ModelInvalid,
    Refused,
    ScriptInvalid,
    Severity,
)
from engine.extensions import read_extensions, read_listener
from engine.juel import Expression
from engine.juel import compile as compile_expression
from engine.lint import lint
from engine.loops import LOOPS, read_loop
from engine.markup import Document, Element, keeping_everything, parse_xml
from engine.model import Container, Flow, Node, Process
from engine.script import Script, language_of
from engine.triggers.signal import check_signals

_ASYNC = frozenset(["async", "asyncBefore", "asyncLeave", "asyncAfter"])
_RARE = frozenset(["isForCompensation", "startQuantity", "completionQuantity"])
MAX_QUANTITY = 1000
"""How many tokens an activity may take together, or give."""
_TORN = frozenset(
    ["dangling-reference", "flow-crosses-scope", "duplicate-id", "link", "compensation"]
)
"""Rules whose errors leave a diagram in pieces: of ways through it nothing can be said."""

TAKEN = ("take", "start", "end")
"""What a listener of a sequence flow may listen to: all of it happens when the flow is taken."""


@dataclass(slots=True)
class Bpmn:
    """One BPMN file: its processes, and what was found while reading it."""

    file: str
    data: bytes
    processes: list[Process] = field(default_factory=list[Process])
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def executable(self) -> list[Process]:
        """The processes that may be deployed to run."""
        return [process for process in self.processes if process.executable]


def read(data: bytes, file: str = "model.bpmn20.xml") -> Bpmn:
    """Read a BPMN file that is to run. Raises ModelInvalid with every finding."""
    bpmn = inspect(data, file)
    if any(finding.severity == "error" for finding in bpmn.findings):
        raise ModelInvalid(bpmn.findings)
    if not bpmn.executable:
        raise ModelInvalid(
            [
                *bpmn.findings,
                Finding(
                    "error",
                    "not-executable",
                    'no process in this file is executable: set isExecutable="true"',
                    file=file,
                ),
            ]
        )
    return bpmn


def inspect(data: bytes, file: str = "model.bpmn20.xml") -> Bpmn:
    """Read a BPMN file to look at it. Raises ModelInvalid only when it is no BPMN XML at all."""
    with keeping_everything():
        return _inspect(data, file)


def _inspect(data: bytes, file: str) -> Bpmn:
    document = parse_xml(data, file)
    try:
        return _read(document, data, file)
    finally:
        document.release()


def _read(document: Document, data: bytes, file: str) -> Bpmn:
    root = document.root
    reader = Reader(document, file)
    reader.goes_on_at_once = dialect.is_of_flowable(data)
    bpmn = Bpmn(file, data)
    for element in root:
        if element.name == "process":
            bpmn.processes.append(reader.process(element))
        elif element.name in dialect.GLOBAL_TASKS:
            bpmn.processes.append(reader.global_task(element))
    dialect.check(reader, reader.spoken.pop(None, ()))
    if bpmn.executable:
        check_signals((element for element in root if element.name == "signal"), reader)
    bpmn.findings = reader.findings
    reader.findings += _linted(bpmn) if not reader.torn else []
    if not bpmn.processes:
        reader.report("error", "no-process", root, "the file holds no process")
    return bpmn


def _linted(bpmn: Bpmn) -> list[Finding]:
    """What the rules find, but for elements that are wrong already, and for ways that dangle."""
    errors = [finding for finding in bpmn.findings if finding.severity == "error"]
    if any(error.rule in _TORN for error in errors):
        return []
    wrong = {error.element for error in errors}
    found = (finding for process in bpmn.executable for finding in lint(process))
    return [finding for finding in found if finding.element not in wrong]


class Reader:
    """Reads one file; elements ask it for attributes, expressions and references."""

    def __init__(self, document: Document, file: str) -> None:
        self.file = file
        self.goes_on_at_once = False
        self.findings: list[Finding] = []
        self._root = document.root
        self.definitions = {
            (element.name, id): element
            for element in document.root
            if (id := element.get("id")) is not None
        }
        self.spoken: dict[Element | None, list[Element]] = {}
        for element in document.spoken:
            self.spoken.setdefault(_process_of(element), []).append(element)
        self._event_definitions = {
            id: element
            for (tag, id), element in self.definitions.items()
            if tag.endswith("EventDefinition")
        }
        self.current: Process | None = None
        self._ids: set[str] = set()
        self._unread: set[str] = set()
        """The ids of what is reported as a whole: what leads there needs no finding of its own."""
        self.torn = False
        self._flows: list[Element] = []
        self._boundaries: list[tuple[BoundaryEvent, Element]] = []
        self._defaults: list[tuple[Node, Element]] = []
        self._associations: list[tuple[str, str]] = []
        self._generated = 0

    # Reading a process.

    def process(self, xml: Element) -> Process:
        """Read a process with everything in it, and link it."""
        process = Process(self._id(xml), xml.get("name", ""), xml.line)
        process.file = self.file
        process.executable = xml.get("isExecutable", "true").strip() != "false"
        before = len(self.findings)
        self.current = process
        self._flows.clear()
        self._boundaries.clear()
        self._defaults.clear()
        self._common(process, xml)
        read_starters(process, xml, self)
        process.keeps_running = dialect.keeps_running(self, xml)
        process.starter_may_cancel = dialect.starter_may_cancel(self, xml)
        process.title = self.expression(xml, xml.own.get("instanceName"), "instanceName")
        self._children(process, xml)
        self._link(process)
        if not xml.get("id", "").strip():
            self.report("error", "no-id", xml, "a process needs an id: it is started by it")
        dialect.check(self, self.spoken.get(xml, ()))
        found = sorted(self.findings[before:], key=attrgetter("line"))
        if not process.executable:
            found = [_only_to_run(finding) for finding in found]
        self.findings[before:] = found
        return process

    def global_task(self, xml: Element) -> GlobalTask:
        """Read a task that stands outside of all processes."""
        found = GlobalTask(self._id(xml), xml.get("name", ""), xml.line)
        found.file = self.file
        self.current = found
        self._node(dialect.GLOBAL_TASKS[xml.name], xml, found, found.id)
        found.documentation = found.children[0].documentation
        self._starts(found)
        found.children[0].link(self)
        return found

    def _children(self, container: Container, xml: Element) -> None:
        for child in xml:
            name = child.name
            if child.dialect is not None:
                continue
            if name == "sequenceFlow":
                self._flows.append(child)
            elif name in ELEMENTS:
                self._node(name, child, container)
            elif name in ("dataObject", "property"):
                self._data_object(child, container)
            elif name == "association":
                self._associations.append((child.get("sourceRef", ""), child.get("targetRef", "")))
            elif name not in IGNORED_ELEMENTS:
                self.report("error", "unsupported", child, f"<{name}> is not supported")
                self._unread.add(child.get("id", ""))

    def _node(self, tag: str, xml: Element, container: Container, id: str | None = None) -> None:
        kind = ELEMENTS[tag]
        if tag == "subProcess" and xml.get("triggeredByEvent") == "true":
            kind = EventSubProcess
        name = " ".join(xml.attributes.get("name", "").split())
        node = kind(id or self._id(xml), name, xml.line, container)
        assert self.current is not None
        self.current.nodes[node.id] = node
        container.children.append(node)
        if xml.children:
            self._common(node, xml)
        self._execution(node, xml)
        node.read(xml, self)
        if xml.attributes.get("default"):
            self._defaults.append((node, xml))
        if isinstance(node, BoundaryEvent):
            self._boundaries.append((node, xml))
        if isinstance(node, Container):
            self._children(node, xml)

    def _common(self, node: Node, xml: Element) -> None:
        """What any element may have."""
        for child in xml:
            if child.name == "documentation":
                node.documentation = (child.text or "").strip()
            elif child.name == "extensionElements":
                read_extensions(node, child, self)
            elif child.name in LOOPS:
                node.loop = node.loop or read_loop(xml, self)

    def _execution(self, node: Node, xml: Element) -> None:
        if not _ASYNC.isdisjoint(xml.own):
            node.before = self.flag(xml, "async") or self.flag(xml, "asyncBefore")
            node.after = self.flag(xml, "asyncLeave") or self.flag(xml, "asyncAfter")
        if not _RARE.isdisjoint(xml.attributes):
            node.compensates = xml.get("isForCompensation") == "true"
            node.start_quantity = self._quantity(xml, "startQuantity")
            node.completion_quantity = self._quantity(xml, "completionQuantity")

    def _quantity(self, xml: Element, name: str) -> int:
        text = xml.get(name, "1").strip()
        if text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_QUANTITY:
            return int(text)
        message = f"{name} must be a number from 1 to {MAX_QUANTITY:,}, not {text[:40]!r}"
        self.report("error", "quantity", xml, message)
        return 1

    def _data_object(self, xml: Element, container: Container) -> None:
        """One without a name and a type is only drawn; all others are variables from the start."""
        name = xml.get("name") or xml.get("id", "")
        value = next((v for v in self.extensions(xml, "value")), None)
        if value is not None and name:
            container.initial[name] = dialect.typed_value(self, xml, value.text or "")
        elif xml.get("name") or xml.get("itemSubjectRef") or (name and xml.name == "property"):
            container.initial[name] = None

    # Linking: flows, boundaries, defaults.

    def _link(self, process: Process) -> None:
        for xml in self._flows:
            self._flow(process, xml)
        for node, xml in self._defaults:
            self._default(node, xml, process)
        for boundary, xml in self._boundaries:
            self._attach(boundary, xml, process)
        self._starts(process)
        for inner in process.every(Container):
            self._starts(inner)
        for node in (process, *process.nodes.values()):
            node.link(self)

    def _flow(self, process: Process, xml: Element) -> None:
        said, nodes = xml.attributes, process.nodes
        source = nodes.get(said.get("sourceRef", ""))
        target = nodes.get(said.get("targetRef", ""))
        if source is None or target is None:
            missing = "sourceRef" if source is None else "targetRef"
            if self._unread.intersection((said.get("sourceRef"), said.get("targetRef"))):
                self._unread.add(said.get("id", ""))
                self.torn = True
                return
            message = f"{missing} {xml.get(missing)!r} names no element of the process"
            self.report("error", "dangling-reference", xml, message)
            return
        if source.container is not target.container:
            message = "a sequence flow cannot cross a subprocess border"
            self.report("error", "flow-crosses-scope", xml, message)
            return
        flow = Flow(self._id(xml), said.get("name", ""), xml.line, source, target)
        if xml.children:
            self._inside_flow(flow, xml)
        if xml.own:
            flow.skip = self.expression(xml, xml.own.get("skipExpression"), "skip expression")
        if flow.condition is not None or flow.skip is not None:
            source.conditional = True
        process.flows[flow.id] = flow
        source.outgoing.append(flow)
        target.incoming.append(flow)

    def _inside_flow(self, flow: Flow, xml: Element) -> None:
        condition = xml.child("conditionExpression")
        if condition is not None and (condition.text or "").strip():
            flow.condition = self.condition(condition)
        flow.listeners = tuple(
            listener
            for extension in self.extensions(xml, "executionListener")
            if (listener := read_listener(extension, self, TAKEN)) is not None
        )

    def _default(self, node: Node, xml: Element, process: Process) -> None:
        default = process.flows.get(xml.attributes["default"])
        if default is None and xml.attributes["default"] in self._unread:
            return
        if default is None or default.source is not node:
            message = f"default {xml.get('default')!r} is no outgoing sequence flow of it"
            self.report("error", "dangling-reference", xml, message)
        else:
            node.default = default
            node.conditional = True

    def _attach(self, boundary: BoundaryEvent, xml: Element, process: Process) -> None:
        host = process.nodes.get(xml.get("attachedToRef", ""))
        if host is None and xml.get("attachedToRef") in self._unread:
            self.torn = True
            return
        if host is None or host.tag.endswith(("Gateway", "Event")):
            message = f"attachedToRef {xml.get('attachedToRef')!r} names no activity"
            self.report("error", "dangling-reference", xml, message)
            return
        boundary.host = host
        host.boundaries += (boundary,)

    def _starts(self, container: Container) -> None:
        container.event_sub_processes = [
            child for child in container.children if isinstance(child, EventSubProcess)
        ]
        starts = [child for child in container.children if child.tag == "startEvent"]
        if not isinstance(container, EventSubProcess):
            starts = [start for start in starts if not start.triggers] or starts[:1]
        if not starts:
            starts = [
                child
                for child in container.children
                if not child.incoming
                and not child.instantiates
                and not isinstance(child, BoundaryEvent | EventSubProcess)
                and not child.compensates
            ]
        container.starts = starts

    # What elements ask for.

    def flag(self, xml: Element, name: str) -> bool:
        """A dialect's attribute that is true or false; false when absent."""
        return xml.own.get(name, "").strip().lower() == "true"

    def extensions(self, xml: Element, name: str) -> Iterator[Element]:
        """The dialect's extension elements of this name."""
        extensions = xml.child("extensionElements")
        if extensions is not None:
            for extension in extensions:
                if extension.name == name:
                    yield extension

    def event_definitions(self, xml: Element) -> Iterator[tuple[Element, str]]:
        """The event definitions of an event with their tags, own ones and referenced ones."""
        for child in xml:
            name = child.name
            if name == "eventDefinitionRef":
                reference = (child.text or "").strip().rpartition(":")[2]
                definition = self._event_definitions.get(reference)
                if definition is None:
                    message = f"there is no event definition {reference!r}"
                    self.report("error", "dangling-reference", xml, message)
                else:
                    yield definition, definition.name
            elif name.endswith("EventDefinition"):
                yield child, name

    def event_definition(self, id: str) -> Element | None:
        """An event definition by id, wherever it stands in the file."""
        everything = self._root.walk()
        return self._event_definitions.get(id) or next(
            (each for each in everything if each.get("id") == id and "EventDef" in each.name), None
        )

    def compensation_handler(self, boundary: BoundaryEvent) -> Node | None:
        """The activity that a compensation boundary event is associated with."""
        nodes = boundary.process.nodes
        for source, target in self._associations:
            if source == boundary.id and target in nodes:
                handler = nodes[target]
                handler.compensates = True
                return handler
        why = "no association leads from it to a compensation handler: it has no effect"
        self.report_node("warning", "compensation", boundary, why)
        return None

    def definition(self, kind: str, id: str | None) -> Element | None:
        """A message, signal, error or escalation of the file by id."""
        return self.definitions.get((kind, id)) if id is not None else None

    def expression(self, xml: Element, text: str | None, what: str) -> Expression | None:
        """Compile an attribute's text; an error becomes a finding."""
        if text is None or not text.strip():
            return None
        try:
            return compile_expression(text.strip())
        except ExpressionInvalid as error:
            self.report("error", "expression", xml, f"{what}: {error}")
            return None

    def condition(self, xml: Element) -> Expression | None:
        """Compile a condition. Only JUEL is known; another language is an error."""
        language = xml.get("language", "").lower()
        if language and not ("juel" in language or "uel" in language or language.endswith("xpath")):
            self.report(
                "error", "unsupported", xml, f"conditions in {language!r} are not supported"
            )
            return None
        text = (xml.text or "").strip()
        if text and not ("${" in text or "#{" in text):
            text = f"${{{text}}}"  # a literal text could never be true or false
        return self.expression(xml, text, "condition")

    def is_juel(self, language: str) -> bool:
        """Whether a script is an expression. A language that cannot run becomes a finding."""
        try:
            return language_of(language) == "juel"
        except ScriptInvalid:
            return False

    def script(
        self, xml: Element, language: str | None, source: str | None, *, keep_globals: bool = False
    ) -> Script | None:
        """Compile a script; an error becomes a finding."""
        try:
            return Script.compile(source or "", language or "javascript", keep_globals=keep_globals)
        except Refused as error:
            self.report("error", "script", xml, str(error))
            return None

    def report(self, severity: Severity, rule: str, xml: Element, message: str) -> None:
        """Add a finding at an element."""
        place: Element | None = xml
        while place is not None and "id" not in place.attributes:
            place = place.parent
        element = place.attributes["id"] if place is not None else ""
        self.findings.append(Finding(severity, rule, message, element, xml.line, self.file))

    def report_node(self, severity: Severity, rule: str, node: Node, message: str) -> None:
        """Add a finding at a node."""
        self.findings.append(Finding(severity, rule, message, node.id, node.line, self.file))

    def _id(self, xml: Element) -> str:
        id = xml.attributes.get("id", "").strip()
        if not id:
            self._generated += 1
            id = f"_{xml.name}_{self._generated}"
        if id in self._ids:
            self.report("error", "duplicate-id", xml, f"the id {id!r} is used twice")
        self._ids.add(id)
        return id


def _process_of(element: Element) -> Element | None:
    """The process that an element stands in; None outside of all."""
    place: Element | None = element
    while place is not None and (place.name != "process" or place.dialect is not None):
        place = place.parent
    return place


def _only_to_run(finding: Finding) -> Finding:
    """A finding in a process that is only looked at: what keeps it from running is a hint."""
    return replace(finding, severity="hint") if finding.severity == "error" else finding
