"""Tests of processes as data: scenario files are read, played on a fresh store and reported.

The format is told in ``steps.py``; what a step without ``in`` is about, in ``expect.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
import msgspec

from appliance.scenario import report
from appliance.scenario.coverage import Coverage
from appliance.scenario.play import Result, play
from appliance.scenario.read import BadScenario, Scenario, find, read
from appliance.scenario.stage import stages

PASSED, FAILED, BAD_FILE = 0, 1, 2


def run(paths: Iterable[Path], *, as_json: bool = False, coverage: bool = False) -> int:
    """Play every scenario of these files and folders, print what came of it.

    Returns an exit code: 0 when all pass, 1 when one fails, 2 when a file is no scenario.
    """
    scenarios, bad = _read(paths)
    measured = Coverage()
    results = _played(scenarios, measured)
    if as_json:
        _print_json(results, bad, measured if coverage else None)
    else:
        _print(results, bad, measured if coverage else None)
    if bad:
        return BAD_FILE
    return PASSED if all(result.ok for result in results) else FAILED


def _read(paths: Iterable[Path]) -> tuple[list[Scenario], list[BadScenario]]:
    scenarios: list[Scenario] = []
    bad: list[BadScenario] = []
    for path in paths:
        try:
            files = find([path])
        except BadScenario as error:
            bad.append(error)
            continue
        for file in files:
            try:
                scenarios += read(file)
            except BadScenario as error:
                bad.append(error)
    return scenarios, bad


def _played(scenarios: list[Scenario], measured: Coverage) -> list[Result]:
    results: list[Result] = []
    with stages() as opened:
        for scenario in scenarios:
            with opened(scenario.clock) as stage:
                results.append(play(scenario, stage))
                measured.add(scenario, stage)
    return results


def _print_json(results: list[Result], bad: list[BadScenario], measured: Coverage | None) -> None:
    """A list of results; with coverage an object of both."""
    lines = [*map(report.line, results), *map(report.bad_line, bad)]
    value = {"results": lines, "coverage": measured.covered()} if measured else lines
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _print(results: list[Result], bad: list[BadScenario], measured: Coverage | None) -> None:
    for result in results:
        if not result.ok:
            click.echo(report.told(result))
    for each in measured.covered() if measured is not None else ():
        click.echo(str(each))
    for error in bad:
        click.echo(f"workingflow: {error}", err=True)
    failed = sum(not result.ok for result in results)
    click.echo(f"{len(results) - failed} passed, {failed} failed")
