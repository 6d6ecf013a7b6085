"""Assigning to what an expression names."""

import pytest

from engine.errors import ExpressionFailed
from engine.juel import compile


@pytest.mark.parametrize(
    ("target", "before", "after"),
    [
        ("${x}", {}, {"x": 7}),
        ("${x}", {"x": 1}, {"x": 7}),
        ("${x.a}", {"x": {"b": 1}}, {"x": {"b": 1, "a": 7}}),
        ("${x['a-b']}", {"x": {}}, {"x": {"a-b": 7}}),
        ("${x.a.b}", {"x": {}}, {"x": {"a": {"b": 7}}}),
        ("${x[0]}", {"x": [1, 2]}, {"x": [7, 2]}),
        ("${x[-1]}", {"x": [1, 2]}, {"x": [1, 7]}),
        ("${x[2]}", {"x": [1, 2]}, {"x": [1, 2, 7]}),
        ("${x[i].a}", {"x": [{"a": 1}], "i": 0}, {"x": [{"a": 7}], "i": 0}),
        ("${x.a}", {"x": None}, {"x": {"a": 7}}),
    ],
)
def test_a_value_goes_where_the_expression_says(scope, target, before, after):
    names = scope(**before)
    compile(target).assign(names, 7)
    assert names.variables == after
    assert compile(target).is_target


def test_old_values_stay_as_they_were(scope):
    inner = {"c": [1]}
    outer = {"b": inner, "other": inner}
    names = scope(a=outer)
    compile("${a.b.c[0]}").assign(names, 2)
    assert names.variables["a"] == {"b": {"c": [2]}, "other": {"c": [1]}}
    assert outer == {"b": {"c": [1]}, "other": {"c": [1]}}


def test_a_property_of_an_object_is_set_by_its_setter(scope):
    class Task:
        name = "old"

        def rename(self, name):
            self.name = name

        juel_members = {"setName": rename}  # noqa: RUF012

    names = scope(task=Task())
    compile("${task.name}").assign(names, "new")
    assert names.variables["task"].name == "new"
    with pytest.raises(ExpressionFailed, match="“id” cannot be set"):
        compile("${task.id}").assign(names, 1)


@pytest.mark.parametrize(
    "text", ["x", "${1}", "${a + b}", "${f.g()}", "${'a'.b}", "a ${b}", "${a[0]}x"]
)
def test_what_is_no_place_cannot_be_assigned(scope, text):
    assert not compile(text).is_target
    with pytest.raises(ExpressionFailed, match="no variable"):
        compile(text).assign(scope(a=[1], b=2, f={}), 1)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("${nope.a}", "Unknown property “nope”"),
        ("${x.a}", "nothing can be assigned inside of “text”"),
        ("${items[9]}", "no place 9"),
        ("${items.a}", "cannot be used as a number"),
    ],
)
def test_what_cannot_be_assigned_fails_and_says_why(scope, target, message):
    with pytest.raises(ExpressionFailed, match=message):
        compile(target).assign(scope(x="text", items=[1]), 1)
