"""Messages, signals and facts from outside: for instances that wait, and to start processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.actor import Actor
from appliance.errors import ProcessSuspended
from appliance.pending import Pending
from appliance.store.delivery import Start, Thrown, conditional, starting, waiting
from appliance.store.store import Store
from appliance.store.work import Work
from engine.errors import AmbiguousCorrelation, NoSubscriber
from engine.starts import condition_holds
from engine.values import checked_variables
from engine.world import Throw


class Sent(msgspec.Struct, frozen=True, gc=False):
    """Where a message arrived: at a top-level instance, which it may have ``started``."""

    instance_id: int
    started: bool


class Messages:
    """Messages: each has exactly one receiver."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def send(
        self,
        name: str,
        variables: Mapping[str, Any],
        by: Actor,
        *,
        business_key: str | None = None,
        instance: int | None = None,
    ) -> Pending[Sent]:
        """Deliver a message to the one instance that waits for it, or else start a process by it.

        ``business_key`` chooses among instances (and is given to a started one), ``instance`` is
        the only top-level one that is meant. Raises ``NoSubscriber``, ``AmbiguousCorrelation``,
        and whatever the receiver refuses.
        """
        values = checked_variables(variables)
        thrown = Thrown(Throw("message", name, values), only=instance)

        def work(work: Work) -> Sent:
            found = waiting(work, thrown, business_key)
            if len({root for _, root in found}) > 1:
                raise AmbiguousCorrelation(f"More than one instance waits for the message {name}.")
            if found:
                subscription, root = found[0]
                work.open(root).deliver(subscription, values)
                return Sent(root, False)
            start = _only_start(name, starting(work, thrown.throw) if instance is None else [])
            id = work.start().start(
                start.definition,
                values,
                business_key=business_key,
                node=start.node,
                event=(start.kind, start.name),
            )
            return Sent(id, True)

        return self._store.command("message", str(by), work)


class Signals:
    """Signals: everybody hears them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def send(
        self, name: str, variables: Mapping[str, Any], by: Actor, *, instance: int | None = None
    ) -> Pending[list[int]]:
        """Deliver a signal to all that wait for it; the instances that it started.

        One that cannot take it does not keep it from the others. ``instance`` is the only
        top-level one that is meant.
        """
        thrown = Thrown(Throw("signal", name, checked_variables(variables)), only=instance)

        def work(work: Work) -> list[int]:
            work.throw(thrown)
            return work.started

        return self._store.command("signal", str(by), work)


class Conditions:
    """Conditional start events: all they know is what somebody tells them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def evaluate(self, variables: Mapping[str, Any], by: Actor) -> Pending[list[int]]:
        """Start every process whose start condition is true for these values; the instances."""
        values = checked_variables(variables)

        def work(work: Work) -> list[int]:
            for start in conditional(work):
                process = work.process(start.definition)
                if condition_holds(process, start.node, values, work.now, work.zone):
                    work.start_at(start, values, "a condition")
            return work.started

        return self._store.command("evaluate", str(by), work)


def _only_start(name: str, starts: list[Start]) -> Start:
    if not starts:
        raise NoSubscriber(f"Nothing waits for the message {name}.")
    active = [start for start in starts if not start.suspended]
    if not active:
        raise ProcessSuspended(f"Process is suspended: {starts[0].key}")
    if len({start.key for start in active}) > 1:
        keys = ", ".join(sorted(start.key for start in active))
        raise AmbiguousCorrelation(f"The message {name} starts more than one process: {keys}.")
    return active[0]
