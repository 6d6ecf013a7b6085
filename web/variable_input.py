"""Variables as people enter them: a kind and a text; and what of a form of many was changed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from litestar.datastructures import FormMultiDict

from appliance.errors import InvalidInput
from appliance.fingerprint import fingerprint
from engine.errors import InvalidVariables
from engine.values import checked_name, decode, encode
from web.texts import _

KINDS = ("text", "number", "yes", "no", "nothing", "json")
_FIXED = {"yes": True, "no": False, "nothing": None}


@dataclass(frozen=True, slots=True)
class Row:
    """A variable in a form: ``seen`` is the mark of its value, empty for a new one."""

    name: str = ""
    kind: str = "text"
    text: str = ""
    seen: str = ""

    @classmethod
    def of(cls, name: str, value: Any) -> Row:
        """The row of a variable as it is now."""
        return cls(name, kind_of(value), text_of(value), fingerprint(encode(value)))


@dataclass(frozen=True, slots=True)
class Changes:
    """What somebody changed, and the marks of what they saw before."""

    values: dict[str, Any]
    seen: dict[str, str]


def kind_of(value: Any) -> str:
    """One of ``KINDS``."""
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case None:
            return "nothing"
        case str():
            return "text"
        case int() | Decimal():
            return "number"
        case _:
            return "json"


def text_of(value: Any) -> str:
    """What stands in the field of a value."""
    if value is None or isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else encode(value).decode()


def value_of(kind: str, text: str, name: str) -> Any:
    """The value that somebody entered. Raises ``InvalidInput``."""
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == "text":
        return text.replace("\r\n", "\n")
    try:
        value = decode(text)
    except InvalidVariables as error:
        if kind == "number":
            raise _no_number(name, text) from None
        raise InvalidInput(f"{name}: {error}") from None
    if kind == "number" and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        raise _no_number(name, text)
    return value


def _no_number(name: str, entered: str) -> InvalidInput:
    return InvalidInput(_("%(name)s: “%(entered)s” is no number.", name=name, entered=entered[:40]))


def rows_of(form: FormMultiDict) -> list[Row]:
    """The rows of a form as they were entered; those without a name are left out."""
    columns = [
        [each if isinstance(each, str) else "" for each in form.getall(column, [])]
        for column in ("name", "kind", "value", "seen")
    ]
    rows = [Row(name.strip(), *rest) for name, *rest in zip(*columns, strict=False)]
    return [row for row in rows if row.name]


def changes_of(form: FormMultiDict) -> Changes:
    """What a form changes. Raises ``InvalidInput``, ``InvalidVariables``."""
    changes = Changes({}, {})
    for row in rows_of(form):
        value = value_of(row.kind, row.text, checked_name(row.name))
        if row.name in changes.values:
            raise InvalidInput(_("%(name)s is there twice.", name=row.name))
        if fingerprint(encode(value)) != row.seen:
            changes.values[row.name] = value
            changes.seen[row.name] = row.seen
    return changes
