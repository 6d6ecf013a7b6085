"""How tokens move: a run works through an agenda until everything waits or has ended.

Arrivals go through the agenda instead of recursion: a loop of a million turns needs no stack. What
a node does: ``engine/elements``; what may be asked: ``commands.py``; variables: ``scopes.py``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import conditions, jobs
from engine import events as ev
from engine.aggregation import refresh_overviews
from engine.errors import ExpressionFailed, StepLimit
from engine.model import Container, Flow, Node
from engine.naming import rename
from engine.scopes import Names
from engine.state import APPLY, Instance, Job, State, Subscription, Task, Token, Wait
from engine.triggers.compensation import completed
from engine.values import as_text, checked_variables, exact

if TYPE_CHECKING:
    from engine.juel import Expression
    from engine.world import Throw, World


class Run:
    """A command at work. ``events`` holds what happened; ``outbox`` what others should hear.

    ``telling`` is a loop that throws how far it is: its boundary events catch that and let it be.
    ``done`` is the user task that was completed, until its token has left.
    """

    def __init__(self, state: State, world: World, by: str | None = None) -> None:
        self.state = state
        self.world = world
        self.now = world.now
        self.by = by
        self.events: list[ev.Event] = []
        self.outbox: list[Throw] = []
        self.transient: dict[str, Any] = {}
        self.collections: dict[int, list[Any]] = {}
        self._agenda: deque[tuple[Node, Token, Flow | None, int | None]] = deque()
        self._listeners: deque[tuple[Node, Token, Flow | None, int | None]] = deque()
        self.done: Task | None = None
        self._steps = self._steps_before = 0
        self._limit = world.limits.steps
        self._scripts = 0.0
        self._changed = False
        self._unseen: list[int] = []  # conditions that are waited for since the last look
        self._fired: set[tuple[str, int]] = set()
        self.telling: Token | None = None

    def emit(self, event: ev.Event) -> None:
        """Record what happened and apply it to the state."""
        self.events.append(event)
        APPLY[event.__class__](self.state, event)

    def continue_from(self, steps: int) -> None:
        """The command goes on after so many nodes without a wait."""
        self._steps_before = steps

    def node(self, wait: Wait) -> Node:
        """The node where a wait takes effect."""
        return wait.token.instance.process.nodes[wait.node]

    def begin_instance(
        self,
        definition: int,
        caller: Token | None,
        values: dict[str, Any],
        business_key: str | None = None,
        name: str | None = None,
    ) -> Instance:
        """A new instance with its first variables; the caller opens it afterwards."""
        id = self.world.new_id()
        called_by = caller.id if caller is not None else None
        self.emit(
            ev.InstanceStarted(id, definition, self.now, self.by, called_by, business_key, name)
        )
        instance = self.state.instances[id]
        if caller is None:
            values = {**values, "initiator": self.by}
            if initiator := getattr(instance.process.none_start, "initiator", None):
                values[initiator] = self.by
        if instance.process.initial or values:
            self.set_local(instance, {**instance.process.initial, **values})
        return instance

    def open(self, scope: Token, start: Node | None = None) -> None:
        """Begin what is inside a scope: its event subprocesses listen, its start is entered."""
        container = scope.node
        assert isinstance(container, Container)
        if isinstance(scope, Instance):
            for listener in container.start_listeners:
                listener.run(self, scope)
        for event_sub_process in container.event_sub_processes:
            event_sub_process.listen(self, scope)
        if start is not None:
            start.instantiate(self, scope)
        else:
            for node in container.starts:
                self.arrive(node, scope)
        self.rest(scope)

    def arrive(
        self, node: Node, scope: Token, flow: Flow | None = None, loop: int | None = None
    ) -> None:
        """Plan that a token enters a node; those that only begin to wait there go first."""
        scope.transit += 1
        agenda = self._listeners if node.listens else self._agenda
        agenda.append((node, scope, flow, loop))

    def leave(self, token: Token) -> None:
        """The work at a node is done: map outputs, tell listeners and go on."""
        node = token.node
        for mapping in node.outputs:
            mapping.write_out(self, token)
        for listener in node.end_listeners:
            listener.run(self, token)
            if not token.alive:
                return
        if token.loop is not None and token.loop >= 0:
            assert node.loop is not None
            assert token.scope is not None
            node.loop.iterated(self, token, token.scope)
        elif node.after:
            self.create_job(token, node, "after", due=self.now)
        else:
            self.depart(token)

    def end_iteration(self, token: Token) -> None:
        """Take away the token of one iteration, whose work is done."""
        if token.node.compensation is not None or token.waits:
            completed(self, token)
        self.end_waits(token)
        self.emit(ev.Left(token.id, self.now))

    def leave_body(self, body: Token) -> None:
        """All iterations are done: go on after the activity."""
        if body.node.after:
            self.create_job(body, body.node, "after", due=self.now)
        else:
            self.depart(body)

    def depart(self, token: Token) -> None:
        """Take the token away from its node and along the outgoing flows."""
        node, scope = token.node, token.scope
        assert scope is not None
        if node.compensation is not None or token.waits:
            completed(self, token)
        self.end_waits(token)
        self.emit(ev.Left(token.id, self.now))
        self.proceed(node, scope)

    def proceed(self, node: Node, scope: Token) -> None:
        """Go along the outgoing flows of a node that was completed in this scope."""
        flows = node.choose(self, scope)
        for _ in range(node.completion_quantity):
            self.follow(flows, scope)
        if scope.node.watches:
            scope.node.proceeded(self, scope, node)
        self.rest(scope)

    def follow(self, flows: Sequence[Flow], scope: Token) -> None:
        """Send a token along each of these flows."""
        for flow in flows:
            if flow.listeners:
                for listener in flow.listeners:
                    listener.run(self, scope)
            self.arrive(flow.target, scope, flow)

    def drop_arrivals(self, scope: Token) -> None:
        """Forget the tokens that are on their way in this scope."""
        for agenda in (self._listeners, self._agenda):
            kept = [each for each in agenda if each[1] is not scope]
            scope.transit -= len(agenda) - len(kept)
            agenda.clear()
            agenda.extend(kept)

    def rest(self, scope: Token) -> None:
        """A scope with nothing left inside is complete; one without its main flow is closing."""
        if not scope.alive or scope.transit:
            return
        if not scope.children:
            scope.node.emptied(self, scope)
        elif scope.waits and isinstance(scope.node, Container):
            scope.node.closing(self, scope)

    def pass_through(self, node: Node, scope: Token, flow: Flow | None = None) -> None:
        """Record that a node was entered and left at once, and go on after it."""
        self.emit(
            ev.Passed(self.world.new_id(), node.id, scope.id, self.now, flow.id if flow else None)
        )
        self.proceed(node, scope)

    def joined(self, node: Node, scope: Token, flow: Flow | None) -> None:
        """A join has all its tokens: its own work begins."""
        if node.plain:
            self.pass_through(node, scope, flow)
            return
        self.stand(self.place(node, scope, None, ev.BODY if node.loop is not None else None))

    def place(
        self, node: Node, scope: Token, flow: Flow | None = None, loop: int | None = None
    ) -> Token:
        """Put a token at a node."""
        id = self.world.new_id()
        self.emit(ev.Entered(id, node.id, scope.id, self.now, flow.id if flow else None, loop))
        return self.state.tokens[id]

    def stand(self, token: Token) -> None:
        """A token came to its node: its work begins, at once or in a job of its own."""
        if token.node.before and token.loop != ev.BODY:
            self.create_job(token, token.node, "before", due=self.now)
        else:
            self.begin(token)

    def begin(self, token: Token) -> None:
        """Start the work of a token that stands at its node."""
        node = token.node
        if token.loop is None or token.loop == ev.BODY:
            for boundary in node.boundaries:
                boundary.listen(self, token)
            if node.boundaries:
                self._look()
                if not token.alive:
                    return
        if token.loop == ev.BODY:
            assert node.loop is not None
            node.loop.begin(self, token)
            return
        for mapping in node.inputs:
            mapping.read_into(self, token)
        for listener in node.start_listeners:
            listener.run(self, token)
            if not token.alive:
                return
        node.enter(self, token)

    def cancel_token(self, token: Token, how: int = ev.CANCELLED) -> None:
        """Take away a token and everything below it, without going on anywhere."""
        for each in list(token.below()):
            each.node.cancelled(self, each)
            self.end_waits(each)
            if isinstance(each, Instance):
                self.emit(ev.InstanceEnded(each.id, "TERMINATED", self.now, None))
            else:
                self.emit(ev.Left(each.id, self.now, how))

    def cancel_children(self, scope: Token) -> None:
        """Cancel everything inside a scope, also what is on its way there, but not the scope."""
        if scope.transit:
            self.drop_arrivals(scope)
        for child in list(scope.children.values()):
            self.cancel_token(child)

    def end_waits(self, token: Token) -> None:
        """Nothing that this token waited for matters any more."""
        if token.waits:
            for wait in list(token.waits):
                self.emit(ev.WaitEnded(wait))
        for incident in [i for i in self.state.incidents.values() if i.token is token]:
            self.emit(ev.IncidentResolved(incident.id, self.now, self.by))

    def end_instance(
        self, instance: Instance, status: ev.Status, reason: str | None = None
    ) -> None:
        """End an instance; the call activity that waits for it goes on when it was completed."""
        self.cancel_children(instance)
        caller = instance.scope
        if status == "COMPLETED":
            for listener in instance.node.end_listeners:
                listener.run(self, instance)
        if caller is not None and status == "COMPLETED":
            caller.node.called_ended(self, caller, instance)
        self.end_waits(instance)
        rename(self, instance)
        self.emit(ev.InstanceEnded(instance.id, status, self.now, reason))
        if caller is not None and status == "COMPLETED":
            self.leave(caller)

    def create_job(
        self,
        token: Token,
        node: Node,
        kind: ev.JobKind,
        *,
        due: int | None,
        cycle: str | None = None,
        topic: str | None = None,
    ) -> None:
        """A job that waits at a token and takes effect at a node."""
        steps = self._steps_before + self._steps if kind in ("before", "after") else 0
        attempts = jobs.attempts(self, node, token)
        self.emit(
            ev.JobCreated(
                self.world.new_id(), token.id, node.id, kind, due, attempts, cycle, topic, steps
            )
        )

    def subscribe(
        self,
        token: Token,
        node: Node,
        kind: ev.SubscriptionKind,
        name: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """A subscription that waits at a token and takes effect at a node."""
        self.emit(ev.Subscribed(id := self.world.new_id(), token.id, node.id, kind, name, data))
        if kind == "conditional":
            self._unseen.append(id)

    def reached(self, wait: Subscription, values: dict[str, Any]) -> None:
        """What a subscription waits for has happened."""
        self.node(wait).triggered(self, wait.token, wait, values)

    # Variables and expressions.

    def set_variables(self, token: Token, values: Mapping[str, Any]) -> None:
        """Set each variable where it exists nearest or is kept, else at the process instance."""
        by_scope: dict[int, dict[str, Any]] = {}
        for name, value in values.items():
            scope = token
            while name not in scope.variables and not scope.keeps(name):
                assert scope.scope is not None
                scope = scope.scope
            by_scope.setdefault(scope.id, {})[name] = value
        for scope_id, found in by_scope.items():
            self.emit(ev.VariablesSet(scope_id, found))
        self._changed = True

    def set_result(self, token: Token, name: str, value: Any) -> None:
        """Set a variable to what an expression or script gave."""
        self.set_variables(token, checked_variables({name: exact(value)}))

    def set_local(self, token: Token, values: dict[str, Any]) -> None:
        """Set variables of exactly this scope."""
        self.emit(ev.VariablesSet(token.id, values))
        self._changed = True

    def evaluate(self, expression: Expression, token: Token) -> Any:
        """The value of an expression at a token."""
        return expression.value if expression.constant else expression.evaluate(Names(self, token))

    def text(self, expression: Expression | None, token: Token) -> str | None:
        """The value of an expression as text; None when there is none or it is null."""
        value = self.evaluate(expression, token) if expression is not None else None
        return None if value is None else as_text(value)

    def test(self, condition: Expression, token: Token) -> bool:
        """The value of a condition, which must be true or false. Raises ExpressionFailed."""
        return self.test_in(condition, Names(self, token))

    def test_in(self, condition: Expression, names: Names) -> bool:
        """The value of a condition that sees these names."""
        value = condition.evaluate(names)
        if value is True or value is False:
            return value
        raise ExpressionFailed(
            f"Condition {condition.text} at {names.token.node} must be true or false, not {value!r}"
        )

    def holds(self, flow: Flow, scope: Token) -> bool:
        """Whether a sequence flow may be taken."""
        if flow.skip is not None and self.skipping(scope):
            return self.test(flow.skip, scope)
        return flow.condition is None or self.test(flow.condition, scope)

    def skips(self, expression: Expression | None, token: Token) -> bool:
        """Whether an activity is passed without doing its work."""
        return expression is not None and self.skipping(token) and self.test(expression, token)

    def tentative(self, condition: Expression, token: Token) -> bool:
        """A condition that may name variables that do not exist yet: then it is false."""
        try:
            return condition.evaluate(Names(self, token)) is True
        except ExpressionFailed:
            return False

    def changed(self) -> None:
        """Conditions have to be looked at before the command ends."""
        self._changed = True

    def skipping(self, scope: Token) -> bool:
        """Whether skip expressions count: Flowable wants a variable that switches them on."""
        names = Names(self, scope)
        return any(
            names.find(name) is True
            for name in ("_FLOWABLE_SKIP_EXPRESSION_ENABLED", "_ACTIVITI_SKIP_EXPRESSION_ENABLED")
        )

    def remove(self, token: Token, names: list[str]) -> None:
        """Remove variables of exactly this scope."""
        self.emit(ev.VariablesRemoved(token.id, names))
        self._changed = True

    def spend(self, milliseconds: float) -> None:
        """A script took so long; when scripts took too long together, the command is cut short."""
        self._scripts += milliseconds
        if self._scripts > self.world.limits.scripts_ms:
            self._limit = self._steps

    # The agenda.

    def work(self) -> None:
        """Let every token move until all wait."""
        while True:
            self._look()
            while agenda := self._listeners or self._agenda:
                if self._steps >= self._limit:
                    self._park()
                    break
                self._steps += 1
                node, scope, flow, loop = agenda.popleft()
                scope.transit -= 1
                if scope.alive:
                    self._enter(node, scope, flow, loop)
                self._look()
            if not (self._settle() or refresh_overviews(self)):
                rename(self, *self.state.instances.values())
                return

    def _enter(self, node: Node, scope: Token, flow: Flow | None, loop: int | None) -> None:
        if node.instant:
            self.pass_through(node, scope, flow)
        elif node.joins and loop is None:
            node.join(self, scope, flow)
        else:
            if loop is None and node.loop is not None:
                loop = ev.BODY
            token = self.place(node, scope, flow, loop)
            if loop is not None and loop >= 0:
                assert node.loop is not None
                node.loop.iterate(self, token, scope)
            self.stand(token)

    def _park(self) -> None:
        """The command has done enough: the rest goes on as asynchronous jobs."""
        self._agenda.extendleft(reversed(self._listeners))
        self._listeners.clear()
        total = self._steps_before + self._steps
        if total >= self.world.limits.loop_steps:
            node = self._agenda[0][0]
            raise StepLimit(
                f"Stopped at {node} after {total} steps without a wait: an endless loop?"
            )
        while self._agenda:
            node, scope, flow, loop = self._agenda.popleft()
            scope.transit -= 1
            if not scope.alive:
                continue
            if node.joins and loop is None:
                node.join(self, scope, flow)
                continue
            if loop is None and node.loop is not None:
                loop = ev.BODY
            token = self.place(node, scope, flow, loop)
            self.create_job(token, node, "before", due=self.now)

    def resume(self, job: Job) -> None:
        """Run an asynchronous continuation."""
        token = job.token
        if job.kind == "after":
            self.depart(token)
        else:
            if token.loop is not None and token.loop >= 0:
                assert token.node.loop is not None
                assert token.scope is not None
                token.node.loop.iterate(self, token, token.scope)
            self.begin(token)

    def _settle(self) -> bool:
        """At rest: decide joins that look at the whole graph. True if something can still move."""
        if self.state.joins:
            for token in list(self.state.joins.values()):
                scope = token.scope
                if token.alive and scope is not None and token.node.ready(self, scope):
                    return True
        return bool(self._listeners or self._agenda)

    def _look(self) -> None:
        """Let what waits for a condition that is true by now happen: after a change, or anew."""
        known = self.state.conditions
        if not (known and (self._changed or self._unseen)):
            return
        ids = list(known) if self._changed else self._unseen
        self._changed, self._unseen = False, []
        for condition in [known[id] for id in ids if id in known]:
            place = condition.node, condition.token.id
            gone = place in self._fired or condition.id not in known
            if gone or not self.node(condition).condition_holds(self, condition.token):
                continue
            self._fired.add(place)
            conditions.met(self, condition)
