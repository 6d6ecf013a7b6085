"""Embedded subprocess and transaction: a scope of its own inside a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model import Container

if TYPE_CHECKING:
    from engine.run import Run
    from engine.state import Token


class SubProcess(Container):
    """Complete when nothing is left inside."""

    tag = "subProcess"

    def enter(self, run: Run, token: Token) -> None:
        if self.initial:
            run.set_local(token, dict(self.initial))
        run.open(token)

    def emptied(self, run: Run, token: Token) -> None:
        if token.loop is not None and token.loop < 0:
            return
        run.leave(token)


class Transaction(SubProcess):
    """A subprocess that a cancel end event undoes."""

    tag = "transaction"
    transaction = True
