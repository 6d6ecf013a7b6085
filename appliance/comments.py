"""Comments on cases. A comment that mentions somebody tells them, and lets them see the case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

import msgspec

from appliance.actor import Actor
from appliance.cases import Cases, Person
from appliance.errors import InvalidInput
from appliance.live import COMMENTS, NOTICES, Live
from appliance.pending import Pending
from appliance.people import People
from appliance.store import notices, sqlite
from appliance.store.store import Store

LONGEST = 4000
EXCERPT = 200
_MENTION = re.compile(r"(?<![\w@./+-])@([^\W_][\w.@+-]{0,63})")
_TRAILING = ".-+@"


class CommentView(msgspec.Struct, frozen=True):
    """What somebody said about a case; ``mentions`` are the names in it that are people's."""

    id: int
    at: int
    by: str
    text: str
    mentions: list[str]
    task_id: int | None
    task_name: str | None


class Comments:
    """What people say about cases; it is part of the record and stays."""

    def __init__(
        self, store: Store, cases: Cases, people: People, live: Live, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._cases = cases
        self._people = people
        self._live = live
        self._clock = clock

    def list(self, case: int, who: Person) -> list[CommentView]:
        """The comments on a case, the oldest first. Raises ``Forbidden``."""
        root = self._cases.root(case, who)
        rows = self._store.read().execute(
            "SELECT c.id, c.at, c.by, c.text, c.mentions, t.id, coalesce(t.name, t.node)"
            " FROM comment c LEFT JOIN task t ON t.id = c.task WHERE c.root = ? ORDER BY c.id",
            (root,),
        )
        return [
            CommentView(id, at, by, text, msgspec.json.decode(mentions, type=list[str]), *task)
            for id, at, by, text, mentions, *task in rows
        ]

    def add(self, case: int, text: str, by: Actor, task: int | None = None) -> Pending[list[str]]:
        """Say something about a case, at a task perhaps; the names of those whom it mentions.

        Raises ``Forbidden`` for those who may not see the case.
        """
        root, said = self._cases.root(case, by), clean(text)
        mentioned = list(dict.fromkeys(self._mentioned(said)))
        now, name = self._clock(), str(by)

        def work(connection: sqlite.Connection) -> list[str]:
            connection.execute(
                "INSERT INTO comment (root, task, at, by, text, mentions)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (root, task, now, name, said, msgspec.json.encode(mentioned)),
            )
            for who in mentioned:
                if who != by.name:
                    notices.mention(connection, who, now, name, root, task, said[:EXCERPT])
            return mentioned

        written = self._store.write(work)
        return written.finally_(lambda _error: self._live.publish(COMMENTS, NOTICES))

    def _mentioned(self, text: str) -> Iterator[str]:
        for found in _MENTION.findall(text):
            user = self._people.find(found) or self._people.find(found.rstrip(_TRAILING))
            if user is not None and user.active:
                yield user.name


def clean(text: str) -> str:
    """A comment as it is kept: lines and tabs, but no other control characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if not text.strip():
        raise InvalidInput("Write something first.")
    if len(text) > LONGEST:
        raise InvalidInput(f"A comment has at most {LONGEST} characters.")
    return text
