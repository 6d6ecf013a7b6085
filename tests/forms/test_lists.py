"""Repeating groups: rows that come and go, their conditions, and what was stored in them."""

import pytest

from tests.forms.given import check, field, form, item

COST = field("number", key="cost", validate={"min": 0})
ITEMS = {
    "type": "dynamiclist",
    "path": "items",
    "label": "Items",
    "components": [
        field("textfield", key="name", validate={"required": True}),
        COST,
        field("textfield", key="why", conditional={"hide": "=this.cost < 100"}),
        field("expression", key="tax", expression="=this.cost * rate"),
        field("expression", key="number", expression="=i[1]"),
    ],
}
INVOICE = form(ITEMS, field("expression", key="total", expression="=sum(items.cost)"))


def test_rows_are_checked_one_by_one():
    rows = [{"name": "a", "cost": "10"}, {"name": "", "cost": "-1"}, {"name": "b", "why": 3}]
    assert check(INVOICE, {"items": rows}, {"rate": 2}).errors == {
        "items[1].name": ["is required"],
        "items[1].cost": ["must be at least 0"],
    }


def test_rows_become_a_list():
    rows = [{"name": "a", "cost": "10"}, {"name": "b", "cost": "200.50", "why": "dear"}]
    values = check(INVOICE, {"items": rows}, {"rate": 2}).values
    assert [list(row.values()) for row in values["items"]] == [
        ["a", 10, 20, 1],
        ["b", 200.50, "dear", 401, 2],
    ]
    assert values["total"] == 210.50


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("a", "is not a list"),
        ({"0": {}}, "is not a list"),
        (["a"], "has a row that is not an object"),
        ([{"name": "x"}] * 201, "has more than 200 rows"),
    ],
)
def test_what_is_no_list_of_rows_is_refused(sent, said):
    assert check(INVOICE, {"items": sent}).errors["items"] == [said]


def test_unknown_names_in_rows_are_refused():
    assert check(INVOICE, {"items": [{"name": "a", "price": 1}]}).errors == {
        "items[0].price": ["is not a field of this form"]
    }


def test_removed_rows_close_up_and_keep_their_numbers_in_messages():
    sent = {"items[0].name": "a", "items[2].name": "", "items[3].name": "d"}
    assert list(check(INVOICE, sent).errors) == ["items[2].name"]
    values = check(INVOICE, sent | {"items[2].name": "c"}).values
    assert [row["name"] for row in values["items"]] == ["a", "c", "d"]
    assert [row["number"] for row in values["items"]] == [1, 2, 3]


def test_what_a_row_holds_beside_the_form_stays_with_it():
    data = {"items": [{"name": "a", "id": 1}, {"name": "b", "id": 2}, {"name": "c", "id": 3}]}
    sent = {"items[0].name": "A", "items[2].name": "C"}
    rows = check(INVOICE, sent, data).values["items"]
    assert [(row["name"], row["id"]) for row in rows] == [("A", 1), ("C", 3)]
    assert data["items"][0] == {"name": "a", "id": 1}


def test_no_row_is_an_empty_list():
    assert check(INVOICE, {"items": []}).values["items"] == []


def test_rows_that_were_not_sent_stay():
    data = {"items": [{"name": "a", "cost": 1}]}
    assert check(INVOICE, {}, data).values["items"][0]["name"] == "a"


def test_where_rows_are_fixed_their_number_is():
    fixed = form(ITEMS | {"allowAddRemove": False})
    data = {"items": [{"name": "a"}, {"name": "b"}]}
    said = "has 2 rows that cannot be added or removed"
    assert check(fixed, {"items": [{"name": "a"}]}, data).errors == {"items": [said]}
    assert not check(fixed, {"items": [{"name": "a"}, {"name": "c"}]}, data).errors
    assert not item(fixed, "items", data).rows_change


def test_a_hidden_or_read_only_list_is_left_alone():
    data = {"items": [{"name": "a"}]}
    for lock in ({"readonly": True}, {"conditional": {"hide": "=true"}}):
        checked = check(form(ITEMS | lock), {"items": [{"name": "b"}, {"name": "c"}]}, data)
        assert checked.errors == {}
        assert checked.values.get("items", data["items"])[0]["name"] == "a"


def test_a_page_begins_with_one_row_or_as_many_as_are_wanted_or_stored():
    def names(given, data=None):
        return [row.name for row in item(given, "items", data).rows]

    assert names(INVOICE) == ["items[0]"]
    assert names(form(ITEMS | {"defaultRepetitions": 3})) == ["items[0]", "items[1]", "items[2]"]
    assert names(form(ITEMS | {"defaultRepetitions": 0})) == []
    assert names(INVOICE, {"items": []}) == []
    assert names(INVOICE, {"items": "nonsense"}) == ["items[0]"]


def test_a_page_after_an_error_shows_the_rows_that_were_sent():
    values = {"items": [{"name": "a"}, None, {"name": ""}]}
    errors = {"items[2].name": ["is required"]}
    rows = item(INVOICE, "items", values=values, errors=errors).rows
    assert [row.number for row in rows] == [0, 2]
    assert rows[1].lines[0][0].errors == ("is required",)
    assert [line[0].name for line in rows[1].lines][:2] == ["items[2].name", "items[2].cost"]


def test_lists_inside_of_lists():
    inner = {
        "type": "dynamiclist",
        "path": "parts",
        "components": [
            field("number", key="n"),
            field("expression", key="sum", expression="=parent.base + this.n + i[2]"),
        ],
    }
    given = form(
        {"type": "dynamiclist", "path": "boxes", "components": [COST | {"key": "base"}, inner]}
    )
    sent = {"boxes": [{"base": 10, "parts": [{"n": 1}, {"n": 2}]}, {"base": 20, "parts": []}]}
    checked = check(given, sent)
    assert checked.errors == {}
    assert [part["sum"] for part in checked.values["boxes"][0]["parts"]] == [12, 14]
    assert checked.values["boxes"][1]["parts"] == []


def test_many_rows_stay_affordable():
    rows = [{"name": f"n{number}", "cost": number} for number in range(200)]
    values = check(INVOICE, {"items": rows}, {"rate": 1}).values
    assert values["total"] == sum(range(200))
    assert values["items"][199]["tax"] == 199
