"""A box under load in a process of its own, to be killed: it says what it was answered.

    python -m tests.crash.worker DATA [POINT NUMBER]

Each line on its standard output is a promise: ``started ID``, ``completed ID``, ``file ID NAME``.
At ``POINT`` it kills itself when it comes there for the ``NUMBER``th time: before-commit,
after-commit, before-checkpoint, after-checkpoint, after-upload.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from appliance.actor import Actor
from appliance.box import Box
from appliance.config import Config
from appliance.errors import Conflict
from appliance.files import Files
from appliance.store import writer
from appliance.store.transaction import Transaction
from tests.play import as_xml

THREADS = 4
PROCESS = """
<task id="prepare" flowable:async="true"/>
<userTask id="report" name="report" flowable:candidateGroups="staff" flowable:formKey="report"/>
start > prepare > report > check? >[amount > 50] review > end
check? >[] end
report ?| late PT0.05S
late > remind > end2
"""
FORM = b"""{"type": "default", "id": "report", "components": [
  {"type": "number", "key": "amount"}, {"type": "filepicker", "key": "receipt"}]}"""
POINTS = ("before-commit", "after-commit", "before-checkpoint", "after-checkpoint", "after-upload")
KERMIT = Actor.user("kermit", frozenset({"staff"}), admin=True)


def say(*words: object) -> None:
    """One whole line, at once."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def die_at(point: str, number: int) -> None:
    """Let this process be killed at a point."""
    owner, name = {
        "commit": (Transaction, "commit"),
        "checkpoint": (writer.Writer, "_checkpoint"),
        "upload": (Files, "link"),
    }[point.partition("-")[2]]
    original: Callable[..., Any] = getattr(owner, name)
    times = count(1)

    def wrapped(*arguments: Any) -> Any:
        last = next(times) == number
        if last and point.startswith("before"):
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


def work(box: Box) -> None:
    """Start instances, hand in a report with a receipt for each, for ever."""
    for number in count():
        id = box.instances.start("crash", {"amount": number % 100}, KERMIT).result().instance_id
        say("started", id)
        waiting = box.inbox.list(KERMIT, "group").items
        if waiting:
            chosen = waiting[number % len(waiting)]
            report(box, chosen.instance_id, chosen.id, number)


def report(box: Box, id: int, task: int, number: int) -> None:
    """Complete a report."""
    incoming = box.files.receive("receipt.txt")
    incoming.write(b"x" * (number % 1000 + 1))
    received = incoming.finish()
    entered = {"amount": str(number % 100)}
    try:
        box.tasks.complete(
            task, KERMIT, entered, {"receipt": [received]}, now=datetime.now(UTC)
        ).result()
    except Conflict:  # another thread was quicker
        return
    say("completed", task)
    say("file", id, received.stored_name)


def main() -> None:
    """Work until killed."""
    writer.WAL_PAGES = 500  # checkpoints come often
    if len(sys.argv) > 2:
        die_at(sys.argv[2], int(sys.argv[3]))
    box = Box(Config(data=Path(sys.argv[1]), demos=False))
    files = {"crash.bpmn": as_xml(PROCESS, "crash").encode(), "report.form": FORM}
    box.processes.deploy(files, KERMIT).result()
    box.start()
    say("ready")
    threads = [threading.Thread(target=work, args=(box,), daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
