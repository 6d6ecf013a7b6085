"""Narrowing of JSON values to the two kinds that hold others."""

from __future__ import annotations

from typing import Any, cast


def list_of(value: Any) -> list[Any] | None:
    """The value when it is a list."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def dict_of(value: Any) -> dict[str, Any] | None:
    """The value when it is an object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def many(value: Any) -> list[Any]:
    """The value when it is a list, else a list of it alone."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]
