"""Variables: what may be one, and that JSON keeps every digit."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidVariables
from engine.values import check, checked_name, checked_variables, decode, encode, exact


def nested(depth: int) -> list:
    """A list in a list in a list …"""
    value: list = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.10", Decimal("1.10")),
        ("5.0", Decimal("5.0")),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-0.000001", Decimal("-0.000001")),
        ("1E+400", Decimal("1E+400")),
        ("true", True),
        ("null", None),
        ('"Grüße 🙂"', "Grüße 🙂"),
        ('{"a":[1,{"b":2.50}]}', {"a": [1, {"b": Decimal("2.50")}]}),
    ],
)
def test_json_keeps_numbers_to_the_digit(text, value):
    assert decode(text) == value
    assert repr(decode(text)) == repr(value)
    assert encode(value).decode() == text


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(json_values)
def test_what_is_accepted_survives_json(value):
    check(value)
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", "[1,]", "NaN", '{"a":1}x', b"\xff", '"\\ud800"', "[" * 100_000, "1" * 5000],
)
def test_text_that_is_no_json_is_refused(text):
    with pytest.raises(InvalidVariables, match="not valid JSON"):
        decode(text)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.5, "value: a number must be an integer or an exact decimal"),
        (float("nan"), "value: a number must be"),
        (Decimal("NaN"), "value: is not a number"),
        (Decimal("-Infinity"), "value: is not a number"),
        (10**4000, "more than 4000 digits"),
        (Decimal("1E+999999"), "more than 4000 digits"),
        (Decimal("1E-999999"), "more than 4000 digits"),
        (b"x", "a bytes is no JSON value"),
        ((1, 2), "a tuple is no JSON value"),
        ({1: 2}, "the key 1 is not text"),
        ("\ud800", "half a character"),
        ({"\ud800": 1}, "half a character"),
        ({"items": [{"price": 1.5}]}, r"value\.items\[0\]\.price: a number must be"),
        ([1, {"a": "\ud800"}], r"value\[1\]\.a: holds half a character"),
        ([0, -(10**4000)], r"value\[1\]: a number of more than 4000 digits"),
        ({"a": [10**4000, 1]}, r"value\.a\[0\]: a number of more than 4000 digits"),
        ([1, Decimal("NaN")], r"value\[1\]: is not a number"),
        ([{"a": 1}, {"\ud800": 1}], r"value\[1\]: a key holds half a character"),
        ([object()], r"value\[0\]: a object is no JSON value"),
        (nested(101), "nested more than 100 levels"),
        (nested(100_000), "nested more than 100 levels"),
    ],
)
def test_what_is_no_json_value_is_refused_and_the_place_is_named(value, message):
    with pytest.raises(InvalidVariables, match=message):
        check(value)


def test_a_hundred_levels_are_allowed():
    check(nested(100))


@pytest.mark.parametrize("name", ["amount", "first-name", "Größe", "a b", "_", "x" * 255, "1"])
def test_a_readable_name_is_allowed(name):
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\0", "x" * 256, "\ud800", None, 3])
def test_a_name_that_nobody_can_read_is_refused(name):
    with pytest.raises(InvalidVariables):
        checked_name(name)


def test_variables_are_checked_by_name_and_value():
    assert checked_variables({"a": 1}) == {"a": 1}
    with pytest.raises(InvalidVariables, match="amount: a number must be"):
        checked_variables({"amount": 0.1})
    with pytest.raises(InvalidVariables, match="must be an object"):
        checked_variables([1])


def test_values_of_other_worlds_become_exact():
    value = exact({"a": 0.1, 2: (1, date(2026, 1, 5)), "deep": {"x": [1.50]}})
    assert value == {"a": Decimal("0.1"), "2": [1, "2026-01-05"], "deep": {"x": [Decimal("1.5")]}}


def test_what_cannot_become_exact_is_refused():
    with pytest.raises(InvalidVariables, match="is not a number"):
        exact({"a": float("inf")})
    with pytest.raises(InvalidVariables, match="nested too deeply"):
        exact(nested(100_000))
