"""A box is killed at any moment: what it had answered is there, and nothing is half done."""

from __future__ import annotations

import os
import random

import pytest

from tests.crash.killing import Promises, check, killed, run
from tests.crash.worker import POINTS, SELDOM

pytestmark = pytest.mark.crash
ROUNDS = int(os.environ.get("WORKINGFLOW_CRASH_ROUNDS", "6"))


def test_killed_at_random_moments(tmp_path):
    chance = random.Random(os.environ.get("WORKINGFLOW_CRASH_SEED", "5"))
    data, promises = tmp_path / "data", Promises()
    for _ in range(ROUNDS):
        assert killed(run(data, promises, chance.randint(1, 300)))
        check(data, promises)
    assert promises.completed
    assert promises.moved
    assert promises.files


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(tmp_path, point):
    data, promises = tmp_path / "data", Promises()
    assert killed(run(data, promises, 20_000, point, str(SELDOM.get(point, 50))))
    assert promises.reached == 1
    check(data, promises)
