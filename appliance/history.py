"""What happened to an instance, read from the journal: one line for each thing a person may ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from appliance.library import Library
from appliance.store import queries, sqlite
from appliance.views import HistoryLine
from engine import events as ev

_INSTANCE_OF = "SELECT definition FROM instance WHERE id = ?"
_STAY = "SELECT instance, node FROM activity WHERE id = ?"
_TASK = "SELECT name FROM task WHERE id = ?"
_FORM_OF = "SELECT definition, node, form_key FROM task WHERE id = ?"
_INCIDENT = "SELECT token FROM incident WHERE id = ?"
_STATUS = {"COMPLETED": "completed", "TERMINATED": "cancelled"}

_DELEGATION: dict[Any, str] = {"pending": "delegated", "resolved": "handed-back"}


def history(
    connection: sqlite.Connection, library: Library, root: int, inside: set[int], commands: int
) -> list[HistoryLine]:
    """The last ``commands`` of a top-level instance, as far as they concern those ``inside``.

    The oldest comes first.
    """
    rows = connection.execute(queries.JOURNAL, (root, commands)).fetchall()
    reader = _Reader(connection, library, inside)
    for at, by, command, events in reversed(rows):
        reader.read(at, by, command, ev.decode(events))
    return reader.lines


class _Reader:
    """Turns events into lines; asks the rows where a token is or was."""

    def __init__(self, connection: sqlite.Connection, library: Library, inside: set[int]) -> None:
        self.lines: list[HistoryLine] = []
        self._connection = connection
        self._library = library
        self._inside = inside
        self._at = 0
        self._by = ""

    def read(self, at: int, by: str, command: str, events: list[ev.Event]) -> None:
        """The events of one command."""
        self._at, self._by = at, by
        if command == "timer":
            moved = next(
                (e for e in events if isinstance(e, ev.Passed | ev.Entered | ev.Left)), None
            )
            if moved is not None:
                self._add("timer", moved.token)
        for event in events:
            line = _LINES.get(type(event))
            if line is not None:
                line(self, event)

    def _add(
        self,
        what: str,
        token: int,
        detail: str = "",
        name: str = "",
        groups: Sequence[str] = (),
        users: Sequence[str] = (),
        outcome: str = "",
    ) -> None:
        instance, node = self._place(token)
        if instance in self._inside:
            label = name or self._label(instance, node)
            self.lines.append(
                HistoryLine(self._at, self._by, what, node, label, detail, groups, users, outcome)
            )

    def _place(self, token: int) -> tuple[int, str]:
        """Instance and node of a token; an instance's own token has no node."""
        return self._connection.execute(_STAY, (token,)).fetchone() or (token, "")

    def _label(self, instance: int, node: str) -> str:
        definition = self._connection.execute(_INSTANCE_OF, (instance,)).fetchone()[0]
        if not node:
            return self._library.view(definition).name
        return self._library.label(definition, node)

    def _task_name(self, task: int) -> str | None:
        """The name of a task; None when the token never was one."""
        row = self._connection.execute(_TASK, (task,)).fetchone()
        return row[0] or "" if row else None

    def _started(self, event: ev.InstanceStarted) -> None:
        self._add("started", event.instance)

    def _ended(self, event: ev.InstanceEnded) -> None:
        detail = ": ".join(filter(None, [_STATUS.get(event.status, ""), event.reason]))
        self._add("ended", event.instance, detail)

    def _suspended(self, event: ev.InstanceSuspended) -> None:
        what = "suspended" if event.suspended else "activated"
        self._add(what, event.instance, event.reason or "")

    def _intervened(self, event: ev.Intervened) -> None:
        facts = event.facts
        if event.what == "rescheduled":
            self._rescheduled(event)
            return
        detail = ", ".join(facts.get("names", ()))
        if "from" in facts:
            old, new = (self._library.view(facts[side]).version for side in ("from", "to"))
            detail = f"{old} → {new}"
        elif "started" in facts:
            signs = [("−", facts.get("cancelled", ())), ("+", facts["started"])]
            places = [
                f"{sign} {self._label(event.instance, node)}"
                for sign, nodes in signs
                for node in nodes
            ]
            detail = ", ".join([*places, *facts.get("names", ())])
        self._add(event.what, event.instance, ": ".join(filter(None, [detail, event.reason])))

    def _rescheduled(self, event: ev.Intervened) -> None:
        if event.instance in self._inside:
            node = event.facts["node"]
            moved = " → ".join(_minute(event.facts[side]) for side in ("from", "to"))
            detail = ": ".join(filter(None, [moved, event.reason]))
            name = self._label(event.instance, node)
            self.lines.append(HistoryLine(self._at, self._by, event.what, node, name, detail))

    def _task(self, event: ev.TaskCreated) -> None:
        name = event.name or ""
        if event.assignee is not None:
            self._add("task", event.task, event.assignee, name)
        else:
            groups, users = event.candidate_groups, event.candidate_users
            self._add("task", event.task, "", name, groups, users)

    def _task_changed(self, event: ev.TaskChanged) -> None:
        name = self._task_name(event.task) or ""
        if "assignee" in event.changes:
            what = _DELEGATION.get(event.changes.get("delegation"), "assigned")
            self._add(what, event.task, event.changes["assignee"] or "", name)
        elif event.changes.keys() != {"due", "remaining"}:  # suspending or activating says that
            self._add("changed", event.task, ", ".join(event.changes), name)

    def _task_completed(self, event: ev.TaskCompleted) -> None:
        name = self._task_name(event.task) or ""
        outcome = event.outcome or ""
        self._add("task-completed", event.task, self._said(event), name, outcome=outcome)

    def _said(self, event: ev.TaskCompleted) -> str:
        """What the button said that was pressed."""
        if not event.outcome:
            return ""
        found = self._connection.execute(_FORM_OF, (event.task,)).fetchone()
        form = self._library.task_form(*found) if found else None
        return form.said(event.outcome) if form else event.outcome

    def _left(self, event: ev.Left) -> None:
        name = self._task_name(event.token) if event.how == ev.CANCELLED else None
        if name is not None:
            self._add("task-cancelled", event.token, "", name)

    def _incident(self, event: ev.IncidentOpened) -> None:
        self._add("incident", event.token, event.message)

    def _incident_resolved(self, event: ev.IncidentResolved) -> None:
        token = self._connection.execute(_INCIDENT, (event.incident,)).fetchone()[0]
        self._add("incident-resolved", token, event.reason or "")

    def _logged(self, event: ev.Logged) -> None:
        self._add("log", event.token, event.text)


def _minute(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


_LINES: dict[type, Callable[[_Reader, Any], None]] = {
    ev.InstanceStarted: _Reader._started,
    ev.InstanceEnded: _Reader._ended,
    ev.InstanceSuspended: _Reader._suspended,
    ev.TaskCreated: _Reader._task,
    ev.TaskChanged: _Reader._task_changed,
    ev.TaskCompleted: _Reader._task_completed,
    ev.Left: _Reader._left,
    ev.IncidentOpened: _Reader._incident,
    ev.IncidentResolved: _Reader._incident_resolved,
    ev.Logged: _Reader._logged,
    ev.Intervened: _Reader._intervened,
}
