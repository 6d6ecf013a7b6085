"""A state as plain data, to compare two of them."""

from __future__ import annotations

from typing import Any

from engine.state import State, Token

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
