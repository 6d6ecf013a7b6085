"""People from a table (CSV): what it would change is shown first, then all is done, or nothing.

A line of heads, then a line for each person. Columns, in any order: ``name``, ``display_name``,
``email``, ``groups`` (several with blanks or semicolons between), ``admin`` (yes or no). A column
that is not there changes nothing of people who are known; nobody is removed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from appliance import names
from appliance.actor import Actor
from appliance.database import Database
from appliance.errors import Conflict, InvalidInput
from appliance.pending import Pending
from appliance.people import NewUser, People, User, adding
from appliance.store import chain, sqlite

COLUMNS = ("name", "display_name", "email", "groups", "admin")
LARGEST = 10_000
"""How many lines a table may have."""
_WORDS = {"yes": True, "true": True, "1": True, "x": True, "no": False, "false": False, "0": False}
_WORDS |= {"ja": True, "nein": False, "": False}
_BETWEEN = re.compile(r"[\s;,|]+")


class Line(msgspec.Struct, frozen=True):
    """What a line of the table means: ``outcome`` is new, change, same or wrong.

    ``changes`` has the old and the new value of each fact, ``problem`` why it cannot be.
    """

    number: int
    name: str
    outcome: str
    changes: dict[str, list[Any]] = {}
    problem: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What a table would change; ``mark`` tells one plan from another."""

    lines: list[Line]
    groups: list[str]
    """Those that are made."""
    mark: str

    def count(self, outcome: str) -> int:
        """How many lines have this outcome."""
        return sum(line.outcome == outcome for line in self.lines)


class PeopleImport:
    """Takes people in."""

    def __init__(self, database: Database, people: People, clock: Callable[[], int]) -> None:
        self._database = database
        self._people = people
        self._clock = clock

    def plan(self, text: str) -> Plan:
        """What a table would change. Raises ``InvalidInput`` when it cannot be read at all."""
        known = {names.folded(user.name): user for user in self._people.list()}
        groups = {names.folded(group.name): group.name for group in self._people.groups()}
        made: dict[str, str] = {}
        seen: set[str] = set()
        lines: list[Line] = []
        for number, row in _rows(text):
            name = row.get("name", "")
            try:
                wanted = _wanted(row)
                for group in wanted.get("groups", ()):
                    if names.folded(group) not in groups:
                        made.setdefault(names.folded(group), group)
                if (folded := names.folded(name)) in seen:
                    raise InvalidInput("This name stands in the table twice.")
                seen.add(folded)
                lines.append(_line(number, name, known.get(folded), wanted, groups | made))
            except InvalidInput as error:
                lines.append(Line(number, name, "wrong", {}, str(error)))
        mark = hashlib.sha256(msgspec.json.encode([lines, sorted(made)])).hexdigest()
        return Plan(lines, list(made.values()), mark)

    def take(self, text: str, mark: str, by: Actor) -> Pending[list[str]]:
        """Carry out the plan with this ``mark``; the names of who is new.

        Raises ``Conflict`` when the table means something else by now, ``InvalidInput`` when a line
        is wrong; then nothing is changed.
        """
        plan = self.plan(text)
        if plan.mark != mark:
            raise Conflict("People have changed meanwhile: look at the preview again.")
        if plan.count("wrong"):
            raise InvalidInput("Some lines are wrong: nothing was changed.")
        works: list[Callable[[sqlite.Connection], Any]] = [
            self._people.adding_group(group, "", by) for group in plan.groups
        ]
        works += [self._work(line, by) for line in plan.lines if line.outcome != "same"]
        new = [line.name for line in plan.lines if line.outcome == "new"]
        facts = {"new": len(new), "changed": plan.count("change")}

        def work(connection: sqlite.Connection) -> list[str]:
            for each in works:
                each(connection)
            chain.record(connection, self._clock(), by, "user.import", "", **facts)
            return new

        return self._database.write(work)

    def _work(self, line: Line, by: Actor) -> Callable[[sqlite.Connection], Any]:
        values = {name: new for name, (_, new) in line.changes.items()}
        if line.outcome == "change":
            return self._people.updating(line.name, **values, by=by)
        groups = values.pop("groups", ())
        return adding(NewUser.checked(line.name, None, self._clock(), **values), groups, by)


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """The lines of the table by their heads, with their numbers."""
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    try:
        heads = [head.strip().casefold().replace(" ", "_") for head in next(reader, [])]
        _check_heads(heads)
        rows = [
            (reader.line_num, dict(zip(heads, [cell.strip() for cell in cells], strict=False)))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise InvalidInput(
            f"Line {reader.line_num} of the table cannot be read: {error}."
        ) from None
    if not rows:
        raise InvalidInput("The table has no line besides its heads.")
    if len(rows) > LARGEST:
        raise InvalidInput(f"The table has more than {LARGEST:,} lines.")
    return rows


def _check_heads(heads: list[str]) -> None:
    if "name" not in heads:
        raise InvalidInput(f"The first line must name the columns: {', '.join(COLUMNS)}.")
    if unknown := [head for head in heads if head not in COLUMNS]:
        raise InvalidInput(
            f"There is no column {unknown[0][:50]}. The columns are: {', '.join(COLUMNS)}."
        )
    if len(set(heads)) < len(heads):
        raise InvalidInput("A column stands in the table twice.")


def _wanted(row: Mapping[str, str]) -> dict[str, Any]:
    """The facts that a line gives, checked."""
    names.person_name(row["name"])
    wanted: dict[str, Any] = {}
    if "display_name" in row:
        wanted["display_name"] = names.line(row["display_name"], "display name")
    if "email" in row:
        wanted["email"] = names.email(row["email"])
    if "groups" in row:
        given = [group for group in _BETWEEN.split(row["groups"]) if group]
        wanted["groups"] = [names.group_name(group) for group in given]
    if "admin" in row:
        wanted["admin"] = _yes(row["admin"])
    return wanted


def _yes(word: str) -> bool:
    if word.casefold() not in _WORDS:
        raise InvalidInput(f"admin must be yes or no, not {word[:50]}.")
    return _WORDS[word.casefold()]


def _line(
    number: int, name: str, user: User | None, wanted: dict[str, Any], groups: Mapping[str, str]
) -> Line:
    if "groups" in wanted:
        wanted["groups"] = sorted({groups[names.folded(group)] for group in wanted["groups"]})
    if user is None:
        return Line(number, name, "new", {fact: [None, new] for fact, new in wanted.items()})
    facts = {fact: getattr(user, fact) for fact in wanted}
    if "groups" in facts:
        facts["groups"] = sorted(user.groups)
    changes = {fact: [facts[fact], new] for fact, new in wanted.items() if facts[fact] != new}
    return Line(number, user.name, "change" if changes else "same", changes)
