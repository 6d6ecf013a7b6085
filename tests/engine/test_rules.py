"""The table of rules names exactly those that the code reports, with the severities they have."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from engine.rules import BY_ID, RULES

ROOT = Path(__file__).parents[2]
ALWAYS = {"_error": "error", "_warn": "warning", "refuse": "error", "warn": "warning"}
"""Functions whose first argument is a rule, and how severe what they report is."""
SAID = frozenset(["Finding", "report", "report_node", "finding", "_finding"])
"""Functions whose first argument is the severity, and whose second is the rule."""
PASSED_ON = {"cancel": {"error"}, "compensation": {"error"}}
"""What ``BoundaryEvent._check_only`` is told to report."""


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _reported() -> dict[str, set[str | None]]:
    """The severities of each rule that is reported anywhere; None where it is computed."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for rule, severities in PASSED_ON.items():
        found[rule] |= severities
    files = [file for folder in ("engine", "appliance", "web") for file in _python(folder)]
    calls = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
    )
    for call in calls:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        texts = [_constant(each) for each in call.args]
        if name in SAID and len(texts) > 1 and texts[1] is not None:
            found[texts[1]].add(texts[0])
        elif name in ALWAYS and texts and texts[0] is not None:
            found[texts[0]].add(ALWAYS[name])
        elif name == "invalid" and len(texts) > 1 and texts[1] is not None:
            found[texts[1]].add("error")
    return found


def _python(folder: str) -> list[Path]:
    return [file for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts]


def test_every_rule_is_told_and_none_that_is_not_there():
    assert set(BY_ID) == set(_reported())


def test_the_severities_are_those_of_the_code():
    for rule, severities in _reported().items():
        told = BY_ID[rule].severity.split()
        if None in severities:
            assert severities - {None} <= set(told), rule
        else:
            assert severities == set(told), rule


def test_ids_are_words_that_stand_once():
    ids = [rule.id for rules in RULES.values() for rule in rules]
    assert len(ids) == len(set(ids))
    assert all(id.replace("-", "").isalpha() and id.islower() for id in ids)


def test_meanings_and_remedies_are_sentences():
    for rule in BY_ID.values():
        assert rule.meaning.endswith("."), rule.id
        assert rule.remedy.endswith("."), rule.id
