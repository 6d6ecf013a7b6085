"""A model in Camunda's or Activiti's dialect, in the words of Flowable: what the modeler edits.

Only words change that Flowable has too, or says in another way; all other XML stays as it is, word
for word. The engine reads every dialect, so a translated model runs as it did before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.dialect import BY_PLACE
from engine.errors import Finding
from engine.markup import DIALECTS, MODEL, parse_xml

FLOWABLE = "http://flowable.org/bpmn"
_OTHERS = {address: name for address, name in DIALECTS.items() if name in ("camunda", "activiti")}
_SERVICES = frozenset({"serviceTask", "sendTask", "businessRuleTask"})
_SAME_KEY = frozenset({"#{execution.processBusinessKey}", "${execution.processBusinessKey}"})

Node = etree._Element  # pyright: ignore[reportPrivateUsage]
Say = Callable[[str], None]


def translate(data: bytes, file: str = "model.bpmn20.xml") -> tuple[bytes, list[Finding]]:
    """The model in Flowable's words and what was changed; the same bytes when nothing was.

    What comes back is always UTF-8, as browsers read it.

    Raises ModelInvalid when it is no BPMN XML at all.
    """
    parse_xml(data, file)
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, strip_cdata=False))
    changes: list[Finding] = []
    for node in list(root.iter(etree.Element)):
        say = _teller(node, file, changes)
        _translate_attributes(node, say)
        _translate_element(node, say)
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    if not changes and encoding.upper() in ("UTF-8", "ASCII", "US-ASCII"):
        return data, []
    etree.cleanup_namespaces(root, {"flowable": FLOWABLE}, _prefixes(root))
    return etree.tostring(root.getroottree(), encoding="utf-8", xml_declaration=True), changes


def _teller(node: Node, file: str, changes: list[Finding]) -> Say:
    owner = next((each.get("id") for each in _upwards(node) if each.get("id")), "")
    line = node.sourceline or 0

    def say(message: str) -> None:
        changes.append(Finding("hint", "translated", message, owner or "", line, file))

    return say


def _upwards(node: Node) -> Iterator[Node]:
    yield node
    yield from node.iterancestors()


def _translate_attributes(node: Node, say: Say) -> None:
    place = _place(node)
    for name, value in list(node.attrib.items()):
        address, local = _split(str(name))
        text = str(value)
        if address not in _OTHERS:
            continue
        new = _renamed(place, local, text)
        if new is None:
            continue
        del node.attrib[name]
        for word, meant in new.items():
            node.set(f"{{{FLOWABLE}}}{word}", meant)
        old = f'{_OTHERS[address]}:{local}="{text}"'
        now = " ".join(f'flowable:{word}="{meant}"' for word, meant in new.items())
        say(f"{old} became {now}" if now else f"{old} was left out: it is so anyway")


def _renamed(place: str, name: str, value: str) -> Mapping[str, str] | None:
    """What an attribute is called in Flowable; None when Flowable has no word for it."""
    if name in ("asyncBefore", "asyncAfter"):
        word = {"asyncBefore": "async", "asyncAfter": "asyncLeave"}[name]
        return {word: value}
    if name == "formRef":
        return {"formKey": value}
    if name == "type" and value == "external" and place in _SERVICES:
        return {"type": "external-worker"}
    if name == "resultVariable" and place in _SERVICES:
        return {"resultVariableName": value}
    if name == "calledElementBinding" and value in ("latest", "deployment"):
        return {"sameDeployment": "true"} if value == "deployment" else {}
    word = BY_PLACE.get(place, {}).get(name)
    return {name: value} if word is not None and "flowable" in word.dialects else None


def _translate_element(node: Node, say: Say) -> None:
    address, local = _split(str(node.tag))
    if address not in _OTHERS:
        return
    if local == "in" and node.get("businessKey") is not None:
        _carry_business_key(node, say)
        return
    parent = node.getparent()
    known = BY_PLACE.get(_owner_place(node), {}).get(f"<{local}>")
    inside = parent is not None and _split(str(parent.tag))[0] == FLOWABLE
    if inside or (known is not None and "flowable" in known.dialects):
        node.tag = f"{{{FLOWABLE}}}{local}"
        say(f"<{_OTHERS[address]}:{local}> became <flowable:{local}>")


def _carry_business_key(node: Node, say: Say) -> None:
    """Camunda passes the business key as an element, Flowable as an attribute of the call."""
    call = next((each for each in _upwards(node) if _place(each) == "callActivity"), None)
    parent = node.getparent()
    if call is None or parent is None:
        return
    value = node.get("businessKey", "")
    name, text = ("inheritBusinessKey", "true") if value in _SAME_KEY else ("businessKey", value)
    call.set(f"{{{FLOWABLE}}}{name}", text)
    parent.remove(node)
    say(f'<camunda:in businessKey="{value}"> became flowable:{name}="{text}"')


def _owner_place(node: Node) -> str:
    """The name under which the table has the words of what an extension element belongs to."""
    parent = node.getparent()
    if parent is not None and _split(str(parent.tag)) == (MODEL, "extensionElements"):
        parent = parent.getparent()
    return _place(parent) if parent is not None else ""


def _place(node: Node) -> str:
    address, local = _split(str(node.tag))
    return local if address == MODEL else f"<{local}>"


def _split(name: str) -> tuple[str, str]:
    address, _, local = name.rpartition("}")
    return address.removeprefix("{"), local


def _prefixes(root: Node) -> list[str]:
    """Every prefix of the file: values may use them too, as in ``xsd:int``."""
    return sorted({prefix for node in root.iter(etree.Element) for prefix in node.nsmap if prefix})
