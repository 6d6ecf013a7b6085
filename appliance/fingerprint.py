"""Fingerprints of what somebody saw: nobody replaces unseen what somebody else changed meanwhile.

A form carries the fingerprint of what it shows; a change that names another one than that of what
is there by now is refused. Drafts and forms count their versions for that.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from appliance.errors import Conflict


def fingerprint(facts: Any) -> str:
    """What tells facts from all others, 18 hex digits; empty for None."""
    if facts is None:
        return ""
    content = msgspec.json.encode(facts, order="deterministic")
    return hashlib.blake2b(content, digest_size=9).hexdigest()


def changed(now: Any, seen: str | None) -> bool:
    """Whether the facts have another fingerprint than the one seen; with None nobody looked."""
    return seen is not None and fingerprint(now) != seen


def refuse_changed(now: Any, seen: str | None) -> None:
    """Raise ``Conflict`` when the facts have another fingerprint than the one seen."""
    if changed(now, seen):
        raise Conflict("Somebody changed this meanwhile. Look at it, then try again.")
