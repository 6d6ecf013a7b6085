"""The page about conformance says what was measured."""

from __future__ import annotations

import json

import conformance

from engine.triggers import KINDS
from engine.triggers.trigger import Position

ENGINE_POSITIONS: dict[str, Position] = {
    "start": "start",
    "event subprocess, interrupting": "event subprocess start",
    "event subprocess, not interrupting": "event subprocess start",
    "catch": "catch",
    "boundary, interrupting": "boundary",
    "boundary, not interrupting": "boundary",
    "throw": "throw",
    "end": "end",
}


def test_the_committed_numbers_are_the_measured_ones():
    committed = conformance.TARGET.read_text("utf-8")
    assert json.loads(committed) == json.loads(conformance.as_text(conformance.measured())), (
        "run `python build/conformance.py` after changes to elements or scenarios"
    )


def test_whatever_bpmn_allows_runs():
    refused = {
        (trigger, position): why
        for trigger, row in conformance.verdicts().items()
        for position, why in row.items()
        if why and position in conformance.ALLOWED[trigger]
    }
    assert refused == {}


def test_the_engine_knows_the_table_of_bpmn():
    for kind in KINDS:
        allowed = {ENGINE_POSITIONS[position] for position in conformance.ALLOWED[kind.name]}
        assert kind.positions == allowed, kind.name
