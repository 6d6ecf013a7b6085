"""The text of an attribute: literal, expression or both; and what is said when it is wrong."""

from decimal import Decimal

import pytest

from engine.errors import ExpressionFailed, ExpressionInvalid
from engine.juel import compile


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kermit", "kermit"),
        ("", ""),
        ("  kermit ", "kermit"),
        ("${x}", 5),
        ("#{x}", 5),
        ("\n  ${x == 5}\n ", True),
        ("Order ${x}", "Order 5"),
        ("${x}-#{x}", "5-5"),
        ("${x}${x}", "55"),
        ("a ${nothing} b", "a  b"),
        ("${amount} €", "1.10 €"),
        ("${yes}!", "true!"),
        ("list ${items}", 'list [1,"a",null]'),
        ('map ${{"a": 1.50}}', 'map {"a":1.50}'),
        (r"\${x}", "${x}"),
        (r"a \#{x} ${x}", "a #{x} 5"),
        (r"\\${x}", r"\${x}"),
        (r"C:\temp\${x", r"C:\temp${x"),
        ("cost: $5 {x} #1", "cost: $5 {x} #1"),
        ("${'}'}", "}"),
        ("${'${x}'}", "${x}"),
        ('${"it\'s"}', "it's"),
        (r"${'it\'s'}", "it's"),
        (r"${'\\d'}", r"\d"),
        ("${'Grüße 🙂'}", "Grüße 🙂"),
        ("${größe}", 3),
        ("${_x$1}", 4),
        ("${ x\n}", 5),
    ],
)
def test_literals_expressions_and_mixtures(evaluate, text, value):
    names = {"x": 5, "nothing": None, "amount": Decimal("1.10"), "yes": True, "größe": 3, "_x$1": 4}
    assert evaluate(text, **names, items=[1, "a", None]) == value


def test_names_and_constants_are_known_without_evaluating():
    expression = compile("${a.b[c] + vars:get(d) > execution.getVariable('e')}")
    assert expression.names == {"a", "c", "execution"}
    assert not expression.constant
    assert compile("kermit").constant
    assert compile("${5}").constant
    assert compile("${-5}").constant
    assert not compile("${now()}").constant
    assert compile("Order ${a} ${b}").names == {"a", "b"}
    assert compile(" ${a}").text == "${a}"
    assert repr(compile("${a}")) == "Expression('${a}')"


def test_words_that_begin_like_operators_are_names(evaluate):
    names = {
        "order": 1,
        "android": 2,
        "equal": 3,
        "note": 4,
        "emptyBox": 5,
        "trueish": 6,
        "divx": 7,
    }
    for name, value in names.items():
        assert evaluate(f"${{{name}}}", **names) == value


def test_keywords_may_be_properties(evaluate):
    assert evaluate("${x.empty}", x={"empty": 1}) == 1
    assert evaluate("${x.div.eq}", x={"div": {"eq": 2}}) == 2


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("${", 3, "“}” is missing"),
        ("${a", 3, "“}” is missing"),
        ("${a + }", 7, "ends too early"),
        ("${}", 3, "ends too early"),
        ("${a b}", 5, "“b” is not expected"),
        ("x ${1 +* 2}", 8, "“*” is not expected"),
        ("${a = 1}", 5, "“=” is not expected"),
        ("${a & b}", 5, "“&” is not expected"),
        ("${'abc}", 3, "a text is not closed"),
        ("${(1}", 5, "ends too early"),
        ("${a[1}", 6, "ends too early"),
        ("${a..b}", 5, "“.” is not expected"),
        ("${a.1}", 5, "not expected"),
        ("${'\\d'}", 4, "is no escape"),
        ("${foo(1)}", 3, "the function “foo” does not exist"),
        ("${vars:foo(x)}", 3, "the function “vars:foo” does not exist"),
        ("${vars:eq(x)}", 3, "is called with 1 arguments"),
        ("${now(1)}", 3, "is called with 1 arguments"),
        ("${a -> b}", 6, "“>” is not expected"),
        ("${a instanceof b}", 5, "not expected"),
        ("${true false}", 8, "not expected"),
        ("${empty}", 8, "ends too early"),
        ("${or}", 3, "not expected"),
        ("ok ${a} then ${b b}", 18, "“b” is not expected"),
    ],
)
def test_what_does_not_parse_names_the_place(text, place, message):
    with pytest.raises(ExpressionInvalid) as refusal:
        compile(text)
    assert message in str(refusal.value)
    assert str(refusal.value).endswith(f"at character {place})")
    assert text in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("${nope}", 3, "Unknown property “nope” used in expression"),
        ("${a + nope}", 7, "Unknown property “nope”"),
        ("Hello ${a}, ${nope.x}", 15, "Unknown property “nope”"),
        ("${a * 'x'}", 5, "“x” cannot be used as a number"),
        ("${a.foo()}", 5, "5 has no method “foo”"),
        ("${a.b}", 5, "5 has no property “b”"),
    ],
)
def test_what_fails_names_the_place(evaluate, text, place, message):
    with pytest.raises(ExpressionFailed) as refusal:
        evaluate(text, a=5)
    assert message in str(refusal.value)
    assert str(refusal.value).endswith(f"{text} (at character {place})")


def test_a_long_expression_is_shortened_in_a_message(evaluate):
    with pytest.raises(ExpressionFailed) as refusal:
        evaluate("${nope == '" + "x" * 5000 + "'}")
    assert len(str(refusal.value)) < 200
