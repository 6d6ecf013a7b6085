"""Reading the attributes of a form's JSON, each with its type; what does not fit is a finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from engine.forms.feel import pattern_problem, problem
from engine.forms.model import Feel, Flag, Limit, Template, Text
from engine.forms.narrow import dict_of, many

_PART = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)

__all__ = ["Attributes", "Feel", "Reading", "Text", "pattern_problem"]


class Reading(Protocol):
    """Where findings and FEEL sources go."""

    feels: list[str]

    def refuse(self, rule: str, message: str, element: str = "") -> None:
        """Note an error."""

    def warn(self, rule: str, message: str, element: str = "") -> None:
        """Note a warning."""


@dataclass(slots=True)
class Attributes:
    """The attributes of one JSON object; ``name`` is how findings call it."""

    reading: Reading
    source: Mapping[str, Any]
    name: str

    def refuse(self, rule: str, message: str) -> None:
        """Note an error here."""
        self.reading.refuse(rule, message, self.name)

    def warn(self, rule: str, message: str) -> None:
        """Note a warning here."""
        self.reading.warn(rule, message, self.name)

    def inner(self, key: str) -> Attributes:
        """The attributes of the object ``key``, none when it is absent."""
        value = self.source.get(key)
        if value is None:
            return Attributes(self.reading, {}, self.name)
        inner = dict_of(value)
        if inner is None:
            self._unfit(key, "an object")
        return Attributes(self.reading, inner or {}, self.name)

    def word(self, key: str) -> str:
        """Plain text; empty when absent."""
        value = self.source.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self._unfit(key, "text")
        return ""

    def words(self, key: str) -> list[str]:
        """A list of texts; one text is a list of one."""
        value = self.source.get(key)
        if value is None:
            return []
        items = many(value)
        if not all(isinstance(item, str) for item in items):
            self._unfit(key, "a list of texts")
            return []
        return items

    def truth(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.source.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self._unfit(key, "true or false")
        return default

    def flag(self, key: str) -> Flag:
        """True, false or an expression."""
        found = self.feel(key)
        return self.truth(key) if found is None else found

    def whole(self, key: str) -> int | None:
        """A whole number that is not negative."""
        value = self.decimal(key)
        if value is None:
            return None
        if value < 0 or value != value.to_integral_value() or value > 10**15:
            self._unfit(key, "a whole number")
            return None
        return int(value)

    def decimal(self, key: str) -> Decimal | None:
        """A number, as it is or as text."""
        value = self.source.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                number = Decimal("NaN")
            if number.is_finite():
                return number
        self._unfit(key, "a number")
        return None

    def limit(self, key: str) -> Limit:
        """A number or an expression."""
        found = self.feel(key)
        return self.decimal(key) if found is None else found

    def feel(self, key: str, *, unary: bool = False) -> Feel | None:
        """An expression (text that begins with ``=``), or None."""
        value = self.source.get(key)
        if not isinstance(value, str) or not value.startswith("="):
            return None
        return self._checked(value[1:], key, unary)

    def condition(self, key: str) -> Feel | None:
        """The expression ``key`` of ``conditional``, with or without its ``=``."""
        value = self.inner("conditional").word(key)
        return self._checked(value.removeprefix("="), f"conditional.{key}", True) if value else None

    def data(self, key: str) -> Feel | str:
        """The expression that gives data, with or without its ``=``; empty when absent."""
        value = self.word(key)
        return self._checked(value.removeprefix("="), key, False) if value else ""

    def text(self, key: str) -> Text:
        """Text, with expressions inside of double braces, or an expression."""
        value = self.word(key)
        if value.startswith("="):
            return self._checked(value[1:], key, False)
        if "{{" not in value:
            return value
        return self._template(value, key)

    def _template(self, value: str, key: str) -> Template:
        parts: list[str | Feel] = []
        end = 0
        for found in _PART.finditer(value):
            source = found[1].strip()
            if source.startswith(("#", "/", "=")):
                self.refuse(
                    "form-template", f"'{{{{{source}}}}}' in {key}: only {{{{expressions}}}}"
                )
                continue
            parts += [value[end : found.start()], self._checked(source, key, False)]
            end = found.end()
        parts.append(value[end:])
        return Template(tuple(part for part in parts if part != ""))

    def _checked(self, source: str, key: str, unary: bool) -> Feel:
        found = Feel(source.strip(), unary)
        self.reading.feels.append(found.source)
        if why := problem(found):
            self.refuse("form-feel", f"{key}: '={found.source}' is no FEEL expression: {why}")
        return found

    def _unfit(self, key: str, wanted: str) -> None:
        self.refuse("form-json", f"'{key}' must be {wanted}")
