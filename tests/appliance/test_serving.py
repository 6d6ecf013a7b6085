"""A server in its own process, and the commands beside it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from appliance.store import sqlite
from appliance.store.migrations import VERSION
from tests.appliance.given import PASSWORD

MODEL = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="test">
  <process id="{key}" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="flow" sourceRef="start" targetRef="end"/>
    {more}<endEvent id="end"/>
  </process>
</definitions>"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Served:
    """A running server: its process, its port, and what it printed before it was ready."""

    process: subprocess.Popen[str]
    port: int
    printed: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def list(self, key: str) -> int:
        """What the API answers to this key."""
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.get(f"{self.url}/processapi/list", headers=headers).status_code

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


class Program:
    """The program in a folder of its own: commands that end, and servers that do not."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.data = folder / "data"
        self.folder = folder
        clean = {name: value for name, value in os.environ.items() if "WORKINGFLOW" not in name}
        self.environ = clean | {"WORKINGFLOW_DATA": str(self.data), "PYTHONPATH": str(root)}

    def run(self, *arguments: str, code: int = 0, stdin: str = "", **more: str):
        done = subprocess.run(
            [sys.executable, "-m", "appliance", *arguments], input=stdin, capture_output=True,
            text=True, cwd=self.folder, env=self.environ | more, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    @contextlib.contextmanager
    def serve(self, *arguments: str):
        port = free_port()
        with subprocess.Popen(
            [sys.executable, "-m", "appliance", *arguments], text=True, cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environ | {"WORKINGFLOW_PORT": str(port), "PYTHONUNBUFFERED": "1"},
        ) as process:  # fmt: skip
            assert process.stdout is not None
            served = Served(process, port)
            while f"listens on {served.url}" not in served.printed:
                line = process.stdout.readline()
                assert line, process.communicate()[1]
                served.printed += line
            try:
                yield served
            finally:
                if process.poll() is None:
                    process.kill()


@pytest.fixture
def program(tmp_path, root):
    return Program(tmp_path, root)


def test_no_argument_means_serve_and_sigterm_ends_it_in_order(program):
    with program.serve() as served:
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        code, errors = served.stop()
    assert code == 0
    assert f"data directory: {program.data} (environment WORKINGFLOW_DATA)" in errors
    assert not (program.data / "workingflow.db-wal").exists()
    program.run("user", "list")


def test_the_first_start_prints_a_link_that_works_and_the_next_another(program):
    def link(served):
        assert served.process.stdout is not None
        while not (found := re.search(r"http://\S+/setup\?token=\S+", served.printed)):
            served.printed += served.process.stdout.readline()
        return found[0]

    with program.serve("serve") as served:
        first = link(served)
        assert httpx.get(first).status_code == 200
        served.stop()
    with program.serve() as served:
        second = link(served)
        assert httpx.get(second).status_code == 200
        assert httpx.get(first.replace(first[:22], served.url[:22])).status_code == 410
        program.run("user", "add", "kermit", "--admin", "--password-stdin", stdin=PASSWORD)
        assert httpx.get(second).status_code == 410
        served.stop()
    with program.serve() as served:
        served.stop()
        assert "/setup" not in served.printed


def test_a_key_counts_at_once_beside_a_running_server(program):
    with program.serve() as served:
        assert served.list("wf_" + "0" * 43) == 401
        key = program.run("api-key", "create", "ERP").stdout.strip()
        assert served.list(key) == 200
        program.run("api-key", "revoke", "ERP")
        assert served.list(key) == 401
        used = json.loads(program.run("api-key", "list", "--json").stdout)[0]["lastUsed"]
        assert used is not None
        _, errors = served.stop()
    assert key not in errors


def test_a_second_server_on_the_directory_is_refused_by_number(program):
    with program.serve() as served:
        refused = program.run("serve", "--port", str(free_port()), code=3)
        assert f"process {served.process.pid}" in refused.stderr
        assert served.process.poll() is None
        (program.folder / "one.bpmn").write_text(MODEL.format(key="one", more=""))
        refused = program.run("deploy", "one.bpmn", code=3).stderr
        assert "in use" in refused
        assert "on its page /admin/deploy" in refused


def test_a_taken_port_is_5_and_leaves_the_first_alone(program, tmp_path):
    with program.serve() as served:
        refused = program.run("--port", str(served.port), "--data", str(tmp_path / "other"), code=5)
        assert str(served.port) in refused.stderr
        assert httpx.get(f"{served.url}/healthz").status_code == 200


def test_a_killed_server_leaves_a_directory_that_opens_again(program):
    with program.serve() as served:
        key = program.run("api-key", "create", "ERP").stdout.strip()
        assert served.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    with program.serve() as served:
        assert served.list(key) == 200


def test_a_newer_database_is_not_served(program):
    program.run("setup-link")
    with sqlite.connect(program.data / "workingflow.db") as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    assert str(VERSION + 1) in program.run("serve", code=4).stderr


@pytest.mark.parametrize("content", [b"a letter to my mother, no database" * 200, b"\0" * 9000])
def test_a_damaged_database_is_said_in_a_line(program, content):
    program.run("setup-link")
    (program.data / "workingflow.db").write_bytes(content)
    for command in ("serve", "setup-link"):
        refused = program.run(command, code=1)
        assert "atabase" in refused.stderr.splitlines()[-1]
    assert (program.data / "workingflow.db").read_bytes() == content


def test_json_logs_are_json_line_by_line(program):
    with program.serve("--log-format", "json") as served:
        httpx.get(f"{served.url}/healthz")
        _, errors = served.stop()
    lines = [json.loads(line) for line in errors.splitlines()]
    assert lines[0]["message"].startswith("data directory: ")


def test_deploying_checks_and_counts_versions(program):
    model = program.folder / "one.bpmn"
    model.write_text(MODEL.format(key="one", more=""))
    assert program.run("deploy", "one.bpmn").stdout == "one: deployed as version 1\n"
    assert program.run("deploy", "one.bpmn").stdout == "one: unchanged, still version 1\n"
    model.write_text(MODEL.format(key="one", more="<documentation>New.</documentation>"))
    (deployed,) = json.loads(program.run("deploy", str(program.folder), "--json").stdout)
    assert (deployed["key"], deployed["version"], deployed["unchanged"]) == ("one", 2, False)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (MODEL.format(key="one", more='<dance id="d"/>'), "dance"),
        (MODEL.format(key="42", more=""), "must not be a number"),
        ("<definitions", "one.bpmn"),
        ("", "one.bpmn"),
        ("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "one.bpmn"),
    ],
)
def test_a_model_that_cannot_run_is_refused_by_both(program, content, message):
    (program.folder / "one.bpmn").write_text(content)
    assert message in program.run("deploy", "one.bpmn", code=1).stderr
    linted = program.run("lint", "one.bpmn", code=1)
    assert message in linted.stdout
    assert "1 error, 0 other findings" in linted.stderr
    assert json.loads(program.run("lint", "one.bpmn", "--json", code=1).stdout)


def test_lint_needs_no_data_directory(program, root):
    linted = program.run("lint", str(root / "processes"))
    assert "0 errors" in linted.stderr
    assert not program.data.exists()


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("[{start: one}, {expect: {status: COMPLETED}}]", 0),
        ("[{start: one}, {expect: {status: ACTIVE}}]", 1),
        ("[{begin: one}]", 2),
    ],
)
def test_scenarios_end_with_a_code_for_scripts(program, steps, code):
    (program.folder / "one.bpmn").write_text(MODEL.format(key="one", more=""))
    scenario = program.folder / "one.scenario.yaml"
    scenario.write_text(f"{{name: one, deploy: [one.bpmn], steps: {steps}}}")
    assert "passed" in program.run("test", scenario.name, code=code).stdout
    program.run("test", str(program.folder), "--json", code=code)
    assert not program.data.exists()
