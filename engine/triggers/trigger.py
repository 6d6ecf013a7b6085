"""What every trigger can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from engine.errors import ExpressionFailed

if TYPE_CHECKING:
    from engine.elements.event import Event
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Token
    from engine.xml import Reader

Position = Literal["start", "event subprocess start", "catch", "boundary", "throw", "end"]


class Trigger:
    """One event definition. ``positions`` are those that BPMN 2.0.2 table 10.93 allows."""

    name: ClassVar[str]
    tag: ClassVar[str]
    positions: ClassVar[frozenset[Position]]

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        """Take what the event definition says."""

    def link(self, event: Event, reader: Reader) -> None:
        """Called when all nodes of the model are known: check and precompute."""

    def listen(self, run: Run, token: Token, event: Event) -> None:
        """Begin to wait at a token on behalf of an event."""

    def throw(self, run: Run, token: Token, event: Event) -> None:
        """Make it happen. Afterwards the token may be gone."""
        raise NotImplementedError(self.name)


def event_name(run: Run, name: Expression | None, token: Token) -> str:
    """The name of a message or signal at a token. Raises ExpressionFailed when it is null."""
    text = run.text(name, token)
    if not text:
        raise ExpressionFailed(f"The name of what {token.node} waits for or sends is null")
    return text
