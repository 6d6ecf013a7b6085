"""A form filled with values: which places there are, what is hidden, read-only, computed, offered.

A :class:`Place` is a component where it stands: the same field of a repeating group has one place
in each row. Conditions, computed values and options may depend on one another through the values;
they are evaluated again until nothing changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.forms import feel
from engine.forms.binding import bound
from engine.forms.messages import Message, Unfit
from engine.forms.model import (
    FIELD_TYPES,
    MISSING,
    TEXT_TYPES,
    Component,
    Feel,
    Option,
    Path,
    Schema,
    Template,
    Text,
    Upload,
    empty,
)
from engine.forms.narrow import dict_of, list_of, many
from engine.forms.parse import chosen, fallback, same, typed
from engine.forms.paths import dig, path_text, put
from engine.juel import Scope

ROUNDS = 10
MAX_ROWS = 200
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&:@/])")

PARSED = TEXT_TYPES | {"number", "checkbox", "datetime"}

Directory = Callable[[str], Sequence[Option]]
"""Gives the people to choose from for ``users``, ``users:<group>`` or ``groups``."""


@dataclass(frozen=True, slots=True)
class Given:
    """What comes from outside: the moment (in the person's time zone) and, if any, their input."""

    now: datetime
    values: Mapping[str, Any] | None = None
    uploads: Mapping[str, Sequence[Upload]] = field(default_factory=dict[str, Sequence[Upload]])
    people: Directory | None = None
    scope: Scope | None = None


@dataclass(slots=True, eq=False)
class Place:
    """A component where it stands, with what was sent for it and what it holds.

    ``path`` is the name a page uses, row numbers as they were sent; ``spot`` is where the value
    goes, removed rows closed up. ``row`` is the spot of the surrounding row, () outside of rows.
    """

    component: Component
    path: Path
    spot: Path
    row: Path
    parent: Place | None
    sent: Any = MISSING
    stored: Any = MISSING
    origin: Any = None
    first: Any = None
    given: Any = MISSING
    computed: Any = None
    fault: Message | None = None
    hide: bool = False
    lock: bool = False
    options: tuple[Option, ...] = ()
    children: list[Place] = field(default_factory=list["Place"])
    rows: list[Row] = field(default_factory=list["Row"])

    @property
    def hidden(self) -> bool:
        """Whether it, or what surrounds it, is hidden."""
        return self.hide or (self.parent is not None and self.parent.hidden)

    @property
    def locked(self) -> bool:
        """Whether a client cannot change it: read-only, disabled, or inside of what is."""
        if self.lock or self.component.disabled or self.component.readonly is True:
            return True
        return self.parent is not None and self.parent.locked

    @property
    def keyed(self) -> bool:
        """Whether it holds a value."""
        return self.component.type in FIELD_TYPES

    @property
    def entered(self) -> bool:
        """Whether its value is what a client may enter here and now."""
        editable = self.keyed and self.component.type != "expression"
        return editable and not self.hidden and not self.locked

    @property
    def value(self) -> Any:
        """What it holds: computed, entered, or what was there before."""
        if self.component.type == "expression":
            return self.computed
        return self.first if self.given is MISSING or self.locked else self.given


@dataclass(slots=True, eq=False)
class Row:
    """One row of a repeating group: its number as sent, what was stored there, its places."""

    number: int
    stored: Any
    places: list[Place]


@dataclass(frozen=True, slots=True)
class _At:
    """Where components are planted: names, spots and values of the surrounding scope."""

    path: Path
    spot: Path
    row: Path
    sent: Any
    stored: Any
    parent: Place | None


class Live:
    """The places of a form for given stored ``data`` and ``sent`` values, settled."""

    def __init__(self, schema: Schema, data: Mapping[str, Any], given: Given) -> None:
        self.schema = schema
        self.data = data
        self.given = given
        self.places: list[Place] = []
        self._readable = {name: data[name] for name in data if name in schema.feel_text}
        sent = MISSING if given.values is None else given.values
        self.roots = self._plant(schema.components, _At((), (), (), sent, data, None))
        self._settle()

    def fields(self) -> Iterator[Place]:
        """All places that hold a value, in the order of the form."""
        return (place for place in self.places if place.keyed)

    def ask(self, asks: Sequence[tuple[Feel, Place]]) -> list[Any]:
        """Evaluate expressions, each where its place stands."""
        if not asks:
            return []
        questions = [feel.Ask(what, place.row) for what, place in asks]
        return feel.evaluate(questions, self.context(), self.given.now)

    def texts(
        self, wanted: Sequence[tuple[Text, Place]], markdown: Sequence[bool] = ()
    ) -> list[str]:
        """Texts with their expressions filled in; values never become mark-up in ``markdown``."""
        asks = [(part, place) for text, place in wanted for part in _feels(text)]
        answers = iter(self.ask(asks))
        escapes = markdown or [False] * len(wanted)
        return [
            _filled(text, answers, escape)
            for (text, _), escape in zip(wanted, escapes, strict=True)
        ]

    def context(self) -> dict[str, Any]:
        """The data that expressions see: variables, overlaid with what the form holds now."""
        context = dict(self._readable)
        for place in self.places:
            if place.component.type == "dynamiclist" and not place.hidden:
                put(context, place.spot, stored_rows(place), self.data)
            elif place.keyed:
                put(context, place.spot, None if place.hidden else place.value, self.data)
        return context

    def _plant(self, components: Sequence[Component], at: _At) -> list[Place]:
        return [self._place(component, at) for component in components]

    def _place(self, component: Component, at: _At) -> Place:
        sent = dig(at.sent, component.key) if component.key else MISSING
        stored = dig(at.stored, component.key) if component.key else MISSING
        path, spot = at.path + component.key, at.spot + component.key
        place = Place(component, path, spot, at.row, at.parent, sent, stored)
        self.places.append(place)
        if component.type == "dynamiclist":
            self._plant_rows(place)
        elif component.type == "group":
            inner = (sent, stored) if component.key else (at.sent, at.stored)
            place.children = self._plant(
                component.components, _At(path, spot, at.row, *inner, place)
            )
        elif place.keyed:
            self._fill(place)
        return place

    def _plant_rows(self, place: Place) -> None:
        stored = list_of(place.stored)
        for number, sent in self._sent_rows(place, stored):
            known: Any = stored[number] if stored and number < len(stored) else {}
            path = (*place.path, number)
            spot = (*place.spot, len(place.rows))
            at = _At(path, spot, spot, sent, known, place)
            place.rows.append(Row(number, known, self._plant(place.component.components, at)))

    def _sent_rows(self, place: Place, stored: list[Any] | None) -> list[tuple[int, Any]]:
        """The rows to show, with the number of each: as sent, or as stored, or empty ones."""
        rules = place.component.rows
        assert rules is not None
        count = rules.initial_rows if stored is None else len(stored)
        rows: list[Any] = [MISSING] * count
        if place.sent is not MISSING and not place.locked:
            given = list_of(place.sent)
            if given is None:
                place.fault = Message("is not a list")
            rows = rows if given is None else given
        if not rules.rows_change and len(rows) != count:
            place.fault = Message("has {count} rows that cannot be added or removed", count=count)
        if len(rows) > MAX_ROWS:
            place.fault = Message("has more than {count} rows", count=MAX_ROWS)
        shown = [(number, sent) for number, sent in enumerate(rows[:MAX_ROWS]) if sent is not None]
        if any(sent is not MISSING and not isinstance(sent, Mapping) for _, sent in shown):
            place.fault = Message("has a row that is not an object")
        return shown

    def _fill(self, place: Place) -> None:
        """What was there, and what was sent if it fits."""
        component = place.component
        place.origin = place.first = self._first(place)
        if component.type == "filepicker":
            place.first = file_names(place.first)
            place.given = self._files(place)
        elif component.type in PARSED:
            sent = place.sent is not MISSING and not place.locked
            try:
                fitting = typed(component, place.sent if sent else place.first, self.given.now)
                place.given = fitting if sent else MISSING
            except Unfit as unfit:
                place.given, place.fault = empty(component) if sent else MISSING, unfit.message

    def _first(self, place: Place) -> Any:
        component = place.component
        if component.binding is not None:
            return bound(component, component.binding, self.data, self.given.scope, self.given.now)
        if place.stored is not MISSING:
            return place.stored
        return deepcopy(component.default) if component.default is not MISSING else empty(component)

    def _files(self, place: Place) -> Any:
        """The stored names a file field keeps, then those of the new uploads."""
        uploads = self.given.uploads.get(path_text(place.path), ())
        if place.sent is MISSING and not uploads:
            return MISSING
        there: list[str] = place.first
        kept = there
        if marks := dict_of(place.sent):
            gone = _strings(marks.get("remove"))
            kept = [name for name in there if name not in gone]
        elif place.sent is not MISSING:
            kept = _strings(place.sent)
            if any(name not in there for name in kept):
                place.fault = Message("names a file that is not here")
                kept = [name for name in kept if name in there]
        added = [upload.stored_name for upload in uploads]
        rules = place.component.files
        replaced = bool(added) and rules is not None and rules.multiple is False
        return added if replaced else [*kept, *added]

    def _settle(self) -> None:
        self._offer()
        questions = list(self._questions())
        context: dict[str, Any] | None = None
        for _ in range(ROUNDS):
            before, context = context, self.context()
            if context == before:
                return
            asked = [(what, place) for what, place, _ in questions]
            for (_, place, use), answer in zip(questions, self.ask(asked), strict=True):
                use(place, answer)
            self._offer()

    def _questions(self) -> Iterator[tuple[Feel, Place, Callable[[Place, Any], None]]]:
        for place in self.places:
            component = place.component
            if component.hide is not None:
                yield component.hide, place, _hide
            if isinstance(component.readonly, Feel):
                yield component.readonly, place, _lock
            if component.expression is not None:
                yield component.expression, place, _compute
            if component.choices is not None and component.choices.expression is not None:
                yield component.choices.expression, place, _offer_values

    def _offer(self) -> None:
        """Set options that need no expression: fixed, of a variable or field, of the directory."""
        for place in self.places:
            choices = place.component.choices
            if choices is None or choices.expression is not None:
                continue
            if choices.fixed is not None:
                options: Sequence[Option] = choices.fixed
            elif choices.directory:
                options = self.given.people(choices.directory) if self.given.people else ()
            else:
                options = normal_options(self._named(choices.key))
            _choose(place, tuple(options))

    def _named(self, key: str) -> Any:
        path = tuple(key.split("."))
        for place in self.fields():
            if place.spot == path:
                return place.value
        return dig(self.data, path)


def normal_options(value: Any) -> tuple[Option, ...]:
    """Options from data: plain values, or objects with ``value`` and ``label``, as in form-js."""
    options: list[Option] = []
    for item in list_of(value) or []:
        fields = dict_of(item) or {"value": item}
        inner, label = fields.get("value"), fields.get("label")
        if inner in (None, "", {}) or isinstance(inner, list):
            continue
        text = label if isinstance(label, str) and label else text_of(inner)
        if not any(same(option.value, inner) for option in options):
            options.append(Option(inner, text))
    return tuple(options)


def text_of(value: Any) -> str:
    """A value inside of a text: null is nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else feel.as_json(value)


def stored_rows(place: Place) -> list[Any]:
    """Copies of what was stored in each row that is still there; rows are objects."""
    return [deepcopy(dict_of(row.stored) or {}) for row in place.rows]


def file_names(value: Any) -> list[str]:
    """The stored names that a file variable holds."""
    return [value] if isinstance(value, str) and value else _strings(value)


def _strings(value: Any) -> list[str]:
    return [item for item in many(value) if isinstance(item, str) and item]


def _hide(place: Place, answer: Any) -> None:
    place.hide = answer is True


def _lock(place: Place, answer: Any) -> None:
    place.lock = answer is True


def _compute(place: Place, answer: Any) -> None:
    place.computed = answer


def _offer_values(place: Place, answer: Any) -> None:
    _choose(place, normal_options(answer))


def _choose(place: Place, options: tuple[Option, ...]) -> None:
    """Offer ``options`` and find what was chosen among them."""
    place.options, place.fault = options, None
    place.first = fallback(place.component, options, place.origin)
    if place.sent is not MISSING:
        try:
            place.given = chosen(place.component, place.sent, options)
        except Unfit as unfit:
            place.given, place.fault = empty(place.component), unfit.message


def _feels(text: Text) -> list[Feel]:
    if isinstance(text, Feel):
        return [text]
    if isinstance(text, Template):
        return [part for part in text.parts if isinstance(part, Feel)]
    return []


def _filled(text: Text, answers: Iterator[Any], escape: bool) -> str:
    if isinstance(text, str):
        return text
    if isinstance(text, Feel):
        return text_of(next(answers))
    parts: list[str] = []
    for part in text.parts:
        if isinstance(part, str):
            parts.append(part)
        else:
            value = text_of(next(answers))
            parts.append(_MARKDOWN.sub(r"\\\1", value) if escape else value)
    return "".join(parts)
