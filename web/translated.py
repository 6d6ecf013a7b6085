"""What the engine and the appliance say, in the reader's language.

Both speak English and know nothing of languages. A message of a form still knows its template. A
refusal is recognised by its text: the catalogue has ``There is no user {name}.`` for it, which
``build/texts.py`` gathers from the sources. What no catalogue has stays English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from string import Formatter
from typing import Any

from engine.forms import Message
from web import formats, texts

_SAID = frozenset({"detail", "error", "problems", "refused", "said", "strerror", "what"})
"""The parts of refusals that are words of ours; the others are names and numbers, which stay."""


def translated(said: object) -> str:
    """A refusal, or another message of a part that speaks English, as the reader says it."""
    if isinstance(said, Message):
        values = {name: _written(name, value) for name, value in said.values.items()}
        return texts.gettext(said.template).format(**values)
    text = str(said)
    if not text or texts.language() == texts.ENGLISH:
        return text
    if (known := texts.gettext(text)) != text:
        return known
    for pattern, names, template in _refusals(texts.language()):
        if found := pattern.fullmatch(text):
            parts = zip(names, found.groups(), strict=True)
            return template.format(
                **{name: translated(part) if name in _SAID else part for name, part in parts}
            )
    return text


def _written(name: str, value: Any) -> Any:
    if name == "wanted":
        return formats.file_kinds(value)
    return formats.number(value) if isinstance(value, int | Decimal) else value


@cache
def _refusals(language: str) -> Sequence[tuple[re.Pattern[str], Sequence[str], str]]:
    """The patterns of refusals with values, the names of these, what they are translated to.

    Those with most text of their own come first: ``{path}: {reason}`` would fit nearly anything.
    """
    found: list[tuple[int, re.Pattern[str], Sequence[str], str]] = []
    for text, template in texts.translations(language):
        if "{" not in text:
            continue
        parts = [(plain, name) for plain, name, _spec, _how in Formatter().parse(text)]
        pattern = "".join(re.escape(plain) + ("(.+)" if name else "") for plain, name in parts)
        if (own := sum(len(plain) for plain, _name in parts)) < 3:
            continue
        names = [name for _plain, name in parts if name]
        found.append((own, re.compile(pattern, re.DOTALL), names, template))
    found.sort(key=lambda each: -each[0])
    return [each[1:] for each in found]
