"""Texts for people: every one goes through ``_`` so that catalogues can translate it.

The English text is the key. ``_("…%(name)s…", name=…)`` fills in values; ``plural`` chooses by
number and fills in ``num`` besides. ``speak`` chooses the language for the rest of a request. A
catalogue is ``locale/<language>/LC_MESSAGES/messages.po``; it is read when it is first needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
ENGLISH = "en"
_SCRIPTS = "web/frontend/"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def _(text: str, **values: Any) -> str:
    """The text in the reader's language, with ``values`` filled in."""
    translated = gettext(text)
    return translated % values if values else translated


def gettext(text: str) -> str:
    """The text in the reader's language, its values still to be filled in (for templates)."""
    language = _language.get()
    return text if language == ENGLISH else catalogue(language).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The text for this number, its values still to be filled in (for templates)."""
    return catalogue(_language.get()).ngettext(one, many, number)


def plural(one: str, many: str, number: int, **values: Any) -> str:
    """The text for this number, ``%(num)s`` and ``values`` filled in."""
    return ngettext(one, many, number) % {"num": number, **values}


def translations(code: str) -> Iterator[tuple[str, str]]:
    """Every text without plural that the catalogue of a language has, with its translation."""
    for message in _messages(code):
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string:
            yield message.id, message.string


@cache
def of_scripts(code: str) -> dict[str, str]:
    """The texts that scripts show by themselves, with their translations."""
    return {
        str(message.id): str(message.string)
        for message in _messages(code)
        if message.string and any(place.startswith(_SCRIPTS) for place, _line in message.locations)
    }


def language() -> str:
    """The language that texts are in now, as a code such as ``de``."""
    return _language.get()


def speak(*wanted: str) -> None:
    """Use the first of these languages that there is: codes, or an ``Accept-Language`` header."""
    for each in wanted:
        for code in _codes(each):
            if code in languages():
                _language.set(code)
                return
    _language.set(ENGLISH)


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages, English first."""
    return (ENGLISH, *sorted(path.parent.parent.name for path in LOCALE.glob("*/*/messages.po")))


@cache
def catalogue(code: str) -> NullTranslations:
    """The translations of a language; the English texts themselves for English."""
    if code == ENGLISH or code not in languages():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, _messages(code))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _messages(code: str) -> Catalog:
    with (LOCALE / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


@lru_cache(maxsize=256)
def _codes(accepted: str) -> tuple[str, ...]:
    """The languages of an ``Accept-Language`` header (RFC 9110, 12.5.4), best first."""
    weighed: list[tuple[float, str]] = []
    for part in accepted[:200].lower().split(","):
        code, _semicolon, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if code and quality > 0:
            weighed.append((quality, code.partition("-")[0]))
    weighed.sort(key=lambda each: -each[0])
    return tuple(code for _quality, code in weighed)
