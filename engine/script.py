"""Script tasks and listeners: JavaScript that reads variables and says which to set.

    script = Script.compile("execution.setVariable('total', price * 2)", "javascript")
    script.run({"price": 21}, {"now": 0}).sets == {"total": 42}

A script is pure: variables and facts go in, an Outcome comes out, and the caller applies it.
Variables are globals, ``execution`` and ``task`` have the methods of Flowable that read and set
them; an object changed in place is kept only when ``setVariable`` is called with it. Lines of
``console.log`` are kept, ``throw new BpmnError(code, message)`` is an error of the process, who
catches it may take what ``addAdditionalData`` gave it, and the time is that of the command.

Numbers: integers up to 2^53 are numbers, larger ones BigInt; decimals are JavaScript's numbers,
with 15 digits that can be trusted. What a script does not set keeps all its digits. A number that
comes back is an ``int`` when it is whole, else the Decimal that JavaScript prints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol, cast

import msgspec

from engine.errors import InvalidVariables, ScriptFailed, ScriptInvalid
from engine.sandbox import MEMORY_LIMIT, TIME_LIMIT, discard, guarded, realm
from engine.values import decode, encode

MAX_SOURCE = 200_000

_LANGUAGES = {
    "javascript": "javascript", "js": "javascript", "ecmascript": "javascript",
    "ecma": "javascript", "es": "javascript", "application/javascript": "javascript",
    "text/javascript": "javascript", "application/ecmascript": "javascript",
    "text/ecmascript": "javascript", "application/x-javascript": "javascript",
    "nashorn": "javascript", "rhino": "javascript", "graal.js": "javascript",
    "graaljs": "javascript", "secure-javascript": "javascript",
    "": "juel", "juel": "juel", "uel": "juel",
    "groovy": "groovy", "text/groovy": "groovy", "application/groovy": "groovy",
}  # fmt: skip
_IDENTIFIER = re.compile(r"(?<![\w$])(?!\d)[\w$]+")
_QUOTED = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\$]|\\.)*)`")
_ASSIGNED = re.compile(
    r"(?<![\w$.])(?!\d)([\w$]+)\s*(?:=(?![=>])|(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)=|\+\+|--)"
    r"|(?:\+\+|--)\s*(?!\d)([\w$]+)"
    r"|\bfor\s*\(\s*(?:var\s+)?(?!\d)([\w$]+)\s+(?:of|in)\b"
    r"|\bvar\s+(?!\d)([\w$]+)"
)
_LITERAL_ACCESS = re.compile(
    r"\b(?:execution|task)\s*\.\s*(?:(?:get|has|remove)(?:Transient)?Variable(?:Local)?\s*\("
    r"\s*(?:'[^'\\\n]*'|\"[^\"\\\n]*\")\s*\)|set\w*|(?!\w*Variable)\w+)"
)
_DYNAMIC = re.compile(r"\b(?:execution|task|this|globalThis)\b")
_JAVA = re.compile(
    r"\b(?:new\s+)?(?:javax?|org\.(?!\w+(?:\.bpm)?\.engine\.delegate\.BpmnError\b)\w+|com)\.\w+\.\w+"
    r"|\bJava\.(?:extend|from|to|super)\b|\bJavaImporter\b|\bimport(?:Package|Class)\s*\("
)
_KINDS = ("set", "local", "transient", "remove", "task", "global")
_BIG = re.compile(rb"\d{16}")
_GROOVY_VALUE = r"(?:-?\d+|'[^'\\\n]*'|\"[^\"\\$\n]*\"|true|false|null|[A-Za-z_]\w*)"
_GROOVY_IMPORT = re.compile(r"\bimport\s+org\.\w+(?:\.bpm)?\.engine\.delegate\.BpmnError\b;?")
_GROOVY_STATEMENT = re.compile(
    r"throw\s+new\s+(?:org\.\w+(?:\.bpm)?\.engine\.delegate\.)?BpmnError\("
    rf"\s*{_GROOVY_VALUE}\s*(?:,\s*{_GROOVY_VALUE}\s*)?\)"
    r"|execution\.(?:setVariable(?:Local)?\(\s*(?:'[^'\\\n]+'|\"[^\"\\$\n]+\")\s*,"
    rf"\s*{_GROOVY_VALUE}\s*\)|removeVariable\(\s*(?:'[^'\\\n]+'|\"[^\"\\$\n]+\")\s*\))"
)


class Limits(Protocol):
    """How long a script may run and how much memory it may use."""

    @property
    def script_ms(self) -> int:
        """Milliseconds of processor time."""
        ...

    @property
    def script_bytes(self) -> int:
        """Bytes."""
        ...


class BpmnErrorRaised(msgspec.Struct, frozen=True):
    """A BPMN error that a script threw, with what it added to it."""

    code: str
    message: str
    data: dict[str, Any] = {}


class Outcome(msgspec.Struct, frozen=True):
    """What a script did. Apply it or drop it; the script itself changed nothing.

    ``result`` is the value of the last statement (null unless it was asked for). ``sets``,
    ``local_sets`` and ``transient_sets`` are variables to set, ``removed`` those to remove.
    ``task_changes`` holds fields of the task by name (``assignee``, ``dueDate``, ``candidateUsers``
    …), ``globals`` the variables that the script declared or assigned without ``execution``.
    """

    result: Any = None
    sets: dict[str, Any] = {}
    local_sets: dict[str, Any] = {}
    transient_sets: dict[str, Any] = {}
    removed: tuple[str, ...] = ()
    task_changes: dict[str, Any] = {}
    globals: dict[str, Any] = {}
    log: tuple[str, ...] = ()
    error: BpmnErrorRaised | None = None


def language_of(name: str) -> str:
    """``javascript``, ``juel`` or ``groovy`` for the name in a model. Raises ScriptInvalid.

    JUEL scripts are expressions: :func:`engine.juel.compile`. No name means JUEL, as in Flowable.
    """
    language = _LANGUAGES.get(name.strip().lower())
    if language is None:
        raise ScriptInvalid(f"scripts in “{name}” do not run here: write it in JavaScript or JUEL")
    return language


class Script:
    """A script that was compiled. What stands in it is looked at when it is first needed."""

    def __init__(self, source: str, *, result: bool = True, keep_globals: bool = False) -> None:
        self.source = source
        self.wants_result = result
        self._keeps_globals = keep_globals

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name and text that stands in it."""
        quoted = {next(filter(None, each.groups()), "") for each in _QUOTED.finditer(self.source)}
        return frozenset({*_IDENTIFIER.findall(self.source), *quoted})

    @cached_property
    def _assigned(self) -> str:
        bare = _QUOTED.sub("", self.source)
        assigned = {name for groups in _ASSIGNED.findall(bare) for name in groups if name}
        return " ".join(sorted(assigned - {"execution", "task"}))

    @cached_property
    def _wants_all(self) -> bool:
        return _DYNAMIC.search(_LITERAL_ACCESS.sub("", self.source)) is not None

    @classmethod
    def compile(
        cls, source: str, language: str, *, result: bool = True, keep_globals: bool = False
    ) -> Script:
        """Check a script's language and syntax. Raises ScriptInvalid, naming the line.

        ``result``: whether the value of the last statement is wanted; it costs a little.
        ``keep_globals``: whether ``Outcome.globals`` is (Flowable's ``autoStoreVariables``).
        """
        kind = language_of(language)
        if kind == "juel":
            raise ScriptInvalid("a JUEL script is an expression, not JavaScript")
        if len(source) > MAX_SOURCE:
            raise ScriptInvalid(f"the script has more than {MAX_SOURCE} characters")
        if kind == "groovy":
            source = _GROOVY_IMPORT.sub("", source)
            _check_groovy(source)
        _check_java(source)
        _check_syntax(source)
        return cls(source, result=result, keep_globals=keep_globals)

    def run(
        self,
        variables: Mapping[str, Any],
        facts: Mapping[str, Any],
        limits: Limits | None = None,
    ) -> Outcome:
        """Run the script. Raises ScriptFailed, naming the line.

        ``facts`` holds ``now`` (milliseconds since 1970), ``execution`` and, for task listeners,
        ``task``: each a map of what their getters answer.
        """
        visible = variables if self._wants_all else _only(variables, self.names)
        json = encode(visible)
        exact = _BIG.search(json) is not None
        time = limits.script_ms if limits is not None else TIME_LIMIT
        memory = limits.script_bytes if limits is not None else MEMORY_LIMIT
        answer = guarded(lambda: self._run(json.decode(), exact, facts, time, memory))
        return _outcome(answer)

    def _run(self, json: str, exact: bool, facts: Mapping[str, Any], time: int, memory: int) -> str:
        where = realm(memory)
        script = where.script(self.source, self._assigned, self.wants_result, self._keeps_globals)
        has_task = facts.get("task") is not None
        known = encode(facts).decode()
        # As a float, because quickjs cuts integers down to 32 bits.
        return where.call(time, script, json, exact, known, has_task, float(facts["now"]))


def _only(variables: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    if len(variables) < len(names):
        return {name: value for name, value in variables.items() if name in names}
    return {name: variables[name] for name in names if name in variables}


def _outcome(answer: str) -> Outcome:
    if answer.startswith("!"):
        message, line, fatal = decode(answer[1:])
        if fatal:
            discard()
        raise ScriptFailed(f"{message}{f', at line {line}' if line else ''}")
    result, effects, log, error = _numbers(answer)
    return Outcome(
        result,
        *_effects(effects),
        log=tuple(log),
        error=None if error is None else BpmnErrorRaised(*error),
    )


def _effects(effects: list[tuple[str, str, Any]]) -> tuple[Any, ...]:
    """Variables set, set locally, set for now, removed; changes of the task; globals."""
    kinds: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
    removed = kinds["remove"]
    for kind, name, value in effects:
        if kind == "remove":
            kinds["set"].pop(name, None)
            kinds["local"].pop(name, None)
        elif kind != "task":
            removed.pop(name, None)
        kinds[kind][name] = value
    sets, local, transient, _, task, kept = kinds.values()
    return sets, local, transient, tuple(removed), task, kept


def _numbers(answer: str) -> Any:
    try:
        value = decode(answer)
    except InvalidVariables:
        raise ScriptFailed("a text holds half a character") from None
    return _whole(value) if "e+" in answer else value


def _whole(value: Any) -> Any:
    """Numbers that JavaScript writes as 1e+21 are whole: as integers."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, list):
        return [_whole(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in cast("dict[str, Any]", value).items()}
    return value


def _check_syntax(source: str) -> None:
    try:
        answer = guarded(lambda: realm().call(10 * TIME_LIMIT, realm().check, source))
    except ScriptFailed as problem:
        raise ScriptInvalid(f"the script cannot be read: {problem}") from None
    if answer:
        message, line, _ = decode(answer[1:])
        raise ScriptInvalid(f"{message}{f', at line {line}' if line else ''}")


def _check_java(source: str) -> None:
    if _JAVA.search(source) is None:
        return
    found = _JAVA.search(_QUOTED.sub("''", source))
    if found is not None:
        line = source.count("\n", 0, source.find(found[0])) + 1
        raise ScriptInvalid(
            f"“{found[0]}”: classes of Java are not available to scripts, at line {line}"
        )


def _check_groovy(source: str) -> None:
    """A Groovy script that is the same in JavaScript: it sets plain values or throws an error."""
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.DOTALL)
    for statement in filter(None, map(str.strip, re.split(r"[;\n]", bare))):
        if _GROOVY_STATEMENT.fullmatch(statement) is None:
            raise ScriptInvalid(
                f"Groovy does not run here (“{statement[:60]}”): write the script in JavaScript"
            )
