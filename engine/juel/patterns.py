"""Regular expressions of ``matches``, ``replaceAll`` and ``split``, run where they cannot harm.

Java's patterns and JavaScript's are alike, so they run in the script sandbox, whose limits of time
and memory also stop a pattern that would try for ever. Patterns without special characters take
the short way.
"""

from __future__ import annotations

import re
from typing import Any

from engine.errors import ScriptFailed
from engine.juel.arithmetic import Trouble
from engine.sandbox import call
from engine.values import decode

_FLAGS = re.compile(r"\(\?([ims]+)\)")
_MAX_PATTERN = 1000
_MATCHES = (
    "(text, pattern, flags) => JSON.stringify(new RegExp(`^(?:${pattern})$`, flags).test(text))"
)
_SPLIT = "(text, pattern, flags) => JSON.stringify(text.split(new RegExp(pattern, flags)))"
_REPLACE = """(text, pattern, flags, replacement, limit) => {
  const replaced = text.replace(new RegExp(pattern, flags), replacement);
  if (replaced.length > limit) throw new RangeError('the text is too long');
  return JSON.stringify(replaced);
}"""


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern matches the whole text."""
    return _run(_MATCHES, text, pattern)


def split(text: str, pattern: str) -> list[str]:
    """The parts of a text between matches, without empty ones at the end, as in Java."""
    parts: list[str] = _run(_SPLIT, text, pattern) if text else [text]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def replaced(text: str, pattern: str, replacement: str, *, first: bool = False) -> str:
    """A text with matches replaced; ``$1`` is what the first group matched."""
    flags = "" if first else "g"
    return _run(_REPLACE, text, pattern, flags, _in_javascript(replacement), 1_000_000)


def _in_javascript(replacement: str) -> str:
    # Java escapes with a backslash, JavaScript doubles the dollar.
    def piece(match: re.Match[str]) -> str:
        return "$$" if match[1] == "$" else match[1]

    return re.sub(r"\\(.)", piece, replacement).replace("$0", "$&")


def _run(function: str, text: str, pattern: str, flags: str = "", *more: str | int) -> Any:
    if len(pattern) > _MAX_PATTERN:
        raise Trouble(f"a pattern may have {_MAX_PATTERN} characters")
    inline = _FLAGS.match(pattern)
    if inline is not None:
        pattern, flags = pattern[inline.end() :], flags + inline[1]
    try:
        return decode(call(function, text, pattern, f"{flags}u", *more))
    except ScriptFailed as problem:
        raise Trouble(f"the pattern “{pattern[:40]}” failed: {problem}") from None
