"""What depends on other values: hidden, read-only, computed, offered; all of it decided here."""

from typing import Any

from engine.forms import Option
from tests.forms.given import check, field, form, item, view

BIG = "=amount < 100"


def approval(**more: Any) -> Any:
    """An amount, and a reason that is only asked for from 100."""
    reason = field("textfield", key="reason", validate={"required": True}, **more)
    return form(field("number", key="amount"), reason | {"conditional": {"hide": BIG}})


def test_what_is_hidden_is_neither_asked_for_nor_believed():
    assert check(approval(), {"amount": "50"}).errors == {}
    assert check(approval(), {"amount": "50", "reason": "x"}).values == {"amount": 50}
    assert check(approval(), {"amount": "500"}).errors == {"reason": ["is required"]}
    assert check(approval(), {"amount": "500", "reason": "x"}).values["reason"] == "x"


def test_hidden_values_keep_what_was_stored():
    assert check(approval(), {"amount": "50", "reason": "x"}, {"reason": "old"}).values == {
        "amount": 50
    }


def test_a_value_that_does_not_fit_hides_like_no_value_not_a_crash():
    checked = check(approval(), {"amount": "abc", "reason": "x"})
    assert checked.errors == {"amount": ["is not a number"]}


def test_a_condition_on_the_wrong_type_is_null_not_a_crash():
    given = form(
        field("textfield", key="amount"), field("textfield") | {"conditional": {"hide": BIG}}
    )
    assert check(given, {"amount": "abc", "x": "y"}).errors == {}


def test_conditions_follow_one_another():
    given = form(
        field("textfield", key="a"),
        field("textfield", key="b", conditional={"hide": '=a = "hide b"'}),
        field("textfield", key="c", conditional={"hide": "=b = null"}),
    )
    assert check(given, {"a": "", "b": "1", "c": "2"}).values == {"a": "", "b": "1", "c": "2"}
    assert check(given, {"a": "hide b", "b": "1", "c": "2"}).values == {"a": "hide b"}


def test_conditions_that_chase_each_other_come_to_an_end():
    given = form(
        field("checkbox", key="a", conditional={"hide": "=b = true"}),
        field("checkbox", key="b", conditional={"hide": "=a = true"}),
    )
    assert check(given, {"a": True, "b": True}).errors == {}


def test_what_is_inside_of_a_hidden_group_is_hidden():
    inner = field("textfield", validate={"required": True})
    given = form({"type": "group", "conditional": {"hide": "=off"}, "components": [inner]})
    assert check(given, {"x": "y"}, {"off": True}).values == {}
    assert check(given, {}, {"off": False}).errors == {"x": ["is required"]}


def test_disabled_and_read_only_values_are_ignored_and_never_demanded():
    for lock in ({"disabled": True}, {"readonly": True}, {"readonly": "=1 = 1"}):
        given = form(field("number", validate={"required": True}, **lock))
        assert check(given, {"x": "12"}, {"x": 5}).values == {}
        assert check(given, {"x": "nonsense"}).errors == {}
        assert check(given, {}).errors == {}
    group = {"type": "group", "readonly": True, "components": [field("textfield")]}
    assert check(form(group), {"x": "y"}).values == {}


def test_conditions_see_stored_values_of_what_is_read_only():
    given = form(
        field("number", key="amount", readonly=True),
        field("textfield", conditional={"hide": BIG}, validate={"required": True}),
    )
    assert check(given, {"amount": "1"}, {"amount": 500}).errors == {"x": ["is required"]}


def test_computed_values_are_computed_here():
    given = form(
        field("number", key="net"),
        field("expression", key="gross", expression="=net * 1.19"),
        field("expression", key="rounded", expression="=floor(gross)"),
    )
    values = check(given, {"net": "100.10", "gross": 1, "rounded": "lies"}).values
    assert {name: str(value) for name, value in values.items()} == {
        "net": "100.10",
        "gross": "119.119",
        "rounded": "119",
    }
    assert check(given, {}).values == {"net": None, "gross": None, "rounded": None}


def test_a_hidden_computed_value_is_not_kept():
    given = form(field("expression", expression="=1", conditional={"hide": "=true"}))
    assert check(given, {}).values == {}


def test_options_of_a_variable():
    given = form(field("select", valuesKey="teams"))
    data = {"teams": ["a", {"label": "B", "value": 2}, {"label": "no value"}, None, ["x"], "a"]}
    assert [(choice.key, choice.label) for choice in item(given, data=data).choices] == [
        ("a", "a"),
        ("2", "B"),
    ]
    assert check(given, {"x": "2"}, data).values == {"x": 2}
    assert check(given, {"x": "2"}).errors == {"x": ["is not one of the choices"]}


def test_options_of_another_field():
    given = form(
        field("checklist", key="all", values=[{"value": "a"}, {"value": "b"}]),
        field("radio", valuesKey="all"),
    )
    assert check(given, {"all": ["a"], "x": "a"}).errors == {}
    assert check(given, {"all": ["a"], "x": "b"}).errors == {"x": ["is not one of the choices"]}


def test_options_that_are_computed():
    given = form(
        field("number", key="n"),
        field("select", valuesExpression="=for i in 1..n return i * 10"),
    )
    assert check(given, {"n": "3", "x": "30"}).values == {"n": 3, "x": 30}
    assert check(given, {"n": "2", "x": "30"}).errors == {"x": ["is not one of the choices"]}
    assert [choice.label for choice in item(given, values={"n": "2"}).choices] == ["10", "20"]


def test_people_to_choose_from():
    asked: list[str] = []

    def people(what: str) -> list[Option]:
        asked.append(what)
        return [Option("kermit", "Kermit the Frog")]

    given = form(field("select", **{"wf:choices": "users:managers"}))
    assert check(given, {"x": "kermit"}, people=people).values == {"x": "kermit"}
    assert check(given, {"x": "piggy"}, people=people).errors
    assert check(given, {"x": "kermit"}).errors
    assert item(given, people=people).choices[0].label == "Kermit the Frog"
    assert set(asked) == {"users:managers"}


def test_a_stored_choice_that_is_no_longer_offered_is_gone():
    given = form(field("select", values=[{"value": "a"}], validate={"required": True}))
    assert check(given, {}, {"x": "old"}).errors == {"x": ["is required"]}
    assert item(given, data={"x": "old"}).text == ""


def test_hidden_parts_are_not_shown():
    assert [each.name for each in view(approval(), {"amount": 1}).items()] == ["amount"]
    assert [each.name for each in view(approval(), {"amount": 100}).items()] == ["amount", "reason"]
    typed = view(approval(), {"amount": 1}, values={"amount": "100"})
    assert [each.name for each in typed.items()] == ["amount", "reason"]


def test_a_field_that_others_depend_on_is_live():
    assert item(approval(), "amount").live
    assert not item(approval(), "reason", {"amount": 500}).live
