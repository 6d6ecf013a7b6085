"""The audit log as text that other programs read, one entry a line: written, and read to check it.

JSON lines: objects with ``id``, ``time``, ``by``, ``action``, ``subject``, ``detail`` (an object)
and ``hash``. CSV: the same columns, with ``detail`` as JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain as joined
from typing import Any

import msgspec

from appliance.errors import InvalidInput
from appliance.store import chain
from appliance.store.chain import Entry

HEADS = ("id", "time", "by", "action", "subject", "detail", "hash")


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """An entry as exports write it."""

    id: int
    time: str
    by: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


def as_line(entry: Entry) -> Line:
    """An entry with its time as text."""
    return Line(
        entry.id, chain.moment(entry.at), entry.by, entry.action, entry.subject, entry.detail,
        entry.hash,
    )  # fmt: skip


def json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One JSON object a line."""
    for entry in entries:
        yield msgspec.json.encode(as_line(entry)).decode() + "\n"


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """A table for spreadsheets, with a line of heads."""
    yield _csv(HEADS)
    for entry in entries:
        line = as_line(entry)
        detail = msgspec.json.encode(line.detail).decode()
        yield _csv([line.id, line.time, line.by, line.action, line.subject, detail, line.hash])


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of an export of either form. Raises ``InvalidInput`` naming the line."""
    rest = iter(lines)
    first = next(rest, "").removeprefix("\ufeff")
    found = _json_objects(joined([first], rest)) if first.startswith("{") else _rows(first, rest)
    for number, fields in found:
        try:
            line = msgspec.convert(fields, Line, strict=False)
            yield Entry(
                line.id, chain.milliseconds(line.time), line.by, line.action, line.subject,
                line.detail, line.hash,
            )  # fmt: skip
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"Line {number} is no entry of an audit log: {error}") from None


def _json_objects(lines: Iterable[str]) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _decoded(number, line)


def _rows(heads: str, lines: Iterable[str]) -> Iterator[tuple[int, object]]:
    if tuple(next(csv.reader([heads]), ())) != HEADS:
        raise InvalidInput("This is no export of an audit log.")
    reader = csv.DictReader(lines, HEADS)
    for fields in reader:
        number = reader.line_num + 1
        yield number, {**fields, "detail": _decoded(number, fields["detail"] or "")}


def _decoded(number: int, text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except ValueError as error:
        raise InvalidInput(f"Line {number} is no entry of an audit log: {error}") from None


def _csv(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
