"""A form as it is parsed once at deployment: immutable, every default filled in.

The model follows form-js: components with a ``type``, a ``key`` that names the variable, conditions
and computed values in FEEL. Ours are ``wf:`` extras: outcomes (the buttons that complete a task),
choices from the directory of people, and what Flowable's form properties need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from engine.errors import Finding
from engine.juel import Expression

Path = tuple[str | int, ...]
"""Where a value lives: variable name, then keys and row numbers."""


class _Missing:
    """The type of MISSING."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final[Any] = _Missing()
"""Stands for "there is no value", which is not the same as null."""


@dataclass(frozen=True, slots=True)
class Feel:
    """A FEEL expression, without the ``=`` that marks it; ``unary`` for conditions."""

    source: str
    unary: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Text with FEEL expressions between double braces."""

    parts: tuple[str | Feel, ...]


Text = str | Feel | Template
Flag = bool | Feel
Limit = int | Decimal | Feel | None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, radio, checklist or taglist."""

    value: Any
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Where the options come from: exactly one of the four is set.

    ``directory`` is ``users``, ``users:<group>`` or ``groups``.
    """

    fixed: tuple[Option, ...] | None = None
    key: str = ""
    expression: Feel | None = None
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a value must satisfy. ``required_for`` names outcomes that need the field."""

    required: bool = False
    required_for: frozenset[str] = frozenset()
    min: Limit = None
    max: Limit = None
    min_length: Limit = None
    max_length: Limit = None
    pattern: str = ""
    pattern_message: str = ""
    format: Literal["", "email", "phone"] = ""
    decimal_digits: int | None = None
    increment: Decimal | None = None
    condition: Feel | None = None
    """Must not be false; with ``condition_message`` for people."""
    condition_message: str = ""
    as_text: bool = False
    """The number is kept as text, exactly as it was typed."""


@dataclass(frozen=True, slots=True)
class DateRules:
    """How a ``datetime`` field reads and keeps its value (ISO 8601 text)."""

    subtype: Literal["date", "time", "datetime"] = "date"
    past_refused: bool = False
    zone: Literal["utc_offset", "utc_normalized", "no_timezone"] = "no_timezone"
    minutes_step: int = 1
    pattern: str = ""
    """A Java date pattern of a Flowable form property, accepted beside ISO 8601."""


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a ``filepicker`` accepts: ``accept`` as in HTML, ``max_size`` in bytes."""

    accept: Text = ""
    multiple: Flag = False
    max_files: int = 20
    max_size: int | None = None


@dataclass(frozen=True, slots=True)
class ListRules:
    """How a ``dynamiclist`` repeats its components."""

    initial_rows: int = 1
    rows_change: bool = True


@dataclass(frozen=True, slots=True)
class Show:
    """What a component that only presents something needs."""

    text: Text = ""
    source: Text = ""
    alt: Text = ""
    height: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    """Of a table: (key, label)."""
    columns_expression: Feel | None = None
    prefix: Text = ""
    suffix: Text = ""
    placeholder: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties a converted Flowable form property to variables.

    ``variable`` renames it, ``expression`` reads and writes through an expression, ``default`` is
    evaluated when nothing is there. A property that is not ``readable`` is not shown; one that is
    not ``writable`` must not be sent.
    """

    type: str = ""
    variable: str = ""
    expression: Expression | None = None
    default: Expression | None = None
    readable: bool = True
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Component:
    """One element of a form. ``key`` is its place in the surrounding scope; () when it has none."""

    type: str
    id: str
    key: tuple[str, ...] = ()
    label: Text = ""
    description: Text = ""
    hide: Feel | None = None
    disabled: bool = False
    readonly: Flag = False
    default: Any = MISSING
    expression: Feel | None = None
    rules: Rules = field(default_factory=Rules)
    choices: Choices | None = None
    date: DateRules | None = None
    files: FileRules | None = None
    rows: ListRules | None = None
    show: Show = field(default_factory=Show)
    binding: Binding | None = None
    components: tuple[Component, ...] = ()
    layout_row: str = ""
    columns: int | None = None
    """Of 16, as in form-js; None shares the row evenly."""


def walk(components: Sequence[Component]) -> Iterator[Component]:
    """These components and all inside of them."""
    for component in components:
        yield component
        yield from walk(component.components)


def own_names(components: Sequence[Component]) -> set[str]:
    """The names of the variables that these components hold."""
    found: set[str] = set()
    for component in components:
        found |= {component.key[0]} if component.key else own_names(component.components)
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """A button that completes the task. Without ``checked`` nothing is required for it."""

    value: str
    label: str
    style: Literal["primary", "plain", "danger"] = "plain"
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Schema:
    """A parsed form; ``source`` is the form-js JSON it came from."""

    id: str
    name: str
    components: tuple[Component, ...]
    outcomes: tuple[Outcome, ...]
    outcome_variable: str
    accepts_extras: bool
    source: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    feel_text: str = ""
    """All FEEL sources of the form, to tell which variables they may read."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was received, before it is accepted.

    ``stored_name`` is what the variable will hold, ``head`` the first bytes (``sniff.HEAD``).
    """

    stored_name: str
    original_name: str
    size: int
    head: bytes


LIMITS = ("min", "max", "min_length", "max_length")
TEXT_TYPES = frozenset({"textfield", "textarea"})
SINGLE_CHOICE = frozenset({"radio", "select"})
MANY_CHOICES = frozenset({"checklist", "taglist"})
FIELD_TYPES = (
    TEXT_TYPES
    | SINGLE_CHOICE
    | MANY_CHOICES
    | {"number", "checkbox", "datetime", "filepicker", "expression"}
)
PRESENTATION = frozenset(
    {"text", "separator", "spacer", "image", "table", "documentPreview"},
)
CONTAINERS = frozenset({"group", "dynamiclist"})


def empty(component: Component) -> Any:
    """The value of a field that nobody filled in, as form-js has it."""
    if component.type in TEXT_TYPES:
        return ""
    if component.type == "checkbox":
        return False
    if component.type in MANY_CHOICES or component.type == "filepicker":
        return []
    return None
