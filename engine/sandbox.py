"""JavaScript where it can do no harm: quickjs-ng, one hardened realm for each thread.

Making a realm costs a hundred times what a small script costs, so one is kept. Nothing passes
through it from one run to the next: ``sandbox.js`` freezes every object that scripts can reach and
takes away what compiles text, waits, keeps time or runs later; and a realm in which anything went
wrong in earnest is thrown away. Text goes in, text comes out, nothing of Python can be reached.

Time is the processor time of the whole process, as quickjs counts it: beside other busy threads a
script may be stopped earlier. A realm must not be shared between threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, cast

import quickjs

from engine.errors import ScriptFailed

TIME_LIMIT = 100
"""Milliseconds."""
MEMORY_LIMIT = 32 * 1024 * 1024
"""Bytes."""

_MAX_STACK = 2 * 1024 * 1024  # some 1200 calls; threads of glibc have 8 MB
_MAX_KEPT = 500
_OURS = 100_000  # the line at which our own code begins, to tell its lines from those of scripts

JsFunction = Callable[..., Any]


class Realm:
    """A place where functions run one after another, on one thread."""

    def __init__(self, memory: int) -> None:
        folder = Path(__file__).parent
        harden = "\n" * _OURS + (folder / "sandbox.js").read_text(encoding="utf-8")
        scripts = "\n" * _OURS + (folder / "script.js").read_text(encoding="utf-8")
        self.memory = memory
        self._time = 0
        self._context: Any = quickjs.Context()
        self._context.set_max_stack_size(_MAX_STACK)
        self._context.set_memory_limit(memory)
        self._make: JsFunction = self._context.eval(harden)
        select: JsFunction = self._make(scripts, True)
        self.check: JsFunction = select("check")
        self._prepare: JsFunction = select("prepare")
        self._kept: OrderedDict[Hashable, JsFunction] = OrderedDict()

    def function(self, source: str) -> JsFunction:
        """The source of a function as that function, compiled once."""
        return self._kept.get(source) or self._keep(source, self._make(source))

    def script(self, source: str, assigned: str, result: bool, keep_globals: bool) -> JsFunction:
        """A script as a function of its variables, compiled once (see ``script.js``)."""
        key = (source, result, keep_globals)
        return self._kept.get(key) or self._keep(
            key, self._prepare(source, assigned, result, keep_globals)
        )

    def _keep(self, key: Hashable, function: JsFunction) -> JsFunction:
        self._kept[key] = function
        if len(self._kept) > _MAX_KEPT:
            self._kept.popitem(last=False)
        return function

    def call(self, milliseconds: int, function: JsFunction, *arguments: Any) -> str:
        """Call a function that answers with text, within a limit of time. Raises ScriptFailed."""
        if milliseconds != self._time:
            self._context.set_time_limit(milliseconds / 1000)
            self._time = milliseconds
        answer = function(*arguments)
        if self._context.execute_pending_job():
            raise ScriptFailed("asynchronous code does not run here: write it without await")
        return cast("str", answer)


_threads = threading.local()


def realm(memory: int = MEMORY_LIMIT) -> Realm:
    """The realm of this thread."""
    current: Realm | None = getattr(_threads, "realm", None)
    if current is None or current.memory != memory:
        current = _threads.realm = Realm(memory)
    return current


def call(
    source: str, *arguments: Any, milliseconds: int = TIME_LIMIT, memory: int = MEMORY_LIMIT
) -> str:
    """Call the function with this source; it answers with text. Raises ScriptFailed."""
    current = realm(memory)
    return guarded(lambda: current.call(milliseconds, current.function(source), *arguments))


def guarded(use: Callable[[], str]) -> str:
    """What a use of this thread's realm answers; the realm is thrown away if it fails."""
    try:
        return use()
    except quickjs.JSException as problem:
        discard()
        raise ScriptFailed(reason(str(problem))) from None
    except (ScriptFailed, UnicodeError) as problem:
        discard()
        raise ScriptFailed(str(problem)) from None


def discard() -> None:
    """Throw this thread's realm away; the next use makes a new one."""
    _threads.realm = None


def reason(problem: str) -> str:
    """Why quickjs stopped, in words of ours."""
    if "interrupted" in problem:
        return "it ran too long"
    if "out of memory" in problem or problem.startswith("null"):
        return "it needed too much memory"
    if "call stack" in problem or "stack overflow" in problem:
        return "it called itself too often"
    return problem.partition("\n")[0]
