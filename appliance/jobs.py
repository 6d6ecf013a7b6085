"""Work for external workers: what waits by topic, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from appliance.actor import Actor
from appliance.errors import InstanceNotFound
from appliance.pending import Pending
from appliance.store.store import Store
from appliance.store.work import Work
from engine.commands import Command
from engine.errors import NotWaiting

_JOB = "SELECT root FROM job WHERE id = ?"


class Jobs:
    """The jobs of the box, as their workers see them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def complete(self, id: int, variables: Mapping[str, Any], by: Actor) -> Pending[None]:
        """The work is done. Raises ``NotWaiting``."""
        return self._answer(id, by, lambda command: command.answer(id, variables))

    def error(
        self, id: int, code: str, message: str | None, variables: Mapping[str, Any], by: Actor
    ) -> Pending[None]:
        """The work ended with a BPMN error. Raises ``NotWaiting``, ``UncaughtError``."""
        return self._answer(
            id, by, lambda command: command.answer_error(id, code, message, variables)
        )

    def fail(self, id: int, message: str, by: Actor) -> Pending[None]:
        """This attempt failed; after the last one an incident opens. Raises ``NotWaiting``."""
        return self._answer(id, by, lambda command: command.fail(id, message))

    def _answer(self, id: int, by: Actor, act: Callable[[Command], None]) -> Pending[None]:
        row = self._store.read().execute(_JOB, (id,)).fetchone()
        if row is None:
            raise NotWaiting(f"Job {id} no longer waits.")

        def work(work: Work) -> None:
            try:
                command = work.open(row[0])
            except InstanceNotFound:
                raise NotWaiting(f"Job {id} no longer waits.") from None
            act(command)

        return self._store.command("job", str(by), work)
