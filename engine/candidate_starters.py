"""Who may start a process, in the words of all dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.model import Process
    from engine.xml import Reader


def read_starters(process: Process, xml: Element, reader: Reader) -> None:
    """Candidate starters by attributes, and Flowable's ``potentialStarter`` elements."""
    users = _names(xml.own.get("candidateStarterUsers"))
    groups = _names(xml.own.get("candidateStarterGroups"))
    for starter in reader.extensions(xml, "potentialStarter"):
        more_users, more_groups = _people(starter.all_text())
        users += more_users
        groups += more_groups
    process.candidate_starter_users, process.candidate_starter_groups = users, groups


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _people(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The users and the groups of a list of ``user(x)``, ``group(y)`` and bare names of groups."""
    users: list[str] = []
    groups: list[str] = []
    for part in text.split(","):
        name = part.strip()
        found = users if name.startswith("user(") else groups
        if name.startswith(("user(", "group(")) and name.endswith(")"):
            name = name.partition("(")[2][:-1].strip()
        if name:
            found.append(name)
    return tuple(users), tuple(groups)
