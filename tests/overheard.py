"""Which statements go through a table that grows: every connection tells what it runs.

``python -m tests.overheard serve ...`` is the program itself; when it stops, it names the
statements whose plans search what grows, and fails.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from appliance.__main__ import main
from appliance.store import sqlite
from appliance.store import store as store_module
from appliance.store.connections import Readers
from appliance.store.migrations import MIGRATIONS

SMALL = {
    "api_key": "made by hand",
    "batch": "read from its end",
    "definition": "one of each deployed version",
    "deployment": "one of each deployment",
    "draft": "made by hand",
    "form": "of deployed versions",
    "membership": "people",
    "move": "made by hand",
    "muted": "people",
    "postponed": "gone as soon as they are delivered",
    "one_time_token": "people: one for each purpose",
    "public_start": "made by hand",
    "recovery_code": "people",
    "resource": "of deployed versions",
    "retention": "one of each process",
    "revision": "one of each topic",
    "saved_filter": "people",
    "second_factor": "people",
    "sequence": "one row",
    "session": "browsers: a session that is over goes at the next sign-in",
    "size": "one row of each process",
    "start_trigger": "of deployed versions",
    "user_account": "people",
    "user_group": "people",
    "audience": "people",
}
"""Tables that may be searched, for as many rows as people and deployments make."""
LIVE_ONLY = re.compile(
    r"USING (COVERING )?INDEX"
    r" (job_(due|topic|failing)|incident_open|task_live|instance_(live|suspended))"
)
"""An index that holds what is live, or what failed, may be read through."""
FROM_AN_END = re.compile(
    r"FROM instance WHERE (1|ended IS NOT NULL)( AND id [<>] \(\d+\))? ORDER BY"
    r"|FROM audit (WHERE [^()]*)?ORDER BY (audit\.)?id DESC"
)
"""The list of all instances, and the audit, are the table itself, read as far as a page goes."""
ONCE = {" ".join(each.split()) for step in MIGRATIONS for each in step.split(";\n")}
"""A step to a newer version of the database may go through all of it."""
ONCE_A_DAY = {"SELECT ifnull(sum(size), 0) FROM file"}
"""Run in the background, to tell how the store grows."""


class Overheard:
    """The statements of all connections to a database, with values that they ran with.

    Those to the little stores in which drafts are tried are not heard.
    """

    def __init__(self, database: Path) -> None:
        self._database = database.resolve()
        self.seen: dict[str, Any] = {}

    def listen(self, replace: Callable[[Any, str, Any], None] = setattr) -> None:
        """Hear of every connection of the store that is opened from now on."""
        opened, writer = Readers._open, store_module.open_writer

        def reader(readers: Readers) -> sqlite.Connection:
            return self._heard(opened(readers))

        def database(path: Path, busy_timeout: float) -> Any:
            found = writer(path, busy_timeout)
            self._heard(found.connection())
            return found

        replace(Readers, "_open", reader)
        replace(store_module, "open_writer", database)

    def _heard(self, connection: sqlite.Connection) -> sqlite.Connection:
        if Path(connection.filename) == self._database:
            connection.set_exec_trace(self._note)
        return connection

    def _note(self, _: object, sql: str, values: Any) -> bool:
        self.seen.setdefault(sql, values)
        return True

    def searches(self) -> list[str]:
        """Each step of a plan that goes through a table that grows, with its statement."""
        with closing(sqlite.connect(self._database)) as connection:
            grows = {name for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )} - SMALL.keys()  # fmt: skip
            seen = [(" ".join(sql.split()), values) for sql, values in list(self.seen.items())]
            return [
                f"{step}: {sql}"
                for sql, values in seen
                if sql.upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT"))
                if not FROM_AN_END.search(sql) and sql not in ONCE_A_DAY | ONCE
                for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
                if (found := re.match(r"SCAN (\w+)", step))
                and named(found[1], sql) in grows
                and not LIVE_ONLY.search(step)
            ]


def named(alias: str, sql: str) -> str:
    """The table that an alias stands for."""
    found = re.search(rf"(?:FROM|JOIN) (\w+) {alias}\b", sql)
    return found[1] if found else alias


def _tell(overheard: Overheard) -> None:
    if searches := overheard.searches():
        raise AssertionError("\n".join(["What grows is searched.", *searches]))


if __name__ == "__main__":
    data = Path(sys.argv[sys.argv.index("--data") + 1])
    overheard = Overheard(data / "workingflow.db")
    overheard.listen()
    try:
        main()
    finally:
        _tell(overheard)
