"""What these tests take as given: a store with processes of its own, run by commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.store.replay import differences, snapshot
from appliance.store.soundness import unsound
from appliance.store.store import Store
from engine.commands import Command
from engine.errors import CalledProcessNotFound
from engine.model import Process
from engine.state import Job, State
from engine.xml import read
from tests.play import START, as_xml


class Shelf:
    """Processes by definition id, for a store: a library without deployments."""

    def __init__(self) -> None:
        self.processes: dict[int, Process] = {}

    def process(self, definition: int) -> Process:
        return self.processes[definition]

    def called(self, key: str, version: int | None, caller: int) -> tuple[int, Process]:
        found = [(id, p) for id, p in self.processes.items() if p.key == key]
        if not found:
            raise CalledProcessNotFound(f"There is no process {key!r}")
        return found[-1]

    def put(self, text: str, key: str = "play") -> int:
        """Add a process, as text of ``tests/play.py`` or XML."""
        for process in read(as_xml(text, key).encode(), "test.bpmn20.xml").executable:
            self.processes[len(self.processes) + 1] = process
        return len(self.processes)


class Stored:
    """A store, its processes and its clock; instances are known by their ids."""

    def __init__(self, path: Path, *, cache: int | None = None) -> None:
        self.now = START
        self.shelf = Shelf()
        self.store = Store(path)
        if cache is not None:
            self.store.states._limit = cache
        self.store.attach(self.shelf, lambda: self.now)

    def start(self, text: str, variables: dict[str, Any] | None = None, **more: Any) -> int:
        """Start a process of this text."""
        definition = self.shelf.put(text)
        return self.begin(definition, variables, **more)

    def begin(self, definition: int, variables: dict[str, Any] | None = None, **more: Any) -> int:
        """Start a process of the shelf."""
        pending = self.store.command(
            "start", "kermit", lambda work: work.start().start(definition, variables or {}, **more)
        )
        return pending.result(10)

    def do(self, root: int, act: Callable[[Command], Any], name: str = "test") -> Any:
        """One command on an instance."""
        return self.store.command(name, "kermit", lambda work: act(work.open(root))).result(10)

    def look(self, root: int, at: Callable[[State], Any]) -> Any:
        """What a state in the cache, or loaded, shows."""
        return self.do(root, lambda command: at(command.state))

    def task(self, root: int, name: str) -> int:
        """The oldest open task of this name."""
        sql = "SELECT id FROM task WHERE root = ? AND name = ? AND ended IS NULL ORDER BY id"
        return self.rows(sql, root, name)[0][0]

    def jobs(self, root: int) -> list[Job]:
        """The jobs that wait."""
        return self.look(root, lambda state: [w for w in state.waits.values() if type(w) is Job])

    def rows(self, sql: str, *bound: object) -> list[tuple]:
        """What the store holds."""
        return self.store.read().execute(sql, bound).fetchall()

    def check(self, root: int) -> None:
        """The rows say what the journal says, and what the cache holds."""
        assert differences(self.store.read(), root, self.shelf.process) == []
        cached = self.store.states._held.get(root)
        if cached is not None:
            loaded = self.loaded(root)
            assert snapshot(cached[0].state) == snapshot(loaded.state)
            for name in ("homes", "definitions", "tasks"):
                assert getattr(cached[0], name) == getattr(loaded, name), name

    def loaded(self, root: int) -> Any:
        """An instance as its rows tell it."""
        from appliance.store.loader import load

        return load(self.store.read(), root, self.shelf.process)

    def check_all(self) -> None:
        """No rule between the tables is broken."""
        assert unsound(self.store.read()) == []

    def close(self) -> None:
        self.store.close()
