"""One command on instances: it opens states, runs the engine on them and hands over what happened.

Nothing is stored before the command is through, so a command that raises leaves nothing: the states
it took are simply not put back into the cache. Only when a run throws signals or messages, whose
receivers must be looked up, rows are written before the end, within a savepoint.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from time import thread_time
from typing import Any, Protocol, TypeVar

from appliance.actor import SHELL, SYSTEM
from appliance.errors import InstanceNotFound
from appliance.store import postponed
from appliance.store.delivery import Start, Thrown, starting, waiting
from appliance.store.held import Held
from appliance.store.loader import load
from appliance.store.notices import Told
from appliance.store.states import States
from appliance.store.transaction import Transaction, TransactionLost
from engine.commands import Command
from engine.errors import NotWaiting, Refused
from engine.events import InstanceStarted
from engine.model import Process
from engine.state import State
from engine.world import Limits, Throw

T = TypeVar("T")

DELIVERIES = 1000
"""How many signals and messages may follow from one command."""

log = logging.getLogger(__name__)


def spent() -> float:
    """The time that this thread has had of a processor, in ms."""
    return thread_time() * 1000


class Library(Protocol):
    """Where processes come from."""

    def process(self, definition: int) -> Process:
        """The process of a definition id."""
        ...

    def called(self, key: str, version: int | None, caller: int) -> tuple[int, Process]:
        """What a call activity means; see ``engine.world.World.called``."""
        ...


class Engine:
    """What all commands share: the library, the cache, the clock and the limits."""

    def __init__(
        self,
        library: Library,
        clock: Callable[[], int],
        zone: tzinfo,
        limits: Limits,
        states: States,
    ) -> None:
        self.library = library
        self.process = library.process
        self.called = library.called
        self.clock = clock
        self.zone = zone
        self.limits = limits
        self.states = states

    def command(self, name: str, by: str, work: Callable[[Work], T]) -> Callable[[Transaction], T]:
        """A command for the writer; ``by`` is who does it, ``name`` how the journal calls it."""

        # Nobody started what the appliance does by itself: there is no initiator to assign it to.
        actor = None if by in (SYSTEM.name, SHELL.name) else by

        def run(transaction: Transaction) -> T:
            current = Work(self, transaction, name, by, actor)
            value = work(current)
            current.finish()
            return value

        return run


class Work:
    """The engine's world during one command, and the states that the command uses."""

    __slots__ = (
        "_actor", "_by", "_engine", "_files", "_held", "_name", "_outbox", "_runs", "_signed",
        "called", "limits", "new_id", "now", "process", "started", "transaction", "zone",
    )  # fmt: skip

    def __init__(
        self, engine: Engine, transaction: Transaction, name: str, by: str, actor: str | None
    ) -> None:
        self.now = engine.clock()
        self.zone = engine.zone
        self.limits = engine.limits
        self.process = engine.process
        self.called = engine.called
        self.new_id = transaction.new_id
        self.transaction = transaction
        self._engine = engine
        self._name = name
        self._by = by
        self._signed = by
        self._actor = actor
        self._held: dict[int, Held] = {}
        self._runs: list[Command] = []
        self._files: list[tuple[object, ...]] = []
        self._outbox: deque[Thrown] = deque()
        self.started: list[int] = []
        """The instances that messages and signals of this command have started."""

    def spent(self) -> float:
        """The time that this thread has had of a processor, in ms."""
        return spent()

    def start(self) -> Command:
        """A run that starts a new top-level instance."""
        return self._run(State(self.process))

    def open(self, root: int) -> Command:
        """A run on a live top-level instance. Raises InstanceNotFound when it is not live."""
        held = self._held.get(root) or self._take(root)
        self._held[root] = held
        return self._run(held.state)

    def rename(self, name: str) -> None:
        """Let the journal call this command something more exact."""
        self._name = name

    def sign_for(self, absent: str) -> None:
        """Let the journal say that this was done in somebody's place."""
        self._signed = f"{self._by} for {absent}"

    def forget(self, root: int) -> None:
        """Drop what was done to an instance since it was opened, in memory."""
        held = self._held.pop(root, None)
        if held is not None:
            self._runs = [run for run in self._runs if run.state is not held.state]

    def add_file(self, row: tuple[object, ...]) -> None:
        """Store a row of ``file`` with this command."""
        self._files.append(row)

    def tell(self, who: str, kind: str, task: int) -> None:
        """Tell somebody something about a task when this command is stored."""
        told = Told(who, kind, self.now, self._by, task)
        self.transaction.rows.tell(told)

    def throw(self, thrown: Thrown) -> None:
        """Deliver a message or signal when this command is through."""
        self._outbox.append(thrown)

    def query(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple]:
        """Rows as they are before this command."""
        self.transaction.flush()
        return self.transaction.connection.execute(sql, parameters).fetchall()

    def finish(self) -> None:
        """Hand over the rows of all runs, deliver what they threw, keep the states."""
        if self._outbox or any(run.outbox for run in self._runs):
            with self.transaction.savepoint():
                self._store()
                self._deliver()
        else:
            self._store()
        for held in self._held.values():
            if held.state.root is not None:
                self._engine.states.keep(held)

    def _run(self, state: State) -> Command:
        run = Command(state, self, self._actor)
        self._runs.append(run)
        return run

    def _take(self, root: int) -> Held:
        held = self._engine.states.take(root)
        if held is None:
            if root in self.transaction.rows.dirty:
                self.transaction.flush()
            held = load(self.transaction.connection, root, self.process)
        if held is None:
            raise InstanceNotFound(f"No process instance {root} is running.")
        return held

    def _store(self) -> None:
        for row in self._files:
            self.transaction.rows.add_file(row)
        self._files.clear()
        for run in self._runs:
            if run.events:
                held = self._held_by(run)
                try:
                    self.transaction.rows.add(
                        held, run.events, self.now, self._by, self._name, self._signed
                    )
                except Exception as error:
                    raise TransactionLost from error
            for throw in run.outbox:
                root = self._held_by(run).root
                if throw.later:
                    postponed.keep(self, throw, root)
                else:
                    self._outbox.append(Thrown(throw, but=root))
        self._runs.clear()

    def _held_by(self, run: Command) -> Held:
        for held in self._held.values():
            if held.state is run.state:
                return held
        started = run.events[0]
        assert isinstance(started, InstanceStarted)
        held = Held(started.instance, run.state)
        self._held[held.root] = held
        return held

    def _deliver(self) -> None:
        """Tell the receivers, in this transaction; one that cannot take it does not harm others."""
        for _ in range(DELIVERIES):
            if not self._outbox:
                return
            self._deliver_all(self._outbox.popleft())
        log.error("more than %s signals and messages followed from one command", DELIVERIES)

    def _deliver_all(self, thrown: Thrown) -> None:
        """A signal goes to everybody, a message to the first who takes it."""
        one = thrown.throw.kind == "message"
        starts = starting(self, thrown.throw) if thrown.only is None else ()
        for subscription, root in waiting(self, thrown):
            if self._deliver_to(root, subscription, thrown.throw) and one:
                return
        for start in starts:
            if start.suspended:
                continue
            throw = thrown.throw
            if self.start_at(start, throw.variables, f"the {throw.kind} {throw.name}") and one:
                return

    def _deliver_to(self, root: int, subscription: int, throw: Throw) -> bool:
        try:
            with self.transaction.savepoint():
                self.open(root).deliver(subscription, throw.variables)
                self._store()
        except NotWaiting:  # an earlier receiver ended it
            return False
        except Refused as error:
            self.forget(root)
            log.warning("instance %s could not take %s %s: %s", root, throw.kind, throw.name, error)
            return False
        return True

    def start_at(self, start: Start, variables: Mapping[str, Any], why: str) -> bool:
        """Start a process at a start event; whether that went well. ``why`` is for the log."""
        try:
            with self.transaction.savepoint():
                id = self.start().start(
                    start.definition, variables, node=start.node, event=(start.kind, start.name)
                )
                self._store()
        except Refused as error:
            self._runs.clear()
            log.warning("%s could not be started by %s: %s", start.key, why, error)
            return False
        self.started.append(id)
        return True
