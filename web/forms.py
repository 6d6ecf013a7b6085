"""Forms on pages: what a person sent, what the page shows for it, the people to choose from.

The form itself (``engine.forms``) decides what is shown and what is valid; here is only what a
browser adds: repeating rows by buttons, Markdown, parts that the script may exchange.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import nh3
from litestar.datastructures import FormMultiDict, UploadFile
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from appliance.files import Files, Received, StoredFile
from engine.forms import Directory, Form, FormView, Item, Option
from web import formats
from web.texts import _
from web.translated import translated

if TYPE_CHECKING:
    from appliance.box import Box

OUTCOME = "_outcome"
ADD_ROW = "_add"
REMOVE_ROW = "_remove"
AGAIN = "_again"
CHUNK = 256 * 1024
FULL_WIDTH = 16
LEAST, MOST = Decimal("1e-12"), Decimal("1e15")
"""Numbers between these, and 0, are written out for people."""
_ENTERED = {"text": "", "shown": "", "value": None, "checked": False, "errors": ()}
_ROW = re.compile(r"\[\d+\]")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?")
_FIXED_TYPES = frozenset({"expression", "text", "table", "image", "documentPreview"})


@dataclass(slots=True)
class Sent:
    """A form as it arrived: texts by name in order, uploads by name, the button that was used."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    uploads: dict[str, list[UploadFile]] = field(default_factory=dict)
    outcome: str = ""
    only_again: bool = False
    """Whether it asks for the form again (a row more, conditions), not to complete anything."""


def sent(given: FormMultiDict) -> Sent:
    """Sort what ``form_of`` read; file fields without a file are as good as absent."""
    found, changes = Sent(), list[tuple[str, str]]()
    for name, value in given.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                found.uploads.setdefault(name, []).append(value)
        elif name == OUTCOME:
            found.outcome = value
        elif name in (ADD_ROW, REMOVE_ROW, AGAIN):
            changes.append((name, value))
        else:
            found.pairs.append((name, value))
    for button, rows in changes:
        found.pairs = _rows_changed(found.pairs, button, rows)
    found.only_again = bool(changes)
    return found


def posted(form: Form, given: Sent) -> dict[str, Any]:
    """The values that a form was sent with; numbers may be written as the reader writes them."""
    numbers = form.numbers
    return form.posted(
        (name, formats.entry(text) if _ROW.sub("[]", name) in numbers else text)
        for name, text in given.pairs
    )


def shown(item: Item) -> str:
    """What a field holds, for somebody who only reads it."""
    if item.type == "datetime":
        return _moment(item.shown)
    return cell(item.value) if item.type in ("number", "expression") else item.shown


def cell(value: Any) -> str:
    """A value of a table, or one that was computed: numbers and days as the reader writes them.

    Whole numbers are grouped from five digits on: 2026 may be a year.
    """
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case int() if abs(value) < 10_000:
            return str(value)
        case int():
            return formats.number(value)
        case Decimal() | float() if value == 0 or LEAST <= abs(value) < MOST:
            return formats.number(Decimal(str(value)))
        case Decimal() | float():
            return f"{value:g}"
        case str():
            return _moment(value)
        case _:
            return formats.value_text(value)


def _moment(text: str) -> str:
    if not _ISO.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return formats.day(moment) + (f" {moment:%H:%M}" if "T" in text else "")


def _rows_changed(pairs: list[tuple[str, str]], button: str, value: str) -> list[tuple[str, str]]:
    if button == ADD_ROW:
        inside = re.compile(re.escape(value) + r"\[(\d{1,6})\]")
        numbers = [int(match[1]) for name, _text in pairs if (match := inside.match(name))]
        return [*pairs, (f"{value}[{max(numbers, default=-1) + 1}]", "")]
    if button == REMOVE_ROW:
        return [pair for pair in pairs if not pair[0].startswith(value)]
    return pairs


async def receive(box: Box, uploads: Mapping[str, list[UploadFile]]) -> dict[str, list[Received]]:
    """Store what was uploaded, by field. After ``TooLarge`` or ``StorageFull`` nothing stays."""
    done: dict[str, list[Received]] = {}
    try:
        for name, files in uploads.items():
            for upload in files:
                done.setdefault(name, []).append(await _received(box.files, upload))
    except BaseException:
        box.files.drop([one for files in done.values() for one in files])
        raise
    return done


async def _received(files: Files, upload: UploadFile) -> Received:
    incoming = files.receive(upload.filename)
    while chunk := await upload.read(CHUNK):
        await asyncio.to_thread(incoming.write, chunk)
    return await asyncio.to_thread(incoming.finish)


def removed(values: Any) -> frozenset[str]:
    """The stored files that a person has marked to be removed, so that the marks stay."""
    found: set[str] = set()
    for value in (values or {}).values():
        if isinstance(value, Mapping):
            found.update(value.get("remove", ()))
    return frozenset(found)


def view_of(
    box: Box,
    user: Any,
    form: Form,
    data: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    files: Sequence[StoredFile] = (),
) -> FormView:
    """The form as this person sees it over ``data``, with what they entered so far."""
    view = form.view(
        data,
        now=now_of(box, user),
        values=values,
        errors=errors,
        files={file.name: file.original_name for file in files},
        people=directory(box),
    )
    shown = {item.name for item in view.items()}
    others = [
        f"{path} {' '.join(map(translated, said))}."
        for path, said in (errors or {}).items()
        if path and path not in shown
    ]
    return replace(view, errors=(*view.errors, *others))


def now_of(box: Box, user: Any) -> datetime:
    """The moment in the person's zone: what "today" means in a form."""
    return datetime.now(formats.zone_of(user.zone or box.config.time_zone))


def directory(box: Box) -> Directory:
    """The options of people pickers: ``users``, ``users:<group>`` or ``groups``."""

    def options(what: str) -> Sequence[Option]:
        kind, _colon, group = what.partition(":")
        if kind == "groups":
            return [Option(one.name, one.label) for one in box.people.groups()]
        return [
            Option(one.name, one.label)
            for one in box.people.list()
            if one.active and (not group or group in one.groups)
        ]

    return options


def part_state(item: Item) -> str:
    """A word that changes when the server's share of a part does, not when people type in it."""
    return f"{zlib.crc32(repr(_share(item)).encode()):08x}"


def _share(item: Item) -> Any:
    if item.type not in _FIXED_TYPES and not item.readonly and not item.disabled:
        chosen = tuple(replace(choice, selected=False) for choice in item.choices)
        item = replace(item, choices=chosen, **_ENTERED)
    lines = [[_share(one) for one in line] for line in item.lines_of_items]
    rows = [[[_share(one) for one in line] for line in row.lines] for row in item.rows]
    return replace(item, lines_of_items=(), rows=()), lines, rows


def width(item: Item, line: Sequence[Item]) -> int:
    """How many of 16 columns an item takes; those without a width share what is left."""
    if item.columns:
        return min(item.columns, FULL_WIDTH)
    taken = sum(one.columns or 0 for one in line)
    sharing = sum(1 for one in line if not one.columns)
    return max((FULL_WIDTH - taken) // sharing, 2)


def sentences(messages: Sequence[str], label: str) -> str:
    """Messages such as "is required" as sentences about the field; others as they are."""
    return " ".join(
        f"{label} {translated(one)}." if label and one[:1].islower() else translated(one)
        for one in messages
    )


def markdown(text: str) -> Markup:
    """Markdown of form authors as safe HTML: no raw HTML, no scripts, headings from level 2."""
    return _safe(_markdown().render(text))


def document(text: str) -> Markup:
    """The same of a page of prose, whose lines end where its author's editor broke them."""
    return _safe(_markdown(breaks=False).render(text))


def _safe(html: str) -> Markup:
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel="noopener")
    around = f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(_("Table"))}">'
    return Markup(
        clean.replace("<table>", around + "<table>").replace("</table>", "</table></div>")
    )


_TAGS = nh3.ALLOWED_TAGS - {"img"}
_ATTRIBUTES = {"a": {"href", "title"}}


@cache
def _markdown(breaks: bool = True) -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(
        ["table", "strikethrough"]
    )
    made.core.ruler.push("lower_headings", _lower_headings)
    return made


def _lower_headings(state: Any) -> None:
    """The first heading is of level 2, below the page's title; none skips a level."""
    above, given = 1, 0
    for token in state.tokens:
        if token.type not in ("heading_open", "heading_close"):
            continue
        level = int(token.tag[1])
        if token.type == "heading_open":
            above = above + 1 if level > given else max(above - (given - level), 2)
            above, given = min(above, 6), level
        token.tag = f"h{above}"
