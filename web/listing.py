"""The state of a list page: view, filters, sort and page, all of it in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from litestar import Request

T = TypeVar("T")

MAX_TEXT = 200
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """What the address says about a list. What it cannot mean is read as the default.

    ``choices`` has the allowed values of each name, the default first; () allows any text.
    """

    path: str
    choices: Mapping[str, tuple[str, ...]]
    known: Mapping[str, str]

    @classmethod
    def of(cls, request: Request[Any, Any, Any], path: str, **choices: tuple[str, ...]) -> Listing:
        """The list at ``path`` as this request asks for it; every list has a ``page`` besides."""
        choices = {**choices, "page": ()}
        asked = request.query_params
        known = {name: _read(asked.get(name, ""), allowed) for name, allowed in choices.items()}
        return cls(path, choices, known)

    def __getitem__(self, name: str) -> str:
        return self.known[name]

    @property
    def here(self) -> str:
        """The address of exactly what is shown."""
        return self.link(page=self.known["page"])

    @property
    def filtered(self) -> bool:
        """Whether anything but the view, the sort or the page differs from the default."""
        return any(
            value != self.default(name)
            for name, value in self.known.items()
            if name not in ("view", "sort", "page")
        )

    def link(self, **changes: str) -> str:
        """The address with ``changes``; the first page again unless they name one."""
        wanted = {**self.known, "page": "", **changes}
        pairs = [(name, value) for name, value in wanted.items() if value != self.default(name)]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def default(self, name: str) -> str:
        """The value of ``name`` that an address leaves out."""
        return self.choices[name][0] if self.choices[name] else ""


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a short list that is in memory; ``next`` names the page after it, or is empty."""

    items: Sequence[T]
    next: str

    @classmethod
    def of(
        cls, found: Sequence[T], listing: Listing, sorts: Mapping[str, Callable[[T], Any]]
    ) -> Slice[T]:
        """The page that the address asks for, in its order."""
        sort = listing["sort"]
        ordered = sorted(found, key=sorts[sort.removeprefix("-")], reverse=sort.startswith("-"))
        start = int(listing["page"]) if listing["page"].isdecimal() else 0
        end = start + PAGE_SIZE
        return cls(ordered[start:end], str(end) if end < len(ordered) else "")


def _read(text: str, allowed: tuple[str, ...]) -> str:
    text = text.strip()[:MAX_TEXT]
    if not allowed:
        return text
    return text if text in allowed or text.removeprefix("-") in allowed else allowed[0]
