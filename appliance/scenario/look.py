"""What a scenario sees of a store: open tasks, waits, variables, what was visited.

Everything can be narrowed to one top-level instance and what it calls (``root``); None means all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appliance.clockwork import TIMER_START
from appliance.store import sqlite
from engine.events import BODY, CANCELLED, COMPLETED
from engine.values import decode

_IN = "(:root IS NULL OR root = :root)"
_TASKS = f"""
SELECT id, root, node, name, assignee, owner, priority, due, category, description, form_key,
    candidate_users, candidate_groups
FROM task WHERE ended IS NULL AND {_IN} ORDER BY id
"""
_ACTIVE = f"""
SELECT node FROM activity WHERE ended IS NULL AND {_IN}
UNION SELECT node FROM job WHERE {_IN}
UNION SELECT node FROM subscription WHERE kind <> 'compensation' AND {_IN}
"""
_VISITED = f"""
SELECT node, count(*) FROM activity
WHERE how = {COMPLETED} AND (loop IS NULL OR loop <> {BODY}) AND {_IN} GROUP BY node
"""
_TIMERS = f"""
SELECT count(*) FROM job
WHERE kind = 'timer' AND (due IS NOT NULL OR remaining IS NOT NULL) AND {_IN}
"""
_START_TIMERS = "SELECT count(*) FROM start_trigger WHERE kind = 'timer' AND due IS NOT NULL"
_SUBSCRIPTIONS = f"""
SELECT count(*) FROM subscription WHERE kind IN ('message', 'signal', 'local-signal') AND {_IN}
"""
_INSTANCES = f"""
SELECT count(*) FROM instance i JOIN definition d ON d.id = i.definition
WHERE i.ended IS NULL AND (:key IS NULL OR d.key = :key) AND {_IN}
"""
_INCIDENTS = f"SELECT id, node, root FROM incident WHERE resolved IS NULL AND {_IN} ORDER BY id"
_LOG = f"SELECT text FROM log_line WHERE {_IN} ORDER BY id"
_STATUS = (
    "SELECT coalesce(status, iif(suspended, 'SUSPENDED', 'ACTIVE')) FROM instance WHERE id = ?"
)
_NAME = "SELECT name FROM instance WHERE id = ?"
_VARIABLES = "SELECT name, value FROM variable WHERE scope = ?"
_SCOPES = """
WITH RECURSIVE scopes(id, loop, total, begun, completed, scope, depth) AS (
    SELECT id, loop, total, begun, completed, scope, 0 FROM activity WHERE id = ?
    UNION ALL
    SELECT a.id, a.loop, a.total, a.begun, a.completed, a.scope, depth + 1
    FROM scopes JOIN activity a ON a.id = scopes.scope
)
SELECT id, loop, total, begun, completed, scope FROM scopes ORDER BY depth
"""
_WAITING = f"""
SELECT id, root FROM subscription
WHERE kind IN ('receive', 'message') AND node = :node AND {_IN} ORDER BY id
"""
_JOBS = f"""
SELECT id, root FROM job WHERE kind = 'external' AND topic = :topic AND {_IN} ORDER BY id
"""
_WAITS = f"""
SELECT kind, node, name, NULL FROM subscription
WHERE kind IN ('message', 'signal', 'local-signal', 'receive', 'conditional') AND {_IN}
UNION ALL SELECT kind, node, topic, due FROM job WHERE {_IN}
UNION ALL SELECT 'start-' || kind, node, name, due FROM start_trigger
ORDER BY 4, 2
"""
_ROOTS = """
SELECT i.id, d.key FROM instance i JOIN definition d ON d.id = i.definition
WHERE i.parent IS NULL ORDER BY i.id
"""
_STARTED_BY_TIMERS = "SELECT max(root) FROM journal WHERE command = :command"
_PATH = f"SELECT node FROM activity WHERE root = ? AND how IS NOT {CANCELLED} ORDER BY id"
_JOURNAL = """
SELECT (SELECT max(id) FROM journal), (SELECT max(id) FROM deployment),
    (SELECT count(*) FROM start_trigger), (SELECT count(*) FROM definition WHERE suspended)
"""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits: ``kind`` of a subscription or job, or of what starts a process.

    ``name`` is that of a message, signal or topic; ``due`` is in ms.
    """

    kind: str
    node: str
    name: str | None
    due: int | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task; ``key`` is the id of its user task, ``due`` is in ms."""

    id: int
    root: int
    key: str
    name: str | None
    assignee: str | None
    owner: str | None
    priority: int
    due: int | None
    category: str | None
    description: str | None
    form_key: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]

    def __str__(self) -> str:
        taken = f", {self.assignee}" if self.assignee else ""
        return f"{self.name or 'a task without a name'} ({self.key}{taken})"


class Look:
    """Reads of one store; each sees what is committed at that moment."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self._connection = connection

    def tasks(self, root: int | None = None) -> list[OpenTask]:
        """The open tasks, oldest first."""
        rows = self._rows(_TASKS, root=root)
        return [OpenTask(*row[:11], *map(_names, row[11:])) for row in rows]

    def active(self, root: int | None = None) -> list[str]:
        """The nodes where something waits, each once."""
        return self._column(_ACTIVE, root=root)

    def visited(self, root: int | None = None) -> dict[str, int]:
        """How often each node was completed."""
        return dict(self._rows(_VISITED, root=root))

    def timers(self, root: int | None = None) -> int:
        """How many timers wait; without ``root`` those that start processes are counted too."""
        [count] = self._column(_TIMERS, root=root)
        return count if root is not None else count + self._column(_START_TIMERS)[0]

    def subscriptions(self, root: int | None = None) -> int:
        """How many messages and signals running instances wait for."""
        return self._column(_SUBSCRIPTIONS, root=root)[0]

    def instances(self, root: int | None = None, key: str | None = None) -> int:
        """How many instances run, called ones included."""
        return self._column(_INSTANCES, root=root, key=key)[0]

    def incidents(self, root: int | None = None) -> list[tuple[int, str, int]]:
        """Open incidents: their ids, nodes and top-level instances."""
        return self._rows(_INCIDENTS, root=root)

    def log(self, root: int | None = None) -> list[str]:
        """The lines that scripts wrote."""
        return self._column(_LOG, root=root)

    def status(self, instance: int) -> str:
        """Where an instance stands, also after its end."""
        return self._connection.execute(_STATUS, (instance,)).fetchone()[0]

    def name(self, instance: int) -> str | None:
        """What an instance is called, also after its end."""
        return self._connection.execute(_NAME, (instance,)).fetchone()[0]

    def variables(self, scope: int) -> dict[str, Any]:
        """The variables of exactly this scope."""
        rows = self._connection.execute(_VARIABLES, (scope,))
        return {name: decode(value) for name, value in rows}

    def variables_at(self, token: int) -> dict[str, Any]:
        """The variables that are visible at a token, loop counters too."""
        found: dict[str, Any] = {}
        scopes = self._connection.execute(_SCOPES, (token,)).fetchall()
        for id, loop, total, begun, completed, _ in scopes:
            found = self.variables(id) | _counters(loop, total, begun, completed) | found
        return self.variables(scopes[-1][-1]) | found

    def waiting(self, node: str, root: int | None = None) -> list[tuple[int, int]]:
        """What waits for a trigger at a node: subscriptions and their top-level instances."""
        return self._rows(_WAITING, node=node, root=root)

    def waits(self, root: int | None = None) -> list[Wait]:
        """All that waits for a message, a signal, a time, a worker; what starts processes too."""
        return [Wait(*row) for row in self._rows(_WAITS, root=root)]

    def external_jobs(self, topic: str, root: int | None = None) -> list[tuple[int, int]]:
        """The jobs that wait for a worker of a topic, with their top-level instances."""
        return self._rows(_JOBS, topic=topic, root=root)

    def paths(self) -> list[tuple[str, list[str]]]:
        """Each top-level process with the nodes that it came by, in the order of entering them."""
        return [(key, self._path(id)) for id, key in self._connection.execute(_ROOTS)]

    def _path(self, root: int) -> list[str]:
        return [node for (node,) in self._connection.execute(_PATH, (root,))]

    def started_by_timers(self) -> int | None:
        """The last instance that a timer of its process started."""
        return self._column(_STARTED_BY_TIMERS, command=TIMER_START)[0]

    def mark(self) -> tuple[Any, ...]:
        """Stays the same as long as nothing changes."""
        return self._connection.execute(_JOURNAL).fetchone()

    def _rows(self, sql: str, **bound: Any) -> list[tuple]:
        return self._connection.execute(sql, bound).fetchall()

    def _column(self, sql: str, **bound: Any) -> list[Any]:
        return [row[0] for row in self._rows(sql, **bound)]


def _names(names: bytes | None) -> tuple[str, ...]:
    return tuple(decode(names)) if names else ()


def _counters(
    loop: int | None, total: int | None, begun: int | None, completed: int | None
) -> dict[str, int]:
    if loop is None:
        return {}
    if loop != BODY:
        return {"loopCounter": loop}
    total, begun, completed = total or 0, begun or 0, completed or 0
    return {
        "nrOfInstances": total,
        "nrOfActiveInstances": begun - completed,
        "nrOfCompletedInstances": completed,
    }
