"""What the words of Flowable, Activiti and Camunda 7 come to in a model, whatever its dialect.

Elements ask for an attribute by its plain name; here every word that stands in a file is looked up
in the table of ``engine/vocabulary.py``: what has no effect is a warning, what cannot be had an
error, each with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.juel.arithmetic import Trouble, number_of
from engine.markup import DIALECTS
from engine.vocabulary import WORDS, Word

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.xml import Reader


STOP_TIMERS, KEEP_RUNNING = "stop-timers", "keep-running"
"""What suspending an instance does to its timers."""

GLOBAL_TASKS = {
    "globalTask": "task",
    "globalManualTask": "manualTask",
    "globalUserTask": "userTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Tasks that stand outside of all processes, and the elements that they are like."""


def _by_place() -> dict[str, dict[str, Word]]:
    found: dict[str, dict[str, Word]] = {}
    for word in WORDS:
        for place in word.places:
            found.setdefault(place, {})[word.name] = word
    return found | {name: found[like] for name, like in GLOBAL_TASKS.items()}


BY_PLACE: Mapping[str, Mapping[str, Word]] = _by_place()
"""The words that each element knows, by their name."""

_KNOWN: Mapping[str, Word] = {word.name: word for word in WORDS}
_NONE: Mapping[str, Word] = {}


def check(reader: Reader, elements: Iterable[Element]) -> None:
    """Report what has no effect or cannot be had, in elements that speak a dialect."""
    said: set[tuple[Element | None, str]] = set()
    for element in elements:
        if element.dialect is None:
            _check_attributes(reader, element, element.name, element.own)
            continue
        parent = _owner(element)
        if parent is not None and parent.dialect is not None and not _is_supported(parent):
            continue
        if (parent, element.name) not in said and not _is_supported(element):
            said.add((parent, element.name))
            _report_extension(reader, element)
        elif _is_supported(element):
            _check_attributes(reader, element, _place(element), element.attributes)
            _check_attributes(reader, element, _place(element), element.own)


def has_refused(xml: Element) -> bool:
    """Whether an element has an attribute that is refused (and reported) anyway."""
    known = BY_PLACE.get(xml.name, _NONE)
    return any(name in known and known[name].status == "refused" for name in xml.own)


def keeps_running(reader: Reader, xml: Element) -> bool:
    """Whether the clocks of a process go on while an instance is suspended."""
    text = xml.own.get("onSuspend", STOP_TIMERS).strip()
    if text not in (STOP_TIMERS, KEEP_RUNNING):
        message = f"onSuspend is {STOP_TIMERS} or {KEEP_RUNNING}, not {text!r}"
        reader.report("error", "suspension", xml, message)
    return text == KEEP_RUNNING


def compensation_waits(reader: Reader, xml: Element) -> bool:
    """Whether a token waits at a compensation throw event until everything is undone.

    BPMN says yes; Flowable and Activiti go on at once, so models that are theirs alone do, too.
    """
    default = "false" if reader.goes_on_at_once else "true"
    return xml.get("waitForCompletion", default).strip() != "false"


def is_of_flowable(data: bytes) -> bool:
    """Whether a file declares the words of Flowable or Activiti, and those of nobody else."""
    spoken = {name for namespace, name in DIALECTS.items() if namespace.encode() in data}
    return bool(spoken) and spoken <= {"flowable", "activiti"}


def starter_may_cancel(reader: Reader, xml: Element) -> bool:
    """Whether who started a process may cancel it."""
    text = xml.own.get("starterMayCancel", "false").strip()
    if text not in ("true", "false"):
        reader.report(
            "error", "cancelling", xml, f"starterMayCancel is true or false, not {text!r}"
        )
    return text == "true"


def _owner(element: Element) -> Element | None:
    """The element that an extension element belongs to."""
    parent = element.parent
    if parent is not None and parent.dialect is None and parent.name == "extensionElements":
        return parent.parent
    return parent


def _place(element: Element) -> str:
    """The name under which the table has the words inside an element."""
    if element.dialect is None:
        return element.name
    parent = element.parent
    if parent is not None and parent.dialect is not None:
        exact = f"<{parent.name}>/<{element.name}>"
        if exact in BY_PLACE:
            return exact
    return f"<{element.name}>"


def _word(element: Element) -> Word | None:
    """The row of an extension element where it stands."""
    owner = _owner(element)
    known = BY_PLACE.get(_place(owner), _NONE) if owner is not None else _NONE
    return known.get(f"<{element.name}>")


def _is_supported(element: Element) -> bool:
    word = _word(element)
    return word is not None and word.status == "supported" and not _stands_bare(element)


def _stands_bare(element: Element) -> bool:
    """Whether an extension element lacks the ``extensionElements`` around it."""
    parent = element.parent
    return parent is not None and parent.dialect is None and parent.name != "extensionElements"


def _report_extension(reader: Reader, element: Element) -> None:
    word, owner = _word(element), _owner(element)
    name = f"<{element.name}>"
    if word is None:
        where = f" in <{owner.name}>" if owner is not None and name in _KNOWN else ""
        message = f"{name} is not known{where} and has no effect"
        reader.report("warning", "unknown-extension", element, message)
    elif word.status == "supported":
        message = f"{name} has no effect outside of <extensionElements>"
        reader.report("warning", "unknown-extension", element, message)
    else:
        _report(reader, element, word)


def _check_attributes(reader: Reader, xml: Element, place: str, given: Mapping[str, str]) -> None:
    known = BY_PLACE.get(place, _NONE)
    for name, value in given.items():
        word = known.get(name)
        if word is None:
            where = f" on <{xml.name}>" if name in _KNOWN else ""
            message = f"the attribute {name} is not known{where} and has no effect"
            reader.report("warning", "unknown-attribute", xml, message)
        elif word.status != "supported" and value.strip().lower() not in word.harmless:
            _report(reader, xml, word)


def _report(reader: Reader, xml: Element, word: Word) -> None:
    if word.status == "refused":
        reader.report("error", "unsupported", xml, f"{word.name}: {word.note}")
    else:
        reader.report("warning", "ignored", xml, f"{word.name} is ignored: {word.note}")


def typed_value(reader: Reader, xml: Element, text: str) -> Any:
    """The initial value of a data object, by its item type (xsd:int, xsd:boolean, …)."""
    kind = (xml.get("itemSubjectRef") or "").rpartition(":")[2].lower()
    if kind == "boolean":
        return text.strip().lower() == "true"
    if kind not in _WHOLE | _DECIMAL:
        return text
    try:
        number = number_of(text.strip() or "nothing")
    except Trouble:
        number = None
    if number is None or (kind in _WHOLE and not isinstance(number, int)):
        reader.report("error", "data-object", xml, f"{text[:40]!r} is no {kind}")
        return None
    return number if kind in _WHOLE else Decimal(number)


_WHOLE = frozenset({"int", "integer", "long", "short"})
_DECIMAL = frozenset({"double", "float", "decimal"})
