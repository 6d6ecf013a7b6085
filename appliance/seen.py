"""Marks of what somebody saw, so that nobody replaces unseen what somebody else changed meanwhile.

A form carries the mark of what it shows; a change that names it is refused when that is not there
any more. Drafts and forms count their versions for that, variables have marks of their own kind.
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


def refuse_changed(now: Any, mark: str | None) -> None:
    """Raise ``Conflict`` unless the facts are those of a mark; without one nobody looked."""
    if mark is not None and mark_of(now) != mark:
        raise Conflict("Somebody changed this meanwhile. Look at it, then try again.")
