"""Expressions that want to hurt: deep, long, growing without end."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionFailed, ExpressionInvalid, Refused
from engine.juel import compile
from engine.values import check


def test_ten_thousand_parentheses_do_no_harm(evaluate):
    with pytest.raises(ExpressionInvalid, match="more than 16000 characters"):
        compile("${" + "(" * 10_000 + "1" + ")" * 10_000 + "}")
    assert evaluate("${" + "(" * 7_000 + "1" + ")" * 7_000 + "}") == 1


@pytest.mark.parametrize(
    "text",
    [
        "!" * 7_000 + "true",
        "- " * 7_000 + "x",
        "empty " * 2_000 + "1",
        "a" + ".b" * 5_000,
        "a" + "[0]" * 5_000,
        "[" * 5_000 + "]" * 5_000,
        "f.g(" * 3_000 + ")" * 3_000,
        "true?" * 1_500 + "1" + ":2" * 1_500,
        "a[" * 5_000 + "0" + "]" * 5_000,
    ],
)
def test_deep_nesting_is_refused(text):
    with pytest.raises(ExpressionInvalid, match="nested more than 100 levels"):
        compile(f"${{{text}}}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" + ".join(["1"] * 4_000), 4_000),
        (" - ".join(["1"] * 4_000), -3_998),
        (" || ".join(["false"] * 1_500), False),
        (" && ".join(["true"] * 1_500), True),
        ("'a' + " + " + ".join(["1"] * 3_000), "a" + "1" * 3_000),
    ],
)
def test_long_chains_are_fine(evaluate, text, value):
    assert evaluate(f"${{{text}}}") == value


def test_a_megabyte_of_text_is_text(evaluate):
    assert evaluate("x" * 1_000_000) == "x" * 1_000_000
    assert len(evaluate("x" * 500_000 + "${1}")) == 500_001


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_001 + "${1}",
        "${" + "x" * 1_000_000 + "}",
        "${'" + "x" * 1_000_000 + "'}",
        "${" + " " * 100_000 + "1}",
        "${1}" * 3_000,
        "${'" * 100_000,
        "${{" * 100_000,
        "\\" * 1_000_000 + "${",
    ],
    ids=range(8),
)
def test_a_megabyte_of_expression_is_refused(text):
    with pytest.raises(ExpressionInvalid):
        compile(text)


@pytest.mark.parametrize(
    "text",
    [
        "${'a'.repeat(1000000000)}",
        "${''.repeat(99999999999999999999)}",
        "${'a'.repeat(1000).repeat(1000).repeat(1000)}",
        "${big.concat(big)}",
        "${big.replace('', big)}",
        "${big.replace('x', 'xxx')}",
        "${big.replaceAll('x', 'xxx')}",
        "${'is ' + big + big}",
        "a ${big}${big}",
        "${[big, big].join()}",
        "${(10).pow(999).pow(999)}",
        "${(1.5).pow(999).pow(999).pow(999)}",
        "${n * n}",
        "${(1e4000) * (1e4000) * (1e4000)}",
        "${1e4000 + 1e-4000}",
        "${1e4000 / 1e-4000 / 1e-4000}",
        "${(1).setScale(1000000000)}",
        "${'1' * '" + "9" * 5_000 + "'}",
    ],
)
def test_what_would_grow_without_end_fails(evaluate, text):
    with pytest.raises(ExpressionFailed):
        evaluate(text, big="x" * 900_000, n=10**3_999)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*b", "((a+)?)+$", "(?:a?){5000}a{5000}"]
)
def test_a_pattern_that_would_try_for_ever_is_stopped(evaluate, pattern):
    with pytest.raises(ExpressionFailed, match=r"the pattern “.*” failed"):
        evaluate("${text.matches(pattern)}", text="a" * 5_000 + "!", pattern=pattern)


def test_a_number_literal_may_be_long_but_not_endless(evaluate):
    assert evaluate("${" + "9" * 4_000 + "}") == 10**4_000 - 1
    for text in (
        "9" * 4_001,
        "9" * 15_000,
        "1e9999",
        "1e-9999",
        "1e" + "9" * 40,
        "1." + "0" * 4_000,
    ):
        with pytest.raises(ExpressionInvalid, match="more than 4000 digits"):
            compile(f"${{{text}}}")


@pytest.mark.parametrize(
    "text", ["\0", "${\0}", "${\ud800}", "\ud800 ${1}", "${a\u202eb}", "${'\n'}"]
)
def test_odd_characters_end_in_a_value_or_a_refusal(evaluate, text):
    with contextlib.suppress(Refused):
        assert evaluate(text, a=1) is not None


TOKENS = """a b items order none text now() vars:get( vars:eq( date:format( .x .size() .add( [ ] ( )
{ } , : ? + - * / % == != < > <= >= && || ! not empty and or div mod eq 1 0 2.5 1e3 'x' ''
"2026-05-01"
true false null .plusDays( .length() .substring( .get( .put( \\ ' " $ # ${ } .__class__ [0] [-1]"""


@settings(max_examples=1_000)
@given(st.lists(st.sampled_from(TOKENS.split()), max_size=12))
def test_any_row_of_tokens_ends_in_a_value_or_a_refusal(scope, tokens):
    names = scope(a=1, b=Decimal("2.5"), items=[1, "x"], order={"x": {"y": 1}}, none=None, text="t")
    with contextlib.suppress(Refused):
        value = compile("${" + " ".join(tokens) + "}").evaluate(names)
        check(value)
    for name, value in names.variables.items():
        check(value, name)


@given(st.text())
def test_any_text_ends_in_a_value_or_a_refusal(scope, text):
    for whole in (text, f"${{{text}}}"):
        with contextlib.suppress(Refused):
            compile(whole).evaluate(scope())
