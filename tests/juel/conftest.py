"""A scope over a dict, and a way to evaluate a text in it."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.juel import compile


class Names:
    """Variables in a dict; what was set is in the same dict."""

    def __init__(self, variables: dict[str, Any], zone: tzinfo) -> None:
        self.variables = variables
        self.now = datetime(2026, 5, 1, 9, 15, 22, tzinfo=UTC)
        self.zone = zone

    def get(self, name: str) -> Any:
        return self.variables[name]

    def set(self, name: str, value: Any) -> None:
        self.variables[name] = value


@pytest.fixture(scope="session")
def scope() -> Callable[..., Names]:
    """Makes a scope with these variables, in Berlin."""
    return lambda **variables: Names(variables, ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="session")
def evaluate(scope) -> Callable[..., Any]:
    """The value of a text with these variables."""
    return lambda text, /, **variables: compile(text).evaluate(scope(**variables))
