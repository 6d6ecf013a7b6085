"""Check what a person or program entered against a form: the only validation there is.

1. Values are parsed by type. 2. What is hidden, disabled or read-only is dropped, never validated.
3. Required, limits, lengths, patterns, formats, choices. 4. Files: count, size, true type.
5. Names that the form does not have are refused. 6. Errors are messages by path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from engine.errors import FormInvalid
from engine.forms import feel, sniff
from engine.forms.binding import DataScope, default
from engine.forms.live import Given, Live, Place, stored_rows
from engine.forms.messages import Message, Unfit
from engine.forms.model import LIMITS, MISSING, TEXT_TYPES, Feel, Path, Schema, Text, own_names
from engine.forms.parse import number
from engine.forms.paths import nest, path_text, put, unclaimed
from engine.juel import Expression

_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?){0,20}"
)
MAX_UNKNOWN = 20
_PHONE = re.compile(r"(?:\+|00)[1-9]\d{5,20}", re.ASCII)


@dataclass(slots=True)
class Checked:
    """What a form accepted. With ``errors`` (messages by path) nothing of it may be used.

    ``values`` are variables by name, the outcome and computed values among them. ``assignments``
    are values to be written through expressions (of form properties). ``files`` are the stored
    names of the uploads among the values: others were sent for a field that takes nothing now.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    assignments: list[tuple[Expression, Any]] = field(default_factory=list[tuple[Expression, Any]])
    errors: dict[str, list[Message]] = field(default_factory=dict[str, list[Message]])
    outcome: str = ""
    files: frozenset[str] = frozenset()

    def or_raise(self) -> Checked:
        """Itself, or FormInvalid when there are errors."""
        if self.errors:
            raise FormInvalid(self.errors)
        return self


def check(schema: Schema, data: Mapping[str, Any], given: Given, outcome: str = "") -> Checked:
    """Check the given values and uploads, where the variables of the task are ``data``."""
    sent = nest(given.values or {})
    extras = {}
    if schema.accepts_extras:
        own = own_names(schema.components)
        extras = {name: value for name, value in sent.items() if name not in own}
        sent = {name: value for name, value in sent.items() if name in own}
    given = replace(given, values=sent)
    live = Live(schema, data, given)
    checked = Checked(values=extras)
    enforced = _outcome(schema, outcome, checked)
    _refuse_unknown(live, given, checked)
    limits = _limits(live)
    for place in live.places:
        for message in _faults(place, live, limits.get(id(place), {}), outcome, enforced):
            checked.errors.setdefault(path_text(place.path), []).append(message)
    if not checked.errors:
        _collect(live, checked)
    return checked


def _outcome(schema: Schema, outcome: str, checked: Checked) -> bool:
    """Take the outcome over; whether required fields are required for it."""
    if not schema.outcomes:
        if outcome:
            checked.errors[""] = [Message("this form has no outcomes to choose from")]
        return True
    chosen = next((item for item in schema.outcomes if item.value == outcome), None)
    if chosen is None:
        names = ", ".join(item.value for item in schema.outcomes)
        checked.errors[""] = [Message("choose one of the outcomes: {names}", names=names)]
        return True
    checked.outcome = outcome
    checked.values[schema.outcome_variable] = outcome
    return chosen.checked


def _refuse_unknown(live: Live, given: Given, checked: Checked) -> None:
    claimed = {
        place.path
        for place in live.places
        if (place.keyed or place.component.type == "dynamiclist") and not _in_ignored_list(place)
    }
    if not live.schema.accepts_extras:
        for path in islice(unclaimed(given.values or {}, claimed), MAX_UNKNOWN):
            checked.errors[path_text(path)] = [Message("is not a field of this form")]
    files = {
        path_text(place.path) for place in live.fields() if place.component.type == "filepicker"
    }
    for name in given.uploads:
        if name not in files:
            checked.errors[name] = [Message("is not a file field of this form")]


def _in_ignored_list(place: Place) -> bool:
    """Whether it stands in a list that takes nothing, whatever its rows hold."""
    around = place.parent
    while around is not None:
        if around.component.type == "dynamiclist" and (around.locked or around.hidden):
            return True
        around = around.parent
    return False


def _limits(live: Live) -> dict[int, dict[str, Any]]:
    """The limits of each place to check, expressions evaluated."""
    wanted: list[tuple[Place, str, Any]] = []
    for place in live.places:
        if not place.entered:
            continue
        rules, files = place.component.rules, place.component.files
        wanted += [(place, name, getattr(rules, name)) for name in LIMITS]
        wanted.append((place, "condition", rules.condition))
        if files is not None:
            wanted.append((place, "multiple", files.multiple))
    asked = [(value, place) for place, _, value in wanted if isinstance(value, Feel)]
    answers = iter(live.ask(asked))
    found: dict[int, dict[str, Any]] = {}
    for place, name, value in wanted:
        result = next(answers) if isinstance(value, Feel) else value
        found.setdefault(id(place), {})[name] = result
    pickers = [place for place in live.places if place.entered and place.component.files]
    texts: list[tuple[Text, Place]] = [
        (place.component.files.accept, place) for place in pickers if place.component.files
    ]
    for place, accept in zip(pickers, live.texts(texts), strict=True):
        found[id(place)]["accept"] = accept
    return found


def _faults(
    place: Place, live: Live, limits: Mapping[str, Any], outcome: str, enforced: bool
) -> Iterator[Message]:
    if place.component.type == "dynamiclist" and not place.hidden and not place.locked:
        if place.fault is not None:
            yield place.fault
        return
    binding = place.component.binding
    if binding is not None and not binding.writable and place.sent is not MISSING:
        yield Message("form property '{name}' is not writable", name=place.component.id)
    if not place.entered:
        return
    if place.fault is not None:
        yield place.fault
        return
    required = _required(place, outcome) and enforced
    if required and _absent(place):
        yield Message("is required")
    if not _blank(place.value):
        yield from _rule_faults(place, live, limits)
        if limits["condition"] is False:
            yield _raw(place.component.rules.condition_message or "is not valid")


def _required(place: Place, outcome: str) -> bool:
    rules = place.component.rules
    return rules.required or outcome in rules.required_for


def _absent(place: Place) -> bool:
    binding, value = place.component.binding, place.value
    if binding is None:
        return _blank(value) or value is False
    if place.sent is MISSING:
        return binding.default is None or _blank(value)
    return _blank(value)


def _blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == []


def _rule_faults(place: Place, live: Live, limits: Mapping[str, Any]) -> Iterator[Message]:
    component, value = place.component, place.value
    if component.type in TEXT_TYPES:
        yield from _text_faults(place, str(value), limits)
    elif component.type == "number":
        yield from _number_faults(place, number(value), limits)
    elif component.type == "datetime":
        yield from _date_faults(place, str(value), live)
    elif component.type == "filepicker":
        yield from _file_faults(place, live, limits)


def _text_faults(place: Place, value: str, limits: Mapping[str, Any]) -> Iterator[Message]:
    rules = place.component.rules
    length = len(value.strip().encode("utf-16-le")) // 2
    least, most = _limit(limits["min_length"]), _limit(limits["max_length"])
    if least is not None and length < least:
        yield Message("must have at least {count} characters", count=least)
    if most is not None and length > most:
        yield Message("must have at most {count} characters", count=most)
    if rules.pattern:
        found = feel.matches(rules.pattern, value)
        if found is None:
            yield Message("could not be checked in time")
        elif not found:
            yield (
                _raw(rules.pattern_message)
                if rules.pattern_message
                else Message("does not have the right form ({pattern})", pattern=rules.pattern)
            )
    if rules.format == "email" and not _EMAIL.fullmatch(value):
        yield Message("is not an e-mail address")
    if rules.format == "phone" and not _PHONE.fullmatch(value):
        yield Message("is not an international phone number, such as +4930664040900")


def _raw(text: str) -> Message:
    """A message of the form's author, as it is."""
    return Message("{text}", text=text)


def _number_faults(
    place: Place, value: int | Decimal, limits: Mapping[str, Any]
) -> Iterator[Message]:
    rules = place.component.rules
    least, most = _limit(limits["min"]), _limit(limits["max"])
    if least is not None and value < least:
        yield Message("must be at least {limit}", limit=least)
    if most is not None and value > most:
        yield Message("must be at most {limit}", limit=most)
    digits = rules.decimal_digits
    if digits is not None and _digits(value) > digits:
        if digits == 0:
            yield Message("must be a whole number")
        else:
            yield Message("must have at most {count} decimal digits", count=digits)
    if rules.increment and value % rules.increment != 0:
        yield Message("must be a multiple of {step}", step=rules.increment)


def _digits(value: int | Decimal) -> int:
    exponent = Decimal(value).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _limit(value: Any) -> int | Decimal | None:
    """A limit as a number; an expression that gave no number is no limit."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return number(value)
    except Unfit:
        return None


def _date_faults(place: Place, value: str, live: Live) -> Iterator[Message]:
    rules = place.component.date
    if rules is None or not rules.past_refused or rules.subtype == "time":
        return
    if date.fromisoformat(value[:10]) < live.given.now.date():
        yield Message("must not be in the past")


def _file_faults(place: Place, live: Live, limits: Mapping[str, Any]) -> Iterator[Message]:
    rules = place.component.files
    assert rules is not None
    names: list[str] = place.value
    most = rules.max_files if limits["multiple"] is True else 1
    if len(names) > most:
        yield (
            Message("takes one file only; remove the earlier one first")
            if most == 1
            else Message("takes at most {count} files", count=most)
        )
    accept: Sequence[str] = str(limits["accept"]).split(",")
    for upload in live.given.uploads.get(path_text(place.path), ()):
        name = upload.original_name
        if upload.size == 0:
            yield Message("{name} is empty", name=name)
            continue
        if rules.max_size is not None and upload.size > rules.max_size:
            yield Message("{name} is larger than {limit}", name=name, limit=_size(rules.max_size))
        kind = sniff.content_type(name, upload.head)
        if not sniff.accepted(name, kind, accept):
            wanted = ", ".join(item.strip() for item in accept)
            yield Message("{name} is not one of: {wanted}", name=name, wanted=wanted)


def _size(count: int) -> str:
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if count >= unit:
            return f"{Decimal(count) / unit:.3g} {name}"
    return f"{count} bytes"


def _collect(live: Live, checked: Checked) -> None:
    """The variables to set: what was entered and what was computed, merged into what is there."""
    checked.files = _taken_files(live)
    for place in live.places:
        component = place.component
        if place.hidden:
            continue
        if component.type == "dynamiclist":
            if not place.locked:
                _keep(checked, place.spot, stored_rows(place), live)
        elif component.type == "expression" or place.entered:
            if component.binding is None:
                _keep(checked, place.spot, place.value, live)
            else:
                _bind(place, checked, live)


def _taken_files(live: Live) -> frozenset[str]:
    return frozenset(
        upload.stored_name
        for place in live.fields()
        if place.entered and place.component.type == "filepicker"
        for upload in live.given.uploads.get(path_text(place.path), ())
    )


def _keep(checked: Checked, spot: Path, value: Any, live: Live) -> None:
    put(checked.values, spot, value, live.data)


def _bind(place: Place, checked: Checked, live: Live) -> None:
    """Write a form property as Flowable does: nothing when it was not sent and has no default."""
    component, binding = place.component, place.component.binding
    assert binding is not None
    value = place.value
    if place.sent is MISSING:
        given = live.given
        scope = given.scope or DataScope(live.data, given.now)
        value = default(component, binding, scope, given.now)
        if value is None:
            return
    if binding.variable:
        checked.values[binding.variable] = value
    elif binding.expression is not None:
        checked.assignments.append((binding.expression, value))
    else:
        checked.values[str(place.spot[0])] = value
