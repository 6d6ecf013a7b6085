"""Process instances: starting, following, stopping them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from appliance.actor import Actor
from appliance.cases import Cases, Person
from appliance.errors import Conflict, Forbidden, InstanceNotFound, StartFormNotSupported
from appliance.files import Files, Received
from appliance.form_input import Input, variables_of
from appliance.library import Library
from appliance.pending import Pending
from appliance.processes import Processes
from appliance.store import moving, queries
from appliance.store.store import Store
from appliance.store.work import Work
from appliance.variables import check_seen, given_variables, refuse_reserved
from appliance.views import Stage, Started, Status
from engine.commands import Command
from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.errors import InstanceEnded, NotWaiting, Refused
from engine.events import BODY
from engine.forms import Directory
from engine.modification import Place, Start
from engine.state import Token
from engine.values import decode

PORTION = 100
"""How many instances one command changes when it is about all of a process."""

Portions = Iterator[list[Pending[bool]]]
"""What is done in portions, to each instance or not; the next portion waits to be asked for."""


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
        self.each = cases.each
        self.detail = cases.detail
        self.check_visible = cases.check_visible
        self.requests_of = cases.requests_of
        self.row = cases.row
        self.places = cases.places
        self.targets = cases.targets
        self.undo_of = cases.undo_of
        self.incidents = cases.incidents
        self.offers = cases.offers

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
        ``InvalidVariables``, ``Forbidden``, and whatever the process's first steps refuse.
        """
        if not by.rights.allow("start") or not by.rights.reach(key):
            raise Forbidden(f"This API key may not start {key}.")
        refuse_reserved(variables)

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
            values = given_variables(variables_of(checked, {}, now))

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

    def running(self, key: str) -> list[int]:
        """The running instances of all versions of a process. Raises ``ProcessNotFound``."""
        versions = [view.id for view in self._library.versions(key)]
        return [id for each in versions for id, _ in moving.instances(self._store.read(), each)]

    def cancel(self, id: int, reason: str | None, by: Actor) -> Pending[None]:
        """Terminate a running instance and all that it calls; ``reason`` is for people."""
        return self._command("cancel", id, by, lambda run: run.cancel(id, reason))

    def may_withdraw(self, id: int, who: Person) -> bool:
        """Whether this person may cancel an instance that they started."""
        return self._cases.may_withdraw(id, who)

    def progress(self, id: int) -> list[Stage]:
        """See ``Cases.progress``."""
        return self._cases.progress(id)

    def withdraw(self, id: int, reason: str | None, by: Actor) -> Pending[None]:
        """Terminate what oneself has started, where the process allows it. Raises ``Forbidden``."""
        if not self._cases.may_withdraw(id, by):
            raise Forbidden(
                "Only who started this may cancel it, and only if the process allows it."
            )
        return self._command("cancel", id, by, lambda run: run.cancel(id, reason))

    def suspend(self, id: int, by: Actor, reason: str | None = None) -> Pending[None]:
        """Stop an instance and all that it calls; their timers stand still.

        Where the process says so, their clocks run on instead.
        """
        return self._command("suspend", id, by, lambda run: run.suspend(id, reason=reason))

    def activate(self, id: int, by: Actor, reason: str | None = None) -> Pending[None]:
        """Let a suspended instance go on."""
        return self._command("activate", id, by, lambda run: run.activate(id, reason=reason))

    def suspend_all(self, key: str, by: Actor, reason: str | None = None) -> Portions:
        """Stop every running instance of a process, some at a time: wait for each portion."""
        return self._all("suspend", key, by, lambda run, id: run.suspend(id, reason=reason))

    def activate_all(self, key: str, by: Actor, reason: str | None = None) -> Portions:
        """Let every suspended instance of a process go on, some at a time."""
        return self._all("activate", key, by, lambda run, id: run.activate(id, reason=reason))

    def set_variables(
        self,
        id: int,
        values: Mapping[str, Any],
        by: Actor,
        reason: str | None = None,
        *,
        seen: Mapping[str, str] | None = None,
        within: int | None = None,
    ) -> Pending[None]:
        """Set variables of a running instance, or as one of its tokens sees them (``within``).

        ``seen`` are fingerprints of values that somebody saw: ``Conflict`` when one differs.
        """
        checked = given_variables(values)

        def act(run: Command) -> None:
            token = _token(run, id, within)
            check_seen(token, seen or {})
            run.repair(token.id, checked, reason=reason)

        return self._command("set-variables", id, by, act)

    def retry(
        self,
        id: int,
        incident: int,
        by: Actor,
        *,
        variables: Mapping[str, Any] | None = None,
        seen: Mapping[str, str] | None = None,
        reason: str | None = None,
    ) -> Pending[None]:
        """Try again what an incident stopped, with other values of variables if need be.

        ``seen`` as for :meth:`set_variables`.
        """
        checked = given_variables(variables)

        def act(run: Command) -> None:
            found = run.state.incidents.get(incident)
            if found is not None:
                check_seen(found.token, seen or {})
            run.retry(incident, checked, reason=reason)

        return self._command("retry", id, by, act)

    def modify(
        self,
        id: int,
        by: Actor,
        *,
        cancel: Sequence[Place] = (),
        start: Sequence[Start] = (),
        variables: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Pending[None]:
        """Cancel here, start there: see ``engine/modification.py``. Raises ``NotWaiting``."""
        checked = given_variables(variables)
        return self._command(
            "modify",
            id,
            by,
            lambda run: run.modify(
                id, cancel=cancel, start=start, variables=checked, reason=reason
            ),
        )

    def repeat(self, id: int, node: str, by: Actor, reason: str | None = None) -> Pending[None]:
        """Go back to an activity: what came from it is cancelled. Raises ``NotWaiting``."""
        return self._command("repeat", id, by, lambda run: run.repeat(id, node, reason=reason))

    def move_back(self, id: int, mark: int, by: Actor, reason: str | None = None) -> Pending[None]:
        """Undo the move of this mark: see ``undo_of``. Raises ``Conflict`` when it is not last."""
        back = self.undo_of(id)
        if back is None or back.mark != mark:
            raise Conflict("Something happened since: it does not go back by itself any more.")
        return self.modify(id, by, cancel=back.cancel, start=back.start, reason=reason)

    def start_activity(
        self, id: int, activity: str, by: Actor, within: int | None = None
    ) -> Pending[None]:
        """Start an activity that an open ad-hoc subprocess offers, ``within`` that one.

        Raises ``Forbidden`` for people who have no part in the case; ``NotWaiting``.
        """
        self._check_part(id, by)

        def act(run: Command) -> None:
            open = [token for token in _ad_hoc(run, id, within) if _offers(token, activity)]
            run.start_activity(_the_one(open, activity), activity)

        return self._command("start-activity", id, by, act)

    def complete_ad_hoc(
        self, id: int, node: str, by: Actor, within: int | None = None
    ) -> Pending[None]:
        """Say that an open ad-hoc subprocess is over; what still runs in it is cancelled.

        Raises ``Forbidden`` for people who have no part in the case; ``NotWaiting``.
        """
        self._check_part(id, by)

        def act(run: Command) -> None:
            open = [token for token in _ad_hoc(run, id, within) if token.node.id == node]
            run.complete_ad_hoc(_the_one(open, node))

        return self._command("complete-ad-hoc", id, by, act)

    def _check_part(self, id: int, by: Actor) -> None:
        if by.kind == "user":
            self._cases.check_visible(id, by)

    def _all(self, name: str, key: str, by: Actor, act: Callable[[Command, int], None]) -> Portions:
        definitions = [view.id for view in self._library.versions(key)]
        read = self._store.read()
        found = [each for id in definitions for each in moving.instances(read, id)]
        for start in range(0, len(found), PORTION):
            yield [
                self._store.command(name, str(by), functools.partial(_attempt, id, root, act))
                for id, root in found[start : start + PORTION]
            ]

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


def _attempt(id: int, root: int, act: Callable[[Command, int], None], work: Work) -> bool:
    """Do something to an instance; whether it was there and let itself be done."""
    try:
        act(work.open(root), id)
    except Refused:
        work.forget(root)
        return False
    return True


def _token(run: Command, id: int, within: int | None) -> Token:
    """A token of an instance, the instance itself by default."""
    instance = run.state.instances.get(id)
    if instance is None:
        raise InstanceEnded(f"Process instance {id} has ended.")
    for token in instance.below():
        if token.id == (within or id):
            return token
    raise NotWaiting(f"Nothing of instance {id} is at {within}.")


def _ad_hoc(run: Command, id: int, within: int | None) -> list[Token]:
    """The open ad-hoc subprocesses of an instance and of what it calls, all or one."""
    instance = run.state.instances.get(id)
    return [
        token
        for token in (instance.below() if instance is not None else ())
        if isinstance(token.node, AdHocSubProcess)
        and token.loop != BODY
        and within in (None, token.id)
    ]


def _offers(token: Token, activity: str) -> bool:
    node = token.node
    assert isinstance(node, AdHocSubProcess)
    return any(each.id == activity for each in node.offered(token))


def _the_one(found: list[Token], what: str) -> int:
    if not found:
        raise NotWaiting(f"No open ad-hoc subprocess has {what!r} to offer now.")
    if len(found) > 1:
        raise NotWaiting(f"{what!r} is open several times: say in which subprocess.")
    return found[0].id


def _task_for(tasks: Any, by: Actor) -> int | None:
    """The first open task of this person, if any."""
    if by.kind != "user":
        return None
    return next((task.id for task in tasks if task.assignee == by.name), None)
