"""A box under load in a process of its own, to be killed: it says what it was answered.

    python -m tests.crash.worker DATA [POINT NUMBER]

Each line on its standard output is a promise: ``started ID KEY``, ``completed TASK ID``, ``moved
TASK ID`` (a token was moved by hand, its task is gone), ``file ID NAME``; or it says what it is
about to do: ``tries KEY``, a start, ``goes ID``, the removal of an ended instance, ``dies``.

At ``POINT`` it kills itself when it comes there for the ``NUMBER``th time; ``within-checkpoint`` is
when some pages are in the database file and others are not, ``in-migration`` before a statement of
the steps that bring a database up to date, ``after-failure`` at the sync after one that failed. At
``power-at-write`` and ``power-at-sync`` only a part of what was not synced stays on the disk.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from appliance import archive
from appliance.actor import Actor
from appliance.box import Box
from appliance.config import Config
from appliance.errors import BackupFailed, Conflict, InstanceNotFound, StorageFull
from appliance.files import Files
from appliance.retention import Retention
from appliance.store import migrations, removal, sqlite, writer
from appliance.store.transaction import Transaction
from appliance.views import ProcessView
from engine.errors import InstanceEnded, NotWaiting, TaskNotFound
from tests.crash.faulty import install
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
PLACES: dict[str, tuple[Any, str]] = {
    "commit": (Transaction, "commit"),
    "checkpoint": (writer.Writer, "_checkpoint"),
    "upload": (Files, "link"),
    "removal": (removal, "delete"),
    "files": (Files, "remove"),
    "backup": (archive, "verify"),
}
POINTS = (
    "before-commit", "after-commit", "before-checkpoint", "within-checkpoint", "after-checkpoint",
    "after-upload", "before-removal", "before-files", "before-backup", "after-backup",
    "in-migration", "after-failure", "power-at-write", "power-at-sync",
)  # fmt: skip
SELDOM = {
    "before-checkpoint": 3, "within-checkpoint": 3, "after-checkpoint": 3,
    "before-removal": 1, "before-files": 1, "before-backup": 1, "after-backup": 1,
}  # fmt: skip
"""Points that come seldom: more often than this hardly."""
DAY = 86_400_000
OPENING = 60
"""More syncs than opening a new store needs; one that fails then ends the program, as it should."""
KERMIT = Actor.user("kermit", frozenset({"staff"}), admin=True)


def say(*words: object) -> None:
    """One whole line, at once."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def die_at(point: str, number: int) -> None:
    """Let this process be killed before or after a step."""
    owner, name = PLACES[point.partition("-")[2]]
    original: Callable[..., Any] = getattr(owner, name)
    times = count(1)

    def wrapped(*arguments: Any) -> Any:
        last = next(times) == number
        if last and point.startswith("before"):
            die()
        result = original(*arguments)
        if last:
            die()
        return result

    setattr(owner, name, wrapped)


def die_within_a_checkpoint(number: int) -> None:
    """Let this process be killed while pages go into the database file."""
    faults = install()
    checkpoint, times = writer.Writer._checkpoint, count(1)

    def wrapped(self: writer.Writer) -> None:
        if next(times) == number:
            faults.arm("write", die, after=5)
        checkpoint(self)

    writer.Writer._checkpoint = wrapped


def die_in_a_migration(number: int) -> None:
    """Let this process be killed at a statement of a migration, counted over all of them."""
    step, times = migrations._step, count(1)

    def before_each(*_: object) -> bool:
        if next(times) == number:
            die()
        return True

    def wrapped(connection: sqlite.Connection, version: int) -> None:
        connection.exec_trace = before_each
        try:
            step(connection, version)
        finally:
            connection.exec_trace = None

    migrations._step = wrapped


def die_after_a_failure(number: int) -> None:
    """Let a sync fail, and this process be killed at the next one."""
    faults = install()

    def fail() -> Exception:
        faults.arm("sync", die, after=0)
        return sqlite.IOError("said to fail")

    faults.arm("sync", fail, after=OPENING + number)


def die_without_power(kind: str, number: int, data: Path) -> None:
    """Let the power fail at a write or sync."""
    faults = install()

    def fail() -> None:
        faults.lose_power(data, data, random.Random(number))
        die()

    faults.arm(kind, fail, after=number)


def die() -> None:
    """End at once."""
    say("dies")
    os.kill(os.getpid(), signal.SIGKILL)


def let_die(data: Path, point: str, number: int) -> None:
    """Let this process be killed at a point."""
    if point == "within-checkpoint":
        die_within_a_checkpoint(number)
    elif point == "in-migration":
        die_in_a_migration(number)
    elif point == "after-failure":
        die_after_a_failure(number)
    elif point.startswith("power-at-"):
        die_without_power(point.removeprefix("power-at-"), number, data)
    else:
        die_at(point, number)


def keep_house(box: Box) -> None:
    """Move what runs to new versions, let go of what has ended, make backups, for ever."""
    delete = removal.delete

    def announced(connection: sqlite.Connection, roots: list[int]) -> int:
        for root in roots:
            say("goes", root)
        return delete(connection, roots)

    removal.delete = announced
    tomorrow = Retention(box.store, box.directory, box.files, lambda: box.clock() + 2 * DAY)
    tomorrow.set("", 1, KERMIT).result()
    for number in count():
        deployed = deploy(box, f"{os.getpid()}.{number}")
        if deployed.version > 1:
            box.moves.begin("crash", deployed.version - 1, deployed.version, KERMIT).result()
        with suppress(BackupFailed, Conflict, StorageFull):
            tomorrow.run(KERMIT)
            box.backups.make(KERMIT)
        for made in box.backups.list():
            box.backups.delete(made.name, KERMIT).result()


def deploy(box: Box, mark: str) -> ProcessView:
    """A new version of the process."""
    text = f"{as_xml(PROCESS, 'crash')}<!-- {mark} -->"
    files = {"crash.bpmn": text.encode(), "report.form": FORM}
    return box.processes.deploy(files, KERMIT).result()[0]


def work(box: Box) -> None:
    """Start instances, hand in a report with a receipt for most or move them on, for ever."""
    for number in count():
        with suppress(StorageFull):
            start(box, number)
        waiting = box.inbox.list(KERMIT, "group").items
        if waiting:
            chosen = waiting[number % len(waiting)]
            with suppress(StorageFull):
                if number % 5:
                    report(box, chosen.instance_id, chosen.id, number)
                else:
                    move(box, chosen.instance_id, chosen.id)


def start(box: Box, number: int) -> None:
    """Start an instance that is known by its key."""
    key = f"{os.getpid()}.{threading.get_ident()}.{number}"
    say("tries", key)
    given = {"amount": number % 100}
    started = box.instances.start("crash", given, KERMIT, business_key=key).result()
    say("started", started.instance_id, key)


def move(box: Box, id: int, task: int) -> None:
    """Take a token from its report and put one to the review."""
    try:
        box.instances.modify(id, KERMIT, cancel=[task], start=["review"]).result()
    except (NotWaiting, InstanceEnded, InstanceNotFound):  # another thread was quicker
        return
    say("moved", task, id)


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
    except (Conflict, TaskNotFound):  # another thread was quicker
        return
    say("completed", task, id)
    say("file", id, received.stored_name)


def main() -> None:
    """Work until killed."""
    writer.WAL_PAGES = 500  # checkpoints come often
    data = Path(sys.argv[1])
    if len(sys.argv) > 2:
        let_die(data, sys.argv[2], int(sys.argv[3]))
    box = Box(Config(data=data, demos=False))
    deploy(box, "first")
    box.start()
    say("ready")
    threads = [threading.Thread(target=work, args=(box,), daemon=True) for _ in range(THREADS)]
    threads.append(threading.Thread(target=keep_house, args=(box,), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
