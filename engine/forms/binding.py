"""Flowable's form properties: how they find their value among the variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from engine.errors import ExpressionFailed
from engine.forms.messages import Unfit
from engine.forms.model import Binding, Component
from engine.forms.parse import typed
from engine.juel import Expression, Scope


@dataclass(slots=True)
class DataScope:
    """Variables alone as the scope of expressions; used where no execution is at hand."""

    data: Mapping[str, Any]
    moment: datetime

    def get(self, name: str) -> Any:
        """The variable, or KeyError."""
        return self.data[name]

    def set(self, name: str, value: Any) -> None:  # noqa: ARG002 - part of Scope
        """Nothing may be set while a form is shown."""
        raise ExpressionFailed(f"'{name}' cannot be set by a form")

    @property
    def now(self) -> datetime:
        """The moment of evaluation, UTC."""
        return self.moment.astimezone(UTC)

    @property
    def zone(self) -> tzinfo:
        """The person's time zone."""
        return self.moment.tzinfo or UTC


def bound(
    component: Component,
    binding: Binding,
    data: Mapping[str, Any],
    scope: Scope | None,
    now: datetime,
) -> Any:
    """The value of a form property: by its expression, its variable or its default; or None."""
    scope = scope or DataScope(data, now)
    if binding.expression is not None and not binding.variable:
        return evaluated(binding.expression, component, scope)
    name = binding.variable or component.key[0]
    if name in data:
        return data[name]
    return default(component, binding, scope, now)


def default(component: Component, binding: Binding, scope: Scope, now: datetime) -> Any:
    """The default of a form property as a value of its type; None without one."""
    if binding.default is None:
        return None
    value = evaluated(binding.default, component, scope)
    if value is None or component.choices is not None:
        return value
    try:
        return typed(component, value, now)
    except Unfit:
        return value


def evaluated(expression: Expression, component: Component, scope: Scope) -> Any:
    """The expression's value; a failure names the property."""
    try:
        return expression.evaluate(scope)
    except ExpressionFailed as error:
        raise ExpressionFailed(f"form property '{component.id}': {error}") from None
