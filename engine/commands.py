"""What people and systems ask of an instance: one :class:`Command` does one of these things.

A command takes a state and a world and leaves events, which are already applied to the state. One
that raises leaves the state unusable: the caller drops it and keeps what was stored. How tokens
move stands in ``engine/run.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from engine import conditions, jobs, migration
from engine import events as ev
from engine.correspondence import Correspondence
from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.errors import InstanceEnded, InstanceSuspended, NotWaiting, TaskNotFound
from engine.modification import (
    Place,
    Start,
    cancel_at,
    followers,
    node_of,
    settle,
    start_at,
)
from engine.run import Run
from engine.scopes import Names
from engine.state import Instance, Job, State, Subscription, Task, Token
from engine.triggers.error import throw_error
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.elements.user_task import UserTask
    from engine.world import Throw, World


class Command:
    """One command on one state, in the name of ``by``."""

    def __init__(self, state: State, world: World, by: str | None = None) -> None:
        self.state = state
        self._run = Run(state, world, by)

    @property
    def events(self) -> list[ev.Event]:
        """What happened, in order."""
        return self._run.events

    @property
    def outbox(self) -> list[Throw]:
        """Messages and signals for other top-level instances and for process starts."""
        return self._run.outbox

    def start(
        self,
        definition: int,
        variables: Mapping[str, Any] | None = None,
        *,
        business_key: str | None = None,
        name: str | None = None,
        node: str | None = None,
        event: tuple[str, str | None] | None = None,
        transient: Mapping[str, Any] | None = None,
    ) -> int:
        """Start an instance, at its none start event or at ``node``, and return its id.

        ``event`` is the kind and name of what happened at the node.
        """
        self._run.transient.update(transient or {})
        values = checked_variables(variables or {})
        if node is None:
            instance = self._run.begin_instance(definition, None, values, business_key, name)
            self._run.open(instance)
        else:
            instance = self._run.begin_instance(definition, None, {}, business_key, name)
            begun = instance.process.nodes[node]
            self._run.set_local(instance, begun.received(self._run, instance, values))
            self._run.open(instance, begun)
            for wait in [each for each in self.state.waits.values() if each.node == node]:
                if isinstance(wait, Subscription) and (wait.kind, wait.name) == event:
                    self._run.reached(wait, {})
        self._run.work()
        return instance.id

    def complete(
        self,
        task: int,
        variables: Mapping[str, Any] | None = None,
        *,
        outcome: str | None = None,
        local: Mapping[str, Any] | None = None,
        transient: Mapping[str, Any] | None = None,
    ) -> None:
        """Complete a user task with these variables; ``local`` ones stay with the task."""
        token, node = self._task(task)
        self._run.transient.update(transient or {})
        if local:
            self._run.set_local(token, checked_variables(local))
        if variables:
            self._run.set_variables(token, checked_variables(variables))
        node.complete(self._run, token, outcome)
        self._run.work()

    def claim(self, task: int, user: str) -> None:
        """Take a task. Raises TaskAlreadyClaimed when somebody else has it."""
        token, node = self._task(task)
        node.claim(self._run, token, user)
        self._run.work()

    def unclaim(self, task: int) -> None:
        """Give a task back to its candidates."""
        token, node = self._task(task)
        node.assign(self._run, token, None)
        self._run.work()

    def assign(self, task: int, user: str | None) -> None:
        """Give a task to somebody, whoever has it now."""
        token, node = self._task(task)
        node.assign(self._run, token, user)
        self._run.work()

    def delegate(self, task: int, user: str) -> None:
        """Let somebody else work on a task that comes back afterwards."""
        token, node = self._task(task)
        node.delegate(self._run, token, user)
        self._run.work()

    def resolve(self, task: int, variables: Mapping[str, Any] | None = None) -> None:
        """Hand a delegated task back to its owner."""
        token, node = self._task(task)
        if variables:
            self._run.set_variables(token, checked_variables(variables))
        node.resolve(self._run, token)
        self._run.work()

    def change_task(self, task: int, changes: Mapping[str, Any]) -> None:
        """Change fields of an open task: due, priority, name, description, candidates, …"""
        token, _ = self._task(task)
        self._run.emit(ev.TaskChanged(token.id, dict(changes), self._run.now, self._run.by))

    def fire(self, job: int) -> None:
        """A timer is due or an asynchronous continuation may run."""
        wait = self._job(job)
        if wait.kind == "external":
            raise NotWaiting(f"Job {job} waits for a worker of {wait.topic}")
        if self._is_suspended(wait.token):
            jobs.freeze(self._run, wait)  # its clock ran on; it goes on when it is activated
            return
        self._run.continue_from(wait.steps)
        node = self._run.node(wait)
        if wait.kind == "timer":
            node.timer_due(self._run, wait)
        else:
            self._run.emit(ev.WaitEnded(job))
            self._run.resume(wait)
        self._run.work()

    def fail(
        self, job: int, message: str, detail: str | None = None, *, final: bool = False
    ) -> None:
        """An attempt at a job failed: try again later; after the ``final`` one open an incident."""
        jobs.failed(self._run, self._job(job), message, detail, final)

    def reschedule(self, job: int, due: int, *, reason: str | None = None) -> None:
        """Let a job run at another time; when that is past, at once. Raises NotWaiting."""
        wait = self._job(job)
        self._refuse_suspended(wait.token)
        if wait.due is None:
            raise NotWaiting(f"Job {job} does not wait for a time")
        facts = {"node": wait.node, "from": wait.due, "to": due}
        self._run.emit(ev.JobChanged(job, due, wait.retries, wait.cycle, wait.error))
        self._note(wait.token.instance, "rescheduled", reason, facts)

    def lock(self, job: int, worker: str, until: int) -> tuple[Job, dict[str, Any]]:
        """Give a job to a worker alone for a time; the job, and the variables that it sees.

        Raises NotWaiting while another worker has it, or while it is not to be tried again yet.
        """
        wait, now = self._external(job), self._run.now
        if max(wait.due or 0, wait.locked_until or 0) > now:
            raise NotWaiting(f"Job {job} is not to be had now")
        self._run.emit(
            ev.JobChanged(job, wait.due, wait.retries, wait.cycle, wait.error, worker, until)
        )
        return wait, Names(self._run, wait.token).variables()

    def answer(
        self, job: int, variables: Mapping[str, Any] | None = None, *, worker: str | None = None
    ) -> None:
        """An external worker has done its work. Raises NotWaiting when another has it by now."""
        wait = self._external(job, worker)
        values = checked_variables(variables or {})
        self._run.emit(ev.WaitEnded(job))
        self._run.node(wait).triggered(self._run, wait.token, wait, values)
        self._run.work()

    def answer_error(
        self,
        job: int,
        code: str,
        message: str | None = None,
        variables: Mapping[str, Any] | None = None,
        *,
        worker: str | None = None,
    ) -> None:
        """An external worker answers with a BPMN error. Raises UncaughtError, NotWaiting."""
        wait = self._external(job, worker)
        if variables:
            self._run.set_variables(wait.token, checked_variables(variables))
        throw_error(self._run, wait.token, code, message)
        self._run.work()

    def answer_failure(
        self, job: int, message: str, detail: str | None = None, *, worker: str | None = None
    ) -> None:
        """An external worker could not do its work. Raises NotWaiting."""
        jobs.failed(self._run, self._external(job, worker), message, detail)

    def retry(
        self,
        incident: int,
        variables: Mapping[str, Any] | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Try again what an incident stopped, with other values of variables if need be."""
        found = self.state.incidents.get(incident)
        if found is not None and variables:
            self._set_by_hand(found.token, variables, reason)
        jobs.retried(self._run, incident, reason)
        self._run.work()

    def deliver(self, subscription: int, variables: Mapping[str, Any] | None = None) -> None:
        """A message or signal reached this subscription."""
        wait = self.state.waits.get(subscription)
        if not isinstance(wait, Subscription) or wait.kind == "compensation":
            raise NotWaiting(f"Subscription {subscription} no longer waits")
        self._refuse_suspended(wait.token)
        self._run.reached(wait, checked_variables(variables or {}))
        self._run.work()

    def trigger(self, token: int, variables: Mapping[str, Any] | None = None) -> None:
        """Let a waiting receive task go on."""
        waiting = self.state.tokens.get(token)
        wait = None
        if waiting is not None:
            wait = next(
                (
                    wait
                    for wait in waiting.waits.values()
                    if isinstance(wait, Subscription)
                    and wait.kind in ("receive", "message")
                    and wait.node == waiting.node.id
                ),
                None,
            )
        if wait is None:
            raise NotWaiting(f"Nothing waits to be triggered at {token}")
        self.deliver(wait.id, variables)

    def start_activity(self, token: int, node: str) -> None:
        """Start an activity that an ad-hoc subprocess offers."""
        self._ad_hoc(token).start(self._run, self._token(token), node)
        self._run.work()

    def complete_ad_hoc(self, token: int) -> None:
        """Nothing more is to be done in an ad-hoc subprocess."""
        self._ad_hoc(token)
        self._run.cancel_children(self._token(token))
        self._run.leave(self._token(token))
        self._run.work()

    def repair(
        self, token: int, variables: Mapping[str, Any], *, reason: str | None = None
    ) -> None:
        """Set variables as the token sees them, by hand; a suspended instance stays where it is."""
        self._set_by_hand(self._token(token), variables, reason)
        self._run.work()

    def _set_by_hand(self, token: Token, variables: Mapping[str, Any], reason: str | None) -> None:
        values = checked_variables(variables)
        self._run.set_variables(token, values)
        self._note(token.instance, "set", reason, {"token": token.id, "names": sorted(values)})

    def set_scope(self, token: int, variables: Mapping[str, Any], *, local: bool = False) -> None:
        """Set variables as the token sees them, or ``local`` to it."""
        target = self._token(token)
        values = checked_variables(variables)
        if local:
            self._run.set_local(target, values)
        else:
            self._run.set_variables(target, values)
        self._run.work()

    def evaluate_conditions(self, variables: Mapping[str, Any] | None = None) -> None:
        """Set variables and evaluate every conditional event that waits."""
        if self.state.root is None:
            raise InstanceEnded("The process instance has ended")
        if variables:
            self._run.set_variables(self.state.root, checked_variables(variables))
        self._run.changed()
        self._run.work()

    def cancel(self, instance: int, reason: str | None = None) -> None:
        """Terminate an instance and everything it calls. A calling activity is left, too."""
        root = self._instance(instance)
        caller = root.scope
        self._run.end_instance(root, "TERMINATED", reason)
        if caller is not None and caller.alive:
            self._run.leave(caller)
        self._run.work()

    def migrate(
        self,
        instance: int,
        definition: int,
        mapping: Mapping[str, str] | Correspondence | None = None,
        *,
        reason: str | None = None,
        undone: Mapping[str, Any] | None = None,
        mark: int | None = None,
    ) -> None:
        """Move an instance to another version; ``mapping`` says what is not obvious.

        ``undone`` are the journaled facts of the migration that this one takes back, ``mark`` is
        kept with those of this one. Raises MappingInvalid and MigrationIncomplete, and then
        changes nothing.
        """
        found, new = self._instance(instance), self._run.world.process(definition)
        how = mapping
        if not isinstance(how, Correspondence) or how.old is not found.process:
            given = how.nodes if isinstance(how, Correspondence) else how or {}
            how = Correspondence.of(found.process, new, given)
        facts = migration.migrate(self._run, found, definition, how, undone)
        facts["mapping"] = {old: new for old, new in how.nodes.items() if old != new}
        facts["mark"] = mark
        self._note(found, "moved-back" if undone else "migrated", reason, facts)
        self._run.work()

    def modify(
        self,
        instance: int,
        *,
        cancel: Sequence[Place] = (),
        start: Sequence[Start] = (),
        variables: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Cancel tokens, set variables, and let tokens enter nodes, in this order.

        See ``engine/modification.py`` for how places are told. Raises InstanceSuspended.
        """
        found = self._instance(instance)
        self._refuse_suspended(found)
        facts = {
            "cancelled": [node_of(found, place) for place in cancel],
            "started": [place if isinstance(place, str) else place[0] for place in start],
            "names": sorted(variables or {}),
        }
        scopes = [scope for place in cancel for scope in cancel_at(self._run, found, place)]
        if variables:
            self._run.set_variables(found, checked_variables(variables))
        for place in start:
            start_at(self._run, found, place)
        self._note(found, "modified", reason, facts)
        for scope in scopes:
            settle(self._run, scope, moved=bool(start))
        self._run.work()

    def repeat(self, instance: int, node: str, *, reason: str | None = None) -> None:
        """Go back to an activity: cancel what follows from it, and let a token enter it again.

        Raises InstanceSuspended, and NotWaiting when the process has no such node.
        """
        found = self._instance(instance)
        self._refuse_suspended(found)
        scopes = [
            each for token in followers(found, node) for each in cancel_at(self._run, found, token)
        ]
        start_at(self._run, found, node)
        self._note(found, "repeated", reason, {"started": [node]})
        for scope in scopes:
            settle(self._run, scope)
        self._run.work()

    def suspend(self, instance: int, *, reason: str | None = None) -> None:
        """Stop an instance and everything it calls.

        The clocks of its timers stand still, unless its process says that they go on.
        """
        for called in self._tree(instance):
            if not called.suspended:
                self._run.emit(ev.InstanceSuspended(called.id, True, self._run.now, reason))
            jobs.freeze_all(self._run, called)

    def activate(self, instance: int, *, reason: str | None = None) -> None:
        """Let a suspended instance go on; stopped timers have as much time left as before."""
        for called in self._tree(instance):
            if called.suspended:
                self._run.emit(ev.InstanceSuspended(called.id, False, self._run.now, reason))
            jobs.thaw_all(self._run, called)
            conditions.release(self._run, called)
        self._run.work()

    # Finding what a command is about.

    def _task(self, task: int) -> tuple[Token, UserTask]:
        token = self.state.tokens.get(task)
        if token is None or token.task is None:
            raise TaskNotFound(f"There is no open task {task}")
        self._refuse_suspended(token)
        return token, cast("UserTask", token.node)

    def task(self, task: int) -> Task:
        """An open task. Raises TaskNotFound."""
        token, _ = self._task(task)
        assert token.task is not None
        return token.task

    def _ad_hoc(self, token: int) -> AdHocSubProcess:
        found = self._token(token)
        self._refuse_suspended(found)
        if not isinstance(found.node, AdHocSubProcess):
            raise NotWaiting(f"{found.node} is no ad-hoc subprocess")
        return found.node

    def _job(self, job: int) -> Job:
        wait = self.state.waits.get(job)
        if not isinstance(wait, Job):
            raise NotWaiting(f"Job {job} no longer waits")
        return wait

    def _external(self, job: int, worker: str | None = None) -> Job:
        """A job that waits for a worker, and which this one may answer if one is named."""
        wait = self._job(job)
        if wait.kind != "external":
            raise NotWaiting(f"Job {job} does not wait for a worker")
        if wait.retries < 1:
            raise NotWaiting(f"Job {job} stands still: resolve its incident first")
        if worker is not None and wait.worker not in (None, worker):
            raise NotWaiting(f"Job {job} was given to another worker: its time was over")
        self._refuse_suspended(wait.token)
        return wait

    def _token(self, token: int) -> Token:
        found = self.state.tokens.get(token)
        if found is None:
            raise NotWaiting(f"Nothing of the instance is at {token}")
        return found

    def _instance(self, instance: int) -> Instance:
        found = self.state.instances.get(instance)
        if found is None:
            raise InstanceEnded(f"Process instance {instance} has ended")
        return found

    def _refuse_suspended(self, token: Token) -> None:
        if self._is_suspended(token):
            raise InstanceSuspended(f"Process instance {token.instance.id} is suspended")

    def _is_suspended(self, token: Token) -> bool:
        instance: Token | None = token.instance
        while instance is not None:
            if instance.instance.suspended:
                return True
            instance = instance.instance.scope
        return False

    def _tree(self, instance: int) -> list[Instance]:
        """An instance and all that it calls."""
        tokens = self._instance(instance).below()
        return [token for token in tokens if isinstance(token, Instance)]

    def _note(self, instance: Instance, what: str, reason: str | None, facts: Any) -> None:
        self._run.emit(ev.Intervened(instance.id, what, self._run.now, reason, facts))
