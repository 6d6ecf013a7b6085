"""Flowable's variable functions, and dates."""

from datetime import UTC, datetime

import pytest

from engine.errors import ExpressionFailed
from engine.juel import compile


@pytest.mark.parametrize("prefix", ["variables", "vars", "var"])
@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("get(x)", 5),
        ("get('x')", 5),
        ('get("x") + 1', 6),
        ("get(nope)", None),
        ("get(which)", "x"),
        ("getOrDefault(x, 1)", 5),
        ("getOrDefault(nope, 1)", 1),
        ("getOrDefault(none, 1)", 1),
        ("getOrDefaultIfNotExist(none, 1)", None),
        ("exists(none)", True),
        ("exists(nope)", False),
        ("isEmpty(none)", True),
        ("empty(items)", False),
        ("isNotEmpty(text)", True),
        ("notEmpty(nope)", False),
        ("equals(x, 5)", True),
        ("eq(x, 5.0)", True),
        ("eq(text, 'abc')", True),
        ("eq(x, '5')", False),
        ("eq(nope, null)", True),
        ("notEquals(x, 5)", False),
        ("ne(nope, 5)", True),
        ("contains(items, 2)", True),
        ("contains(items, 2, 9)", False),
        ("contains(text, 'b', 'c')", True),
        ("contains(x, 5)", False),
        ("containsAny(items, 9, 1)", True),
        ("containsAny(text, 'x', 'y')", False),
        ("lt(x, 6)", True),
        ("lowerThan(x, 5)", False),
        ("lessThan(nope, 5)", False),
        ("lte(x, 5)", True),
        ("lessThanOrEquals(x, 4.9)", False),
        ("lowerThanOrEquals(x, 5)", True),
        ("gt(x, 4)", True),
        ("greaterThan(x, null)", False),
        ("gte(x, 5)", True),
        ("greaterThanOrEquals(x, 6)", False),
        ("base64(text)", "YWJj"),
        ("eq( x , 5 ) ? 'a' : 'b'", "a"),
    ],
)
def test_variable_functions_take_the_bare_name(evaluate, prefix, call, value):
    names = {"x": 5, "none": None, "items": [1, 2], "text": "abc", "which": "x"}
    assert evaluate(f"${{{prefix}:{call}}}", **names) == value


def test_a_prefix_may_stand_after_a_question(evaluate):
    assert evaluate("${x > 1 ? vars:get(x) : vars:get(y)}", x=2) == 2
    assert evaluate("${x > 1 ? x : now() == null}", x=2) == 2
    assert evaluate("${vars ? var : variables}", vars=True, var=1) == 1


def test_a_name_that_is_computed_is_the_name_of_the_variable(evaluate):
    assert evaluate("${vars:get('a'.concat('b'))}", ab=1) == 1
    with pytest.raises(ExpressionFailed, match="no name of a variable"):
        evaluate("${vars:get(1 + 1)}")


def test_now_is_the_time_of_the_scope(evaluate):
    assert evaluate("${now()}") == "2026-05-01T11:15:22.000+02:00"
    assert evaluate("${dateTime().plusDays(1)}") == "2026-05-02T11:15:22.000+02:00"
    assert evaluate("${date:now()}") == evaluate("${now()}")
    assert evaluate("due ${now()}") == "due 2026-05-01T11:15:22.000+02:00"
    assert evaluate("${[now()]}") == ["2026-05-01T11:15:22.000+02:00"]
    assert evaluate('${{"at": now()}.at}') == "2026-05-01T11:15:22.000+02:00"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${day.plusDays(30)}", "2026-05-31"),
        ("${day.plusMonths(1).minusDays(1)}", "2026-05-31"),
        ("${day.withDayOfMonth(15)}", "2026-05-15"),
        ("${day.year}", 2026),
        ("${day.monthValue}", 5),
        ("${day.getDayOfWeek()}", "FRIDAY"),
        ("${day.lengthOfMonth()}", 31),
        ("${day.atStartOfDay()}", "2026-05-01T00:00:00.000+02:00"),
        ("${day.isBefore('2026-05-02')}", True),
        ("${day.isAfter(now())}", False),
        ("${day == '2026-05-01'}", True),
        ("${day.format('dd.MM.yyyy')}", "01.05.2026"),
        ("${day.toString()}", "2026-05-01"),
        ("${time.plusHours(24)}", "2026-03-29T13:00:00.000+02:00"),
        ("${time.plusDays(1)}", "2026-03-29T12:00:00.000+02:00"),
        ("${time.minusMinutes(90)}", "2026-03-28T10:30:00.000+01:00"),
        ("${time.plus('P1DT1H')}", "2026-03-29T13:00:00.000+02:00"),
        ("${time.hour}", 12),
        ("${time.getTime()}", 1774695600000),
        ("${time.toLocalDate()}", "2026-03-28"),
        ("${time.dayOfWeek}", 6),
        ("${time < now()}", True),
        ("${now() > day}", True),
        ("${now().after(day)}", True),
        ("${time == zulu.plusHours(0)}", True),
        ("${zulu.plusDays(1)}", "2026-03-29T11:00:00.000+00:00"),
        ("${zulu.plusHours(1)}", "2026-03-28T12:00:00.000+00:00"),
        ("${zulu > '2026-03-28T11:30+01:00'}", True),
        ("${'2026-03-28T11:00Z' < '2026-03-28T11:30+01:00'}", False),
        ("${day >= '2026-05-01T00:00'}", True),
        ("${'2026-13-99' < '2026-13-98'}", False),
        ("${date:addDate(day, 1, 2, 3)}", "2027-07-04"),
        ("${date:subtractDate('2026-03-31', 0, 1)}", "2026-02-28"),
        ("${date:toDate('2026-05')}", "2026-05-01T00:00:00.000+02:00"),
        ("${date:format(time, \"EEEE, d MMMM yyyy 'at' HH:mm:ss.SSS XXX\")}",
         "Saturday, 28 March 2026 at 12:00:00.000 +01:00"),
        ("${date:format(null, 'yyyy')}", None),
        ("${date:format(zulu, 'yy-M-d h a X Z')}", "26-3-28 11 AM Z +0000"),
    ],
)  # fmt: skip
def test_dates_are_text_that_is_read_when_needed(evaluate, text, value):
    names = {"day": "2026-05-01", "time": "2026-03-28T12:00", "zulu": "2026-03-28T11:00:00Z"}
    assert evaluate(text, **names) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${'tomorrow'.plusDays(1)}", "no ISO 8601 date"),
        ("${now() > 'tomorrow'}", "no ISO 8601 date"),
        ("${now() > true}", "a date is needed"),
        ("${day.plusHours(1)}", "has no hours"),
        ("${day.hour}", "has no hours"),
        ("${day.plusYears(99999)}", "years 1 to 9999"),
        ("${day.withDayOfMonth(32)}", "day"),
        ("${day.withMonth(13)}", "month"),
        ("${day.plus('x')}", "no ISO 8601 duration"),
        ("${day.plus(1)}", "a duration such as"),
        ("${date:format(day, 'QQQ')}", "pattern letter"),
        ("${date:addDate(5.5, 1)}", "a date is needed"),
        ("${now() + 1}", "cannot be used as a number"),
    ],
)
def test_what_is_no_date_fails_and_says_why(evaluate, text, message):
    with pytest.raises(ExpressionFailed, match=message):
        evaluate(text, day="2026-05-01")


def test_the_current_user_is_a_variable_of_the_scope(evaluate):
    assert evaluate("${currentUser()}", authenticatedUserId="kermit") == "kermit"
    assert evaluate("${currentUser()}") is None


def test_the_same_expression_answers_by_the_scope_it_gets(scope):
    expression = compile("${now()}")
    later = scope()
    later.now = datetime(2027, 1, 1, tzinfo=UTC)
    assert expression.evaluate(later) == "2027-01-01T01:00:00.000+01:00"
    assert expression.evaluate(scope()) == "2026-05-01T11:15:22.000+02:00"
