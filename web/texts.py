"""Texts for people: every one goes through ``_`` so that catalogues can translate it.

The English text is the key. ``_("…%(name)s…", name=…)`` fills in values; ``plural`` chooses by
number and fills in ``num`` besides.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

_catalogue = NullTranslations()


def _(text: str, **values: Any) -> str:
    """The text in the reader's language, with ``values`` filled in."""
    translated = gettext(text)
    return translated % values if values else translated


def gettext(text: str) -> str:
    """The text in the reader's language, its values still to be filled in (for templates)."""
    return _catalogue.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The text for this number, its values still to be filled in (for templates)."""
    return _catalogue.ngettext(one, many, number)


def plural(one: str, many: str, number: int, **values: Any) -> str:
    """The text for this number, ``%(num)s`` and ``values`` filled in."""
    return ngettext(one, many, number) % {"num": number, **values}
