"""What people, groups and API keys may be called.

These names end up in variables (``initiator``), in models (``candidateGroups="hr,finance"``), in
addresses and in log lines, so they are checked once, here.
"""

from __future__ import annotations

import re
import unicodedata
import zoneinfo

from appliance.errors import InvalidInput

# Letters and digits of any script; no colon (``api:`` marks keys), comma (lists), slash or space.
_NAME = re.compile(r"[^\W_][\w.@+-]{0,63}")
_RESERVED = frozenset({"api", "system", "shell", "anonymous", "public", "workingflow"})
_EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]{1,189}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def person_name(text: str) -> str:
    """The sign-in name of a person, as it may become ``initiator`` or an assignee."""
    name = _identifier(text, "user name")
    if name.casefold() in _RESERVED:
        raise InvalidInput(f"The user name {name} is reserved.")
    return name


def group_name(text: str) -> str:
    """The name of a group, as models use it in ``candidateGroups``."""
    return _identifier(text, "group name")


def folded(name: str) -> str:
    """What makes two names the same: ``Kermit`` and ``kermit`` must not both exist."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    return text.encode("utf-8", "replace").decode()


def line(text: str, what: str, limit: int = 100) -> str:
    """A text of one line without control characters; may be empty."""
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > limit:
        raise InvalidInput(f"The {what} must not be longer than {limit} characters.")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
        raise InvalidInput(f"The {what} must not contain control characters or line breaks.")
    return text


def email(text: str) -> str:
    """An address for mail, or nothing."""
    text = text.strip()
    if text and not _EMAIL.fullmatch(text):
        raise InvalidInput(f"This is no e-mail address: {line(text, 'e-mail address', 254)}")
    return text


def language(text: str) -> str:
    """A language such as ``de`` or ``pt-BR``, or nothing."""
    if text and not _LANGUAGE.fullmatch(text):
        raise InvalidInput("The language must be a code such as en, de or pt-BR.")
    return text


def zone(text: str) -> str:
    """The name of a time zone, or nothing."""
    try:
        return zoneinfo.ZoneInfo(text).key if text else ""
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("The time zone must be a name such as Europe/Berlin.") from None


def _identifier(text: str, what: str) -> str:
    name = text.strip()
    if not _NAME.fullmatch(name) or unicodedata.normalize("NFKC", name) != name:
        raise InvalidInput(
            f"The {what} must be 1 to 64 letters, digits or . _ - + @, and begin with a letter or"
            " digit."
        )
    return name
