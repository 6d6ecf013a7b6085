"""What is in a store already, asked while files are checked that are to come beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from appliance.store import sqlite

_FORM = "SELECT 1 FROM form WHERE key = ? LIMIT 1"
_GROUP = "SELECT 1 FROM user_group WHERE name = ?"


@dataclass(frozen=True, slots=True)
class Known:
    """Whether there is a form of a key, and a group of a name."""

    form: Callable[[str], bool]
    group: Callable[[str], bool]


NOTHING_KNOWN = Known(form=lambda _: False, group=lambda _: True)
"""Without a store: no form is there, and of groups nothing can be said."""


def known_in(read: Callable[[], sqlite.Connection]) -> Known:
    """What a store knows; each question is asked once."""

    def is_there(query: str) -> Callable[[str], bool]:
        return cache(lambda name: read().execute(query, (name,)).fetchone() is not None)

    return Known(is_there(_FORM), is_there(_GROUP))
