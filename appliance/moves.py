"""Moves: running instances go to another version of their process, and back.

A move is planned (which element takes the place of which), rehearsed on copies, and then carried
out instance by instance, each in a transaction of its own that also says what became of it. One
that was interrupted goes on at the next start. Whatever two people move at once, an instance moves
only from the version that was meant.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from appliance.actor import Actor
from appliance.background import Background
from appliance.errors import Conflict, InstanceNotFound, InvalidInput, MoveNotFound
from appliance.library import Library
from appliance.pending import Pending
from appliance.store import chain, moving
from appliance.store.moving import Task
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from appliance.store.work import Work
from appliance.views import ProcessView
from appliance.views_moves import Match, MoveView, Outlook, Plan, Stuck, Unmoved
from engine.correspondence import Correspondence
from engine.errors import MigrationIncomplete, Refused
from engine.model import Node, Process

PORTION = 32
"""How many instances are handed to the writer before it is looked what became of them."""
MATCHES = 200
"""How many elements a plan tells at most, those first that need a decision."""

log = logging.getLogger(__name__)


class Moves:
    """The migrations of running instances. A thread carries them out once :meth:`start` ran."""

    def __init__(self, store: Store, library: Library, clock: Callable[[], int]) -> None:
        self._store = store
        self._library = library
        self._clock = clock
        self._background = Background("migrations", self.work)
        self.start = self._background.start
        self.close = self._background.close

    # Looking.

    def plan(
        self, key: str, source: int, target: int, given: Mapping[str, str] | None = None
    ) -> Plan:
        """What would take the place of what. Raises ``ProcessNotFound``, ``MappingInvalid``."""
        old, new = self._versions(key, source, target)
        how = self._how(old, new, given or {})
        live = moving.live(self._store.read(), old.id)
        running = moving.running(self._store.read(), old.id)
        return Plan(old, new, running, _matches(how, live))

    def rehearse(
        self,
        key: str,
        source: int,
        target: int,
        given: Mapping[str, str] | None = None,
        instances: Sequence[int] = (),
    ) -> Outlook:
        """Move copies of the running instances, all or these: what cannot move, and why."""
        old, new = self._versions(key, source, target)
        return self._outlook(old, new, given or {}, self._chosen(old, instances))

    def rehearse_undo(self, id: int) -> Outlook:
        """Take a move back on copies. Raises ``MoveNotFound``."""
        self.get(id)
        connection = self._store.read()
        task, moved = moving.task(connection, id), set(moving.moved(connection, id))
        old, new = self._library.view(task.target), self._library.view(task.source)
        chosen = [each for each in moving.instances(connection, old.id) if each[0] in moved]
        return self._outlook(old, new, _inverse(task.mapping), chosen)

    def _outlook(
        self,
        old: ProcessView,
        new: ProcessView,
        given: Mapping[str, str],
        instances: Sequence[tuple[int, int]],
    ) -> Outlook:
        how = self._how(old, new, given)
        movable, stuck = 0, list[Stuck]()
        for id, root in instances:
            found = self._rehearse(id, root, old, new, how)
            if found is not None:
                stuck += found
                movable += not found
        return Outlook(movable, stuck)

    def _rehearse(
        self, id: int, root: int, old: ProcessView, new: ProcessView, how: Correspondence
    ) -> list[Stuck] | None:
        """What keeps an instance; None when it is not there to be moved any more."""
        command = self._store.rehearse(root)
        instance = command.state.instances.get(id) if command is not None else None
        if command is None or instance is None or instance.definition != old.id:
            return None
        try:
            command.migrate(id, new.id, how)
        except MigrationIncomplete as error:
            return [
                Stuck(id, each.node, _label(how.old, each.node), each.reason)
                for each in error.obstacles
            ]
        except Refused as error:
            return [Stuck(id, "", "", str(error))]
        return []

    def get(self, id: int) -> MoveView:
        """One move, and how far it is. Raises ``MoveNotFound``."""
        row = moving.row(self._store.read(), id)
        if row is None:
            raise MoveNotFound(f"Migration not found: {id}")
        return self._view(row)

    def of(self, key: str) -> list[MoveView]:
        """The moves of a process, the latest first. Raises ``ProcessNotFound``."""
        definitions = [view.id for view in self._library.versions(key)]
        return [self._view(row) for row in moving.rows(self._store.read(), definitions)]

    def left(self, id: int, limit: int = 1000) -> list[Unmoved]:
        """The instances that a move left where they were, and why."""
        return [Unmoved(*row) for row in moving.left(self._store.read(), id, limit)]

    # Asking for it.

    def begin(
        self,
        key: str,
        source: int,
        target: int,
        by: Actor,
        *,
        mapping: Mapping[str, str] | None = None,
        instances: Sequence[int] = (),
        reason: str | None = None,
    ) -> Pending[int]:
        """Let running instances of a version, all or these, move to another; the move's number.

        Raises ``ProcessNotFound``, ``InvalidInput``, ``MappingInvalid``.
        """
        old, new = self._versions(key, source, target)
        how = self._how(old, new, mapping or {})
        chosen = [id for id, _ in self._chosen(old, instances)]
        return self._begin(old, new, dict(how.nodes), by, reason, chosen)

    def undo(self, id: int, by: Actor, reason: str | None = None) -> Pending[int]:
        """Move back what a move has moved, as far as that is possible; the new move's number.

        Raises ``MoveNotFound``; ``Conflict`` for one that is at work, undone or an undo itself.
        """
        move = self.get(id)
        if move.finished is None:
            raise Conflict(f"Migration {id} is still at work: undo it when it is through.")
        if move.undoes is not None:
            raise Conflict(f"Migration {id} is an undo: migrate again instead.")
        if move.undone_by is not None:
            raise Conflict(f"Migration {id} was undone by migration {move.undone_by} already.")
        task = moving.task(self._store.read(), id)
        old, new = self._library.view(task.target), self._library.view(task.source)
        chosen = moving.moved(self._store.read(), id)
        return self._begin(old, new, _inverse(task.mapping), by, reason, chosen, undoes=id)

    def _begin(
        self,
        old: ProcessView,
        new: ProcessView,
        mapping: Mapping[str, str],
        by: Actor,
        reason: str | None,
        instances: Sequence[int],
        undoes: int | None = None,
    ) -> Pending[int]:
        now = self._clock()

        def work(transaction: Transaction) -> int:
            with transaction.savepoint() as connection:
                id = transaction.new_id()
                row = (id, now, str(by), reason or None, old.id, new.id,
                       msgspec.json.encode(mapping), undoes)  # fmt: skip
                moving.write(connection, row, instances)
                facts = {"move": id, "from": old.version, "to": new.version, "reason": reason,
                         "instances": len(instances)}  # fmt: skip
                action = "process.migrate" if undoes is None else "process.undo-migration"
                chain.record(connection, now, by, action, old.key, **facts)
            transaction.after.append(self._background.wake)
            return id

        return self._store.change(work)

    # Carrying it out.

    def work(self) -> None:
        """Carry out all moves that are asked for, in this thread."""
        while (task := moving.next_task(self._store.read())) and not self._background.stopping:
            self._carry_out(task)

    def _carry_out(self, task: Task) -> None:
        how = Correspondence(
            self._library.process(task.source), self._library.process(task.target), task.mapping
        )
        while not self._background.stopping:
            portion = moving.waiting(self._store.read(), task.id, PORTION)
            if not portion:
                self._store.write(lambda c: moving.finish(c, task.id, self._clock())).result()
                return
            pending = [(id, self._submit(task, how, id, root)) for id, root in portion]
            for id, each in pending:
                self._settle(task, id, each)

    def _settle(self, task: Task, id: int, pending: Pending[None]) -> None:
        try:
            pending.result()
        except Refused:
            raise  # the store takes nothing now: the instance waits for its turn
        except Exception as error:
            log.exception("instance %s cannot be moved", id)
            reason = f"Internal error: {type(error).__name__}"
            self._store.write(lambda c: moving.settle(c, task.id, id, "kept", reason)).result()

    def _submit(self, task: Task, how: Correspondence, id: int, root: int) -> Pending[None]:
        def work(work: Work) -> None:
            with work.transaction.savepoint() as connection:
                outcome, reason = self._move(work, task, how, id, root)
                moving.settle(connection, task.id, id, outcome, reason)
                work.finish()

        name = "migrate" if task.undoes is None else "undo-migration"
        return self._store.background(name, task.by, work)

    def _move(
        self, work: Work, task: Task, how: Correspondence, id: int, root: int
    ) -> tuple[str, str | None]:
        """Move one instance; what became of it, and why."""
        try:
            command = work.open(root)
        except InstanceNotFound:
            return "gone", "It has ended."
        instance = command.state.instances.get(id)
        if instance is None:
            return "gone", "It has ended."
        if instance.definition != task.source:
            version = self._library.view(instance.definition).version
            return "gone", f"It is in version {version} now."
        undone = _facts(work, root, id, task.undoes) if task.undoes is not None else None
        try:
            command.migrate(id, task.target, how, reason=task.reason, undone=undone, mark=task.id)
        except Refused as error:
            work.forget(root)
            return "kept", str(error)
        return "moved", None

    def _versions(self, key: str, source: int, target: int) -> tuple[ProcessView, ProcessView]:
        old, new = self._library.find(key, source), self._library.find(key, target)
        if old.id == new.id:
            raise InvalidInput(f"The instances are in version {source} of {key} already.")
        if not new.executable:
            raise InvalidInput(f"Version {target} of {key} is for viewing only.")
        return old, new

    def _how(self, old: ProcessView, new: ProcessView, given: Mapping[str, str]) -> Correspondence:
        return Correspondence.of(
            self._library.process(old.id), self._library.process(new.id), given
        )

    def _chosen(self, old: ProcessView, instances: Sequence[int]) -> list[tuple[int, int]]:
        """Instances that run in a version, with their top-level ones: all, or some of them."""
        found = moving.instances(self._store.read(), old.id)
        if not instances:
            return found
        unknown = set(instances).difference(id for id, _ in found)
        if unknown:
            raise InvalidInput(
                f"Instance {min(unknown)} does not run in version {old.version} of {old.key}."
            )
        return [(id, root) for id, root in found if id in set(instances)]

    def _view(self, row: tuple) -> MoveView:
        id, at, by, reason, source, target, undoes, finished, undone_by, *counts = row
        old, new = self._library.view(source), self._library.view(target)
        return MoveView(
            id, old.key, old.version, new.version, by, reason, at, finished, undoes, undone_by,
            *counts,
        )  # fmt: skip


def _matches(how: Correspondence, live: Mapping[str, int]) -> list[Match]:
    """The elements where something stands, or to which something else corresponds."""
    nodes = [
        node for node in how.old.nodes.values()
        if node.id in live or how.nodes.get(node.id) != node.id
    ]  # fmt: skip
    nodes.sort(key=lambda node: (node.id in how.nodes, -live.get(node.id, 0)))
    return [
        Match(
            node.id, node.label, node.tag, how.nodes.get(node.id), live.get(node.id, 0),
            _choices(node, how),
        )
        for node in nodes[:MATCHES]
    ]  # fmt: skip


def _choices(node: Node, how: Correspondence) -> list[tuple[str, str]]:
    return [
        (other.id, other.label)
        for other in how.new.nodes.values()
        if other.tag == node.tag and not how.misfit(node, other)
    ]


def _label(process: Process, id: str) -> str:
    node = process.nodes.get(id)
    return node.label if node is not None else id


def _inverse(mapping: Mapping[str, str]) -> dict[str, str]:
    """The way back; there is none where several elements became one."""
    count = Counter(mapping.values())
    return {new: old for old, new in mapping.items() if count[new] == 1}


def _facts(work: Work, root: int, instance: int, move: int) -> Mapping[str, object] | None:
    """What the journal knows of an instance's part in a move."""
    return moving.facts(work.query(moving.MIGRATIONS, (root,)), instance, move)
