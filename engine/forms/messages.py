"""Messages about a value: text that still knows its template, so that it can be translated."""

from __future__ import annotations

from typing import Any


class Message(str):
    """A message for people in English; ``template`` and ``values`` allow another language."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Message:
        """Fill ``template`` (with ``{name}`` places) with ``values``."""
        self = super().__new__(cls, template.format(**values))
        self.template = template
        self.values = values
        return self


class Unfit(Exception):
    """A value that a field does not accept; ``message`` says why."""

    def __init__(self, template: str, **values: Any) -> None:
        self.message = Message(template, **values)
        super().__init__(self.message)
