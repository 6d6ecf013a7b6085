"""What events react to or cause: one file per kind of event definition, listed by its XML tag.

A trigger knows how to listen and how to be thrown; where it stands (start, boundary, end, …) is the
event's business. So positions and triggers are composed, never multiplied.
"""

from __future__ import annotations

from engine.triggers.cancel import Cancel
from engine.triggers.compensation import Compensation
from engine.triggers.conditional import Conditional
from engine.triggers.error import Error
from engine.triggers.escalation import Escalation
from engine.triggers.link import Link
from engine.triggers.message import Message
from engine.triggers.signal import Signal
from engine.triggers.terminate import Terminate
from engine.triggers.timer import Timer
from engine.triggers.trigger import Trigger

KINDS: tuple[type[Trigger], ...] = (
    Timer,
    Message,
    Signal,
    Error,
    Escalation,
    Conditional,
    Compensation,
    Cancel,
    Link,
    Terminate,
)

TRIGGERS: dict[str, type[Trigger]] = {kind.tag: kind for kind in KINDS}

__all__ = ["KINDS", "TRIGGERS", "Trigger"]
