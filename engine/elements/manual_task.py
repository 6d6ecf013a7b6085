"""Tasks that the engine has nothing to do for: it passes them and keeps that in the history."""

from __future__ import annotations

from engine.model import Node


class NoneTask(Node):
    """A task without a type."""

    tag = "task"
    instant = True


class ManualTask(Node):
    """Work that is done outside, unseen by the engine."""

    tag = "manualTask"
    instant = True
