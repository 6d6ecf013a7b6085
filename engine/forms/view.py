"""What a page needs to show a form: plain data, every expression and text already resolved.

An :class:`Item` is a visible component where it stands. ``name`` is what an input is called (see
``posted``), ``text`` and ``choices`` what it shows, ``errors`` what was wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.forms.dates import to_pattern
from engine.forms.live import Given, Live, Place, Row, file_names, text_of
from engine.forms.messages import Unfit
from engine.forms.model import (
    LIMITS,
    MANY_CHOICES,
    SINGLE_CHOICE,
    Feel,
    Outcome,
    Schema,
    Text,
)
from engine.forms.narrow import dict_of, list_of, many
from engine.forms.parse import number, option_key, same
from engine.forms.paths import nest, path_text

_LOCAL_IMAGE = re.compile(r"(data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+|/[^/\\].*)")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: ``key`` is what the form sends for it."""

    key: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file that is there: its stored name, and how people call it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Item:
    """A visible component. Attributes that its ``type`` does not use are empty.

    ``id`` fits an HTML id. ``text`` is the value as an input shows it, ``shown`` as a reader sees
    it, ``value`` the value itself. A ``text`` component's ``text`` is Markdown. ``required_for``
    names the outcomes that need the field.
    """

    type: str
    id: str
    name: str = ""
    label: str = ""
    description: str = ""
    required: bool = False
    required_for: frozenset[str] = frozenset()
    readonly: bool = False
    disabled: bool = False
    live: bool = False
    """Whether other parts of the form depend on it, so that the page asks again on a change."""
    errors: tuple[str, ...] = ()
    value: Any = None
    text: str = ""
    shown: str = ""
    checked: bool = False
    choices: tuple[Choice, ...] = ()
    files: tuple[FileItem, ...] = ()
    accept: str = ""
    multiple: bool = False
    max_size: int | None = None
    max_files: int = 1
    subtype: str = ""
    min: str = ""
    max: str = ""
    step: str = ""
    min_length: int | None = None
    max_length: int | None = None
    format: str = ""
    prefix: str = ""
    suffix: str = ""
    placeholder: str = ""
    lines: int = 0
    source: str = ""
    alt: str = ""
    height: int = 0
    headings: tuple[str, ...] = ()
    cells: tuple[tuple[Any, ...], ...] = ()
    """The values of a table, row by row."""
    rows_change: bool = False
    rows: tuple[RowItem, ...] = ()
    lines_of_items: tuple[tuple[Item, ...], ...] = ()
    layout_row: str = ""
    columns: int | None = None


@dataclass(frozen=True, slots=True)
class RowItem:
    """One row of a repeating group; ``name`` marks it, ``lines`` are its items side by side."""

    name: str
    number: int
    lines: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """A form to be rendered. ``lines`` are items side by side, ``errors`` those of no field.

    ``summary`` lists all errors as (item id, label, message), in the order of the form.
    """

    id: str
    name: str
    lines: tuple[tuple[Item, ...], ...]
    outcomes: tuple[Outcome, ...]
    errors: tuple[str, ...] = ()
    summary: tuple[tuple[str, str, str], ...] = ()
    has_files: bool = False

    def items(self) -> list[Item]:
        """All items, those inside of groups and rows included, in order."""
        return _all(self.lines)


def view(
    schema: Schema,
    data: Mapping[str, Any],
    given: Given,
    errors: Mapping[str, Sequence[str]],
    files: Mapping[str, str],
) -> FormView:
    """The form over ``data`` and, when given, the values that a person had entered.

    ``files`` tells the original names of stored files.
    """
    sent = None if given.values is None else nest(given.values)
    live = Live(schema, data, replace(given, values=sent))
    seen = _Seen(live, errors, files)
    lines = seen.lines(live.roots)
    items = _all(lines)
    return FormView(
        schema.id,
        schema.name,
        lines,
        schema.outcomes,
        tuple(errors.get("", ())),
        tuple((item.id, item.label, text) for item in items for text in item.errors),
        any(item.type == "filepicker" for item in items),
    )


class _Seen:
    """The visible places of a form, with their texts."""

    def __init__(
        self, live: Live, errors: Mapping[str, Sequence[str]], files: Mapping[str, str]
    ) -> None:
        self._live = live
        self._errors = errors
        self._files = files
        self._watched = live.schema.feel_text
        visible = [place for place in live.places if self._visible(place)]
        self._texts = self._resolve_texts(visible)
        self._values = self._resolve_values(visible)

    def lines(self, places: Sequence[Place]) -> tuple[tuple[Item, ...], ...]:
        """Items grouped by the layout row they share."""
        lines: list[list[Item]] = []
        for place in places:
            if not self._visible(place):
                continue
            item = self._item(place)
            row = item.layout_row
            if lines and row and lines[-1][0].layout_row == row:
                lines[-1].append(item)
            else:
                lines.append([item])
        return tuple(tuple(line) for line in lines)

    def _visible(self, place: Place) -> bool:
        binding = place.component.binding
        return not place.hidden and (binding is None or binding.readable)

    def _resolve_texts(self, places: Sequence[Place]) -> dict[tuple[int, str], str]:
        wanted: list[tuple[tuple[int, str], Text, Place]] = []
        for place in places:
            show, files = place.component.show, place.component.files
            of: dict[str, Text] = {
                "label": place.component.label,
                "description": place.component.description,
                "text": show.text,
                "alt": show.alt,
                "prefix": show.prefix,
                "suffix": show.suffix,
                "accept": files.accept if files else "",
            }
            if place.component.type == "image":
                of["source"] = show.source
            wanted += [((id(place), name), text, place) for name, text in of.items() if text]
        markdown = [name == "text" for (_, name), _, _ in wanted]
        plain = self._live.texts([(text, place) for _, text, place in wanted], markdown)
        return {key: text for (key, _, _), text in zip(wanted, plain, strict=True)}

    def _resolve_values(self, places: Sequence[Place]) -> dict[tuple[int, str], Any]:
        wanted: list[tuple[tuple[int, str], Any, Place]] = []
        for place in places:
            rules, show = place.component.rules, place.component.show
            wanted += [((id(place), name), getattr(rules, name), place) for name in LIMITS]
            if place.component.files is not None:
                wanted.append(((id(place), "multiple"), place.component.files.multiple, place))
            if place.component.type in ("table", "documentPreview"):
                wanted.append(((id(place), "source"), show.source, place))
                wanted.append(((id(place), "columns"), show.columns_expression, place))
        asks = [(value, place) for _, value, place in wanted if isinstance(value, Feel)]
        answers = iter(self._live.ask(asks))
        return {
            key: next(answers) if isinstance(value, Feel) else value for key, value, _ in wanted
        }

    def _text(self, place: Place, name: str) -> str:
        return self._texts.get((id(place), name), "")

    def _item(self, place: Place) -> Item:
        component = place.component
        rules, name = component.rules, path_text(place.path)
        base = Item(
            type=component.type,
            id=_html_id(place),
            name=name if component.key else "",
            label=self._text(place, "label"),
            description=self._text(place, "description"),
            required=rules.required,
            required_for=rules.required_for,
            readonly=place.locked and not component.disabled,
            disabled=component.disabled,
            live=bool(component.key) and component.key[0] in self._watched,
            errors=tuple(self._errors.get(name, ())) if component.key else (),
            text=self._text(place, "text"),
            prefix=self._text(place, "prefix"),
            suffix=self._text(place, "suffix"),
            placeholder=component.show.placeholder,
            height=component.show.height,
            layout_row=component.layout_row,
            columns=component.columns,
        )
        if component.type == "group":
            return replace(base, lines_of_items=self.lines(place.children))
        if component.type == "dynamiclist":
            return self._list(place, base)
        if place.keyed:
            return self._field(place, base)
        return self._shown(place, base)

    def _list(self, place: Place, base: Item) -> Item:
        rules = place.component.rows
        change = rules is not None and rules.rows_change and not place.locked
        rows = tuple(self._row(place, row) for row in place.rows)
        return replace(base, rows=rows, rows_change=change)

    def _row(self, place: Place, row: Row) -> RowItem:
        name = path_text((*place.path, row.number))
        return RowItem(name, row.number, self.lines(row.places))

    def _field(self, place: Place, base: Item) -> Item:
        component = place.component
        rules, value = component.rules, place.value
        item = replace(
            base,
            value=value,
            text=_input_text(place, self._live.given.now),
            shown=_reader_text(place),
            checked=value is True,
            choices=_choices(place),
            min=self._limit(place, "min"),
            max=self._limit(place, "max"),
            min_length=self._count(place, "min_length"),
            max_length=self._count(place, "max_length"),
            format=rules.format,
            lines=component.show.rows,
        )
        if component.type == "number":
            return replace(item, step=_step(place))
        if component.date is not None:
            past = component.date.past_refused and component.date.subtype != "time"
            today = self._live.given.now.date().isoformat() if past else ""
            least = today + "T00:00" if today and component.date.subtype == "datetime" else today
            step = "" if component.date.subtype == "date" else str(component.date.minutes_step * 60)
            return replace(item, subtype=component.date.subtype, min=least, step=step)
        if component.files is not None:
            return self._files_item(place, item)
        return item

    def _files_item(self, place: Place, item: Item) -> Item:
        rules = place.component.files
        assert rules is not None
        multiple = self._values.get((id(place), "multiple")) is True
        return replace(
            item,
            files=self._file_items(place.first),
            accept=self._text(place, "accept"),
            multiple=multiple,
            max_size=rules.max_size,
            max_files=rules.max_files if multiple else 1,
        )

    def _file_items(self, names: Sequence[str]) -> tuple[FileItem, ...]:
        return tuple(FileItem(name, self._files.get(name) or _plain_name(name)) for name in names)

    def _shown(self, place: Place, base: Item) -> Item:
        if place.component.type == "image":
            source = self._text(place, "source")
            allowed = source if _LOCAL_IMAGE.fullmatch(source) else ""
            return replace(base, source=allowed, alt=self._text(place, "alt"))
        if place.component.type == "table":
            return self._table(place, base)
        if place.component.type == "documentPreview":
            source = self._values.get((id(place), "source"))
            return replace(base, files=self._file_items(file_names(source)))
        return base

    def _table(self, place: Place, base: Item) -> Item:
        rows = self._values.get((id(place), "source"))
        records = [dict_of(row) for row in list_of(rows) or []]
        columns = _columns(place, self._values.get((id(place), "columns")))
        cells = tuple(
            tuple(record.get(key) for key, _ in columns) for record in records if record is not None
        )
        return replace(base, headings=tuple(label for _, label in columns), cells=cells)

    def _limit(self, place: Place, name: str) -> str:
        value = self._values.get((id(place), name))
        try:
            return "" if value is None else str(number(value))
        except Unfit:
            return ""

    def _count(self, place: Place, name: str) -> int | None:
        text = self._limit(place, name)
        return int(Decimal(text)) if text else None


def _all(lines: Sequence[Sequence[Item]]) -> list[Item]:
    found: list[Item] = []
    for line in lines:
        for item in line:
            found.append(item)
            found += _all(item.lines_of_items)
            for row in item.rows:
                found += _all(row.lines)
    return found


def _html_id(place: Place) -> str:
    """An id for the page: by path, or by the component's id and the rows it stands in."""
    rows = tuple(step for step in place.path if isinstance(step, int))
    path = place.path if place.component.key else (place.component.id, *rows)
    return "f-" + "-".join(re.sub(r"[^\w]", "-", str(step)) for step in path)


def _plain_name(stored: str) -> str:
    """The part of a stored name that came with the upload."""
    return stored[9:] if re.match(r"[0-9a-f]{8}_.", stored) else stored


def _input_text(place: Place, now: datetime) -> str:
    """What an input holds: as it was typed when that did not fit, else the value."""
    if place.fault is not None and isinstance(place.sent, str) and not place.locked:
        return place.sent
    value = place.value
    if place.component.date is not None and isinstance(value, str):
        return _local(value, place.component.date.subtype, now)
    if place.component.type in SINGLE_CHOICE:
        return option_key(value)
    return text_of(value) if place.component.type not in MANY_CHOICES else ""


def _local(value: str, subtype: str, now: datetime) -> str:
    """A stored date or time as an HTML input wants it, in the person's zone."""
    try:
        if subtype == "date":
            return datetime.fromisoformat(value).date().isoformat()
        moment = datetime.fromisoformat(f"{now.date()}T{value}" if subtype == "time" else value)
    except ValueError:
        return ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(now.tzinfo)
    text = moment.replace(tzinfo=None).isoformat(timespec="minutes")
    return text.partition("T")[2] if subtype == "time" else text


def _reader_text(place: Place) -> str:
    """The value as somebody reads it who cannot change it."""
    value, component = place.value, place.component
    if component.choices is not None:
        values = many(value)
        labels = {option_key(option.value): option.label for option in place.options}
        return ", ".join(labels.get(option_key(item), text_of(item)) for item in values)
    if component.date is not None and component.date.pattern and isinstance(value, str):
        return to_pattern(value, component.date.pattern)
    if component.type == "filepicker":
        return ", ".join(_plain_name(name) for name in file_names(value))
    return text_of(value)


def _choices(place: Place) -> tuple[Choice, ...]:
    if place.component.choices is None:
        return ()
    value = place.value
    chosen = many(value)
    return tuple(
        Choice(
            option_key(option.value),
            option.label,
            any(same(option.value, item) for item in chosen),
        )
        for option in place.options
    )


def _step(place: Place) -> str:
    rules = place.component.rules
    if rules.increment is not None:
        return str(rules.increment)
    if rules.decimal_digits is None:
        return "any"
    return str(Decimal(1).scaleb(-rules.decimal_digits)) if rules.decimal_digits else "1"


def _columns(place: Place, evaluated: Any) -> tuple[tuple[str, str], ...]:
    if place.component.show.columns or not isinstance(evaluated, list):
        return place.component.show.columns
    found: list[tuple[str, str]] = []
    for column in many(evaluated):
        if fields := dict_of(column):
            key = text_of(fields.get("key"))
            found.append((key, text_of(fields.get("label")) or key))
    return tuple(found)
