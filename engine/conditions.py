"""Conditions of suspended instances: what comes true meanwhile is looked at when they go on.

Only that: a condition that held before happened then, and being activated changes no variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Instance, Subscription

_HELD = {"held": True}


def hold(run: Run, condition: Subscription) -> None:
    """Note that it came true while its instance is suspended."""
    if condition.data is None:
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
