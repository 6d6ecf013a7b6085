"""A real server as a process of its own, and how tests talk to it."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from appliance.actor import SYSTEM, Actor
from appliance.box import Box
from appliance.config import Config
from appliance.files import Received
from appliance.store import sqlite
from tests.play import as_xml

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')


def first(pattern: str, text: str) -> str:
    """The first place in the text that fits; there must be one."""
    found = re.search(pattern, text)
    assert found, f"nothing like {pattern} in:\n{text}"
    return found[0]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error of the API."""
    return answer.status_code, answer.json()["code"]


def free_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(slots=True)
class Served:
    """``workingflow serve`` on a free port; ``start`` returns once it says where it listens."""

    data: Path
    flags: tuple[str, ...] = ()
    module: str = "appliance"
    port: int = field(default_factory=free_port)
    said: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def setup_link(self) -> str:
        """The link for the first administrator that the server printed; empty when it did not."""
        found = re.search(r"http\S+/setup\?token=\S+", self.said)
        return found[0] if found else ""

    @property
    def log(self) -> str:
        """What the server logged."""
        return self._log.read_text("utf-8")

    @property
    def _log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.{self.port}.log")

    def start(self) -> Served:
        """Start it and wait until it answers. Raises AssertionError with its log when it ends."""
        environ = {name: value for name, value in os.environ.items() if "WORKINGFLOW" not in name}
        command = [sys.executable, "-m", self.module, "serve", "--data", str(self.data)]
        new = not self.data.exists()
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), *self.flags],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            )
        try:
            self._hear(new)
        except BaseException:
            self.process.kill()
            self.wait()
            raise
        return self

    def _hear(self, new: bool) -> None:
        """Wait until the server has said all that it says at its start."""
        stdout = self.running.stdout
        assert stdout is not None
        os.set_blocking(stdout.fileno(), False)
        # In a new directory it goes on to print the link for the first administrator.
        while "listens on" not in self.said or (new and not self.said.endswith("\n\n")):
            ready, _, _ = select.select([stdout], [], [], PATIENCE)
            more = stdout.read() if ready else ""
            assert more, f"the server did not start:\n{self.said}{self.log}"
            self.said += more

    def run(self, code: int) -> str:
        """Start it where it must not start, and end with ``code``; the answer is what it said."""
        command = [sys.executable, "-m", "appliance", "serve", "--data", str(self.data)]
        done = subprocess.run(
            [*command, "--port", str(self.port), *self.flags],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    @property
    def running(self) -> subprocess.Popen[str]:
        """Its process."""
        assert self.process is not None
        return self.process

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self.running.send_signal(number)

    def wait(self) -> int:
        """Wait for its end; the exit code."""
        code = self.running.wait(PATIENCE)
        assert self.running.stdout is not None
        self.running.stdout.close()
        return code

    def stop(self) -> int:
        """End it as a service manager does; the exit code. Harmless when it has ended."""
        if self.process is None or self.process.returncode is not None:
            return 0
        self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class Client(httpx.Client):
    """A browser without scripts: keeps cookies, and sends what the last form it saw hides.

    That is its token, and the mark of what it shows.
    """

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, timeout=PATIENCE)
        self.token = ""
        self.marks: list[str] = []

    def send(self, request: httpx.Request, **options: object) -> httpx.Response:
        """Send a request, and remember the token of the page that comes back."""
        response = super().send(request, **options)  # pyright: ignore[reportArgumentType]
        if not options.get("stream") and (found := TOKEN.search(response.text)):
            self.token = found[1]
            self.marks = SEEN.findall(response.text)
        return response

    def submit(self, path: str, **fields: object) -> httpx.Response:
        """Send a form of the page that was seen last."""
        hidden = {"seen": self.marks} if self.marks else {}
        return self.post(path, data={"_csrf_token": self.token, **hidden, **fields})

    def sign_in(self, name: str, password: str) -> httpx.Response:
        """Sign in, as a person does."""
        self.get("/login")
        response = self.submit("/login", name=name, password=password)
        if response.status_code == 303:
            assert self.get("/account").status_code == 200
        else:
            assert response.status_code in (401, 403, 429), response.text
        return response


RECEIPT = b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
PASSWORD = "correct horse battery"
ODD_NAMES = [
    "receipt.pdf",
    "lost.txt",
    "Überweisung März.pdf",
    'a "quoted" 100% & more.txt',
    "evil<script>.html",
    "世界🐸.txt",
    "semi;colon='x'.txt",
    "x" * 251 + ".txt",
]
PAPERS_FORM = (
    b'{"type": "default", "id": "papers", "components":'
    b' [{"type": "filepicker", "key": "papers", "label": "Papers", "multiple": true}]}'
)
_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:flowable="http://flowable.org/bpmn" targetNamespace="tests">{}</definitions>"""
AT_ONCE = (
    '<scriptTask id="set" scriptFormat="javascript">'
    "<script>execution.setVariable('b', 2)</script></scriptTask>\n"
    "start > set > end"
)
PAPERS = _MODEL.format("""
  <process id="papers" name="Papers" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="handIn"/>
    <userTask id="handIn" name="Hand in papers" flowable:formKey="papers"
              flowable:assignee="${initiator}"/>
    <sequenceFlow id="b" sourceRef="handIn" targetRef="check"/>
    <userTask id="check" name="Check papers" flowable:candidateGroups="employees"/>
    <sequenceFlow id="c" sourceRef="check" targetRef="end"/>
    <endEvent id="end"/>
  </process>""")
CALLER = _MODEL.format("""
  <process id="caller" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="fork"/>
    <parallelGateway id="fork"/>
    <sequenceFlow id="b" sourceRef="fork" targetRef="here"/>
    <userTask id="here" name="Asked here"/>
    <sequenceFlow id="c" sourceRef="fork" targetRef="call"/>
    <callActivity id="call" calledElement="called"/>
    <sequenceFlow id="d" sourceRef="here" targetRef="end"/>
    <sequenceFlow id="e" sourceRef="call" targetRef="end"/>
    <endEvent id="end"/>
  </process>
  <process id="called" isExecutable="true">
    <startEvent id="start2"/>
    <sequenceFlow id="f" sourceRef="start2" targetRef="there"/>
    <userTask id="there" name="Asked there"/>
    <sequenceFlow id="g" sourceRef="there" targetRef="end2"/>
    <endEvent id="end2"/>
  </process>""")


@dataclass(frozen=True, slots=True)
class Site:
    """A server in use: people, keys, processes and instances, made before it started.

    ``kermit`` administers; ``fozzie`` is in ``employees``; ``gonzo`` is in no group; all have
    ``PASSWORD``. ``instance`` was started and fed with files of ``ODD_NAMES`` by ``fozzie``; the
    bytes of ``lost.txt`` are gone. ``stopped`` has an instance by its status.
    """

    served: Served
    key: str
    inactive: str
    expired: str
    instance: int
    stopped: dict[str, int]
    receipt: bytes = RECEIPT

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def port(self) -> int:
        return self.served.port

    @property
    def log(self) -> str:
        return self.served.log

    def erp(self) -> httpx.Client:
        """A program with a key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE)


def furnished(data: Path) -> dict[str, Any]:
    """Fill a new data directory; the answer is what ``Site`` has to know of it."""
    box = Box(Config(data=data))
    try:
        return _people(box) | _keys(box) | _cases(box)
    finally:
        box.close()


def _people(box: Box) -> dict[str, Any]:
    if "employees" not in {group.name for group in box.people.groups()}:
        box.people.add_group("employees").result()
    box.people.add("kermit", PASSWORD, display_name="Kermit the Frog", admin=True).result()
    box.people.add("fozzie", PASSWORD, groups=["employees"]).result()
    box.people.add("gonzo", PASSWORD).result()
    return {}


def _keys(box: Box) -> dict[str, Any]:
    key, inactive = (box.keys.create(name).result() for name in ("ERP Integration", "Off"))
    box.keys.deactivate(inactive.key.id).result()
    soon = time.time_ns() // 1_000_000 + 1
    expired = box.keys.create("Old", expires=soon + 1000).result()
    box.store.write(_expire).result()
    return {"key": key.text, "inactive": inactive.text, "expired": expired.text}


def _expire(connection: sqlite.Connection) -> None:
    connection.execute("UPDATE api_key SET expires = created + 1 WHERE name = 'Old'")


def _cases(box: Box) -> dict[str, Any]:
    fozzie = Actor.user("fozzie", frozenset({"employees"}))
    files = {
        "at_once.bpmn": as_xml(AT_ONCE, "at_once"),
        "suspended.bpmn": as_xml("start > wait > end", "suspended_process"),
    }
    texts = {name: text.encode() for name, text in files.items()}
    texts |= {"papers.bpmn": PAPERS.encode(), "caller.bpmn": CALLER.encode()}
    box.processes.deploy(texts | {"papers.form": PAPERS_FORM}, SYSTEM).result()
    box.processes.suspend("suspended_process", SYSTEM).result()

    instance = box.instances.start("papers", {}, fozzie).result().instance_id
    (task,) = box.instances.status(instance).tasks
    papers = {"papers": [_received(box, name) for name in ODD_NAMES]}
    box.tasks.complete(task.id, fozzie, {}, papers, now=datetime.now(UTC)).result()
    (lost,) = [each for each in box.files.list(instance) if each.original_name == "lost.txt"]
    lost.path.unlink()

    stopped = {
        name: box.instances.start("papers", {}, fozzie).result().instance_id
        for name in ("SUSPENDED", "TERMINATED")
    }
    box.instances.suspend(stopped["SUSPENDED"], SYSTEM).result()
    box.instances.cancel(stopped["TERMINATED"], "a test", SYSTEM).result()
    return {"instance": instance, "stopped": stopped}


def _received(box: Box, name: str) -> Received:
    incoming = box.files.receive(name)
    incoming.write(RECEIPT if name.endswith(".pdf") else b"<script>alert(1)</script>")
    return incoming.finish()
