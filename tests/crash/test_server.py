"""A real server is killed under load over HTTP: what it had answered is there, once.

``WORKINGFLOW_CRASH_ROUNDS`` says how often; a few times unless told.
"""

from __future__ import annotations

import os
import random
import re
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest

from appliance.actor import SYSTEM
from appliance.box import Box
from appliance.config import Config
from tests.appliance.ended import check
from tests.crash.killing import check_timers
from tests.crash.worker import FORM, PROCESS
from tests.play import as_xml
from tests.serving import PASSWORD, PATIENCE, Client, Served

pytestmark = pytest.mark.crash
ROUNDS = int(os.environ.get("WORKINGFLOW_CRASH_ROUNDS", "3"))
TASK = re.compile(r'href="/tasks/(\d+)"')


@dataclass
class Answers:
    """What the server had answered to whom."""

    started: set[int] = field(default_factory=set)
    completed: set[int] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    heard: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def program(self, url: str, key: str) -> None:
        """Starts instances and asks for their state."""
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}) as erp:
            for number in count():
                body = {"variables": {"amount": number % 100}}
                answer = self.expect(erp.post("/processapi/crash/start", json=body), 201)
                self.started.add(int(answer.json()["processInstanceId"]))
                self.heard.release()
                for id in sorted(self.started)[-3:]:
                    self.expect(erp.get(f"/processapi/{id}/status"), 200)

    def person(self, url: str) -> None:
        """Hands in reports with receipts, for whatever is in the inbox."""
        with Client(url) as kermit:
            kermit.sign_in("kermit", PASSWORD)
            while True:
                found = TASK.findall(kermit.get("/tasks?view=group").text)
                for task in dict.fromkeys(map(int, found)):
                    self._report(kermit, task)

    def _report(self, kermit: Client, task: int) -> None:
        kermit.get(f"/tasks/{task}")
        answer = kermit.post(
            f"/tasks/{task}",
            data={"_csrf_token": kermit.token, "amount": "7"},
            files={"receipt": ("receipt.txt", b"x" * 500)},
        )
        self.expect(answer, 303)
        self.completed.add(task)
        self.heard.release()

    def administrator(self, url: str) -> None:
        """Makes groups, and backups meanwhile."""
        with Client(url) as kermit:
            kermit.sign_in("kermit", PASSWORD)
            for number in count(len(self.groups)):
                kermit.get("/admin/groups")
                name = f"g{number}x{random.getrandbits(40)}"
                self.expect(kermit.submit("/admin/groups", name=name, title=""), 303)
                self.groups.add(name)
                self.heard.release()

    def expect(self, answer: httpx.Response, status: int) -> httpx.Response:
        """Note an answer that should not be."""
        if answer.status_code != status:
            self.wrong.append(f"{answer.url}: {answer.status_code} {answer.text[:300]}")
            raise ConnectionError
        return answer


def until_gone(work: Callable[..., None], *arguments: str) -> threading.Thread:
    """A client that works until the server is gone."""

    def run() -> None:
        try:
            work(*arguments)
        except (httpx.TransportError, ConnectionError, AssertionError):
            return

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def prepared(data: Path) -> str:
    """A data directory with a process, an administrator and a key; the key's text."""
    box = Box(Config(data=data, demos=False))
    model = {"crash.bpmn": as_xml(PROCESS, "crash").encode(), "report.form": FORM}
    box.processes.deploy(model, SYSTEM).result()
    box.people.add_group("staff").result()
    box.people.add("kermit", PASSWORD, admin=True, groups=["staff"]).result()
    key = box.keys.create("ERP").result().text
    box.close()
    return key


def hear(answers: Answers, number: int) -> None:
    """Wait until clients have heard so many answers."""
    for _ in range(number):
        assert answers.heard.acquire(timeout=PATIENCE), answers.wrong


def kill(served: Served) -> None:
    """As a power cut would."""
    process = served.running
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert process.stdout is not None
    process.stdout.close()


def check_answers(data: Path, answers: Answers) -> None:
    """All that was answered is there, once; and all is sound."""
    assert answers.wrong == []
    box = Box(Config(data=data, demos=False))
    try:
        read = box.store.read()
        assert answers.started <= {id for (id,) in read.execute("SELECT id FROM instance")}
        done = read.execute("SELECT id FROM task WHERE completed_by = 'kermit'").fetchall()
        assert answers.completed <= {id for (id,) in done}
        receipts = read.execute("SELECT task, count(*) FROM file GROUP BY task").fetchall()
        assert dict(receipts) == {id: 1 for (id,) in done}
        assert answers.groups <= {group.name for group in box.people.groups()}
        assert box.audit.verify().problem == ""
        check(box)
        check_timers(box)
    finally:
        box.close()


def test_killed_under_load(tmp_path):
    chance = random.Random(os.environ.get("WORKINGFLOW_CRASH_SEED", "5"))
    data, answers = tmp_path / "data", Answers()
    key = prepared(data)
    for _ in range(ROUNDS):
        served = Served(data).start()
        clients = [until_gone(answers.program, served.url, key) for _ in range(3)]
        clients.append(until_gone(answers.person, served.url))
        clients.append(until_gone(answers.administrator, served.url))
        hear(answers, chance.randint(1, 150))
        kill(served)
        for client in clients:
            client.join(PATIENCE)
        check_answers(data, answers)
    assert answers.started
    assert answers.groups
    assert answers.completed


def test_stopped_in_order_under_load(tmp_path):
    data, answers = tmp_path / "data", Answers()
    key = prepared(data)
    served = Served(data).start()
    clients = [until_gone(answers.program, served.url, key) for _ in range(3)]
    hear(answers, 50)
    assert served.stop() == 0
    for client in clients:
        client.join(PATIENCE)
    answers.wrong = [line for line in answers.wrong if "SHUTTING_DOWN" not in line]
    check_answers(data, answers)
