"""What the help pages take from the program itself, so that they are always true.

Settings, commands, error codes, the words of the dialects and what runs of BPMN: as plain rows.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.config import PREFIX, SETTINGS
from engine.elements import KINDS
from engine.errors import Refused
from engine.rules import RULES, Rule
from engine.vocabulary import GROUPS, WORDS, Word
from web.errors import STATUS

CONFORMANCE = Path(__file__).parent / "help" / "conformance.json"
PERFORMANCE = Path(__file__).parent / "help" / "performance.jsonl"
PLACES = {
    "@node": "every activity, gateway and event",
    "@task": "every task",
    "@activity": "every activity",
    "@gateway": "every gateway",
    "@event": "every event",
}
"""How people would call groups of elements; the others are listed."""

_FRAMEWORK = {
    "REFUSED": "It cannot be done; the message says why.",
    "BAD_REQUEST": "The request cannot be understood, or ended too early.",
    "NOT_FOUND": "There is nothing at this address.",
    "METHOD_NOT_ALLOWED": "The address does not answer this method.",
    "INTERNAL_ERROR": "A fault of the server; its log has more under the request's id.",
}
"""Codes that no refusal of ours has for itself."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in all its spellings; ``default`` is empty when there is none."""

    name: str
    flag: str
    variable: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its options as (spelling, help); ``example`` are lines of a shell."""

    usage: str
    help: str
    options: list[tuple[str, str]]
    example: str


@dataclass(frozen=True, slots=True)
class Conformance:
    """What ``build/conformance.py`` measured: how many scenarios took what, what is refused."""

    scenarios: int
    positions: list[str]
    allowed: dict[str, list[str]]
    refused: dict[str, dict[str, str]]
    taken: dict[str, int]

    def row(self, trigger: str) -> list[str]:
        """What becomes of a trigger in each position, and in how many scenarios it was tried."""
        return [self._cell(trigger, position) for position in self.positions]

    def _cell(self, trigger: str, position: str) -> str:
        if position not in self.allowed[trigger]:
            return "–"
        if position in self.refused[trigger]:
            return "refused"
        return str(self.taken.get(f"{trigger} @ {position}", 0))


def settings() -> list[Setting]:
    """All settings, in the order of their table."""
    return [
        Setting(
            name,
            f"--{name.replace('_', '-')}",
            PREFIX + name.upper(),
            _default(field.metadata["shown"] or field.default),
            field.metadata["help"],
        )
        for name, field in SETTINGS.items()
    ]


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value not in (None, "", ()) else ""


def commands() -> list[Command]:
    """All commands, those of groups with the names of their groups."""
    from appliance.cli import program

    return list(_commands(program, "workingflow"))


def _commands(command: click.Command, path: str) -> Iterator[Command]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(inner, f"{path} {name}")
        return
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    names = [f"{each.name or ''}{'…' if each.nargs == -1 else ''}".upper() for each in arguments]
    example = (command.epilog or "").partition("Example:\n")[2]
    yield Command(
        " ".join([path, *names]),
        re.sub(r"\s+", " ", command.help or "").strip(),
        [(_spelling(each), each.help or "") for each in options],
        inspect.cleandoc(example),
    )


def _spelling(option: click.Option) -> str:
    if option.is_flag:
        return option.opts[0]
    return f"{option.opts[0]} {option.metavar or option.type.name.upper()}"


def codes() -> list[tuple[int, str, str]]:
    """Every error code with its HTTP status and its meaning, as in the table of the API."""
    meanings = dict(_FRAMEWORK)
    for refusal in _refusals(Refused):
        if "code" in vars(refusal):
            text = inspect.getdoc(refusal) or ""
            meanings.setdefault(refusal.code, re.sub(r"\s+", " ", text).replace("``", "`"))
    return [(status, code, meanings[code]) for code, status in STATUS.items()]


def _refusals(kind: type[Refused]) -> Iterator[type[Refused]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _refusals(inner)


def rules() -> Mapping[str, Sequence[Rule]]:
    """Every rule that models and forms are checked by, by what it is about."""
    return RULES


def words(status: str) -> list[Word]:
    """The rows of the table of dialects that have this status."""
    return [word for word in WORDS if word.status == status]


def where(word: Word) -> str:
    """Where a word may stand, for people."""
    found: list[str] = []
    for place in word.where:
        if place.startswith("@") and place not in PLACES:
            found += GROUPS[place[1:]].split()
        else:
            found.append(place)
    return ", ".join(PLACES.get(place) or f"`{place}`" for place in found)


def elements() -> list[tuple[str, str]]:
    """Every element that is executed, by its tag, and how far."""
    partly = {"businessRuleTask": "yes, without decision tables"}
    return [(kind.tag, partly.get(kind.tag, "yes")) for kind in KINDS]


@cache
def conformance() -> Conformance:
    """What was measured when this program was made."""
    return msgspec.json.decode(CONFORMANCE.read_bytes(), type=Conformance)


@cache
def performance() -> dict[str, dict[str, Any]]:
    """What ``python -m tests.bench --json`` printed, by benchmark."""
    lines = map(msgspec.json.decode, PERFORMANCE.read_bytes().splitlines())
    return {line["bench"]: line for line in lines}
