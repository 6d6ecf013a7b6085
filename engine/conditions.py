"""Conditions that come true: at once, or in a suspended instance when it goes on.

Then only those that came true meanwhile are looked at again: being activated changes no variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Instance, Subscription

_HELD = {"held": True}


def met(run: Run, condition: Subscription) -> None:
    """It is true: its event happens, or waits until the instance is activated."""
    if not condition.token.instance.suspended:
        run.reached(condition, {})
    elif condition.data is None:
        token, node = condition.token.id, condition.node
        run.emit(ev.WaitEnded(condition.id))
        run.emit(ev.Subscribed(run.world.new_id(), token, node, "conditional", data=_HELD))


def release(run: Run, instance: Instance) -> None:
    """Look again at those that came true."""
    for condition in list(run.state.conditions.values()):
        if condition.data is not None and condition.token.instance is instance:
            token, node = condition.token, run.node(condition)
            run.emit(ev.WaitEnded(condition.id))
            run.subscribe(token, node, "conditional")
