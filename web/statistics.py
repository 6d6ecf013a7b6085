"""Figures of a process on its diagram: which of them, of which time, how warm each step is."""

from __future__ import annotations

from datetime import tzinfo
from math import sqrt

import msgspec

from appliance.statistics import FOREVER, Figures, StepFigures
from engine.times import DAY
from web import formats
from web.date_fields import day_begins
from web.listing import Listing

MODES = ("live", "count", "median", "p90", "late")
PERIODS = ("30", "1", "7", "90", "365", "all", "days")
"""Days up to now; ``days`` are those from ``since`` to ``until``."""
WARMEST = 5
NOT_WARM = frozenset({"process", "subProcess", "adHocSubProcess", "transaction"})
"""Containers show what is inside of them: a colour of their own would cover it."""


def period_of(listing: Listing, now: int, zone: tzinfo) -> tuple[int, int]:
    """Since and until when, as the address says it."""
    period = listing["period"]
    if period == "all":
        return 0, FOREVER
    if period != "days":
        return now - int(period) * DAY, FOREVER
    since = day_begins(listing["since"], zone)
    until = day_begins(listing["until"], zone, days=1)
    return since or 0, FOREVER if until is None else until


def marks(figures: Figures, mode: str) -> str:
    """The marks of a diagram (web/frontend/src/diagram.js) for a mode."""
    if mode == "live":
        return _json({"active": {step.node_id: step.live for step in figures.steps if step.live}})
    values = {
        step.node_id: value
        for step in figures.steps
        if (value := value_of(step, mode)) is not None and step.tag not in NOT_WARM
    }
    return _json({
        "heat": {node: level for node, value in values.items() if (level := _level(value, values))},
        "badges": {
            step.node_id: said(step, mode)
            for step in figures.steps
            if values.get(step.node_id)
        },
    })  # fmt: skip


def value_of(step: StepFigures, mode: str) -> float | None:
    """What a step is coloured by."""
    return {
        "count": step.spread.count,
        "median": step.spread.median,
        "p90": step.spread.p90,
        "late": step.share_late,
    }[mode]


def said(step: StepFigures, mode: str) -> str:
    """The same in words."""
    match mode:
        case "count":
            return formats.number(step.spread.count)
        case "late":
            return f"{step.late}/{step.timed}"
        case _:
            return formats.duration(int(value_of(step, mode) or 0))


def _level(value: float, values: dict[str, float]) -> int:
    """From 0 (nothing) to the warmest; the root keeps one slow step from paling all others."""
    most = max(values.values())
    return min(WARMEST, 1 + int(WARMEST * sqrt(value / most))) if value and most else 0


def _json(marks: object) -> str:
    return msgspec.json.encode(marks).decode()
