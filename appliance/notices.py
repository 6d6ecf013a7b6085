"""Notices: what a person is told in the app, which of it they want, what they have seen.

``assigned``: a task was given to them by somebody else. ``mentioned``: a comment names them.
``overdue``: a task that they have or own is late. ``escalated``: a timer on such a task, or on one
of a case that they started, has run out. ``incident``: work stands still, and they are among those
who hear of it (``audiences.py``). Notices are written where these things happen
(``store/notices.py``), those of late tasks by ``Notices.look``, which the clockwork calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from appliance.errors import NoticeNotFound
from appliance.live import NOTICES, Live
from appliance.pending import Pending
from appliance.store import sqlite
from appliance.store.notices import KINDS, OVERDUE, Told, tell
from appliance.store.store import Store
from appliance.views import Page
from engine.times import DAY

T = TypeVar("T")

PAGE = 50
KEPT = 90 * DAY
"""For how many milliseconds a notice is kept."""
PACE = 10_000
"""How many milliseconds lie between two looks at what is late."""
_LOOKED = "looked for late tasks"

_COLUMNS = """
id, kind, at, by, root, task, text, read, incident, process,
(SELECT name FROM instance WHERE id = notice.root),
EXISTS (SELECT 1 FROM task t WHERE t.id = notice.task AND t.delegation = 'resolved'
        AND t.owner = notice.user_name AND notice.kind = 'assigned')
"""
_LATE = """
SELECT id, assignee, owner FROM task
WHERE ended IS NULL AND due IS NOT NULL AND due > ? AND due <= ? ORDER BY due LIMIT 10000
"""


class NoticeView(msgspec.Struct, frozen=True):
    """What somebody was told; ``kind``: assigned, mentioned, overdue, escalated, incident.

    ``text`` is the name of the task or step, or the beginning of the comment, ``subject`` the name
    of the case. ``back``: they had delegated the task that they were given.
    """

    id: int
    kind: str
    at: int
    by: str
    root: int
    task: int | None
    text: str
    read: int | None
    incident: int | None = None
    process: str | None = None
    subject: str | None = None
    back: bool = False


class Notices:
    """The notices of everybody."""

    def __init__(self, store: Store, live: Live, clock: Callable[[], int]) -> None:
        self._store = store
        self._live = live
        self._clock = clock
        self._next_look = 0

    def list(self, who: str, page: str = "") -> Page[NoticeView]:
        """A person's notices, the latest first."""
        before = int(page) if page.isdecimal() and page.isascii() and len(page) < 19 else 2**62
        rows = self._store.read().execute(
            f"SELECT {_COLUMNS} FROM notice WHERE user_name = ? AND id < ?"
            f" ORDER BY id DESC LIMIT {PAGE + 1}",
            (who, before),
        ).fetchall()  # fmt: skip
        items = [NoticeView(*row) for row in rows[:PAGE]]
        return Page(items, str(items[-1].id) if len(rows) > PAGE else None)

    def unread(self, who: str) -> int:
        """How many of them the person has not seen."""
        sql = "SELECT count(*) FROM notice WHERE user_name = ? AND read IS NULL"
        return self._store.read().execute(sql, (who,)).fetchone()[0]

    def open(self, who: str, id: int) -> Pending[NoticeView]:
        """Take note of one. Raises ``NoticeNotFound``."""

        def work(connection: sqlite.Connection) -> NoticeView:
            sql = f"SELECT {_COLUMNS} FROM notice WHERE id = ? AND user_name = ?"
            row = connection.execute(sql, (id, who)).fetchone()
            if row is None:
                raise NoticeNotFound(f"You have no notice {id}.")
            self._seen(connection, who, "id = ?", id)
            return NoticeView(*row)

        return self._changing(work)

    def read_all(self, who: str) -> Pending[None]:
        """Take note of all of them."""
        return self._changing(lambda connection: self._seen(connection, who, "? = 0", 0))

    def seen_task(self, who: str, task: int) -> Pending[None]:
        """The person looks at a task: what was told of it is no news any more."""
        return self._seen_of(who, "task = ?", task)

    def seen_incident(self, who: str, incident: int) -> Pending[None]:
        """The person looks at an incident: as above."""
        return self._seen_of(who, "incident = ?", incident)

    def muted(self, who: str) -> frozenset[str]:
        """The kinds of notices that a person does not want."""
        rows = self._store.read().execute("SELECT kind FROM muted WHERE user_name = ?", (who,))
        return frozenset(kind for (kind,) in rows)

    def choose(self, who: str, wanted: Iterable[str]) -> Pending[None]:
        """The person wants notices of these kinds and no others."""
        unwanted = [(who, kind) for kind in KINDS if kind not in set(wanted)]

        def work(connection: sqlite.Connection) -> None:
            connection.execute("DELETE FROM muted WHERE user_name = ?", (who,))
            connection.executemany("INSERT INTO muted (user_name, kind) VALUES (?, ?)", unwanted)

        return self._store.write(work)

    def look(self) -> int:
        """Tell people of tasks that became late since the last look; how many tasks that were."""
        now = self._clock()
        if now < self._next_look:
            return 0
        self._next_look = now + PACE
        since = self._looked()
        late = self._store.read().execute(_LATE, (since, now)).fetchall() if since else []
        if since and not late and now - since < PACE * 60:
            return 0
        told = [
            Told(who, OVERDUE, now, "system", task)
            for task, *people in late
            for who in dict.fromkeys(people)
            if who is not None
        ]

        def work(connection: sqlite.Connection) -> int:
            tell(connection, told)
            connection.execute("DELETE FROM notice WHERE at < ?", (now - KEPT,))
            connection.execute(
                "INSERT INTO revision (topic, value) VALUES (?, ?)"
                " ON CONFLICT (topic) DO UPDATE SET value = excluded.value",
                (_LOOKED, now),
            )
            return len(late)

        return self._changing(work).result()

    def _looked(self) -> int | None:
        sql = "SELECT value FROM revision WHERE topic = ?"
        row = self._store.read().execute(sql, (_LOOKED,)).fetchone()
        return row[0] if row else None

    def _seen_of(self, who: str, condition: str, value: int) -> Pending[None]:
        sql = f"SELECT 1 FROM notice WHERE user_name = ? AND read IS NULL AND {condition} LIMIT 1"
        if not self._store.read().execute(sql, (who, value)).fetchone():
            return Pending.of(None)
        return self._changing(lambda connection: self._seen(connection, who, condition, value))

    def _seen(self, connection: sqlite.Connection, who: str, condition: str, value: int) -> None:
        connection.execute(
            f"UPDATE notice SET read = ? WHERE user_name = ? AND read IS NULL AND {condition}",
            (self._clock(), who, value),
        )

    def _changing(self, work: Callable[[sqlite.Connection], T]) -> Pending[T]:
        return self._store.write(work).finally_(lambda _error: self._live.publish(NOTICES))
