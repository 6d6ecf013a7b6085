"""Marks of what somebody saw, so that nobody replaces unseen what somebody else changed meanwhile.

A form carries the mark of what it shows; a change that names it is refused when that is not there
any more. Drafts and forms count their versions for that.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from appliance.errors import Conflict


def mark_of(seen: Any) -> str:
    """What tells facts from all others; empty for none."""
    if seen is None:
        return ""
    return hashlib.blake2b(
        msgspec.json.encode(seen, order="deterministic"), digest_size=9
    ).hexdigest()


def changed(now: Any, mark: str | None) -> bool:
    """Whether the facts are not those of a mark; without one nobody looked."""
    return mark is not None and mark_of(now) != mark


def refuse_changed(now: Any, mark: str | None) -> None:
    """Raise ``Conflict`` when the facts are not those of a mark."""
    if changed(now, mark):
        raise Conflict("Somebody changed this meanwhile. Look at it, then try again.")
