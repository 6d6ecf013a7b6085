"""What a page gets: texts filled in, values as inputs want them, nothing of the author's code."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tests.forms.given import NOW, check, field, form, item, view

AB = [{"label": "A", "value": "a"}, {"label": "Two", "value": 2}]
BERLIN = datetime(2026, 1, 5, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("component", "stored", "text", "shown"),
    [
        (field("textfield"), "<b>", "<b>", "<b>"),
        (field("textfield"), None, "", ""),
        (field("textfield"), {"a": [1]}, '{"a":[1]}', '{"a":[1]}'),
        (field("number"), Decimal("1.10"), "1.10", "1.10"),
        (field("number"), None, "", ""),
        (field("select", values=AB), 2, "2", "Two"),
        (field("select", values=AB), None, "", ""),
        (field("checklist", values=AB), ["a", 2], "", "A, Two"),
        (field("datetime"), "2026-01-05", "2026-01-05", "2026-01-05"),
        (field("datetime"), "nonsense", "", "nonsense"),
        (field("datetime", subtype="time"), "08:30", "08:30", "08:30"),
        (
            field("datetime", subtype="datetime"),
            "2026-01-05T08:30Z",
            "2026-01-05T09:30",
            "2026-01-05T08:30Z",
        ),
        (
            field("datetime", **{"wf:datePattern": "dd.MM.yyyy"}),
            "2026-01-05",
            "2026-01-05",
            "05.01.2026",
        ),
    ],
)
def test_values_as_inputs_and_readers_want_them(component, stored, text, shown):
    got = item(form(component), data={"x": stored}, now=BERLIN)
    assert (got.text, got.shown) == (text, shown)


def test_what_did_not_fit_is_shown_as_it_was_typed():
    given = form(field("number", validate={"required": True}))
    values = {"x": "12 apples"}
    errors = check(given, values).errors
    got = item(given, values=values, errors=errors)
    assert (got.text, got.errors) == ("12 apples", ("is not a number",))
    shown = view(given, values=values, errors=errors)
    assert shown.summary == (("f-x", "X", "is not a number"),)


def test_errors_of_no_field():
    given = form(**{"wf:outcomes": ["yes"]})
    shown = view(given, values={}, errors=check(given, {}).errors)
    assert shown.errors == ("choose one of the outcomes: yes",)
    assert [outcome.value for outcome in shown.outcomes] == ["yes"]


def test_texts_are_filled_in():
    given = form(
        field("textfield", label="Name of {{kind}}", description="=kind"),
        {"type": "text", "id": "t", "text": "# {{kind}}: {{count(all)}} {{missing}}"},
    )
    data = {"kind": "frog", "all": [1, 2]}
    assert (item(given, data=data).label, item(given, data=data).description) == (
        "Name of frog",
        "frog",
    )
    assert view(given, data).items()[1].text == "# frog: 2 "


def test_values_never_become_markup():
    text = form({"type": "text", "id": "t", "text": "**{{name}}**"})
    evil = "<script>alert(1)</script> [x](javascript:alert(1)) https://evil.example `a`"
    shown = view(text, {"name": evil}).items()[0].text
    assert shown == (
        r"**\<script\>alert\(1\)\</script\> \[x\]\(javascript\:alert\(1\)\)"
        r" https\:\/\/evil\.example \`a\`**"
    ).replace("</", r"<\/")


def test_only_pictures_of_our_own_are_shown():
    def source(text, data=None):
        return view(form({"type": "image", "source": text}), data).items()[0].source

    assert source("data:image/png;base64,AAAA") == "data:image/png;base64,AAAA"
    assert source("/static/logo.png") == "/static/logo.png"
    for refused in (
        "https://evil.example/x.png",
        "//evil.example/x.png",
        "/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,<script>",
        "data:image/svg+xml;base64,AAAA",
    ):
        assert source(refused) == ""
        assert source("=logo", {"logo": refused}) == ""


def test_limits_as_attributes_of_inputs():
    number = item(
        form(field("number", decimalDigits=2, validate={"min": "=a", "max": 5})), data={"a": 1}
    )
    assert (number.min, number.max, number.step) == ("1", "5", "0.01")
    assert item(form(field("number"))).step == "any"
    assert item(form(field("number", decimalDigits=0))).step == "1"
    assert item(form(field("number", increment="0.5"))).step == "0.5"
    text = item(
        form(field("textfield", validate={"minLength": 2, "maxLength": "=a"})), data={"a": 9}
    )
    assert (text.min_length, text.max_length) == (2, 9)
    date = item(form(field("datetime", disallowPassedDates=True)))
    assert (date.min, date.step, date.subtype) == ("2026-01-05", "", "date")
    moment = item(form(field("datetime", subtype="datetime", disallowPassedDates=True)))
    assert (moment.min, moment.step) == ("2026-01-05T00:00", "60")


def test_choices_know_which_is_selected():
    got = item(form(field("taglist", values=AB)), data={"x": [2]})
    assert [(choice.key, choice.label, choice.selected) for choice in got.choices] == [
        ("a", "A", False),
        ("2", "Two", True),
    ]


def test_a_table():
    columns = [{"key": "n", "label": "N"}, {"key": "m"}]
    table = form({"type": "table", "dataSource": "=rows", "columns": columns})
    data = {"rows": [{"n": 1, "m": None}, "nonsense", {"m": [1]}]}
    shown = view(table, data).items()[0]
    assert shown.headings == ("N", "m")
    assert shown.cells == ((1, None), (None, [1]))
    assert view(table, {"rows": 3}).items()[0].cells == ()
    named = form({"type": "table", "dataSource": "rows", "columnsExpression": '=[{key: "n"}]'})
    assert view(named, data).items()[0].cells == ((1,), (None,))


def test_fields_of_one_layout_row_stand_side_by_side():
    given = form(
        field("textfield", key="a", layout={"row": "r", "columns": 4}),
        field("textfield", key="b", layout={"row": "r", "columns": 12}),
        field("textfield", key="c"),
        field("textfield", key="d"),
    )
    assert [[each.name for each in line] for line in view(given).lines] == [
        ["a", "b"],
        ["c"],
        ["d"],
    ]
    assert [each.columns for each in view(given).lines[0]] == [4, 12]


def test_groups_hold_their_items():
    inner = field("textfield", key="name")
    given = form({"type": "group", "path": "person", "label": "Person", "components": [inner]})
    group = view(given, {"person": {"name": "Kermit"}}).lines[0][0]
    assert group.label == "Person"
    assert group.lines_of_items[0][0].name == "person.name"
    assert group.lines_of_items[0][0].text == "Kermit"


def test_ids_are_unique_and_fit_html():
    rows = [
        {"type": "dynamiclist", "path": path, "components": [field("textfield"), {"type": "text"}]}
        for path in ("one", "two")
    ]
    given = form(*rows, field("textfield", key="ü.b"))
    ids = [each.id for each in view(given, {"one": [{}, {}]}).items()]
    assert len(ids) == len(set(ids))
    assert all(" " not in each and each.startswith("f-") for each in ids)


def test_what_a_field_is_to_programs():
    given = form(
        field("textfield", validate={"required": True}),
        field("select", key="y", values=AB, readonly=True),
        field("textfield", key="z", conditional={"hide": "=true"}),
    )
    facts = given.facts({"y": 2}, now=NOW)
    assert [(each.id, each.type, each.value, each.required, each.writable) for each in facts] == [
        ("x", "textfield", "", True, True),
        ("y", "select", 2, False, False),
    ]
