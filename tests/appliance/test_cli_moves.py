"""Running instances move by the command line: rehearsed, carried out, undone."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from appliance.box import Box
from appliance.config import Config
from tests.appliance.processes import ERP, deploy, names

OLD, NEW = "start > a > b > end", "start > check > b > end"


@contextlib.contextmanager
def opened(folder) -> Iterator[Box]:
    with contextlib.closing(Box(Config.load({"data": str(folder / "data")}))) as box:
        yield box


@pytest.fixture
def ids(tmp_path) -> list[str]:
    """Two instances of version 1 at the task ``a``, beside version 2, which has no ``a``."""
    with opened(tmp_path) as box:
        deploy(box, OLD)
        found = [box.instances.start("play", {}, ERP).result(10).instance_id for _ in range(2)]
        deploy(box, NEW)
    return [str(id) for id in found]


def where(folder, id: str) -> tuple[int, list[str]]:
    with opened(folder) as box:
        return box.instances.detail(int(id)).instance.process_version, names(box, int(id))


TO_2 = ("play", "--from", "1", "--to", "2")


def test_a_rehearsal_says_what_cannot_move_and_why_and_moves_nothing(run, ids, tmp_path):
    done = run("migrate", *TO_2, "--dry-run", code=1)
    assert [line.split(" at a: ")[0] for line in done.stdout.splitlines()] == ids
    assert done.stderr.endswith("0 can move, 2 cannot\n")
    told = json.loads(run("migrate", *TO_2, "--map", "a=check", "--dry-run", "--json").stdout)
    assert told == {"movable": 2, "stuck": []}
    assert where(tmp_path, ids[0]) == (1, ["a"])


def test_instances_move_and_move_back(run, ids, tmp_path):
    done = run("migrate", *TO_2, "--map", "a=check", "--reason", "new rules", "--json")
    told = json.loads(done.stdout)
    assert (told["from"], told["to"], told["moved"], told["left"]) == (1, 2, 2, [])
    assert [where(tmp_path, id) for id in ids] == [(2, ["check"])] * 2
    back = run("undo-migration", told["migration"]).stdout
    assert "2 moved to version 1, 0 could not, 0 were gone" in back
    assert [where(tmp_path, id) for id in ids] == [(1, ["a"])] * 2


def test_one_instance_moves_alone(run, ids, tmp_path):
    run("migrate", *TO_2, "--map", "a=check", "--instance", ids[1])
    assert [where(tmp_path, id)[0] for id in ids] == [1, 2]


def test_what_cannot_move_stays_and_the_exit_code_says_so(run, ids, tmp_path):
    told = json.loads(run("migrate", *TO_2, "--json", code=1).stdout)
    assert [each["instance"] for each in told["left"]] == ids
    assert all(each["reason"] for each in told["left"])
    assert where(tmp_path, ids[0]) == (1, ["a"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("migrate", "play", "--from", "1"), 2),
        (("migrate", *TO_2, "--map", "check"), 2),
        (("migrate", "play", "--from", "1", "--to", "9"), 1),
        (("migrate", *TO_2, "--map", "a=nothing"), 1),
        (("undo-migration", "99999"), 1),
    ],
)
def test_what_is_wrong_is_told_and_moves_nothing(run, ids, tmp_path, arguments, code):
    assert run(*arguments, code=code).stderr
    assert where(tmp_path, ids[0]) == (1, ["a"])
