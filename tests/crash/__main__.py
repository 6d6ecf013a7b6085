"""Kills a box again and again: ``python -m tests.crash [POINT ...] [--rounds N] [--seed TEXT]``.

Each round goes on with the data of the one before, up to a size; what is wrong ends it and leaves
the data where it says. Without points, all of them and random moments take turns. A point that is
not reached in time counts as a random moment.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from appliance.store.migrations import VERSION
from appliance.store.store import Store
from tests.crash.aging import check_upgraded, turn_back
from tests.crash.killing import Promises, check, killed, make_key, run
from tests.crash.worker import POINTS, SELDOM

RANDOM = "random"
MIGRATION = "in-migration"
COMMAND = "in-command"
KEYS_SINCE = 2
"""No database is turned back to a version before this one: it could not keep what was promised."""
LINES = 1000
"""So much is said about one data directory before a new one is begun: checks read everything."""


def main() -> int:
    """Rounds until the number or something wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    known = (RANDOM, *POINTS, COMMAND)
    parser.add_argument("points", nargs="*", metavar="POINT", help=", ".join(known))
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", default="5")
    chosen = parser.parse_args()
    unknown = [point for point in chosen.points if point not in known]
    if unknown:
        parser.error(f"there is no point {unknown[0]!r}")
    print(json.dumps(_rounds(chosen.points or known, chosen.rounds, chosen.seed)))  # noqa: T201
    return 0


def _rounds(points: Sequence[str], rounds: int, seed: str) -> dict[str, object]:
    chance, began = Random(seed), time.monotonic()
    done: Counter[str] = Counter()
    answered = lines = 0
    folder, promises = _folder(), Promises()
    for number in range(rounds):
        if lines > LINES:
            shutil.rmtree(folder)
            folder, promises, lines = _folder(), Promises(), 0
        point = points[number % len(points)]
        before, reached = len(promises), promises.reached
        _round(folder / "data", promises, point, chance, f"round {number}: {point}, {folder}")
        done[point if promises.reached > reached else RANDOM] += 1
        answered += len(promises) - before
        lines += len(promises) - before
    shutil.rmtree(folder)
    seconds = round(time.monotonic() - began)
    return {"rounds": rounds, "answers": answered, "seconds": seconds, "killed_at": dict(done)}


def _round(data: Path, promises: Promises, point: str, chance: Random, name: str) -> None:
    lines = chance.randint(1, 400)
    seldom = SELDOM.get(point)
    number = chance.randint(1, seldom) if seldom else chance.choice((1, 1, 2, 5, 20, 60))
    try:
        if point == COMMAND:
            _beside_a_command(data, promises, lines, chance)
        elif point == MIGRATION and data.exists():
            _in_an_upgrade(data, promises, lines, number, chance)
        else:
            where = () if point == RANDOM else (point, str(number))
            _killed(run(data, promises, lines if point == RANDOM else 4 * lines, *where))
        check(data, promises)
    except BaseException:
        print(name, number, file=sys.stderr)  # noqa: T201
        raise


def _beside_a_command(data: Path, promises: Promises, lines: int, chance: Random) -> None:
    kind, number = chance.choice((("write", 15), ("sync", 3)))
    number = chance.randint(1, number)
    _killed(run(data, promises, lines, halfway=lambda: make_key(data, promises, kind, number)))


def _in_an_upgrade(data: Path, promises: Promises, lines: int, number: int, chance: Random) -> None:
    database, reached = data / "workingflow.db", promises.reached
    before = turn_back(database, chance.randint(KEYS_SINCE, VERSION - 1))
    _killed(run(data, promises, lines, MIGRATION, str(number)))
    if promises.reached > reached:
        with contextlib.closing(Store(database)) as store:
            check_upgraded(store.read(), before)


def _killed(code: int) -> None:
    assert killed(code), f"it ended by itself: {code}"


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="workingflow-crash-"))


if __name__ == "__main__":
    sys.exit(main())
