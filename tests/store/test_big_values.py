"""A large document among the variables of an instance is written once, not with every step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.store.replay import differences
from tests.appliance.processes import ADMIN, ERP, deploy

MEGABYTE = 1_000_000
SMALL = 10_000
DOCUMENTS = {
    "text": "x" * MEGABYTE,
    "lines": [{"name": f"line {n}", "amount": n, "tags": ["a", "b"]} for n in range(20_000)],
}
STEPS = """
<scriptTask id="count" scriptFormat="javascript">
  <script>execution.setVariable("n", execution.getVariable("n") + 1)</script></scriptTask>
start > a > count > b > more? >[n > 1] c > end
more? >[] end
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(Config(data=tmp_path / "data", demos=False))
    deploy(box, STEPS)
    yield box
    box.close()


class Bound:
    """How large the largest value is that the writer gives to the database."""

    def __init__(self, box: Box) -> None:
        self.largest = 0
        box.store._writer._transaction.connection.set_exec_trace(self._note)

    def _note(self, _: object, sql: str, values: Any) -> bool:
        for value in values or ():
            if isinstance(value, str | bytes):
                self.largest = max(self.largest, len(value))
        return True


def complete(box: Box, id: int) -> None:
    [task] = box.instances.status(id).tasks
    finish = lambda work: work.open(id).complete(task.id, {"done": task.name})  # noqa: E731
    box.store.command("complete", str(ADMIN), finish).result(30)


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("cached", [True, False], ids=["cached", "loaded"])
def test_steps_write_only_what_they_change(box, kind, cached):
    bound = Bound(box)
    given = {"document": DOCUMENTS[kind], "n": 1}
    id = box.instances.start("play", given, ERP).result(30).instance_id
    assert bound.largest > MEGABYTE // 2
    for step in ("a", "b", "c"):
        bound.largest = 0
        if not cached:
            box.store.change(lambda _: box.store.states.clear()).result(30)
        assert box.instances.status(id).tasks[0].name == step
        complete(box, id)
        assert 0 < bound.largest < SMALL
    found = box.instances.status(id)
    assert found.ended is not None
    assert found.variables["document"] == DOCUMENTS[kind]
    assert found.variables["n"] == 2
    assert differences(box.store.read(), id, box.store._engine.process) == []  # pyright: ignore


def test_a_change_of_another_variable_leaves_it(box):
    id = box.instances.start("play", {"document": DOCUMENTS["text"], "n": 1}, ERP).result(30)
    bound = Bound(box)
    box.instances.set_variables(id.instance_id, {"n": 5}, ADMIN).result(30)
    assert 0 < bound.largest < SMALL
    bound.largest = 0
    box.instances.set_variables(id.instance_id, {"document": "y" * MEGABYTE}, ADMIN).result(30)
    assert bound.largest >= MEGABYTE
