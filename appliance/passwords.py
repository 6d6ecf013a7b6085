"""Passwords: which are accepted, and how they are kept (argon2id).

Hashing takes some 30 ms and 19 MiB, so at most four run at once.
"""

from __future__ import annotations

import threading
import unicodedata

import argon2

from appliance.errors import InvalidInput

SHORTEST, LONGEST = 8, 1000

# The parameters that OWASP's password storage cheat sheet names: 19 MiB, two passes, one lane.
_OWASP = argon2.Parameters(
    type=argon2.Type.ID,
    version=19,
    salt_len=16,
    hash_len=32,
    time_cost=2,
    memory_cost=19 * 1024,
    parallelism=1,
)
_HASHER = argon2.PasswordHasher.from_parameters(_OWASP)
_AT_ONCE = threading.BoundedSemaphore(4)
# Checked when there is nobody of a name, so that the answer takes as long; matches no password.
_NOBODY = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"
_COMMON = frozenset({
    "password", "passwort", "12345678", "123456789", "1234567890", "87654321", "qwertyui",
    "qwertyuiop", "qwertz123", "iloveyou", "sunshine", "princess", "football", "baseball",
    "superman", "changeme", "letmein1", "trustno1", "welcome1", "password1", "password123",
    "administrator", "workingflow",
})  # fmt: skip


def hashed(password: str, name: str) -> str:
    """How the password of the person ``name`` is kept; ``InvalidInput`` when it is too weak."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise InvalidInput(f"The password must have at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise InvalidInput(f"The password must have at most {LONGEST} characters.")
    plain = password.casefold()
    if plain in _COMMON or plain == name.casefold() or len(set(plain)) == 1:
        raise InvalidInput("This password is too easy to guess.")
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether this is the password; an empty ``kept`` takes as long and matches nothing."""
    try:
        with _AT_ONCE:
            return _HASHER.verify(kept or _NOBODY, _normal(password[: LONGEST + 1]))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _normal(password: str) -> str:
    # Keyboards write the same letter in different ways; a lone surrogate cannot be encoded.
    text = unicodedata.normalize("NFC", password)
    return text.encode("utf-8", "replace").decode()
