"""Inboxes: lists of tasks as one person sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from appliance.cases import Person
from appliance.library import Library
from appliance.store import queries
from appliance.store.inbox import ASSIGNEE, GROUP, USER
from appliance.store.lists import like_pattern
from appliance.store.queries import Range
from appliance.store.store import Store
from appliance.substitutes import Substitutes
from appliance.views import Counts, Page, TaskRow

VIEWS = ("mine", "group", "substituting", "overdue", "done")


class Inbox:
    """What waits for a person."""

    def __init__(
        self, store: Store, library: Library, substitutes: Substitutes, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._library = library
        self._substitutes = substitutes
        self._clock = clock

    def list(
        self,
        who: Person,
        view: str = "mine",
        q: str = "",
        process: str = "",
        sort: str = "due",
        page: str = "",
    ) -> Page[TaskRow]:
        """A page of somebody's tasks: view mine, group, substituting, overdue, done.

        Those of the people whom they stand in for are in view substituting, and overdue ones in
        view overdue as well.
        ``q`` is a part of a name or business key, or the number of a task or instance; ``process``
        a key, a name or a part of them; ``sort`` is due, priority, created, name or process, with
        a minus for the reverse; ``page`` is the ``next`` of the page before.
        """
        view = view if view in VIEWS else "mine"
        definitions = self._definitions(process) if process else None
        if definitions == []:
            return Page([], None)
        conditions, searched = self._conditions(q, definitions, done=view == "done")
        after = int(page) if page.isdecimal() and page.isascii() and len(page) < 19 else None
        bound = {"who": who.name, "now": self._clock(), "after": after, **searched}
        connection = self._store.read()
        if view == "done":
            rows = queries.done(connection, bound, conditions=conditions)
        else:
            source, places = self._source(view, who)
            rows = queries.inbox(
                connection, source, {**bound, **places}, sort=sort, conditions=conditions
            )
        items = [self._row(row) for row in rows[: queries.PAGE]]
        return Page(items, str(items[-1].id) if len(rows) > queries.PAGE else None)

    def counts(self, who: Person) -> Counts:
        """How many tasks lie in each view of somebody's inbox."""
        connection, now, absent = self._store.read(), self._clock(), self._absent(who)
        own, found = self._own(who), list[int]()
        views = [("mine", own), ("group", own), ("overdue", own + absent)]
        views += [("mine", absent)] if absent else []
        for view, ranges in views:
            source, places = queries.inbox_source(view, ranges)
            found.append(queries.count(connection, source, {"now": now, **places}))
        return Counts(*found)

    def _source(self, view: str, who: Person) -> tuple[str, dict[str, object]]:
        if view == "substituting":  # nobody's inbox is empty
            return queries.inbox_source("mine", self._absent(who) or [Range(ASSIGNEE, "")])
        absent = self._absent(who) if view == "overdue" else []
        return queries.inbox_source(view, self._own(who) + absent)

    def _own(self, who: Person) -> list[Range]:
        """The parts of all inboxes that are this person's."""
        ranges = [Range(ASSIGNEE, who.name), Range(USER, who.name)]
        ranges += [Range(GROUP, group) for group in sorted(who.groups)]
        return ranges

    def _absent(self, who: Person) -> list[Range]:
        """What is assigned to those whom this person stands in for now."""
        absent = self._substitutes.absent(who.name)
        return [
            Range(ASSIGNEE, name, None if keys is None else self._of_keys(keys))
            for name, keys in absent.items()
        ]

    def _of_keys(self, keys: frozenset[str]) -> tuple[int, ...]:
        return tuple(view.id for view in self._library.all() if view.key in keys)

    def _conditions(
        self, q: str, definitions: Sequence[int] | None, *, done: bool
    ) -> tuple[list[str], dict[str, object]]:
        """SQL conditions for a search and for processes, and the values they read."""
        conditions: list[str] = []
        bound: dict[str, object] = {}
        q = q.strip()
        if definitions is not None:
            ids = ", ".join(map(str, definitions))
            conditions.append(f"{'t' if done else 'v'}.definition IN ({ids})")
        if q:
            bound["like"] = like_pattern(q)
            if q.isdecimal() and len(q) < 19:
                bound["number"] = int(q)
            conditions.append(queries.searched("number" in bound, done))
        return conditions, bound

    def _definitions(self, process: str) -> list[int]:
        """The definitions of a key or name, or else of those that hold this text."""
        known = self._library.all()
        word = process.casefold()
        return [view.id for view in known if process in (view.key, view.name)] or [
            view.id for view in known if word in f"{view.name} {view.key}".casefold()
        ]

    def _row(self, row: tuple) -> TaskRow:
        id, name, instance, definition, subject, business_key, assignee, *rest = row
        created, due, priority, ended, owner, delegation, remaining, suspended = rest
        view = self._library.view(definition)
        return TaskRow(
            id, name, instance, view.key, view.name, view.version, subject, business_key, assignee,
            created, due, priority, ended, owner if delegation == "pending" else None, remaining,
            bool(suspended),
        )  # fmt: skip
