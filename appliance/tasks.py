"""Tasks: one with its form; claiming, assigning, delegating, planning and completing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from appliance.actor import Actor
from appliance.cases import Person, names
from appliance.errors import Conflict, Forbidden, InstanceNotFound, InvalidInput
from appliance.files import Files, Received
from appliance.form_input import Input, variables_of
from appliance.library import Library
from appliance.pending import Pending
from appliance.store import queries
from appliance.store.store import Store
from appliance.store.work import Work
from appliance.substitutes import Substitutes
from appliance.views import Completed, TaskDetail
from engine.commands import Command
from engine.errors import TaskAlreadyClaimed, TaskNotFound
from engine.forms import Directory
from engine.state import State
from engine.values import decode

_PLANNED = {"priority": 15, "due": 16}


class Tasks:
    """The user tasks of the box."""

    def __init__(
        self, store: Store, library: Library, files: Files, substitutes: Substitutes
    ) -> None:
        self._store = store
        self._library = library
        self._files = files
        self._substitutes = substitutes

    def get(self, id: int, who: Person) -> TaskDetail:
        """A task, open or finished, as this person sees it.

        Raises ``TaskNotFound``; ``Forbidden`` when it is none of their business.
        """
        row = self._found(id)
        connection = self._store.read()
        (_, name, node, description, instance, root, definition, subject, business_key, started_by,
         assignee, owner, delegation, users, groups, priority, due, created, claimed, ended,
         completed_by, outcome, suspended, form_key, remaining) = row  # fmt: skip
        view = self._library.view(definition)
        rights = self._rights(row, who)
        if not rights.see:
            raise Forbidden("This task is neither yours nor open to you.")
        scopes = connection.execute(queries.SCOPES, (id,))
        form = self._library.task_form(definition, node, form_key)
        return TaskDetail(
            id=id, name=name, node_id=node, description=description, instance_id=instance,
            root_id=root, process_key=view.key, process_name=view.name,
            process_version=view.version, subject=subject, business_key=business_key,
            started_by=started_by, assignee=assignee, owner=owner, delegation=delegation,
            candidate_users=names(users), candidate_groups=names(groups), priority=priority,
            due=due, remaining=remaining, created=created, claimed=claimed, ended=ended,
            completed_by=completed_by, outcome=outcome, suspended=bool(suspended),
            form_key=form_key,
            form=form.without_outcomes() if form and delegation == "pending" else form,
            data={name: decode(value) for name, value in scopes},
            files=self._files.list(root), mine=assignee == who.name,
            standing_in=rights.standing_in, may_claim=rights.claim, may_complete=rights.complete,
            may_assign=rights.assign, may_plan=rights.plan,
        )  # fmt: skip

    def claim(self, id: int, by: Actor) -> Pending[None]:
        """Take a task, or take it over as a substitute.

        Raises ``TaskAlreadyClaimed``, ``Forbidden``.
        """
        row = self._found(id)
        rights = self._rights(row, by)
        if not rights.see:
            raise Forbidden("This task is not open to you.")
        if rights.standing_in:
            return self._command("assign", row, by, lambda run: _take_over(run, row, by))
        return self._command("claim", row, by, lambda run: run.claim(id, by.name))

    def unclaim(self, id: int, by: Actor) -> Pending[None]:
        """Give a task back to its candidates. Only its assignee and administrators may."""
        return self.assign(id, None, by)

    def assign(self, id: int, to: str | None, by: Actor) -> Pending[None]:
        """Give a task to somebody, whoever has it now. Assignees and administrators may."""
        row = self._found(id)
        if not self._rights(row, by).assign:
            raise Forbidden("Only who has this task, or an administrator, may pass it on.")
        if to is None:
            return self._command("unclaim", row, by, lambda run: run.unclaim(id))
        if row[12] == "pending" and to == row[11]:
            return self._command("resolve", row, by, lambda run: run.resolve(id))
        return self._command("assign", row, by, lambda run: run.assign(id, to))

    def delegate(self, id: int, to: str, by: Actor) -> Pending[None]:
        """Let somebody work on a task who hands it back to its owner; see ``resolve``."""
        row = self._found(id)
        if not self._rights(row, by).assign:
            raise Forbidden("Only who has this task, or an administrator, may delegate it.")
        if to == (row[11] or row[10]):
            raise InvalidInput(
                f"The task would come back to {to}, so it cannot be delegated to them."
            )
        return self._command("delegate", row, by, lambda run: run.delegate(id, to))

    def plan(self, id: int, due: int | None, priority: int, by: Actor) -> Pending[None]:
        """Say when a task is due (ms) and how urgent it is. Owners and administrators may."""
        row = self._found(id)
        if not self._rights(row, by).plan:
            raise Forbidden("Only the owner of this task, or an administrator, may plan it.")
        if not 0 <= priority <= 100:
            raise InvalidInput("The priority is a number from 0 to 100.")
        asked = {"due": due, "priority": priority}
        changes = {name: value for name, value in asked.items() if value != row[_PLANNED[name]]}

        def act(run: Command) -> None:
            if changes:
                run.change_task(id, changes)

        return self._command("plan", row, by, act)

    def complete(
        self,
        id: int,
        by: Actor,
        entered: Mapping[str, Any],
        uploads: Mapping[str, Sequence[Received]],
        *,
        now: datetime,
        outcome: str = "",
        people: Directory | None = None,
    ) -> Pending[Completed]:
        """Complete a task with what was entered into its form.

        A delegated task goes back to its owner instead. ``now`` is the moment in the person's time
        zone. Files belong to the instance when this is stored and are dropped when it is refused.
        Raises ``FormInvalid``; ``Conflict`` when somebody was quicker; ``TaskAlreadyClaimed`` when
        it is somebody else's; ``Forbidden``.
        """
        with Input(self._files, uploads) as given:
            task = self.get(id, by)
            _check_open_to(task)
            delegated = task.delegation == "pending"
            checked = given.check(
                task.form, entered, task.data, now=now, outcome=outcome, people=people
            )
            values = variables_of(checked, task.data, now)

            def work(work: Work) -> Completed:
                run = self._open(work, task, by)
                given.rows(work, task.root_id, task.instance_id, id, str(by))
                if delegated:
                    run.resolve(id, values)
                else:
                    run.complete(id, values, outcome=checked.outcome or None)
                return Completed(id, task.root_id, _next_task(run.state, by))

            name = "resolve" if delegated else "complete"
            return given.settle(self._store.command(name, str(by), work))

    def resolve(self, id: int, by: Actor) -> Pending[None]:
        """Hand a delegated task back to its owner as it is."""
        row = self._found(id)
        if not self._rights(row, by).complete:
            raise Forbidden("Only who has this task, or an administrator, may hand it back.")
        if row[12] != "pending":
            raise Conflict(f"Task {id} is not delegated.")
        return self._command("resolve", row, by, lambda run: run.resolve(id))

    def _open(self, work: Work, task: TaskDetail, by: Actor) -> Command:
        """The run on a task that is still open, and still ``by``'s to complete."""
        id = task.id
        try:
            run = work.open(task.root_id)
        except InstanceNotFound:
            raise _ended(self._completed_by(work, id), id) from None
        token = run.state.tokens.get(id)
        if token is None or token.task is None:
            raise _ended(self._completed_by(work, id), id)
        assignee = token.task.assignee
        if assignee is not None and task.standing_in and assignee == task.assignee:
            work.sign_for(assignee)
        elif assignee is not None and assignee != by.name and not by.admin:
            raise TaskAlreadyClaimed(f"{assignee} has this task.")
        return run

    def _completed_by(self, work: Work, id: int) -> str | None:
        rows = work.query("SELECT completed_by FROM task WHERE id = ?", (id,))
        return rows[0][0] if rows else None

    def _command(
        self, name: str, row: tuple, by: Actor, act: Callable[[Command], None]
    ) -> Pending[None]:
        id, root, standing_in = row[0], row[5], self._rights(row, by).standing_in

        def work(work: Work) -> None:
            try:
                run = work.open(root)
                if standing_in:
                    work.sign_for(row[10])
                act(run)
            except (InstanceNotFound, TaskNotFound):
                raise _ended(self._completed_by(work, id), id) from None

        return self._store.command(name, str(by), work)

    def _rights(self, row: tuple, who: Person) -> _Rights:
        key = self._library.view(row[6]).key
        return _Rights(row, who, self._substitutes.absent_in(who.name, key))

    def _found(self, id: int) -> tuple:
        row = self._store.read().execute(queries.TASK, (id,)).fetchone()
        if row is None:
            raise TaskNotFound(f"Task not found: {id}")
        return row


class _Rights:
    """What a person may do with a task."""

    def __init__(self, row: tuple, who: Person, absent: frozenset[str]) -> None:
        assignee, owner, users, groups, completed_by = row[10], row[11], row[13], row[14], row[20]
        ended = row[19] is not None
        candidate = who.name in names(users) or not who.groups.isdisjoint(names(groups))
        involved = who.name in (assignee, owner, completed_by)
        self.standing_in = not ended and assignee in absent
        self.see = who.admin or candidate or involved or self.standing_in
        self.claim = not ended and self.see and (assignee is None or self.standing_in)
        self.complete = not ended and (
            who.admin or assignee == who.name or self.standing_in or (assignee is None and self.see)
        )
        self.assign = not ended and (who.admin or who.name in (assignee, owner) or self.standing_in)
        self.plan = not ended and (who.admin or who.name == owner)


def _check_open_to(task: TaskDetail) -> None:
    """Raise why the person who sees a task like this may not complete it, if that is so."""
    if task.ended is not None:
        raise _ended(task.completed_by, task.id)
    if task.may_complete:
        return
    if task.assignee is not None:
        raise TaskAlreadyClaimed(f"{task.assignee} has this task.")
    raise Forbidden("This task is not open to you.")


def _take_over(run: Command, row: tuple, by: Actor) -> None:
    """Give a task to the substitute of who has it, unless somebody else has it meanwhile."""
    id, absent = row[0], row[10]
    token = run.state.tokens.get(id)
    if token is None or token.task is None:
        raise TaskNotFound(f"Task not found: {id}")
    assignee = token.task.assignee
    if assignee is None:
        raise Forbidden("This task is not open to you.")
    if assignee != absent:
        raise TaskAlreadyClaimed(f"{assignee} has this task.")
    run.assign(id, by.name)


def _ended(completed_by: str | None, id: int) -> Conflict:
    if completed_by is None:
        return Conflict(f"Task {id} is no longer needed.")
    return Conflict(f"Task {id} was completed by {completed_by} already.")


def _next_task(state: State, by: Actor) -> int | None:
    """The next open task of the same case that is this person's."""
    if by.kind != "user":
        return None
    return next((task.id for task in state.tasks() if task.assignee == by.name), None)
