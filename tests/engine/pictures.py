"""A state as plain data, to compare two of them; and where the tokens of a play have been."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.model import Container
from engine.state import State, Token
from tests.engine.models import LAST
from tests.play import Play

_JOB = ("kind", "node", "due", "retries", "cycle", "topic", "error", "remaining", "steps")
_SUBSCRIPTION = ("kind", "node", "name", "data")
_TASK = (
    "name", "assignee", "owner", "priority", "due", "form_key", "category", "description",
    "candidate_users", "candidate_groups", "delegation", "claimed_at", "created_at", "remaining",
)  # fmt: skip


def picture(state: State) -> dict[str, Any]:
    """Everything that is live, by id."""
    return {
        "tokens": {id: _token(token) for id, token in sorted(state.tokens.items())},
        "waits": {
            id: {
                "token": wait.token.id,
                **{
                    name: getattr(wait, name)
                    for name in (_JOB if hasattr(wait, "due") else _SUBSCRIPTION)
                },
            }
            for id, wait in sorted(state.waits.items())
        },
        "incidents": {id: (i.node, i.message, i.job) for id, i in sorted(state.incidents.items())},
        "conditions": sorted(state.conditions),
        "joins": sorted(state.joins),
        "instances": sorted(state.instances),
        "root": state.root.id if state.root else None,
    }


def _token(token: Token) -> dict[str, Any]:
    return {
        "node": token.node.id,
        "scope": token.scope.id if token.scope else None,
        "instance": token.instance.id,
        "flow": token.flow,
        "loop": token.loop,
        "counters": (token.total, token.begun, token.completed),
        "children": sorted(token.children),
        "variables": dict(token.variables),
        "waits": sorted(token.waits),
        "arrived": {node: sorted(tokens) for node, tokens in token.arrived.items()},
        "transit": token.transit,
        "task": {name: getattr(token.task, name) for name in _TASK} if token.task else None,
    }


def assert_no_token_doubled(play: Play) -> None:
    """The process has come to its end once, and no scope more often than it was begun."""
    been = Counter(play.path)
    process = play.world.process(max(play.world.definitions))
    for container in (process, *process.every(Container)):
        begun = sum(been[each.id] for each in container.children if each in container.starts)
        ended = sum(been[each.id] for each in container.children if each.name == LAST)
        assert ended <= begun, f"{container} was begun {begun} times and ended {ended} times"
    assert sum(been[each.id] for each in process.children if each.name == LAST) == 1
