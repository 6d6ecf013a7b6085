"""A real server that is asked too much, or whose disk is full: clear refusals, and it recovers."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from appliance.actor import SYSTEM
from appliance.box import Box
from appliance.config import Config
from tests.appliance.ended import check
from tests.crash.small_queue import QUEUE
from tests.crash.test_server import TASK, prepared
from tests.play import as_xml
from tests.serving import PASSWORD, PATIENCE, Client, Served

pytestmark = pytest.mark.crash
SLOW = """
<scriptTask id="turn" scriptFormat="javascript"><script>while (true) {}</script></scriptTask>
start > turn > end
"""
MANY = """
<userTask id="vote" name="vote"><multiInstanceLoopCharacteristics>
<loopCardinality>10000</loopCardinality>
</multiInstanceLoopCharacteristics></userTask>
start > vote > end
"""
AT_ONCE = 40
BODY = {"variables": {"amount": 7}}


@pytest.fixture
def key(tmp_path: Path) -> str:
    """A program's key to a new data directory with processes."""
    text = prepared(tmp_path / "data")
    box = Box(Config(data=tmp_path / "data", demos=False))
    models = {"slow": SLOW, "many": MANY, "quick": "start > a > end"}
    for name, model in models.items():
        box.processes.deploy({f"{name}.bpmn": as_xml(model, name).encode()}, SYSTEM).result()
    box.close()
    return text


@pytest.fixture
def served(tmp_path: Path, key: str) -> Iterator[Served]:
    """A server for it with a short queue, where a script may take eight seconds."""
    flags = ("--script-time", "8000")
    served = Served(tmp_path / "data", flags, module="tests.crash.small_queue").start()
    yield served
    served.stop()


@pytest.fixture
def erp(served: Served, key: str) -> Iterator[httpx.Client]:
    """The program."""
    limits = httpx.Limits(max_connections=None)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE, limits=limits) as erp:
        yield erp


def start(erp: httpx.Client, key: str) -> httpx.Response:
    """Start a process."""
    return erp.post(f"/processapi/{key}/start", json={})


def instances(data: Path, key: str) -> int:
    """How many instances of a process are stored; all of it is sound."""
    box = Box(Config(data=data, demos=False))
    try:
        check(box)
        return len(box.instances.running(key))
    finally:
        box.close()


def test_a_full_queue_refuses_and_tells_when_to_come_back(served: Served, erp: httpx.Client):
    known = start(erp, "quick").raise_for_status().json()["processInstanceId"]
    answers: list[httpx.Response] = []
    with ThreadPoolExecutor(AT_ONCE + 1) as clients:
        slow = clients.submit(start, erp, "slow")
        while not slow.done() and all(each.status_code == 201 for each in answers):
            asked = [clients.submit(start, erp, "quick") for _ in range(AT_ONCE)]
            # Who only reads does not wait for the writer.
            assert erp.get(f"/processapi/{known}/status").status_code == 200
            assert not slow.done()
            answers += [each.result() for each in asked]
    codes = Counter(each.status_code for each in answers)
    assert codes.keys() == {201, 503}
    assert codes[503] >= AT_ONCE - QUEUE - 1
    for refused in (each for each in answers if each.status_code == 503):
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["code"] == "OVERLOADED"
    assert slow.result().status_code == 422, slow.result().text
    assert start(erp, "quick").status_code == 201
    assert served.stop() == 0
    assert instances(served.data, "quick") == codes[201] + 2
    assert instances(served.data, "slow") == 0


def test_ten_thousand_tasks_at_once_hold_nobody_up_for_long(served: Served, erp: httpx.Client):
    with ThreadPoolExecutor(5) as clients:
        many = clients.submit(start, erp, "many")
        answers = [start(erp, "quick") for _ in range(50)]
    assert [each.status_code for each in answers] == [201] * 50
    assert many.result().status_code == 201, many.result().text
    id = many.result().json()["processInstanceId"]
    assert len(erp.get(f"/processapi/{id}/status").json()["activeTasks"]) == 10_000
    assert served.stop() == 0
    assert instances(served.data, "quick") == 50


@contextmanager
def full_disk(served: Served, more: int) -> Iterator[None]:
    """No file of the server may grow beyond the log of the database and so many bytes."""
    log = (served.data / "workingflow.db-wal").stat().st_size
    process = served.running.pid
    _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (log + more, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (hard, hard))


def test_a_full_disk_is_told_and_nothing_is_half_done(served: Served, erp: httpx.Client):
    first = erp.post("/processapi/crash/start", json=BODY).raise_for_status()
    started = [int(first.json()["processInstanceId"])]
    with ExitStack() as stack:
        kermit = stack.enter_context(Client(served.url))
        kermit.sign_in("kermit", PASSWORD)
        while not (found := TASK.findall(kermit.get("/tasks?view=group").text)):
            pass  # its asynchronous step is not through yet
        with full_disk(served, 60_000):
            while (answer := erp.post("/processapi/crash/start", json=BODY)).status_code == 201:
                started.append(int(answer.json()["processInstanceId"]))
            assert (answer.status_code, answer.json()["code"]) == (507, "STORAGE_FULL")
            # What is there can be read; what would change something is refused.
            for id in started:
                assert erp.get(f"/processapi/{id}/status").status_code == 200
            assert kermit.get(f"/tasks/{found[0]}").status_code == 200
            assert hand_in(kermit, found[0]).status_code == 507
        assert kermit.get(f"/tasks/{found[0]}").status_code == 200
        assert hand_in(kermit, found[0]).status_code == 303
        later = erp.post("/processapi/crash/start", json=BODY).raise_for_status()
        started.append(int(later.json()["processInstanceId"]))
    assert served.stop() == 0
    box = Box(Config(data=served.data, demos=False))
    try:
        check(box)
        read = box.store.read()
        assert [id for (id,) in read.execute("SELECT id FROM instance ORDER BY id")] == started
        done = "SELECT id FROM task WHERE completed_by = 'kermit'"
        assert read.execute(done).fetchall() == [(int(found[0]),)]
        assert read.execute("SELECT task FROM file").fetchall() == [(int(found[0]),)]
    finally:
        box.close()


def hand_in(kermit: Client, task: str) -> httpx.Response:
    """Complete a report with a receipt, as its page does."""
    fields = {"_csrf_token": kermit.token, "amount": "7"}
    receipt = {"receipt": ("receipt.txt", b"x" * 200_000)}
    return kermit.post(f"/tasks/{task}", data=fields, files=receipt)
