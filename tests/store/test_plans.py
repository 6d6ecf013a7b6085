"""No read of an endpoint or page searches a table that grows: SQLite is asked for its plan."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import Forbidden
from appliance.store import sqlite
from tests.appliance.given import HOUR, MINUTE, Clock
from tests.appliance.processes import ADMIN, ERP, GONZO, KERMIT, deploy, start
from tests.appliance.test_repairs import FAILS
from tests.overheard import FROM_AN_END, LIVE_ONLY, named

GROWING = {
    "instance", "activity", "task", "inbox", "variable", "job", "subscription", "incident", "file",
    "journal", "log_line", "moved", "comment", "participant", "notice", "batch_item",
    "substitution",
}  # fmt: skip
WEEK = timedelta(days=7)


class Watched:
    """The statements that reads ran, with their values."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self.seen: dict[str, Any] = {}
        self._connection = connection
        connection.set_exec_trace(self._note)

    def _note(self, _: object, sql: str, values: Any) -> bool:
        self.seen.setdefault(sql, values)
        return True

    def searches(self) -> Iterator[str]:
        """Each step of a plan that goes through a growing table, with its statement."""
        self._connection.set_exec_trace(None)
        for sql, values in self.seen.items():
            if not sql.lstrip().upper().startswith(("SELECT", "WITH")):
                continue
            for *_, step in self._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values):
                found = re.match(r"SCAN (\w+)", step)
                if found and named(found[1], sql) in GROWING and not LIVE_ONLY.search(step):
                    yield f"{step}: {' '.join(sql.split())}"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(Config(data=tmp_path / "data", demos=False), Clock())
    yield box
    box.close()


def lived_in(box: Box) -> int:
    """Something of everything; the id of a running instance."""
    for name in ("kermit", "gonzo"):
        box.people.add(name, None).result(10)
    today = datetime.fromtimestamp(box.clock() / 1000, UTC).date()
    box.substitutes.set("kermit", "gonzo", today, today + WEEK, ["outer"], ADMIN).result(10)
    deploy(box, "start > deep > end", "inner")
    text = '<callActivity id="call" calledElement="inner"/>\n<task id="w" flowable:async="true"/>'
    id = start(box, f"{text}\nstart > call > w > end\ncall ?| late PT1H\nlate > end2", "outer")
    box.instances.start("outer", {}, KERMIT, business_key="B-1").result(10)
    assert isinstance(box.clock, Clock)
    box.clock.advance(HOUR)
    box.clockwork.fire_due()
    deploy(box, f"{text}\nstart > call > w > end", "outer")
    box.moves.begin("outer", 1, 2, ADMIN, instances=[id]).result(10)
    box.moves.work()
    fail(box)
    box.batches.begin("suspend", [id, 1], ADMIN).result(10)
    box.batches.work()
    box.batches.begin("activate", [id], ADMIN).result(10)
    box.batches.work()
    box.moves.undo(box.moves.of("outer")[0].id, ADMIN).result(10)
    box.moves.work()
    return id


def fail(box: Box) -> None:
    """An incident."""
    start(box, FAILS, "fails", n="none")
    assert isinstance(box.clock, Clock)
    for _ in range(3):
        box.clock.advance(MINUTE)
        box.clockwork.fire_due()


def read_everything(box: Box, id: int) -> None:
    """What endpoints and pages ask for."""
    box.instances.status(id)
    inner = box.instances.detail(id).called[0].id
    box.instances.status(inner)
    box.instances.detail(inner)
    task = box.instances.status(id).tasks[0].id
    box.tasks.get(task, ADMIN)
    for view in ("open", "failed", "suspended", "ended", "all"):
        for sort in ("id", "-id", "process", "-process"):
            for page in ("", "5", "1.5"):
                box.instances.list(view, sort=sort, page=page)
                box.instances.list(view, sort=sort, page=page, process="outer")
            box.instances.requests_of("kermit", view, sort=sort)
            box.instances.requests_of("kermit", view, q="B-1", sort=sort)
        box.instances.list(view, q="B-1")
    for view in ("mine", "group", "substituting", "overdue", "done"):
        for sort in ("due", "-due", "priority", "created", "name", "process"):
            box.inbox.list(GONZO, view, sort=sort, page=str(task))
            box.inbox.list(GONZO, view, process="outer", sort=sort)
            box.inbox.list(GONZO, view, q=str(task), sort=sort)
    assert box.inbox.counts(GONZO).substituting is not None
    box.substitutes.list("kermit", ADMIN)
    box.substitutes.coming("kermit")
    box.substitutes.standing_in("gonzo")
    box.instances.check_visible(id, ADMIN)
    box.files.list(id)
    box.comments.list(id, ADMIN)
    with suppress(Forbidden):
        box.comments.list(id, GONZO)
    box.notices.list("kermit", "7")
    box.notices.unread("kermit")
    box.notices.seen_task("kermit", task)
    box.notices.seen_incident("kermit", 1)
    box.notices.look()
    box.clockwork.fire_due()
    box.clockwork.next_due()
    box.clockwork._look_back()
    box.processes.list()
    box.instances.places(id)
    box.instances.offers(id)
    box.moves.plan("outer", 1, 2)
    box.moves.rehearse("outer", 1, 2)
    for move in box.moves.of("outer"):
        box.moves.left(move.id)
    read_what_waits(box, id)


def read_what_waits(box: Box, id: int) -> None:
    """Incidents, jobs and batches; figures and variables."""
    [group] = box.incidents.groups("fails")
    box.incidents.count()
    box.incidents.get(group.latest)
    box.incidents.alike("fails", group.node_id, group.message)
    for process in ("", "fails"):
        for page in ("", "5.5"):
            box.incidents.list(process, page=page)
            box.incidents.list(process, group.node_id, group.message, page)
            for view in ("waiting", "due", "failing", "workers"):
                box.jobs.list(view, process, page)
    box.jobs.counts()
    for view in ("open", "all", "failed"):
        box.instances.list(view, variable="n=1", overdue=True, since=1, until=2**60)
        box.instances.list(view, process="outer", version="1", sort="process", variable="n")
    box.overview.overdue()
    box.overview.latest_tasks()
    box.overview.late_jobs()
    box.overview.topics()
    box.overview.running()
    box.overview.suspended()
    box.statistics.of("outer", since=1, until=2**60)
    box.statistics.of("outer", 1)
    box.statistics.live("outer")
    box.statistics.running_by_version("outer")
    box.statistics.running_by_process()
    box.variables.local(id)
    box.variables.value(id, "n")
    box.variables.history(id, "n")
    box.jobs.start_timers()
    for batch in box.batches.latest():
        box.batches.get(batch.id)
        box.batches.refused(batch.id)


def test_no_read_searches_a_growing_table(box):
    id = lived_in(box)
    watched = Watched(box.store.read())
    read_everything(box, id)
    assert len(watched.seen) > 50
    wrong = [line for line in watched.searches() if not FROM_AN_END.search(line)]
    assert wrong == []


def test_loading_a_state_searches_no_growing_table(box):
    from appliance.library import Library
    from appliance.store.loader import load

    id = lived_in(box)
    library = Library(box.store.read)
    watched = Watched(box.store.read())
    assert load(box.store.read(), id, library.process) is not None
    assert list(watched.searches()) == []


def test_status_takes_few_reads(box):
    id = start(box, "start > a > end", by=ERP)
    watched = Watched(box.store.read())
    box.instances.status(id)
    assert len(watched.seen) <= 5
