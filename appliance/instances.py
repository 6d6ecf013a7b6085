"""Process instances: starting, following, stopping them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from appliance.actor import Actor
from appliance.cases import Cases
from appliance.errors import InstanceNotFound, StartFormNotSupported
from appliance.files import Files, Received
from appliance.form_input import Input, variables_of
from appliance.library import Library
from appliance.pending import Pending
from appliance.processes import Processes
from appliance.store import queries
from appliance.store.store import Store
from appliance.store.work import Work
from appliance.views import Started, Status
from engine.errors import InstanceEnded, InvalidVariables
from engine.forms import Directory
from engine.values import checked_variables, decode

INITIATOR = "initiator"


class Instances:
    """The instances of the box. Commands are durable when their result is there."""

    def __init__(
        self, store: Store, library: Library, processes: Processes, files: Files, cases: Cases
    ) -> None:
        self._store = store
        self._library = library
        self._processes = processes
        self._files = files
        self._cases = cases
        self.list = cases.list
        self.detail = cases.detail
        self.check_visible = cases.check_visible
        self.requests_of = cases.requests_of

    def start(
        self,
        key: str,
        variables: Mapping[str, Any] | None,
        by: Actor,
        *,
        business_key: str | None = None,
        name: str | None = None,
    ) -> Pending[Started]:
        """Start the latest version of a process that has no start form.

        Raises ``ProcessNotFound``, ``ProcessSuspended``, ``StartFormNotSupported``,
        ``InvalidVariables``, and whatever the process's first steps refuse.
        """
        _refuse_reserved(variables)

        def work(work: Work) -> Started:
            view = self._library.to_start(key)
            if view.has_start_form:
                raise StartFormNotSupported(
                    f"Processes with start forms cannot be started via API: {key}"
                )
            run = work.start()
            id = run.start(view.id, variables, business_key=business_key, name=name)
            return Started(id, key, _task_for(run.state.tasks(), by))

        return self._store.command("start", str(by), work)

    def start_with_form(
        self,
        key: str,
        entered: Mapping[str, Any],
        uploads: Mapping[str, Sequence[Received]],
        by: Actor,
        *,
        now: datetime,
        outcome: str = "",
        people: Directory | None = None,
    ) -> Pending[Started]:
        """Start a process with what a person entered into its start form, or without one.

        ``now`` is the moment in the person's time zone. Files belong to the instance when it is
        started and are dropped when it is refused. Raises ``FormInvalid`` besides what
        :meth:`start` raises.
        """
        with Input(self._files, uploads) as given:
            self._library.to_start(key)
            form = self._processes.start_form(key)
            checked = given.check(form, entered, {}, now=now, outcome=outcome, people=people)
            values = _given(variables_of(checked, {}, now))

            def work(work: Work) -> Started:
                view = self._library.to_start(key)
                run = work.start()
                id = run.start(view.id, values)
                given.rows(work, id, id, None, str(by))
                return Started(id, key, _task_for(run.state.tasks(), by))

            return given.settle(self._store.command("start", str(by), work))

    def status(self, id: int) -> Status:
        """Where an instance stands, or how it ended. Raises ``InstanceNotFound``."""
        row = self._cases.row(id)
        connection = self._store.read()
        variables = connection.execute(queries.VARIABLES, (id,))
        return Status(
            id=id,
            process_key=row.process_key,
            process_name=row.process_name,
            started=row.started,
            ended=row.ended,
            status=row.state,
            tasks=self._cases.open_tasks(row) if row.ended is None else [],
            variables={name: decode(value) for name, value in variables},
            files=self._files.list(id),
        )

    def cancel(self, id: int, reason: str | None, by: Actor) -> Pending[None]:
        """Terminate a running instance and all that it calls; ``reason`` is for people."""
        return self._command("cancel", id, by, lambda run: run.cancel(id, reason))

    def suspend(self, id: int, by: Actor) -> Pending[None]:
        """Stop an instance and all that it calls; their timers stand still."""
        return self._command("suspend", id, by, lambda run: run.suspend(id))

    def activate(self, id: int, by: Actor) -> Pending[None]:
        """Let a suspended instance go on."""
        return self._command("activate", id, by, lambda run: run.activate(id))

    def set_variables(self, id: int, values: Mapping[str, Any], by: Actor) -> Pending[None]:
        """Set variables of a running instance."""
        checked = _given(values)
        return self._command("set-variables", id, by, lambda run: run.set_scope(id, checked))

    def retry(self, id: int, incident: int, by: Actor) -> Pending[None]:
        """Try again what an incident stopped."""
        return self._command("retry", id, by, lambda run: run.retry(incident))

    def _command(self, name: str, id: int, by: Actor, act: Any) -> Pending[None]:
        row = self._store.read().execute(queries.INSTANCE, (id,)).fetchone()
        if row is None:
            raise InstanceNotFound(f"Process instance not found: {id}")

        def work(work: Work) -> None:
            try:
                run = work.open(row[1])
            except InstanceNotFound:
                raise InstanceEnded(f"Process instance {id} has ended.") from None
            act(run)

        return self._store.command(name, str(by), work)


def _given(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    _refuse_reserved(variables)
    return checked_variables(variables or {})


def _refuse_reserved(variables: Mapping[str, Any] | None) -> None:
    if variables and INITIATOR in variables:
        raise InvalidVariables(f"variables: {INITIATOR} is reserved: it names who started it")


def _task_for(tasks: Any, by: Actor) -> int | None:
    """The first open task of this person, if any."""
    if by.kind != "user":
        return None
    return next((task.id for task in tasks if task.assignee == by.name), None)
