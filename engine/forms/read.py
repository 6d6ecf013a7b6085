"""Read a form-js schema; say all at once what a form cannot do here.

Supported are the types of ``model.FIELD_TYPES``, ``PRESENTATION`` and ``CONTAINERS``. Attributes
that only concern the look of form-js itself are passed over. What form-js has not:

- of the form: ``wf:outcomes`` (texts, or {value, label, style, checked}), ``wf:outcomeVariable``
  (else ``form_<id>_outcome``), ``wf:acceptsExtras`` (unknown names become variables);
- of a choice: ``wf:choices``, which is ``users``, ``users:<group>`` or ``groups``;
- of ``validate``: ``wf:requiredFor`` (outcomes), ``wf:condition`` (FEEL that must not be false)
  with ``wf:conditionMessage``, ``wf:maxFiles``, ``wf:maxSize`` (bytes);
- of a date: ``wf:datePattern`` (as in Java); of a textarea: ``wf:rows``; of an input:
  ``wf:placeholder``;
- of any field: ``wf:property`` {type, variable, expression, default, readable, writable}, what a
  form property of Flowable is tied to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal, cast

from engine.errors import ExpressionInvalid, Finding, InvalidVariables, ModelInvalid
from engine.forms import attributes as attr
from engine.forms.attributes import Attributes
from engine.forms.dates import has_time, understood
from engine.forms.live import normal_options
from engine.forms.model import (
    CONTAINERS,
    FIELD_TYPES,
    MANY_CHOICES,
    MISSING,
    PRESENTATION,
    SINGLE_CHOICE,
    Binding,
    Choices,
    Component,
    DateRules,
    FileRules,
    ListRules,
    Option,
    Outcome,
    Rules,
    Schema,
    Show,
)
from engine.forms.narrow import dict_of, list_of, many
from engine.juel import compile as compile_juel
from engine.values import decode, encode

MAX_COMPONENTS = 1000
MAX_DEPTH = 20

_REFUSED = {
    "html": "HTML could run anything in the page; use a text with Markdown",
    "iframe": "pages show nothing of other sites",
    "button": "the buttons of a form are its outcomes (wf:outcomes)",
}
_KEY = re.compile(r"[^\s.\[\]_:][^\s.\[\]:]*(\.[^\s.\[\]:]+)*")
_RESERVED = frozenset({"initiator"})
_DIRECTORY = re.compile(r"groups|users(:[\w.@-]+)?")


@dataclass(slots=True)
class Reading:
    """One pass over a schema: what was found, which keys and FEEL sources it has."""

    file: str
    findings: list[Finding] = field(default_factory=list[Finding])
    keys: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    ids: set[str] = field(default_factory=set[str])
    feels: list[str] = field(default_factory=list[str])
    count: int = 0

    def refuse(self, rule: str, message: str, element: str = "") -> None:
        """Note an error."""
        self.findings.append(Finding("error", rule, message, element, 0, self.file))

    def warn(self, rule: str, message: str, element: str = "") -> None:
        """Note a warning."""
        self.findings.append(Finding("warning", rule, message, element, 0, self.file))


def read(schema: Any, file: str = "") -> Schema:
    """The parsed form; ModelInvalid with every finding when it cannot be used."""
    reading = Reading(file)
    if not isinstance(schema, dict):
        raise ModelInvalid([Finding("error", "form-json", "a form is a JSON object", "", 0, file)])
    try:
        source: dict[str, Any] = decode(encode(schema))  # whatever is a fraction becomes exact
    except (InvalidVariables, TypeError, ValueError, RecursionError):
        raise ModelInvalid([Finding("error", "form-json", "is no JSON", "", 0, file)]) from None
    top = Attributes(reading, source, str(source.get("id", "")))
    identity = top.word("id") or PurePosixPath(file).name.partition(".")[0]
    if not identity:
        reading.refuse("form-id", "a form needs an id")
    if source.get("type", "default") != "default":
        reading.refuse("form-json", "the outermost type of a form is 'default'", identity)
    components = _components(source.get("components"), reading, (), 0, identity)
    parsed = Schema(
        identity,
        top.word("name") or top.word("wf:name"),
        components,
        _outcomes(source.get("wf:outcomes"), reading, identity),
        top.word("wf:outcomeVariable") or f"form_{identity}_outcome",
        top.truth("wf:acceptsExtras"),
        source,
        tuple(reading.findings),
        "\n".join(reading.feels),
    )
    if any(finding.severity == "error" for finding in reading.findings):
        raise ModelInvalid(reading.findings)
    return parsed


def _components(
    items: Any, reading: Reading, scope: tuple[str, ...], depth: int, owner: str
) -> tuple[Component, ...]:
    if items is None:
        return ()
    given = list_of(items)
    if given is None:
        reading.refuse("form-json", "'components' is a list", owner)
        return ()
    if depth > MAX_DEPTH:
        reading.refuse("form-size", f"groups are nested deeper than {MAX_DEPTH}", owner)
        return ()
    found = [_component(item, reading, scope, depth, owner) for item in given]
    return tuple(component for component in found if component is not None)


def _component(
    item: Any, reading: Reading, scope: tuple[str, ...], depth: int, owner: str
) -> Component | None:
    source = dict_of(item)
    if source is None:
        reading.refuse("form-json", "a component is an object", owner)
        return None
    reading.count += 1
    if reading.count == MAX_COMPONENTS + 1:
        reading.refuse("form-size", f"a form has at most {MAX_COMPONENTS} components", owner)
    if reading.count > MAX_COMPONENTS:
        return None
    name = str(source.get("key") or source.get("path") or source.get("id") or reading.count)
    at = Attributes(reading, source, name)
    kind = at.word("type")
    if kind not in FIELD_TYPES | PRESENTATION | CONTAINERS:
        hint = f": {_REFUSED[kind]}" if kind in _REFUSED else ""
        reading.refuse("form-type", f"a component of type '{kind}' is not supported{hint}", name)
        return None
    key = _key(kind, at, reading, scope)
    layout = at.inner("layout")
    inner = () if kind == "dynamiclist" else scope + key
    if kind == "dynamiclist":
        inner = (*scope, *key, "[]")
    return Component(
        type=kind,
        id=_identity(kind, at, reading),
        key=key,
        label=at.text("label") or _date_label(at, kind),
        description=at.text("description"),
        hide=at.condition("hide"),
        disabled=at.truth("disabled"),
        readonly=at.flag("readonly"),
        default=source.get("defaultValue", MISSING),
        expression=_expression(kind, at),
        rules=_rules(at, kind),
        choices=_choices(kind, at),
        date=_date(at) if kind == "datetime" else None,
        files=_files(at) if kind == "filepicker" else None,
        rows=_rows(at) if kind == "dynamiclist" else None,
        show=_show(at, kind),
        binding=_binding(at),
        components=_components(source.get("components"), reading, inner, depth + 1, name),
        layout_row=layout.word("row"),
        columns=layout.whole("columns"),
    )


def _identity(kind: str, at: Attributes, reading: Reading) -> str:
    identity = at.word("id") or f"{kind}_{reading.count}"
    if identity in reading.ids:
        reading.refuse("form-id", f"the id '{identity}' is used twice", at.name)
    reading.ids.add(identity)
    return identity


def _key(kind: str, at: Attributes, reading: Reading, scope: tuple[str, ...]) -> tuple[str, ...]:
    if kind in PRESENTATION:
        return ()
    text = at.word("path" if kind in CONTAINERS else "key")
    if not text:
        if kind != "group":
            reading.refuse("form-key", f"a {kind} needs a key", at.name)
        return ()
    if not _KEY.fullmatch(text) or text in _RESERVED:
        reading.refuse("form-key", f"'{text}' cannot be the name of a variable", at.name)
        return ()
    key = tuple(text.split("."))
    if kind != "group" and scope + key in reading.keys:
        reading.refuse("form-key", f"the key '{text}' is used twice", at.name)
    if kind != "group":
        reading.keys.add(scope + key)
    return key


def _date_label(at: Attributes, kind: str) -> attr.Text:
    return (at.text("dateLabel") or at.text("timeLabel")) if kind == "datetime" else ""


def _expression(kind: str, at: Attributes) -> attr.Feel | None:
    if kind != "expression":
        return None
    found = at.feel("expression")
    if found is None:
        at.refuse("form-feel", "an expression field needs an 'expression' that begins with '='")
    return found


def _rules(at: Attributes, kind: str) -> Rules:
    of = at.inner("validate")
    pattern = of.word("pattern")
    if pattern and (why := attr.pattern_problem(pattern)):
        at.refuse("form-pattern", f"the pattern does not compile: {why}")
    form = of.word("validationType")
    return Rules(
        required=of.truth("required"),
        required_for=frozenset(of.words("wf:requiredFor")),
        min=of.limit("min"),
        max=of.limit("max"),
        min_length=of.limit("minLength"),
        max_length=of.limit("maxLength"),
        pattern=pattern,
        pattern_message=of.word("patternErrorMessage"),
        format=cast("Literal['', 'email', 'phone']", form) if form in ("email", "phone") else "",
        decimal_digits=at.whole("decimalDigits") if kind == "number" else None,
        increment=at.decimal("increment") if kind == "number" else None,
        condition=of.feel("wf:condition"),
        condition_message=of.word("wf:conditionMessage"),
        as_text=at.truth("serializeToString"),
    )


def _choices(kind: str, at: Attributes) -> Choices | None:
    if kind not in SINGLE_CHOICE | MANY_CHOICES:
        return None
    if directory := at.word("wf:choices"):
        if not _DIRECTORY.fullmatch(directory):
            at.refuse("form-options", "wf:choices is 'users', 'users:<group>' or 'groups'")
        return Choices(directory=directory)
    if "valuesExpression" in at.source:
        expression = at.feel("valuesExpression")
        if expression is None:
            at.refuse("form-feel", "valuesExpression begins with '='")
        return Choices(expression=expression)
    if key := at.word("valuesKey"):
        return Choices(key=key)
    return Choices(fixed=_fixed(at))


def _fixed(at: Attributes) -> tuple[Option, ...]:
    values = at.source.get("values")
    options = normal_options(values)
    if not isinstance(values, list) or not options:
        at.refuse("form-options", "there is nothing to choose from: 'values' is empty")
    elif len(options) != len(many(values)):
        at.refuse("form-options", "each of 'values' needs a value of its own")
    return options


def _date(at: Attributes) -> DateRules:
    pattern = at.word("wf:datePattern")
    if pattern and not understood(pattern):
        at.refuse("form-date", f"the date pattern '{pattern}' is not supported")
    subtype = at.word("subtype") or ("datetime" if has_time(pattern) else "date")
    if subtype not in ("date", "time", "datetime"):
        at.refuse("form-date", f"'{subtype}' is neither date, time nor datetime")
        subtype = "date"
    zone = at.word("timeSerializingFormat") or "no_timezone"
    if zone not in ("utc_offset", "utc_normalized", "no_timezone"):
        at.refuse("form-date", f"the time format '{zone}' is not known")
        zone = "no_timezone"
    return DateRules(
        subtype=subtype,
        past_refused=at.truth("disallowPassedDates"),
        zone=zone,
        minutes_step=at.whole("timeInterval") or 1,
        pattern=pattern,
    )


def _files(at: Attributes) -> FileRules:
    limits = at.inner("validate")
    return FileRules(
        accept=at.text("accept"),
        multiple=at.flag("multiple"),
        max_files=limits.whole("wf:maxFiles") or FileRules().max_files,
        max_size=limits.whole("wf:maxSize"),
    )


def _rows(at: Attributes) -> ListRules:
    if isinstance(at.flag("readonly"), attr.Feel):
        at.refuse("form-list", "whether a list is read-only cannot depend on values")
    if at.source.get("isRepeating", True) is not True:
        at.refuse("form-list", "a list that does not repeat is a group")
    rows = at.whole("defaultRepetitions")
    return ListRules(
        initial_rows=1 if rows is None else min(rows, 100),
        rows_change=at.truth("allowAddRemove", default=True),
    )


def _show(at: Attributes, kind: str) -> Show:
    look = at.inner("appearance")
    columns = at.source.get("columns")
    source = at.data("dataSource") or at.text("source")
    if kind == "image" and isinstance(source, str) and source.startswith(("http:", "https:")):
        at.warn("form-image", "the image is of another site, which pages never load")
    return Show(
        text=at.text("text"),
        source=source,
        alt=at.text("alt"),
        height=at.whole("height") or at.whole("maxHeight") or 0,
        columns=_columns(columns, at) if kind == "table" else (),
        columns_expression=at.feel("columnsExpression"),
        prefix=look.text("prefixAdorner"),
        suffix=look.text("suffixAdorner"),
        placeholder=at.word("placeholder") or at.word("wf:placeholder"),
        rows=at.whole("rowCount") or at.whole("wf:rows") or 0,
    )


def _columns(columns: Any, at: Attributes) -> tuple[tuple[str, str], ...]:
    if columns is None:
        return ()
    found: list[tuple[str, str]] = []
    for item in many(columns):
        column = dict_of(item) or {}
        if not isinstance(column.get("key"), str):
            at.refuse("form-table", "a column of a table needs a key")
            continue
        found.append((column["key"], str(column.get("label") or column["key"])))
    return tuple(found)


def _binding(at: Attributes) -> Binding | None:
    source = dict_of(at.source.get("wf:property"))
    if source is None:
        return None
    of = Attributes(at.reading, source, at.name)
    return Binding(
        type=of.word("type"),
        variable=of.word("variable"),
        expression=_juel(of, "expression"),
        default=_juel(of, "default"),
        readable=of.truth("readable", default=True),
        writable=of.truth("writable", default=True),
    )


def _juel(at: Attributes, name: str) -> Any:
    text = at.word(name)
    if not text:
        return None
    try:
        return compile_juel(text)
    except ExpressionInvalid as error:
        at.refuse("form-expression", f"the {name} of the form property: {error}")
        return None


def _outcomes(items: Any, reading: Reading, owner: str) -> tuple[Outcome, ...]:
    if items is None:
        return ()
    given = list_of(items)
    if given is None:
        reading.refuse("form-outcomes", "wf:outcomes is a list", owner)
        return ()
    found = [_outcome(item, reading, owner) for item in given]
    outcomes = tuple(outcome for outcome in found if outcome is not None)
    if len({outcome.value for outcome in outcomes}) != len(outcomes):
        reading.refuse("form-outcomes", "two outcomes have the same value", owner)
    return outcomes


def _outcome(item: Any, reading: Reading, owner: str) -> Outcome | None:
    if isinstance(item, str) and item:
        return Outcome(item, item)
    source = dict_of(item)
    if source is None:
        reading.refuse("form-outcomes", "an outcome is a text or has a value and a label", owner)
        return None
    at = Attributes(reading, source, owner)
    value = at.word("value") or at.word("name") or at.word("id")
    style = at.word("style") or "plain"
    if not value:
        reading.refuse("form-outcomes", "an outcome needs a value", owner)
        return None
    if style not in ("primary", "plain", "danger"):
        reading.refuse("form-outcomes", f"the style '{style}' is not known", owner)
        style = "plain"
    return Outcome(
        value,
        at.word("label") or at.word("name") or value,
        style,
        at.truth("checked", default=True),
    )
