"""Properties, indexes and the safe list of methods."""

from decimal import Decimal

import pytest

from engine.errors import ExpressionFailed, InvalidVariables
from engine.juel import compile

ORDER = {
    "price": Decimal("12.50"),
    "lines": [{"item": "pen", "count": 3}, {"item": "ink", "count": 1}],
    "customer": {"name": "Ada", "first-name": "A", "1": "one"},
    "none": None,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${order.price}", Decimal("12.50")),
        ("${order['price']}", Decimal("12.50")),
        ("${order.customer.name}", "Ada"),
        ("${order['customer']['first-name']}", "A"),
        ("${order.customer[1]}", "one"),
        ("${order.lines[0].item}", "pen"),
        ("${order.lines['1'].item}", "ink"),
        ("${order.lines[-1].item}", "ink"),
        ("${order.lines[2]}", None),
        ("${order.lines[2].item}", None),
        ("${order.missing}", None),
        ("${order.none.deeper.still}", None),
        ("${order[null]}", None),
        ("${order.lines[order.lines.size() - 1].count}", 1),
        ("${order.lines.empty}", False),
        ("${name.empty}", False),
        ("${[1, 2, 3][1]}", 2),
        ('${{"a": {"b": 7}}.a.b}', 7),
    ],
)
def test_properties_and_indexes(evaluate, text, value):
    assert evaluate(text, order=ORDER, name="x") == value


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("'Hello'.length()", 5),
        ("'Hello'.toUpperCase()", "HELLO"),
        ("'Hello'.toLowerCase()", "hello"),
        ("'Hello'.substring(1, 3)", "el"),
        ("'Hello'.substring(2)", "llo"),
        ("'Hello'.charAt(1)", "e"),
        ("'Hello'.indexOf('l')", 2),
        ("'Hello'.indexOf('l', 3)", 3),
        ("'Hello'.lastIndexOf('l')", 3),
        ("'Hello'.contains('ell')", True),
        ("'a5b'.contains(5)", True),
        ("'Hello'.startsWith('He')", True),
        ("'Hello'.endsWith('lo')", True),
        ("'Hello'.equals('Hello')", True),
        ("'1'.equals(1)", False),
        ("'Hello'.equalsIgnoreCase('hELLO')", True),
        ("'a'.compareTo('b')", -1),
        ("'A'.compareToIgnoreCase('a')", 0),
        ("'a'.concat('b').concat(1)", "ab1"),
        ("'a-b-c'.replace('-', '+')", "a+b+c"),
        ("' x '.trim()", "x"),
        ("''.isEmpty()", True),
        ("' '.isBlank()", True),
        ("'ab'.repeat(3)", "ababab"),
        ("'a1b22'.replaceAll('[0-9]+', '#')", "a#b#"),
        ("'a1b22'.replaceFirst('[0-9]', '')", "ab22"),
        ("'john doe'.replaceAll('(\\\\w+) (\\\\w+)', '$2 $1')", "doe john"),
        ("'x'.replaceAll('x', '\\\\$1')", "$1"),
        ("'2026-05'.matches('\\\\d{4}-\\\\d\\\\d')", True),
        ("'2026-05x'.matches('\\\\d{4}-\\\\d\\\\d')", False),
        ("'ABC'.matches('(?i)abc')", True),
        ("'a,b;c,,'.split('[,;]')", ["a", "b", "c"]),
        ("''.split(',')", [""]),
        ("'x'.toString()", "x"),
        ("(5).toString()", "5"),
        ("(1.50).toString()", "1.50"),
        ("(5).equals(5.0)", True),
        ("(5).compareTo(7)", -1),
        ("(-5).abs()", 5),
        ("(2).pow(10)", 1024),
        ("(7.5).intValue()", 7),
        ("(2.345).setScale(2)", Decimal("2.35")),
        ("(2.345).setScale(2, 'DOWN')", Decimal("2.34")),
        ("(10).divide(3, 2)", Decimal("3.33")),
        ("(1.10).add(2)", Decimal("3.10")),
        ("(3).max(5)", 5),
        ("(3).min('2.5')", Decimal("2.5")),
        ("true.toString()", "true"),
        ("true.booleanValue()", True),
        ("[1, 2, 3].size()", 3),
        ("[1, 2].contains(2)", True),
        ("[1, 2].contains('2')", False),
        ("[1].contains(true)", False),
        ("[1, 2].containsAll([2, 1])", True),
        ("['a', 'b', 'a'].lastIndexOf('a')", 2),
        ("['a', 'b'].indexOf('c')", -1),
        ("['a', 'b'].get(1)", "b"),
        ("['a', 'b'].getFirst()", "a"),
        ("['a', 'b', 'c'].subList(1, 3)", ["b", "c"]),
        ("['a', 1].join(', ')", "a, 1"),
        ("[].isEmpty()", True),
        ('{"a": 1}.get("a")', 1),
        ('{"a": 1}.getOrDefault("b", 2)', 2),
        ('{"a": null}.containsKey("a")', True),
        ('{"a": 1}.containsValue(1)', True),
        ('{"a": 1, "b": 2}.keySet()', ["a", "b"]),
        ('{"a": 1, "b": 2}.values()', [1, 2]),
        ('{"a": 1}.entrySet()[0].value', 1),
        ('{"a": "5"}.get("a").asInt()', 5),
        ('{"a": 1}.has("b")', False),
        ("JSON('{\"a\": [1.50]}').a[0]", Decimal("1.50")),
        ("S('{\"a\": [1.50]}').prop('a').elements().get(0).numberValue()", Decimal("1.50")),
        ('S({"a": "x"}).prop("a").stringValue()', "x"),
        ('S({"a": true}).prop("a").value()', True),
        ('JSON({"a": 1}).hasProp("b")', False),
    ],
)
def test_the_safe_list(evaluate, call, value):
    result = evaluate(f"${{{call}}}")
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("x.foo()", "has no method “foo”"),
        ("x.length", "has no property “length”"),
        ("x.substring(5)", "substring"),
        ("x.substring(2, 1)", "substring"),
        ("x.charAt(-1)", "charAt"),
        ("x.length(1)", "wrong number of arguments"),
        ("x.substring()", "wrong number of arguments"),
        ("x.contains()", "wrong number of arguments"),
        ("x.compareTo('a', 'b')", "wrong number of arguments"),
        ("none.length()", "called on null"),
        ("[1].get(1)", "get"),
        ("[1].get('x')", "cannot be used as a number"),
        ("[1].name", "has no property"),
        ("[1][{}]", "cannot be used as a number"),
        ("(5).foo", "has no property"),
        ("(2).pow(-1)", "exponent"),
        ("(2.5).setScale(1, 'SIDEWAYS')", "rounding mode"),
        ("x.matches('(')", "pattern"),
        ("JSON('{')", "not valid JSON"),
        ('S({"a": 1}).prop("b")', "no property “b”"),
        ("[1].subList(1, 0)", "subList"),
        ("'2026-02-30'.plusDays(1)", "no ISO 8601 date"),
    ],
)
def test_what_cannot_be_called_fails_and_says_why(evaluate, call, message):
    with pytest.raises(ExpressionFailed, match=message):
        evaluate(f"${{{call}}}", x="abc", none=None)


@pytest.mark.parametrize(
    "name", ["__class__", "__dict__", "__init__", "__subclasses__", "juel_members"]
)
def test_nothing_of_python_can_be_reached(evaluate, name):
    class Thing:
        juel_members = {"getName": lambda self: "thing"}  # noqa: RUF012

    for base in ("'x'", "(1)", "(1.5)", "true", "[1]", "thing", "thing.getName", "now()"):
        for text in (f"${{{base}.{name}}}", f"${{{base}['{name}']}}", f"${{{base}.{name}()}}"):
            with pytest.raises(ExpressionFailed):
                evaluate(text, thing=Thing())
    assert evaluate(f"${{m.{name}}}", m={}) is None
    with pytest.raises(ExpressionFailed):
        evaluate(f"${{m.{name}()}}", m={})


class Execution:
    """An object of the engine, as expressions see it."""

    def __init__(self) -> None:
        self.variables: dict = {}
        self.name = "n"

    def _set(self, name, value):
        if name == "bad":
            raise InvalidVariables("bad is not allowed")
        self.variables[name] = value

    def _rename(self, name):
        self.name = name

    juel_members = {  # noqa: RUF012
        "getVariable": lambda self, name: self.variables.get(name),
        "setVariable": _set,
        "getProcessInstanceId": lambda self: "52407",
        "isActive": lambda self: True,
        "getName": lambda self: self.name,
        "setName": _rename,
    }


def test_objects_have_the_members_that_they_name(evaluate):
    execution = Execution()
    assert evaluate("${execution.setVariable('a', 1 + 1)}", execution=execution) is None
    assert evaluate("${execution.getVariable('a')}", execution=execution) == 2
    assert evaluate("${execution.processInstanceId}", execution=execution) == "52407"
    assert evaluate("${execution['processInstanceId']}", execution=execution) == "52407"
    assert evaluate("${execution.active}", execution=execution) is True
    evaluate("${execution.setVariable('when', now())}", execution=execution)
    assert execution.variables["when"] == "2026-05-01T11:15:22.000+02:00"


def test_objects_have_nothing_else(evaluate, scope):
    execution = Execution()
    for text in ("${execution.variables}", "${execution._set('a', 1)}", "${execution.foo()}"):
        with pytest.raises(ExpressionFailed, match="an object has no"):
            evaluate(text, execution=execution)
    with pytest.raises(ExpressionFailed, match="wrong number of arguments"):
        evaluate("${execution.setVariable('a')}", execution=execution)
    for text in ("it is ${execution}", "it is ${[execution]}", "${'a' == execution}"):
        with pytest.raises(ExpressionFailed, match="cannot be used as text"):
            evaluate(text, execution=execution)


def test_what_an_object_refuses_is_not_renamed(evaluate):
    with pytest.raises(InvalidVariables, match="bad is not allowed"):
        evaluate("${execution.setVariable('bad', 1)}", execution=Execution())


def test_a_fault_inside_an_object_is_no_fault_of_the_expression(evaluate):
    class Faulty:
        juel_members = {"getIt": lambda self: self + 1}  # noqa: RUF012

    with pytest.raises(TypeError):
        evaluate("${faulty.it}", faulty=Faulty())


def test_changing_a_list_or_map_sets_the_variable(scope):
    names = scope(items=[1, 2], order={"lines": [{"tags": ["a"]}]})
    before = names.variables["items"], names.variables["order"]
    assert compile("${items.add(3)}").evaluate(names) is True
    assert names.variables["items"] == [1, 2, 3]
    assert compile("${items.remove(0)}").evaluate(names) == 1
    assert compile("${items.remove('x')}").evaluate(names) is False
    assert compile("${items.set(0, 9)}").evaluate(names) == 2
    compile("${items.add(1, 8)}").evaluate(names)
    compile("${items.addAll([7])}").evaluate(names)
    assert names.variables["items"] == [9, 8, 3, 7]
    compile("${order.lines[0].tags.add('b')}").evaluate(names)
    assert compile("${order.put('x', 1)}").evaluate(names) is None
    assert compile("${order.remove('nope')}").evaluate(names) is None
    assert names.variables["order"] == {"lines": [{"tags": ["a", "b"]}], "x": 1}
    compile("${order.clear()}").evaluate(names)
    assert names.variables["order"] == {}
    assert before == ([1, 2], {"lines": [{"tags": ["a"]}]})
    assert compile("${[1].add(2)}").evaluate(names) is True


def test_a_number_adds_without_changing_anything(scope):
    names = scope(amount=Decimal("1.10"))
    assert compile("${amount.add(1)}").evaluate(names) == Decimal("2.10")
    assert names.variables == {"amount": Decimal("1.10")}
