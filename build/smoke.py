"""Try a built program: start it in an empty environment and send it the calls of the REST API.

    python build/smoke.py dist/workingflow              the four calls, with a receipt uploaded
    python build/smoke.py dist/workingflow --times 7    and time from start to first answer, memory

A program that is not a binary (`.venv/bin/workingflow`) works as well, to compare.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import lxml.html

PATIENCE = 30.0
EXPENSES = "expense_reimbursement_demo"
LEAVE = "leave_request_demo"
EXPENSE = {
    "title": "Train",
    "amount": "42.50",
    "category": "travel",
    "expenseDate": "2026-05-01",
}
RECEIPT = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PERSON, PASSWORD = "kermit", "a long green password"


@dataclass(slots=True)
class Program:
    """A program to try, with a data directory of its own and an empty environment."""

    path: Path
    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    url: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def run(self, *arguments: str, said: str = "") -> str:
        """What a command prints; raises CalledProcessError where it fails."""
        done = subprocess.run(
            [self.path, *arguments, "--data", self.data],
            input=said,
            env=self.environment,
            cwd=self.data.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> float:
        """Start the server; seconds until it first says that it is ready."""
        self.port = self.port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        log = (self.data.parent / "server.log").open("a")
        began = time.perf_counter()
        with log:
            self.process = subprocess.Popen(
                [self.path, "serve", "--data", self.data, "--port", str(self.port)],
                env=self.environment,
                cwd=self.data.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        while True:
            if self._answers():
                return time.perf_counter() - began
            if self.process.poll() is not None or time.perf_counter() - began > PATIENCE:
                self.stop()
                raise SystemExit(f"no answer:\n{self.log()}")
            time.sleep(0.005)

    def _answers(self) -> bool:
        with socket.socket() as connection:
            connection.settimeout(PATIENCE)
            if connection.connect_ex(("127.0.0.1", self.port)):
                return False
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")

    def stop(self) -> int:
        """End the server as a service manager does; its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def log(self) -> str:
        """What the server printed."""
        return (self.data.parent / "server.log").read_text()

    def memory(self) -> float:
        """Resident megabytes (10^6) of the server, the starter of a one-file binary included."""
        assert self.process
        pages = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                group = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[2])
                if group == self.process.pid:
                    pages += int(folder.joinpath("statm").read_text().split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(path: Path, **environment: str) -> Iterator[Program]:
    """The program's server, ready, in a fresh data directory."""
    with tempfile.TemporaryDirectory(prefix="workingflow-smoke-") as folder:
        program = Program(path.absolute(), Path(folder) / "data", environment)
        program.start()
        try:
            yield program
        except BaseException as error:
            error.add_note(program.log())
            raise
        finally:
            program.stop()


def four_calls(program: Program) -> None:
    """The examples of the REST chapter, in its order; raises AssertionError where one differs."""
    key = next(w for w in program.run("api-key", "create", "ERP").split() if w.startswith("wf_"))
    with httpx.Client(base_url=program.url, timeout=PATIENCE) as erp:
        refused = erp.get("/processapi/list")
        assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHORIZED")
        erp.headers["Authorization"] = f"Bearer {key}"

        listed = erp.get("/processapi/list").json()
        assert [(p["key"], p["hasStartForm"]) for p in listed] == [(EXPENSES, False), (LEAVE, True)]

        body = {"variables": {"department": "Engineering", "notes": "Q2 travel expenses"}}
        started = erp.post(f"/processapi/{EXPENSES}/start", json=body)
        assert started.status_code == 201, started.text
        instance = started.json()["processInstanceId"]
        formed = erp.post(f"/processapi/{LEAVE}/start", json={})
        assert (formed.status_code, formed.json()["code"]) == (422, "START_FORM_NOT_SUPPORTED")

        status = erp.get(f"/processapi/{instance}/status").json()
        assert status["status"] == "ACTIVE"
        assert status["variables"] == {**body["variables"], "initiator": "api:ERP"}
        (task,) = status["activeTasks"]
        assert task["taskName"] == "Submit Expense Report"

        hand_in_receipt(program, task["taskId"])
        (file,) = erp.get(f"/processapi/{instance}/status").json()["files"]
        download = erp.get(f"/processapi/{instance}/files/{file['name']}")
        assert download.content == RECEIPT
        assert 'filename="receipt.pdf"' in download.headers["Content-Disposition"]
        missing = erp.get(f"/processapi/{instance}/files/00000000_receipt.pdf")
        assert (missing.status_code, missing.json()["code"]) == (404, "FILE_NOT_FOUND")


def hand_in_receipt(program: Program, task: str) -> None:
    """Do the first task of the demo as a person does, in the pages, with a file."""
    program.run("user", "add", PERSON, "--admin", "--password-stdin", said=f"{PASSWORD}\n")
    with httpx.Client(base_url=program.url, timeout=PATIENCE, follow_redirects=True) as browser:
        send_form(browser, "/login", "/login", name=PERSON, password=PASSWORD)
        send_form(browser, f"/tasks/{task}", f"/tasks/{task}/claim")
        send_form(browser, f"/tasks/{task}", f"/tasks/{task}", **EXPENSE)


def send_form(browser: httpx.Client, page: str, action: str, **fields: str) -> None:
    """Fill in a form of a page, a receipt where it asks for a file, and send it."""
    shown = browser.get(page)
    assert shown.status_code == 200, shown.text
    document = lxml.html.fromstring(shown.text)
    form = next((f for f in document.forms if f.get("action", page) == action), None)
    assert form is not None, f"{page} has no form for {action}"
    uploads = {
        field.get("name"): ("receipt.pdf", RECEIPT, "application/pdf")
        for field in form.xpath(".//input[@type='file'][@name]")
    }
    values = {name: value for name, value in form.form_values() if name not in uploads} | fields
    answer = browser.post(action, data=values, files=uploads or None)
    assert answer.status_code == 200, answer.text


def measure(path: Path, times: int) -> str:
    """Medians over several starts in a data directory that exists, and memory while idle."""
    seconds: list[float] = []
    memory: list[float] = []
    with tempfile.TemporaryDirectory(prefix="workingflow-smoke-") as folder:
        program = Program(path.absolute(), Path(folder) / "data")
        for _ in range(times + 1):
            seconds.append(program.start())
            time.sleep(1)
            memory.append(program.memory())
            program.stop()
    first, *others = seconds
    return (
        f"first answer after {statistics.median(others):.2f} s"
        f" (with a new data directory {first:.2f} s), {statistics.median(memory):.0f} MB idle"
    )


def main() -> int:
    """Try the program that the command line names."""
    parser = argparse.ArgumentParser(description="Try a built program.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--times", type=int, default=0, help="measure this many starts")
    given = parser.parse_args()
    with serving(given.program) as program:
        four_calls(program)
        code = program.stop()
    print(f"{given.program}: the four calls answer; ended with {code}")
    if given.times:
        print(f"{given.program}: {measure(given.program, given.times)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
