"""One field, one value: how each type is read, and what it refuses."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.forms import Message
from tests.forms.given import check, field, form

ABC = [{"label": "A", "value": "a"}, {"label": "Two", "value": 2}, {"label": "Yes", "value": True}]
BERLIN = timezone(timedelta(hours=1))
IN_BERLIN = datetime(2026, 1, 5, 0, 30, tzinfo=BERLIN)


def message(component: dict[str, Any], sent: Any, **more: Any) -> Message:
    """The only complaint about what was sent for ``x``."""
    errors = check(form(component), {"x": sent}, **more).errors
    assert list(errors) == ["x"]
    assert len(errors["x"]) == 1
    return errors["x"][0]


def value(component: dict[str, Any], sent: Any, **more: Any) -> Any:
    """What ``x`` becomes."""
    checked = check(form(component), {"x": sent}, **more)
    assert checked.errors == {}
    return checked.values["x"]


@pytest.mark.parametrize(
    ("component", "sent", "said"),
    [
        (field("textfield"), ["a", 1], "is not text"),
        (field("textfield"), {"a": 1}, "is not text"),
        (field("textfield"), True, "is not text"),
        (field("textfield"), "a\nb", "must be one line"),
        (field("textfield"), "a\x00b", "contains characters that are not text"),
        (field("textarea"), "a\ud800b", "contains characters that are not text"),
        (field("textfield", validate={"required": True}), "", "is required"),
        (field("textfield", validate={"required": True}), "  ", "is required"),
        (field("textfield", validate={"required": True}), None, "is required"),
        (field("textfield", validate={"minLength": 3}), "ab", "must have at least 3 characters"),
        (field("textfield", validate={"maxLength": 2}), "abc", "must have at most 2 characters"),
        (field("textfield", validate={"maxLength": 1}), "🙂", "must have at most 1 characters"),
        (
            field("textfield", validate={"maxLength": "=limit"}),
            "abc",
            "must have at most 2 characters",
        ),
        (
            field("textfield", validate={"pattern": "^[A-Z]+$"}),
            "abc",
            "does not have the right form (^[A-Z]+$)",
        ),
        (
            field("textfield", validate={"pattern": "^[A-Z]+$", "patternErrorMessage": "{X}!"}),
            "abc",
            "{X}!",
        ),
        (
            field("textfield", validate={"pattern": "(a+)+$"}),
            "a" * 60 + "b",
            "could not be checked in time",
        ),
        (
            field("textfield", validate={"validationType": "email"}),
            "kermit@",
            "is not an e-mail address",
        ),
        (
            field("textfield", validate={"validationType": "phone"}),
            "030 1234",
            "is not an international phone number, such as +4930664040900",
        ),
        (field("number"), "abc", "is not a number"),
        (field("number"), "1,5", "is not a number"),
        (field("number"), "1e400", "is not a number"),
        (field("number"), "NaN", "is not a number"),
        (field("number"), "٣", "is not a number"),
        (field("number"), True, "is not a number"),
        (field("number"), Decimal("NaN"), "is not a number"),
        (field("number"), [1], "is not a number"),
        (field("number", validate={"required": True}), "", "is required"),
        (field("number", validate={"min": 1}), "0.99", "must be at least 1"),
        (field("number", validate={"max": "=limit"}), "2.01", "must be at most 2"),
        (field("number", decimalDigits=0), "1.5", "must be a whole number"),
        (field("number", decimalDigits=2), "1.555", "must have at most 2 decimal digits"),
        (field("number", increment="0.25"), "1.3", "must be a multiple of 0.25"),
        (field("checkbox"), "perhaps", "is neither true nor false"),
        (field("checkbox", validate={"required": True}), False, "is required"),
        (field("select", values=ABC), "z", "is not one of the choices"),
        (field("radio", values=ABC), 3, "is not one of the choices"),
        (field("radio", values=ABC), ["a", "z"], "is not one of the choices"),
        (field("select", values=ABC, validate={"required": True}), "", "is required"),
        (field("checklist", values=ABC), ["a", "z"], "is not one of the choices"),
        (field("taglist", values=ABC, validate={"required": True}), [], "is required"),
        (field("datetime"), "05.01.2026", "is not a date"),
        (field("datetime"), "2026-02-30", "is not a date"),
        (field("datetime"), 20260105, "is not a date"),
        (field("datetime", subtype="time"), "25:00", "is not a time"),
        (field("datetime", subtype="time"), "2026-01-05", "is not a time"),
        (field("datetime", subtype="datetime"), "2026-01-05T99:00", "is not a date and time"),
        (field("datetime", disallowPassedDates=True), "2026-01-04", "must not be in the past"),
        (
            field(
                "number", validate={"wf:condition": "=x > limit", "wf:conditionMessage": "too few"}
            ),
            "2",
            "too few",
        ),
    ],
)
def test_refused(component, sent, said):
    assert message(component, sent, data={"limit": 2}) == said


@pytest.mark.parametrize(
    ("component", "sent", "kept"),
    [
        (field("textfield"), " a ", " a "),
        (field("textfield"), None, ""),
        (field("textfield"), 12, "12"),
        (field("textfield"), ["first", "last"], "last"),
        (field("textarea"), "a\r\nb\rc", "a\nb\nc"),
        (field("textfield", validate={"minLength": 3}), "", ""),
        (field("textfield", validate={"maxLength": 2}), "🙂", "🙂"),
        (field("textfield", validate={"maxLength": '="many"'}), "abc", "abc"),
        (field("textfield", validate={"pattern": "b"}), "abc", "abc"),
        (field("textfield", validate={"validationType": "email"}), "k@a.example", "k@a.example"),
        (field("textfield", validate={"validationType": "phone"}), "+4930123", "+4930123"),
        (field("number"), "12", 12),
        (field("number"), " -3 ", -3),
        (field("number"), "1.10", Decimal("1.10")),
        (field("number"), "1e3", 1000),
        (field("number"), "", None),
        (field("number"), 7, 7),
        (field("number"), Decimal("0.1"), Decimal("0.1")),
        (field("number", decimalDigits=0), "12.0", 12),
        (field("number", decimalDigits=2), "1.50000", Decimal("1.50000")),
        (field("number", increment="0.1"), "0.3", Decimal("0.3")),
        (field("number", serializeToString=True), "1.10", "1.10"),
        (field("number", validate={"max": 0.3}), "0.3", Decimal("0.3")),
        (field("checkbox"), "on", True),
        (field("checkbox"), ["false", "true"], True),
        (field("checkbox"), "", False),
        (field("checkbox"), None, False),
        (field("select", values=ABC), "2", 2),
        (field("select", values=ABC), "true", True),
        (field("select", values=ABC), "", None),
        (field("checklist", values=ABC), ["a", "", "2", "a"], ["a", 2]),
        (field("checklist", values=ABC), "a", ["a"]),
        (field("taglist", values=ABC), None, []),
        (field("datetime"), "2026-01-05", "2026-01-05"),
        (field("datetime"), "", None),
        (field("datetime", subtype="time"), "08:30", "08:30"),
        (field("datetime", subtype="datetime"), "2026-01-05T08:30", "2026-01-05T08:30"),
        (field("datetime", subtype="datetime"), "2026-01-05T08:30:05Z", "2026-01-05T08:30:05"),
    ],
)
def test_accepted(component, sent, kept):
    got = value(component, sent)
    assert got == kept
    assert type(got) is type(kept)


@pytest.mark.parametrize(
    ("zone", "sent", "kept"),
    [
        ("utc_offset", "2026-01-05T08:30", "2026-01-05T08:30+01:00"),
        ("utc_normalized", "2026-01-05T08:30", "2026-01-05T07:30Z"),
        ("no_timezone", "2026-01-05T08:30", "2026-01-05T08:30"),
        ("utc_offset", "2026-01-05T08:30Z", "2026-01-05T08:30Z"),
    ],
)
def test_times_are_those_of_the_persons_zone(zone, sent, kept):
    component = field("datetime", subtype="datetime", timeSerializingFormat=zone)
    assert value(component, sent, now=IN_BERLIN) == kept


def test_a_moment_at_the_end_of_time_is_refused_not_a_crash():
    component = field("datetime", subtype="datetime", timeSerializingFormat="utc_normalized")
    assert message(component, "0001-01-01T00:00", now=IN_BERLIN) == "is not a date and time"


def test_today_is_the_persons_day():
    today = field("datetime", validate={"wf:condition": "=date(x) <= today()"})
    assert value(today, "2026-01-05", now=IN_BERLIN) == "2026-01-05"
    assert message(today, "2026-01-06", now=IN_BERLIN) == "is not valid"
    not_past = field("datetime", disallowPassedDates=True)
    assert value(not_past, "2026-01-05", now=IN_BERLIN) == "2026-01-05"


def test_a_condition_that_cannot_be_evaluated_refuses_nothing():
    assert value(field("number", validate={"wf:condition": "=missing > x"}), "2") == 2


def test_a_field_that_is_absent_keeps_what_the_form_showed():
    given = form(field("textfield", defaultValue="d"), field("checkbox", key="y"))
    assert check(given, {}).values == {"x": "d", "y": False}
    assert check(given, {}, {"x": "stored", "y": True}).values == {"x": "stored", "y": True}
    assert check(given, {"x": ""}, {"x": "stored"}).values["x"] == ""


def test_what_was_stored_is_checked_again():
    given = form(field("textfield", validate={"required": True}))
    assert check(given, {}, {"x": None}).errors == {"x": ["is required"]}


def test_unknown_names_are_refused():
    given = form(field("textfield"), {"type": "text", "id": "t", "text": "t"})
    errors = check(given, {"y": 1, "t": 2, "a.b": 3, "x[0]": 4}).errors
    assert errors == {
        "y": ["is not a field of this form"],
        "t": ["is not a field of this form"],
        "a": ["is not a field of this form"],
        "x": ["is not text"],
    }


def test_unknown_names_do_not_pile_up():
    errors = check(form(), {f"x{number}": 1 for number in range(10_000)}).errors
    assert len(errors) == 20


def test_nested_keys_keep_what_stands_beside_them():
    given = form(field("textfield", key="person.name"))
    data = {"person": {"name": "Kermit", "age": 71}}
    assert check(given, {"person": {"name": "Gonzo"}}, data).values == {
        "person": {"name": "Gonzo", "age": 71}
    }
    assert check(given, {"person.name": "Gonzo"}, data).values["person"]["name"] == "Gonzo"
    assert data == {"person": {"name": "Kermit", "age": 71}}
    assert check(given, {"person.name": "Gonzo"}, {"person": 3}).values == {
        "person": {"name": "Gonzo"}
    }


def test_messages_know_their_template_for_translation():
    said = message(field("number", validate={"min": 1}), "0")
    assert (said.template, said.values) == ("must be at least {limit}", {"limit": 1})


def test_a_form_that_accepts_extras_still_checks_the_fields_of_its_groups():
    group = {"type": "group", "components": [field("number", validate={"max": 5})]}
    given = form(group, **{"wf:acceptsExtras": True})
    assert set(check(given, {"x": 7, "more": 1}).errors) == {"x"}
    assert check(given, {"x": 3, "more": 1}).values == {"x": 3, "more": 1}
    assert given.own({"x": 3, "more": 1}) == {"x": 3}
