"""The table of dialects says the truth: each row is tried in a model, in every dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from engine import markup
from engine.dialect import BY_PLACE
from engine.errors import Finding
from engine.markup import DIALECTS, Element
from engine.vocabulary import WORDS, Word, spread
from engine.xml import inspect

PARENTS = {
    "participant": "collaboration",
    "lane": "laneSet",
    "multiInstanceLoopCharacteristics": "userTask",
    "standardLoopCharacteristics": "userTask",
    "loopCardinality": "multiInstanceLoopCharacteristics",
    "loopCondition": "standardLoopCharacteristics",
    "completionCondition": "adHocSubProcess",
    "activationCondition": "complexGateway",
    "conditionExpression": "sequenceFlow",
    "condition": "conditionalEventDefinition",
    "errorEventDefinition": "boundaryEvent",
    "escalationEventDefinition": "intermediateThrowEvent",
    "signalEventDefinition": "intermediateThrowEvent",
    "messageEventDefinition": "intermediateThrowEvent",
    "timerEventDefinition": "intermediateCatchEvent",
    "conditionalEventDefinition": "intermediateCatchEvent",
    "terminateEventDefinition": "endEvent",
    "timeDate": "timerEventDefinition",
    "timeDuration": "timerEventDefinition",
    "timeCycle": "timerEventDefinition",
}
"""What an element stands in, when that is not the process."""

ROOTS = ("collaboration", "error", "signal")
FILLING = {
    "scriptTask": "<script>1</script>",
    "intermediateCatchEvent": '<signalEventDefinition signalRef="s"/>',
    "boundaryEvent": '<signalEventDefinition signalRef="s"/>',
    "timerEventDefinition": "<timeDuration>PT1H</timeDuration>",
    "timeDate": "2026-01-05",
    "timeDuration": "PT1H",
    "timeCycle": "R3/PT1H",
    "loopCardinality": "3",
    "<value>": "1",
    "<script>": "1",
    "<failedJobRetryTimeCycle>": "R3/PT1M",
    "<potentialStarter>": "user(kermit), managers",
}
"""What must be inside an element, unless something else is."""

NEEDED = {
    "callActivity": 'calledElement="p"',
    "scriptTask": 'scriptFormat="javascript"',
    "businessRuleTask": 'd:expression="${1}"',
    "boundaryEvent": 'attachedToRef="host"',
    "sequenceFlow": 'sourceRef="host" targetRef="host"',
    "signalEventDefinition": 'signalRef="s"',
    "messageEventDefinition": 'messageRef="m"',
    "errorEventDefinition": 'errorRef="e"',
    "escalationEventDefinition": 'escalationRef="x"',
    "<in>": 'source="a" target="b"',
    "<out>": 'source="a" target="b"',
    "<externalWorkerInParameter>": 'source="a" target="b"',
    "<externalWorkerOutParameter>": 'source="a" target="b"',
    "<variable>": 'source="a" target="b"',
    "<variableAggregation>": 'target="all"',
    "<executionListener>": 'event="start" expression="${1}"',
    "<taskListener>": 'event="create" expression="${1}"',
}
"""What an element must say to be read to its end."""

BESIDE = {
    "useLocalScopeForResultVariable": 'd:resultVariable="r"',
    "storeResultVariableAsTransient": 'd:resultVariable="r"',
}
"""What a word only has an effect with."""

BY_A_WORKER = ("<externalWorkerInParameter>", "<externalWorkerOutParameter>")
VALUES = {
    "businessCalendarName": "duration",
    "calledElementBinding": "latest",
    "dueDate": "PT1H",
    "endDate": "2027-01-01",
    "event": "start",
    "type": "external",
    "variables": "all",
}


def build(place: str, words: str = "", inner: str = "") -> str:
    """What stands in ``<definitions>`` so that it has an element of this kind with these words."""
    name = place.rpartition("/")[2]
    if place == "process":
        return _file(words, inner)
    needed = " ".join(
        each for each in NEEDED.get(name, "").split() if each.partition("=")[0] + "=" not in words
    )
    tag = f"d:{name[1:-1]}" if name.startswith("<") else name
    other = any(mark in inner for mark in ("<time", "EventDefinition", "<script"))
    filling = "" if other else FILLING.get(name, "")
    xml = f'\n<{tag} id="the_{tag[-9:]}" {words} {needed}>{inner}{filling}</{tag}>'
    if tag != name or " id=" in f" {words}":
        xml = xml.replace(f'id="the_{tag[-9:]}" ', "", 1)
    if tag != name:
        return build_around(name, xml, place.rpartition("/")[0])
    if place in PARENTS:
        return build(PARENTS[place], inner=xml)
    if place in ROOTS:
        return _file("", _thrower(place)) + xml
    return _file("", xml)


def build_around(name: str, xml: str, place: str = "") -> str:
    """The same for an extension element, in an element of this kind or of any that may have it."""
    place = place or next(
        place
        for word in WORDS
        if word.name == name and word.status == "supported"
        for place in word.places
    )
    if not place.startswith("<"):
        xml = f"<extensionElements>{xml}</extensionElements>"
    return build(place, 'd:type="external" d:topic="t"' if name in BY_A_WORKER else "", xml)


def _thrower(place: str) -> str:
    """What refers to a signal or an error, which is read only then."""
    throws = f'<{place}EventDefinition {place}Ref="the_{place}"/>'
    return f"<endEvent>{throws}</endEvent>" if place != "collaboration" else ""


def _file(words: str, nodes: str) -> str:
    return (
        f'<process id="p" {words}><userTask id="host"/>{nodes}</process>'
        '<message id="m" name="m"/><signal id="s" name="s"/><error id="e" errorCode="e"/>'
        '<escalation id="x" escalationCode="x"/>'
    )


def whole(body: str, namespace: str, words: str = "") -> bytes:
    """A file."""
    start = f'<definitions xmlns="{markup.MODEL}" xmlns:d="{namespace}" targetNamespace="t"'
    return f"{start} {words}>{body}</definitions>".encode()


def model(word: Word, place: str, namespace: str, value: str = "") -> bytes:
    """A model in which this word stands in an element of this kind."""
    if word.name.startswith("<"):
        within = "" if place == "definitions" else place
        needed = NEEDED.get(word.name, "")
        tag = f"d:{word.name[1:-1]}"
        xml = f"\n<{tag} {needed}>{FILLING.get(word.name, '')}</{tag}>"
        if not within:
            return whole(f"{_file('', '')}<extensionElements>{xml}</extensionElements>", namespace)
        return whole(build_around(word.name, xml, within), namespace)
    said = f'{word.name}="{value or VALUES.get(word.name, "true")}"'
    if place == "definitions":
        return whole(_file("", ""), namespace, f"d:{said}")
    if not place.startswith("<"):
        said = f"d:{said} {BESIDE.get(word.name, '')}"
    return whole(build(place, said), namespace)


def found_in(data: bytes) -> list[Finding]:
    """What is said about words, apart from what is wrong with so small a model."""
    wanted = ("ignored", "unsupported", "unknown-attribute", "unknown-extension")
    return [finding for finding in inspect(data, "m").findings if finding.rule in wanted]


def about(word: Word, findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.message.startswith((f"{word.name}: ", f"{word.name} is "))]


class Watched(Element):
    """An element that remembers which words of it were read."""

    reads: ClassVar[set[tuple[str, str]]] = set()

    def __getattribute__(self, name: str) -> Any:
        if name == "text":
            Watched.reads.add((f"<{self.name}>", "text"))
        return super().__getattribute__(name)

    def __init__(self, name: str, *more: Any) -> None:
        super().__init__(name, *more)
        self.own = Own(name, self.own)

    def get(self, name: str, default: Any = None) -> Any:
        if self.dialect is not None:
            self.reads.add((f"<{self.name}>", name))
        return super().get(name, default)

    def __iter__(self) -> Iterator[Element]:
        if self.dialect is not None:
            self.reads.add((f"<{self.name}>", "children"))
        return super().__iter__()


class Own(dict[str, str]):
    """The attributes of a dialect, watched."""

    def __init__(self, element: str, words: Mapping[str, str]) -> None:
        super().__init__(words)
        self.element = element

    def get(self, name: str, default: Any = None) -> Any:
        Watched.reads.add((self.element, name))
        return super().get(name, default)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """The words that are read while the test runs, with the elements they stand in."""
    monkeypatch.setattr(markup, "Element", Watched)
    Watched.reads = set()
    return Watched.reads


FLOWABLE, *_ = DIALECTS
PREFIXES = [uri for uri, name in DIALECTS.items() if name != "wf"]


def with_status(*statuses: str) -> list[Word]:
    return [word for word in WORDS if word.status in statuses]


def name_of(word: Word) -> str:
    return f"{word.name}@{word.places[0]}"


@pytest.mark.parametrize("word", with_status("supported"), ids=name_of)
def test_what_is_supported_is_read(word: Word, reads: set[tuple[str, str]]):
    for place in word.places:
        for namespace in PREFIXES:
            reads.clear()
            data = model(word, place, namespace)
            assert about(word, found_in(data)) == [], (place, namespace)
            if word.name.startswith("<"):
                assert any(element == word.name for element, _ in reads), place
            else:
                assert (place.rpartition("/")[2], word.name) in reads, place


def test_what_is_read_is_supported(reads: set[tuple[str, str]]):
    known = {
        (place.rpartition("/")[2], word.name)
        for word in with_status("supported")
        for place in word.places
    }
    places = {place for word in WORDS for place in word.places} | {*spread(["@node", "@form"])}
    for place in places - {"definitions"}:
        inspect(whole(build(place), FLOWABLE), "m")
    for word in WORDS:
        for place in word.places:
            inspect(model(word, place, FLOWABLE), "m")
    words = {(place, name) for place, name in reads if name not in ("text", "children")}
    assert words - known == set()


@pytest.mark.parametrize("word", with_status("refused"), ids=name_of)
def test_what_is_refused_is_an_error_with_its_line(word: Word):
    for place in word.places:
        for namespace in PREFIXES:
            data = model(word, place, namespace, "other")
            (finding,) = about(word, inspect(data, "m").findings)
            assert (finding.severity, finding.rule) == ("error", "unsupported")
            assert finding.message == f"{word.name}: {word.note}"
            assert finding.line == line_of(word, data), place


@pytest.mark.parametrize("word", with_status("ignored"), ids=name_of)
def test_what_is_ignored_is_a_warning(word: Word):
    for place in word.places:
        for namespace in PREFIXES:
            data = model(word, place, namespace, "other")
            (finding,) = about(word, inspect(data, "m").findings)
            assert (finding.severity, finding.rule) == ("warning", "ignored")
            assert finding.message == f"{word.name} is ignored: {word.note}"
            assert finding.line == line_of(word, data), place


@pytest.mark.parametrize("word", [word for word in WORDS if word.harmless], ids=name_of)
def test_values_that_ask_for_nothing_new_are_silent(word: Word):
    for value in word.harmless:
        data = model(word, word.places[0], FLOWABLE, value)
        assert about(word, inspect(data, "m").findings) == []


def line_of(word: Word, data: bytes) -> int:
    mark = f"<d:{word.name[1:-1]} " if word.name.startswith("<") else f'{word.name}="other"'
    text = data.decode()
    return text[: text.index(mark)].count("\n") + 1


@pytest.mark.parametrize("namespace", PREFIXES)
def test_what_nobody_knows_is_a_warning(namespace: str):
    body = build(
        "userTask", 'd:asignee="x" d:initiator="y"', "<extensionElements>"
        '<d:tasklistener/><d:taskListener event="create" expression="${1}" when="now"/><d:out/>'
        "</extensionElements>",
    )  # fmt: skip
    found = found_in(whole(body, namespace))
    assert sorted((f.severity, f.rule, f.message) for f in found) == [
        ("warning", "unknown-attribute", "the attribute asignee is not known and has no effect"),
        (
            "warning",
            "unknown-attribute",
            "the attribute initiator is not known on <userTask> and has no effect",
        ),
        ("warning", "unknown-attribute", "the attribute when is not known and has no effect"),
        ("warning", "unknown-extension", "<out> is not known in <userTask> and has no effect"),
        ("warning", "unknown-extension", "<tasklistener> is not known and has no effect"),
    ]


def test_an_extension_outside_of_its_place_is_a_warning():
    body = build("userTask", inner='<d:taskListener event="create" expression="${1}"/>')
    (finding,) = found_in(whole(body, FLOWABLE))
    assert finding.message == "<taskListener> has no effect outside of <extensionElements>"


def test_many_fields_are_one_warning():
    fields = "<d:field name='a'/>" * 5
    inner = f"<extensionElements>{fields}</extensionElements>"
    body = build("serviceTask", 'd:expression="${1}"', inner)
    assert len(found_in(whole(body, FLOWABLE))) == 1


def test_what_is_in_something_refused_is_not_judged():
    inner = '<d:eventListener nonsense="1"><d:odd/></d:eventListener>'
    inner = f"<extensionElements>{inner}</extensionElements>"
    (finding,) = found_in(whole(build("process", inner=inner), FLOWABLE))
    assert finding.message.startswith("<eventListener>: ")


def test_words_in_a_process_that_does_not_run_are_hints():
    body = build("serviceTask", 'd:class="com.example.Pay"').replace(
        '<process id="p"', '<process id="p" isExecutable="false"'
    )
    assert {f.severity for f in found_in(whole(body, FLOWABLE))} == {"hint"}


@pytest.mark.parametrize("place", ["userTask", "timerEventDefinition"])
def test_another_calendar_is_an_error_that_names_the_standard_ones(place: str):
    word = BY_PLACE[place]["businessCalendarName"]
    for name in ("dueDate", "duration", "cycle"):
        data = model(word, place, FLOWABLE, name)
        assert [f for f in inspect(data, "m").findings if f.rule == "calendar"] == []
    data = model(word, place, FLOWABLE, "workdays")
    (finding,) = (f for f in inspect(data, "m").findings if f.rule == "calendar")
    assert finding.severity == "error"
    assert "dueDate, duration, cycle" in finding.message


@pytest.mark.parametrize(
    ("place", "event", "allowed"),
    [
        ("userTask", "update", "all, create, assignment, complete, delete"),
        ("sequenceFlow", "create", "take, start, end"),
        ("process", "take", "start, end, all"),
        ("serviceTask", "begin", "start, end, all"),
    ],
)
def test_a_listener_to_an_unknown_event_is_an_error(place: str, event: str, allowed: str):
    tag = "taskListener" if place == "userTask" else "executionListener"
    listener = f'<d:{tag} event="{event}" expression="${{1}}"/>'
    body = build(place, inner=f"<extensionElements>{listener}</extensionElements>")
    found = inspect(whole(body, FLOWABLE), "m").findings
    (finding,) = (f for f in found if f.rule == "listener")
    assert finding.message == f"a listener here listens to {allowed}, not to {event}"


def test_each_word_stands_once_at_each_place():
    pairs = [(place, word.name) for word in WORDS for place in word.places]
    assert sorted(pairs) == sorted(set(pairs))


def test_each_row_says_something():
    for word in WORDS:
        assert word.note
        assert word.dialects
        assert word.note[0].islower() or word.note.startswith(("CMMN",))
