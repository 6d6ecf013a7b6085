"""Gather the texts for people, renew the catalogues, and say what is not translated.

    python build/texts.py                  renew every catalogue
    python build/texts.py --check          change nothing; fail where a catalogue is not complete
    python build/texts.py --missing de     print what has no German yet, as a catalogue
    python build/texts.py --take FILE.po   take the translations of such a catalogue
    python build/texts.py --new fr         begin a language

Texts are: arguments of ``_``, ``gettext``, ``ngettext`` and ``plural`` in Python, templates and
scripts of ``web``; what ``Message`` and ``Unfit`` say in ``engine/forms``; and what is refused, the
message of every exception of ``REFUSALS``, whose values stand in braces; and the lines of
``MENUS``, which are bpmn-js' own texts. What is said to those who
draw models or run the server (findings, faults of expressions and scripts, the command line) is
English everywhere, like the names it is made of.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.checkers import checkers
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "web" / "locale"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
FORM_KEYWORDS = {"Message": None, "Unfit": None}
REFUSALS = frozenset({
    "AmbiguousCorrelation", "BackupDamaged", "BackupFailed", "BackupNotFound", "BatchNotFound",
    "BodyTooLarge", "Conflict", "DraftChanged", "DraftNotFound", "FilterNotFound", "Forbidden",
    "ForeignRequest", "FormNotFound", "GroupNotFound", "IncidentNotFound", "InstanceEnded",
    "InstanceNotFound", "InstanceSuspended", "InvalidInput", "KeyNotFound", "MoveNotFound",
    "NoFlowTaken", "NoSubscriber", "NotWaiting", "NoticeNotFound", "Overloaded",
    "PasswordLinkInvalid", "ProcessNotFound", "ProcessSuspended", "PublicLinkInvalid",
    "SecondFactorInvalid", "SessionNotFound", "SetupLinkInvalid", "ShuttingDown",
    "StartFormNotSupported", "StepLimit", "StorageFull", "StoredFileNotFound",
    "SubstituteNotFound", "TaskAlreadyClaimed", "TaskDelegated", "TaskNotFound", "TooLarge",
    "TooManyAttempts", "TrialNotFound", "Unauthorized", "UncaughtError", "UserNotFound",
    "WrongPassword",
})  # fmt: skip
NAMING = frozenset({"_identifier", "about", "line"})
"""Functions whose second argument names what they refuse ("The user name must …") or explains."""
_JINJA = {
    "extensions": "jinja2.ext.i18n, jinja2.ext.do",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
_SOURCES: list[tuple[str, str, Any, dict[str, Any], dict[str, Any]]] = [
    ("web", "*.py", "python", KEYWORDS, {}),
    ("web/templates", "*.html", "jinja2", KEYWORDS, _JINJA),
    ("web/frontend/src", "*.js", "javascript", KEYWORDS, {}),
    ("engine/forms", "*.py", "python", FORM_KEYWORDS, {}),
]
MENUS = ROOT / "web" / "frontend" / "src" / "modeler" / "bpmn-js.txt"
_REFUSING = ("appliance", "engine", "web")


def gathered() -> Catalog:
    """Every text of the sources, with the files that it is in."""
    found = Catalog()
    for folder, pattern, method, keywords, options in _SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            with path.open("rb") as file:
                for _line, text, _comments, _context in extract(
                    method, file, keywords=keywords, options=options
                ):
                    found.add(text, locations=[_place(path)])
    for text in MENUS.read_text(encoding="utf-8").splitlines():
        found.add(text, locations=[_place(MENUS)])
    for folder in _REFUSING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in refusals(path.read_text(encoding="utf-8")):
                found.add(text, locations=[_place(path)])
    return found


def refusals(source: str) -> Iterator[str]:
    """The messages of refusals in a module, ``f"There is no user {name}."`` with its braces."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        match node.func:
            case ast.Name(name) | ast.Attribute(attr=name) if name in REFUSALS:
                said = node.args[0]
                yield from _template(
                    constants.get(said.id, said) if isinstance(said, ast.Name) else said
                )
            case ast.Name(name) | ast.Attribute(attr=name) if name in NAMING and node.args[1:]:
                yield from _template(node.args[1])
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in REFUSALS:
            yield from _said_by_itself(node)


def _said_by_itself(made: ast.ClassDef) -> Iterator[str]:
    """What an exception says that knows its message itself."""
    for node in ast.walk(made):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("super")))) if node.args:
                yield from _template(node.args[0])


def _template(text: ast.expr) -> Iterator[str]:
    match text:
        case ast.Constant(str() as value):
            yield value.replace("{", "{{").replace("}", "}}")
        case ast.JoinedStr(values=parts):
            used: list[str] = []
            yield "".join(_part(part, used) for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _template(one)
            yield from _template(other)


def _part(part: ast.expr, used: list[str]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value).replace("{", "{{").replace("}", "}}")
    assert isinstance(part, ast.FormattedValue)
    words = re.findall(r"[a-z]+", ast.unparse(part.value).lower())
    name = next((word for word in reversed(words) if word not in used), f"value{len(used)}")
    used.append(name)
    return f"{{{name}}}"


def _place(path: Path) -> tuple[str, int]:
    return path.relative_to(ROOT).as_posix(), 0


def languages() -> list[str]:
    """The languages that there are catalogues for."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/messages.po"))


def catalogue(language: str) -> Catalog:
    """The catalogue of a language, as it is."""
    with _path(language).open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str, texts: Catalog) -> Catalog:
    """The catalogue of a language with exactly these texts."""
    known = catalogue(language)
    made = Catalog(locale=language, fuzzy=False)
    for message in texts:
        if message.id:
            before = known.get(message.id)
            said = before.string if before and not before.fuzzy else ""
            made.add(message.id, said, locations=message.locations)
    return made


def as_text(catalog: Catalog) -> bytes:
    """A catalogue as a file: sorted, without times and line numbers, so that it merges well."""
    out = BytesIO()
    write_po(out, catalog, width=100, sort_output=True, omit_header=True, include_lineno=False)
    return out.getvalue()


def faults(language: str, texts: Catalog) -> Iterator[tuple[Message, str]]:
    """What is wrong with the translations of a language, by text."""
    known = catalogue(language)
    for message in texts:
        if not message.id:
            continue
        said = known.get(message.id)
        if said is None or not _whole(said):
            yield message, "is not translated"
        elif wrong := _wrong(known, said):
            yield message, wrong
    for message in known:
        if message.id and texts.get(message.id) is None:
            yield message, "is used nowhere any more"


def _whole(message: Message) -> bool:
    said = message.string
    return bool(said) and (isinstance(said, str) or all(said)) and not message.fuzzy


def _wrong(catalog: Catalog, message: Message) -> str:
    for check in checkers:
        try:
            check(catalog, message)
        except Exception as error:  # noqa: BLE001 - whatever a checker of Babel says
            return str(error)
    if isinstance(message.id, str) and isinstance(message.string, str):
        return _other_braces(message.id, message.string)
    return ""


def _other_braces(text: str, said: str) -> str:
    def names(of: str) -> set[str | None]:
        return {name for _text, name, _spec, _conversion in Formatter().parse(of)} - {None}

    if "%(" in text or "{" not in text:
        return ""
    return "" if names(text) == names(said) else "has other values in braces"


def missing(language: str, texts: Catalog) -> Catalog:
    """Only what is not translated or not rightly."""
    made = Catalog(locale=language, fuzzy=False)
    for message, why in faults(language, texts):
        if texts.get(message.id) is not None:
            made.add(message.id, "", locations=message.locations, auto_comments=[why])
    return made


def take(path: Path, language: str, texts: Catalog) -> None:
    """Add the translations of a file to the catalogue of a language."""
    with path.open("rb") as file:
        given = read_po(file, locale=language)
    known = catalogue(language)
    for message in given:
        if message.id and _whole(message):
            known.delete(message.id)
            known.add(message.id, message.string)
    _path(language).write_bytes(as_text(known))
    _path(language).write_bytes(as_text(renewed(language, texts)))


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "messages.po"


def _begin(language: str) -> None:
    Locale.parse(language)
    _path(language).parent.mkdir(parents=True, exist_ok=True)
    _path(language).touch(exist_ok=True)


def _report(texts: Catalog) -> int:
    """Say how complete each catalogue is; how many faults there are."""
    found = 0
    for language in languages():
        wrong = list(faults(language, texts))
        found += len(wrong)
        print(f"{language}: {len(texts) - len(wrong)} of {len(texts)} texts")
        for message, why in wrong[:20]:
            text = message.id if isinstance(message.id, str) else message.id[0]
            print(f"  {text[:80]!r} {why}")
        if len(wrong) > 20:
            print(f"  and {len(wrong) - 20} more (--missing {language} prints them)")
    return found


def main() -> int:
    """Renew, or do what the flags say."""
    parser = argparse.ArgumentParser(description="The texts for people and their translations.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail on any fault")
    parser.add_argument("--missing", metavar="LANGUAGE", help="print what is not translated")
    parser.add_argument("--take", metavar="FILE", type=Path, help="take the translations of a file")
    parser.add_argument("--language", default="de", help="whose translations FILE has")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin a language")
    given = parser.parse_args()
    if given.new:
        _begin(given.new)
    texts = gathered()
    if given.missing:
        sys.stdout.buffer.write(as_text(missing(given.missing, texts)))
        return 0
    if given.take:
        take(given.take, given.language, texts)
    elif not given.check:
        for language in languages():
            _path(language).write_bytes(as_text(renewed(language, texts)))
    return 1 if _report(texts) and given.check else 0


if __name__ == "__main__":
    sys.exit(main())
