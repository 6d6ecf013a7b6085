"""Operators and what they make of values: numbers stay exact, the rest is as in JUEL."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExpressionFailed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${1 + 2 * 3}", 7),
        ("${(1 + 2) * 3}", 9),
        ("${10 - 2 - 3}", 5),
        ("${2 * 3 % 4}", 2),
        ("${-7 % 3}", -1),
        ("${7 mod -3}", 1),
        ("${7.5 % 2}", Decimal("1.5")),
        ("${10 / 4}", Decimal("2.5")),
        ("${10 / 2}", Decimal("5.0")),
        ("${10 div 4}", Decimal("2.5")),
        ("${2 / 3}", Decimal("0.6666666666666666666666666666666667")),
        ("${1.10 + 2.20}", Decimal("3.30")),
        ("${0.1 + 0.2}", Decimal("0.3")),
        ("${1.5e3}", Decimal("1.5E+3")),
        ("${.5}", Decimal("0.5")),
        ("${9007199254740993 + 1}", 9007199254740994),
        ("${99999999999999999999999999 * 3}", 299999999999999999999999997),
        ("${-x}", -3),
        ("${- -3}", 3),
        ("${-(2.50)}", Decimal("-2.50")),
        ("${'5' + 3}", 8),
        ("${'1.5' + 3}", Decimal("4.5")),
        ("${'' + 3}", 3),
        ("${null + 3}", 3),
        ("${null + null}", 0),
        ("${null / null}", 0),
        ("${-null}", 0),
        ("${'2' * '3'}", 6),
    ],
)
def test_arithmetic_is_exact(evaluate, text, value):
    result = evaluate(text, x=3)
    assert result == value
    assert repr(result) == repr(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${1 < 2}", True),
        ("${2 le 2}", True),
        ("${3 gt 4}", False),
        ("${'b' > 'a'}", True),
        ("${'10' > 9}", True),
        ("${9 < '10.5'}", True),
        ("${1 == 1.0}", True),
        ("${'1' == 1}", True),
        ("${'' == 0}", True),
        ("${null == 0}", False),
        ("${null == null}", True),
        ("${null != 0}", True),
        ("${null < 1}", False),
        ("${null >= null}", True),
        ("${null < null}", False),
        ("${true == 'true'}", True),
        ("${true == 'yes'}", False),
        ("${false < true}", True),
        ("${'abc' eq 'abc'}", True),
        ("${'abc' ne 'abd'}", True),
        ("${[1, 2] == [1, 2]}", True),
        ("${[1] == [true]}", False),
        ('${{"a": 1} == {"a": 1.0}}', True),
        ("${1 < 2 == true}", True),
        ("${not (1 == 2)}", True),
        ("${!true}", False),
        ("${!null}", True),
        ("${not ''}", True),
        ("${'TRUE' && true}", True),
        ("${'yes' || false}", False),
        ("${true and false or true}", True),
        ("${false && nope}", False),
        ("${true || nope}", True),
        ("${false || false || true}", True),
        ("${true && true && false}", False),
        ("${empty null}", True),
        ("${empty ''}", True),
        ("${empty []}", True),
        ("${empty {}}", True),
        ("${empty 0}", False),
        ("${empty ' '}", False),
        ("${not empty 'x'}", True),
        ("${true ? 1 : 2}", 1),
        ("${false ? 1 : true ? 2 : 3}", 2),
        ("${'x' == 'x' ? 'yes' : nope}", "yes"),
    ],
)
def test_comparing_and_deciding(evaluate, text, value):
    assert evaluate(text) is value or evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${'Order ' + 5}", "Order 5"),
        ("${first + ' ' + last}", "Ada Lovelace"),
        ("${'Sum: ' + 1 + 2}", "Sum: 12"),
        ("${1 + 2 + ' items'}", "3 items"),
        ("${'x' + null}", "x"),
        ("${'at ' + 1.50}", "at 1.50"),
        ("${'is ' + true}", "is true"),
    ],
)
def test_plus_joins_where_the_expression_shows_text(evaluate, text, value):
    assert evaluate(text, first="Ada", last="Lovelace") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${first + last}", "join texts"),
        ("${'abc' * 2}", "“abc” cannot be used as a number"),
        ("${true + 1}", "true cannot be used as a number"),
        ("${[1] + 1}", "a list cannot be used as a number"),
        ("${'abc' == 1}", "“abc” cannot be used as a number"),
        ("${'abc' < 1}", "“abc” cannot be used as a number"),
        ("${1 == true}", "true cannot be used as a number"),
        ("${1 / 0}", "division by zero"),
        ("${1 % 0}", "division by zero"),
        ("${1.5 / '0.0'}", "division by zero"),
        ("${[] < []}", "cannot be compared"),
        ("${1 && true}", "neither true nor false"),
        ("${[] ? 1 : 2}", "neither true nor false"),
        ("${'NaN' * 2}", "cannot be used as a number"),
        ("${'١' * 2}", "cannot be used as a number"),
    ],
)
def test_what_does_not_fit_fails_and_says_why(evaluate, text, message):
    with pytest.raises(ExpressionFailed, match=message):
        evaluate(text, first="Ada", last="Lovelace")


numbers = st.integers(-(10**30), 10**30) | st.decimals(-(10**9), 10**9, places=4)


@given(left=numbers, right=numbers)
def test_numbers_obey_the_laws_of_arithmetic(evaluate, left, right):
    def value(text):
        return evaluate(text, a=left, b=right)

    with localcontext(prec=100):
        assert value("${a + b}") == value("${b + a}") == left + right
        assert value("${a - b}") == -value("${b - a}")
        assert value("${(a + b) - b}") == left
        assert value("${a < b}") is (not value("${a >= b}"))
        assert value("${a == b}") is (not value("${a != b}"))
        if right:
            assert abs(value("${a / b * b}") - left) <= abs(left) * Decimal("1e-33")


def test_precedence_of_every_operator(evaluate):
    text = "${a || b && c == d < e + f * -g}"
    variables = {"a": False, "b": True, "c": True, "d": 1, "e": 4, "f": 2, "g": 1}
    assert evaluate(text, **variables) is True
    assert evaluate("${a or b and c eq d lt e + f * -g}", **variables) is True
    assert evaluate("${!a == true}", a=False) is True
    assert evaluate("${-2 * -3}") == 6
