"""Secrets that are shown once and kept as hashes only; and tokens of links, which work once.

A token is for a purpose, which may name a subject (``setup``, ``password:kermit``). Who uses it
spends or withdraws it in the transaction that does what it allows.
"""

from __future__ import annotations

import hashlib
import secrets

from appliance.store import sqlite


def digest(secret: str) -> bytes:
    """What is kept of a random secret: its SHA-256. (Passwords need more: ``passwords.py``.)"""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def issue(connection: sqlite.Connection, purpose: str, expires: int) -> str:
    """A new token, valid until ``expires`` (ms since the epoch)."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        "INSERT INTO one_time_token (hash, purpose, expires) VALUES (?, ?, ?)",
        (digest(token), purpose, expires),
    )
    return token


def subject_of(connection: sqlite.Connection, purpose: str, token: str, now: int) -> str | None:
    """What follows this ``purpose`` in that of a token, perhaps nothing; None for no valid one."""
    row = connection.execute(
        "SELECT purpose FROM one_time_token WHERE hash = ? AND expires > ?", (digest(token), now)
    ).fetchone()
    if row is None or not row[0].startswith(purpose):
        return None
    return row[0].removeprefix(purpose)


def spend(connection: sqlite.Connection, token: str) -> None:
    """This token is not valid any more."""
    connection.execute("DELETE FROM one_time_token WHERE hash = ?", (digest(token),))


def withdraw(connection: sqlite.Connection, purpose: str) -> None:
    """No token of this purpose is valid any more."""
    connection.execute("DELETE FROM one_time_token WHERE purpose = ?", (purpose,))
