"""Other people's forms: Flowable's form properties and ``.form`` files, Camunda's form data."""

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import ExpressionFailed, ModelInvalid
from engine.form_fields import FormField
from engine.forms import Form, from_flowable_form, from_form_fields
from engine.forms.binding import DataScope
from tests.forms.given import NOW, check, item, upload, view


def properties(*fields: FormField) -> Form:
    """A form of these form properties."""
    return Form.parse(from_form_fields(fields, key="task"))


def one(kind: str = "string", **more: Any) -> Form:
    """A form of one form property, ``x``."""
    return properties(FormField("x", "X", kind, **more))


ENUM = (("true", "Approve"), ("false", "Reject"))


@pytest.mark.parametrize(
    ("given", "sent", "said"),
    [
        (one("long", required=True), {}, "is required"),
        (one("long", required=True), {"x": ""}, "is required"),
        (one("long"), {"x": "1.5"}, "must be a whole number"),
        (one("long"), {"x": "many"}, "is not a number"),
        (one("double"), {"x": "1,5"}, "is not a number"),
        (one("boolean"), {"x": "maybe"}, "is neither true nor false"),
        (one("date", date_pattern="dd-MM-yyyy"), {"x": "2026/01/05"}, "is not a date"),
        (one("date"), {"x": "31/02/2026"}, "is not a date"),
        (one("enum", options=ENUM), {"x": "perhaps"}, "is not one of the choices"),
        (one(writable=False), {"x": "a"}, "form property 'x' is not writable"),
        (one(constraints={"maxlength": "2"}), {"x": "abc"}, "must have at most 2 characters"),
        (one("long", constraints={"min": "3"}), {"x": "2"}, "must be at least 3"),
    ],
)
def test_what_a_form_property_refuses(given, sent, said):
    assert check(given, sent).errors == {"x": [said]}


@pytest.mark.parametrize(
    ("given", "sent", "kept"),
    [
        (one(), "", ""),
        (one("long"), "4", 4),
        (one("long"), "", None),
        (one("double"), "1.10", Decimal("1.10")),
        (one("boolean"), "false", False),
        (one("boolean", required=True), "false", False),
        (one("boolean", required=True), False, False),
        (one("date", date_pattern="dd-MM-yyyy hh:mm"), "10-01-2026 00:00", "2026-01-10T00:00"),
        (one("date"), "05/01/2026", "2026-01-05"),
        (one("date"), "2026-01-05", "2026-01-05"),
        (one("enum", options=ENUM), "false", "false"),
    ],
)
def test_values_become_what_flowable_makes_of_them(given, sent, kept):
    checked = check(given, {"x": sent})
    assert (checked.errors, checked.values) == ({}, {"x": kept})


def test_what_is_not_sent_is_not_set():
    given = properties(FormField("x", "X", "string"), FormField("y", "Y", "boolean"))
    assert check(given, {}).values == {}
    assert check(given, {}, {"x": "old"}).values == {}
    assert given.posted([]) == {"y": False}


def test_a_default_is_set_when_nothing_is_sent():
    assert check(one("long", default="3"), {}).values == {"x": 3}
    assert check(one("long", default="${n + 1}"), {}, {"n": 3}).values == {"x": 4}
    assert check(one("long", required=True, default="3"), {}).errors == {}
    assert check(one("long", default="3"), {"x": "5"}).values == {"x": 5}
    assert item(one("long", default="3")).text == "3"
    assert item(one("long", default="3"), data={"x": 7}).text == "7"
    assert check(one("long", required=True, default="${null}"), {}).errors["x"] == ["is required"]


def test_a_variable_renames():
    given = one(variable="speakerName")
    assert check(given, {"x": "Kermit"}).values == {"speakerName": "Kermit"}
    assert item(given, data={"speakerName": "Gonzo", "x": "no"}).text == "Gonzo"


def test_an_expression_reads_and_writes():
    given = one(expression="#{address.street}")
    assert item(given, data={"address": {"street": "Sesame"}}).text == "Sesame"
    address = {"address": {"street": "Sesame"}}
    checked = check(given, {"x": "Elm"}, address)
    assert checked.values == {}
    ((expression, value),) = checked.assignments
    assert (expression.text, value) == ("#{address.street}", "Elm")


def test_an_expression_that_fails_names_the_property():
    with pytest.raises(ExpressionFailed, match="form property 'x'"):
        view(one(expression="${nobody.name}"))


def test_nothing_can_be_set_while_a_form_is_shown():
    with pytest.raises(ExpressionFailed):
        DataScope({}, NOW).set("x", 1)


def test_unknown_properties_become_variables():
    checked = check(one(), {"x": "a", "more": [1], "a.b": 2})
    assert checked.values == {"x": "a", "more": [1], "a": {"b": 2}}


def test_what_is_not_readable_is_not_shown_but_may_be_written():
    given = one(readable=False)
    assert view(given).items() == []
    assert check(given, {"x": "a"}).values == {"x": "a"}


def test_what_is_not_writable_is_shown_read_only():
    shown = item(one(writable=False), data={"x": "a"})
    assert (shown.readonly, shown.text) == (True, "a")
    assert (
        check(one("boolean", writable=False), one("boolean", writable=False).posted([])).errors
        == {}
    )


def test_facts_are_those_of_the_property():
    given = properties(
        FormField("speaker", "Speaker", "string", variable="SpeakerName"),
        FormField("start", "start", "date", date_pattern="dd-MMM-yyyy"),
        FormField("direction", "direction", "enum", required=True, options=(("left", "Go Left"),)),
        FormField("note", "note", "string", readable=False, writable=False),
    )
    facts = given.facts({}, now=NOW)
    assert [(each.id, each.type, each.value) for each in facts] == [
        ("speaker", "string", None),
        ("start", "date", None),
        ("direction", "enum", None),
        ("note", "string", None),
    ]
    assert [(option.value, option.label) for option in facts[2].options] == [("left", "Go Left")]
    assert [each.required for each in facts] == [False, False, True, False]
    assert [(each.readable, each.writable) for each in facts][3] == (False, False)


@pytest.mark.parametrize(
    "bad",
    [
        FormField("", "X", "string"),
        FormField("x", "X", "colour"),
        FormField("x", "X", "enum"),
        FormField("x", "X", "string", constraints={"com.example.Validator": "x"}),
        FormField("x", "X", "string", default="${a +"),
        FormField("x", "X", "string", expression="#{"),
        FormField("x", "X", "date", date_pattern="GGG"),
    ],
)
def test_form_fields_that_cannot_work_are_refused(bad):
    with pytest.raises(ModelInvalid) as refused:
        Form.parse(from_form_fields([bad], key="task", file="a.bpmn"), file="a.bpmn")
    assert all(finding.file == "a.bpmn" for finding in refused.value.findings)


FLOWABLE = {
    "key": "expense",
    "name": "Expense",
    "fields": [
        {"id": "head", "name": "Head", "type": "headline"},
        {
            "id": "row",
            "type": "container",
            "fields": {
                "1": [{"id": "title", "name": "Title", "type": "text", "required": True,
                       "placeholder": "what", "params": {"maxLength": "5", "minLength": ""}}],
                "2": [{"id": "amount", "name": "Amount", "type": "amount"}],
            },
        },
        {"id": "kind", "name": "Kind", "type": "dropdown", "hasEmptyValue": True,
         "options": [{"name": "Please choose"}, {"id": "t", "name": "Travel"}, {"name": "Food"}]},
        {"id": "how", "name": "How", "type": "radio-buttons", "options": [{"name": "Cash"}],
         "value": "Cash"},
        {"id": "day", "name": "Day", "type": "date"},
        {"id": "agree", "name": "Agree", "type": "boolean", "readOnly": True},
        {"id": "note", "name": "Note", "type": "multi-line-text"},
        {"id": "files", "name": "Files", "type": "upload", "params": {"multiple": True}},
        {"id": "boss", "name": "Boss", "type": "people"},
        {"id": "team", "name": "Team", "type": "functional-group"},
        {"id": "text", "type": "expression", "expression": "Hello ${initiator}"},
        {"id": "link", "name": "Help", "type": "hyperlink",
         "params": {"hyperlinkUrl": "https://help.example"}},
        {"id": "line", "type": "horizontal-line"},
        {"id": "gap", "type": "spacer"},
    ],
    "outcomes": [{"name": "Accept"}, {"id": "2", "name": "Reject"}],
}  # fmt: skip


def test_a_form_of_flowables_designer_is_converted():
    given = Form.read(json.dumps(FLOWABLE).encode(), file="expense.form")
    assert (given.id, given.name) == ("expense", "Expense")
    assert [each.value for each in given.outcomes] == ["Accept", "Reject"]
    assert given.outcome_variable == "form_expense_outcome"
    shown = view(given, {"initiator": "kermit"})
    assert [[each.type for each in line] for line in shown.lines][:3] == [
        ["text"],
        ["textfield", "number"],
        ["select"],
    ]
    texts = [each.text for each in shown.items() if each.type == "text"]
    assert texts == ["## Head", "Hello kermit", "[Help](https://help.example)"]
    assert [choice.key for choice in item(given, "kind").choices] == ["t", "Food"]
    assert item(given, "how").text == "Cash"
    assert item(given, "title").placeholder == "what"
    checked = check(
        given,
        {"title": "a", "kind": "t", "agree": "true"},
        uploads={"files": [upload("a.pdf"), upload("b.pdf")]},
        outcome="Accept",
    )
    assert checked.errors == {}
    assert checked.values["kind"] == "t"
    assert "agree" not in checked.values
    assert check(given, {"title": "longer"}, outcome="Accept").errors == {
        "title": ["must have at most 5 characters"]
    }


def test_an_outcome_variable_of_its_own():
    source = from_flowable_form({**FLOWABLE, "outcomeVariableName": "decision"})
    assert Form.parse(source).outcome_variable == "decision"


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "x", "type": "embedded-form"},
        {"id": "x", "type": "expression", "expression": "${a + b}"},
        {"id": "x", "type": "dropdown", "options": []},
    ],
)
def test_fields_of_flowable_that_cannot_work_are_refused(bad):
    with pytest.raises(ModelInvalid):
        Form.read(json.dumps({"key": "a", "fields": [bad]}).encode(), file="a.form")
