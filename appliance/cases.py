"""Reading instances: one of them in full, lists of them, what people have started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from appliance.errors import Forbidden, InstanceNotFound
from appliance.files import Files
from appliance.history import history
from appliance.library import Library
from appliance.progress import stages
from appliance.store import finding, lists, queries, sqlite
from appliance.store.store import Store
from appliance.substitutes import Substitutes
from appliance.undo import Undo, undo_of
from appliance.views import (
    IncidentView,
    InstanceDetail,
    InstanceRow,
    Marks,
    Offer,
    OpenTask,
    Page,
    Place,
    Stage,
    Target,
    Timer,
)
from appliance.waits import awaited
from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.errors import InvalidVariables
from engine.events import BODY, CANCELLED, COMPLETED
from engine.model import Container, Process
from engine.modification import can_start
from engine.values import decode, encode


class Person(Protocol):
    """Who looks: a name, the groups they belong to, whether they see everything."""

    @property
    def name(self) -> str: ...
    @property
    def groups(self) -> frozenset[str]: ...
    @property
    def admin(self) -> bool: ...


class Cases:
    """What is known of instances; ended ones too, for ever."""

    def __init__(
        self,
        store: Store,
        library: Library,
        files: Files,
        substitutes: Substitutes,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._clock = clock
        self._library = library
        self._files = files
        self._substitutes = substitutes

    def row(self, id: int) -> InstanceRow:
        """An instance's own facts. Raises ``InstanceNotFound``."""
        return self._row(self._found(id))

    def check_visible(self, id: int, who: Person) -> None:
        """Raise ``Forbidden`` unless this person may look at an instance.

        That are its starter, whoever had, did or might have taken one of its tasks, stands in for
        who has one now or was mentioned in a comment, and administrators. Raises
        ``InstanceNotFound``.
        """
        self.root(id, who)

    def root(self, id: int, who: Person) -> int:
        """The top-level instance of an instance that this person may look at, as above."""
        row = self._found(id)
        if not (who.admin or row[7] == who.name or self._takes_part(row[1], who)):
            raise Forbidden("You have no part in this case.")
        return row[1]

    def may_withdraw(self, id: int, who: Person) -> bool:
        """Whether this person may cancel an instance because they started it."""
        row = self._found(id)
        own = row[7] == who.name and row[2] is None and row[10] is None
        return own and self._library.process(row[4]).starter_may_cancel

    def progress(self, id: int) -> list[Stage]:
        """The way of an instance in steps: what is done, where it is, what lies ahead at best."""
        row = self._found(id)
        process, rows = self._library.process(row[4]), self._store.read()
        visited = [node for node, _ in rows.execute(queries.VISITED, (row[1], id, COMPLETED))]
        now = list(dict.fromkeys(place.node_id for place in self.places(id)))
        return stages(process, visited, now)

    def _takes_part(self, root: int, who: Person) -> bool:
        connection = self._store.read()
        if connection.execute(queries.MENTIONED, (root, who.name)).fetchone():
            return True
        rows = connection.execute(queries.TAKING_PART, (root,)).fetchall()
        return self._stands_in(rows, who) or any(
            who.name in (assignee, owner, completed_by, *names(users))
            or not who.groups.isdisjoint(names(groups))
            for assignee, owner, completed_by, users, groups, *_ in rows
        )

    def _stands_in(self, rows: Iterable[tuple], who: Person) -> bool:
        absent = self._substitutes.absent(who.name)
        for assignee, *_, ended, definition in rows:
            if ended is None and assignee in absent:
                processes = absent[assignee]
                if processes is None or self._library.view(definition).key in processes:
                    return True
        return False

    def open_tasks(self, row: InstanceRow) -> list[OpenTask]:
        """The open tasks of an instance and of what it calls, oldest first."""
        connection = self._store.read()
        root, caller = self._found(row.id)[1:3]
        tasks = [_task(each) for each in connection.execute(queries.OPEN_TASKS, (root,))]
        if caller is None:
            return tasks
        below = queries.below(connection, root, row.id)
        return [task for task in tasks if task.instance_id in below]

    def list(
        self,
        view: str = "open",
        q: str = "",
        process: str = "",
        sort: str = "-id",
        page: str = "",
        **more: Any,
    ) -> Page[InstanceRow]:
        """Instances: view open, failed (with incidents, or ended so), suspended, ended, all.

        ``q`` is an id, the beginning of a business key, or the name of a starter; ``sort`` is id,
        started or process, with a minus for the latest first. What ``more`` may be: ``version``;
        ``variable``, a name or ``name=value``; ``overdue``; ``since`` and ``until`` in ms. With
        these a page may hold fewer than there are (``next`` goes on): see ``store/finding.py``.
        """
        wanted = self._wanted(view, q, process, sort, **more)
        if not wanted.plain:
            rows, following = finding.page(self._store.read(), wanted, page)
            return Page(self._rows(rows), following)
        rows = lists.instances(self._store.read(), view, wanted.q, wanted.definitions, sort, page)
        return self._page(rows, sort)

    def each(self, most: int, **asked: Any) -> Iterator[InstanceRow]:
        """The instances of such a list one after the other, of at most so many looked at."""
        wanted = self._wanted(**asked)
        for row, fits in finding.walk(self._store.read(), wanted, "", most):
            if fits:
                yield self._row(row)

    def _wanted(
        self,
        view: str = "open",
        q: str = "",
        process: str = "",
        sort: str = "-id",
        *,
        version: str = "",
        variable: str = "",
        overdue: bool = False,
        since: int = 0,
        until: int | None = None,
    ) -> finding.Wanted:
        definitions = self._library.definitions_of(process)
        if definitions is not None and version.isdecimal():
            definitions = [
                id for id in definitions if self._library.view(id).version == int(version)
            ]
        name, equals, value = variable.partition("=")
        return finding.Wanted(
            view, q.strip(), definitions, sort, name.strip(),
            _stored(value.strip()) if equals else (), self._clock() if overdue else None,
            since, until,
        )  # fmt: skip

    def requests_of(
        self, name: str, view: str = "open", q: str = "", sort: str = "-started", page: str = ""
    ) -> Page[InstanceRow]:
        """What a person has started: view open, ended, all."""
        named = [
            p.id for p in self._library.all() if q and q.lower() in f"{p.name} {p.key}".lower()
        ]
        rows = lists.requests(self._store.read(), name, view, q.strip(), named, sort, page)
        return self._page(rows, sort)

    def detail(self, id: int, steps: int = 200) -> InstanceDetail:
        """Everything about an instance; of its journal the last ``steps`` commands.

        Raises ``InstanceNotFound``.
        """
        found = self._found(id)
        row, root, connection = self._row(found), found[1], self._store.read()
        inside = queries.below(connection, root, id)
        variables = connection.execute(queries.VARIABLES, (id,))
        incidents = self._incidents(connection, root, inside)
        marks = self._marks(connection, root, id, [each.node_id for each in incidents])
        return InstanceDetail(
            instance=row,
            tasks=self.open_tasks(row) if row.ended is None else [],
            timers=self._timers(connection, root, inside),
            incidents=incidents,
            variables={name: decode(value) for name, value in variables},
            files=self._files.list(id),
            awaited=awaited(connection, self._library, root, inside),
            called=[self.row(other) for (other,) in connection.execute(queries.CALLED, (root, id))],
            history=history(connection, self._library, root, inside, steps),
            marks=marks,
        )

    def incidents(self, id: int) -> list[IncidentView]:
        """The open incidents of an instance and of those that it called.

        Raises ``InstanceNotFound``.
        """
        root, connection = self._found(id)[1], self._store.read()
        return self._incidents(connection, root, queries.below(connection, root, id))

    def places(self, id: int) -> list[Place]:
        """Where the tokens of a running instance stand, in the order in which they came."""
        row = self.row(id)
        process = self._library.process(self._found(id)[4])
        live = self._store.read().execute(queries.LIVE, (self._found(id)[1], id)).fetchall()
        known = {token for token, *_ in live} if row.ended is None else set[int]()
        return [
            Place(
                token, node, self._label(process, node), self._tag(process, node), since,
                scope if scope in known else None, loop if loop is not None and loop >= 0 else None,
            )
            for token, node, scope, loop, since in live
        ]  # fmt: skip

    def undo_of(self, id: int) -> Undo | None:
        """How what was moved last by hand would go back, if nothing happened since."""
        found = self._found(id)
        process = self._library.process(found[4])
        return undo_of(self._store.read(), process, found[1], id)

    def targets(self, id: int) -> list[Target]:
        """The elements of an instance's process where a token may be started by hand."""
        process = self._library.process(self._found(id)[4])
        return [
            Target(node.id, node.label, node.tag)
            for node in process.nodes.values()
            if can_start(node)
        ]

    def offers(self, id: int) -> list[Offer]:
        """The open ad-hoc subprocesses of an instance and of what it calls."""
        found = self._found(id)
        if found[10] is not None or not self._has_ad_hoc(found[1], id):
            return []
        command = self._store.rehearse(found[1])
        instance = command.state.instances.get(id) if command is not None else None
        return [
            Offer(
                token.id, token.instance.id, token.node.id, token.node.label,
                [(node.id, node.label) for node in token.node.offered(token)],
                token.node.condition is None,
            )
            for token in (instance.below() if instance is not None else ())
            if isinstance(token.node, AdHocSubProcess) and token.loop != BODY
        ]  # fmt: skip

    def _has_ad_hoc(self, root: int, id: int) -> bool:
        connection = self._store.read()
        for instance in queries.below(connection, root, id):
            process = self._library.process(self._found(instance)[4])
            if any(isinstance(node, AdHocSubProcess) for node in process.nodes.values()):
                return True
        return False

    def _label(self, process: Process, id: str) -> str:
        node = process.nodes.get(id)
        return node.label if node is not None else id

    def _tag(self, process: Process, id: str) -> str:
        node = process.nodes.get(id)
        return node.tag if node is not None else ""

    def waiting(self, rows: Iterable[tuple]) -> dict[int, list[str]]:
        """For rows of ``instance``: the names of the steps where each waits."""
        live = {row[0]: row[4] for row in rows if row[10] is None}
        found: dict[int, list[str]] = {id: [] for id in live}
        for instance, node in lists.active_nodes(self._store.read(), list(live)):
            known = self._library.process(live[instance]).nodes.get(node)
            if known is not None and not isinstance(known, Container):
                found[instance].append(known.label)
        return found

    def _found(self, id: int) -> tuple:
        row = self._store.read().execute(queries.INSTANCE, (id,)).fetchone()
        if row is None:
            raise InstanceNotFound(f"Process instance not found: {id}")
        return row

    def _row(self, row: tuple, waiting: Sequence[str] = (), **marks: bool) -> InstanceRow:
        id, _, parent, _, definition, business_key, name, by, started, suspended, *end = row
        ended, status, reason = end
        view = self._library.view(definition)
        state = status or ("SUSPENDED" if suspended else "ACTIVE")
        return InstanceRow(
            id, view.key, view.name, view.version, name, business_key, state, started, by, ended,
            reason, parent, list(waiting), **marks,
        )  # fmt: skip

    def _page(self, rows: Sequence[tuple], sort: str) -> Page[InstanceRow]:
        shown = rows[: queries.PAGE]
        more = len(rows) > queries.PAGE
        return Page(self._rows(shown), lists.cursor(shown[-1], sort) if more else None)

    def _rows(self, rows: Sequence[tuple]) -> list[InstanceRow]:
        waiting, connection = self.waiting(rows), self._store.read()
        problems = lists.with_problems(connection, list(waiting))
        overdue = lists.overdue(connection, list(waiting), self._clock())
        return [
            self._row(
                row, waiting.get(row[0], ()), problem=row[0] in problems, overdue=row[0] in overdue
            )
            for row in rows
        ]

    def _node_name(self, connection: sqlite.Connection, instance: int, node: str) -> str:
        definition = connection.execute(queries.INSTANCE, (instance,)).fetchone()[4]
        return self._library.label(definition, node)

    def _timers(self, connection: sqlite.Connection, root: int, inside: set[int]) -> list[Timer]:
        rows = connection.execute(queries.TIMERS, (root,)).fetchall()
        return [
            Timer(id, instance, node, self._node_name(connection, instance, node), *rest)
            for id, instance, node, *rest in rows
            if instance in inside
        ]

    def _incidents(
        self, connection: sqlite.Connection, root: int, inside: set[int]
    ) -> list[IncidentView]:
        rows = connection.execute(queries.INCIDENTS, (root,)).fetchall()
        return [
            IncidentView(id, node, self._node_name(connection, instance, node), *rest)
            for id, instance, node, *rest in rows
            if instance in inside
        ]

    def _marks(
        self, connection: sqlite.Connection, root: int, id: int, incidents: list[str]
    ) -> Marks:
        active: dict[str, int] = {}
        visited: dict[str, int] = {}
        flows: dict[str, int] = {}
        for node, flow, live, how, count in connection.execute(queries.VISITS, (root, id)):
            if live:
                active[node] = active.get(node, 0) + count
            elif how != CANCELLED:
                visited[node] = visited.get(node, 0) + count
            if flow is not None:
                flows[flow] = flows.get(flow, 0) + count
        return Marks(active, visited, flows, incidents)


def _task(row: tuple) -> OpenTask:
    id, name, node, instance, assignee, users, groups, *rest = row
    return OpenTask(id, name, node, instance, assignee, names(users), names(groups), *rest)


def _stored(value: str) -> list[bytes]:
    """How a value that somebody typed may be stored: as text, or as what it means in JSON."""
    found = [encode(value)]
    try:
        found.append(encode(decode(value)))
    except InvalidVariables:
        return found
    return found


def names(column: bytes | None) -> list[str]:
    """A list of candidates from its column."""
    return decode(column) if column else []
