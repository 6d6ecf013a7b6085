"""Lists of instances with filters that no index has: walked portion by portion, never to no end.

A list (``lists.py``) gives its entries in order; of each portion those are kept that fit. After
:data:`WALK` entries the search stops with what it has, and goes on from there when it is asked to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.store import lists, measuring, sqlite
from appliance.store.queries import PAGE

WALK = 20_000
"""How many entries one search looks at."""
_PORTION = 500
_VARIABLE = """
EXISTS (SELECT 1 FROM variable v WHERE v.scope = i.id AND v.name = ?{})
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What instances have to be like: see ``Cases.list``; ``values`` are as they are stored."""

    view: str
    q: str
    definitions: Sequence[int] | None
    sort: str
    variable: str = ""
    values: Sequence[bytes] = ()
    overdue_at: int | None = None
    since: int = 0
    until: int | None = None

    @property
    def plain(self) -> bool:
        """Whether a list alone is the answer."""
        return not (self.variable or self.overdue_at or self.since or self.until)


def page(
    connection: sqlite.Connection, wanted: Wanted, page: str
) -> tuple[list[lists.Row], str | None]:
    """A page of instances, and where the next one begins."""
    found: list[lists.Row] = []
    last: lists.Row | None = None
    for row, fits in walk(connection, wanted, page):
        if fits and len(found) == PAGE:
            return found, lists.cursor(found[-1], wanted.sort)
        if fits:
            found.append(row)
        last = row
    if last is None:
        return found, None
    return found, lists.cursor(last, wanted.sort) if _is_cut(connection, wanted, last) else None


def walk(
    connection: sqlite.Connection, wanted: Wanted, page: str, most: int = WALK
) -> Iterator[tuple[lists.Row, bool]]:
    """Entries of a list in order, at most so many, and whether each fits."""
    page = page or _beginning(connection, wanted)
    seen = 0
    while seen < most:
        limit = min(_PORTION, most - seen)
        rows = lists.instances(
            connection, wanted.view, wanted.q, wanted.definitions, wanted.sort, page, limit
        )
        fitting = _fitting(connection, wanted, rows)
        for row in rows:
            if _is_over(wanted, row):
                return
            yield row, row[0] in fitting
        if len(rows) < limit:
            return
        seen += len(rows)
        page = lists.cursor(rows[-1], wanted.sort)


def _is_cut(connection: sqlite.Connection, wanted: Wanted, last: lists.Row) -> bool:
    """Whether there is something behind the last entry that was looked at."""
    page = lists.cursor(last, wanted.sort)
    rows = lists.instances(
        connection, wanted.view, wanted.q, wanted.definitions, wanted.sort, page, 1
    )
    return bool(rows) and not _is_over(wanted, rows[0])


def _beginning(connection: sqlite.Connection, wanted: Wanted) -> str:
    """Where the time that is asked for begins in the list, when its order is that of time."""
    if wanted.sort.endswith("process"):
        return ""
    if wanted.sort.startswith("-") and wanted.until:
        return str(measuring.first_since(connection, wanted.until))
    if not wanted.sort.startswith("-") and wanted.since:
        return str(measuring.first_since(connection, wanted.since) - 1)
    return ""


def _is_over(wanted: Wanted, row: lists.Row) -> bool:
    """Whether nothing that follows this entry can be of the time that is asked for."""
    if wanted.sort.endswith("process"):
        return False
    if wanted.sort.startswith("-"):
        return row[8] < wanted.since
    return wanted.until is not None and row[8] >= wanted.until


def _fitting(connection: sqlite.Connection, wanted: Wanted, rows: Sequence[lists.Row]) -> set[int]:
    until = wanted.until
    ids = [row[0] for row in rows if row[8] >= wanted.since and (until is None or row[8] < until)]
    conditions: list[str] = []
    bound: list[object] = []
    if wanted.variable:
        marks = ", ".join("?" * len(wanted.values))
        conditions.append(_VARIABLE.format(f" AND v.value IN ({marks})" if marks else ""))
        bound += [wanted.variable, *wanted.values]
    if wanted.overdue_at:
        conditions.append(lists.OVERDUE)
        bound.append(wanted.overdue_at)
    if not conditions or not ids:
        return set(ids)
    sql = f"""SELECT i.id FROM instance i WHERE i.id IN ({", ".join(map(str, ids))})
        AND {" AND ".join(conditions)}"""
    return {id for (id,) in connection.execute(sql, bound)}
