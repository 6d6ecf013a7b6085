"""What browsers send: flat names, several values, and silence that means something."""

import pytest

from tests.forms.given import check, field, form

AB = [{"value": "a"}, {"value": "b"}]
ROWS = {
    "type": "dynamiclist",
    "path": "items",
    "components": [field("textfield", key="name"), field("checkbox", key="done")],
}


def test_silence_means_no():
    given = form(
        field("checkbox", key="yes"),
        field("checklist", key="some", values=AB),
        field("taglist", key="tags", values=AB),
        field("radio", key="one", values=AB),
        field("textfield", key="text"),
        {"type": "group", "path": "in", "components": [field("checkbox", key="deep")]},
        ROWS,
    )
    assert given.posted([]) == {
        "yes": False,
        "some": [],
        "tags": [],
        "in": {"deep": False},
        "items": [],
    }


def test_several_values_and_rows():
    given = form(field("checklist", key="some", values=AB), ROWS)
    assert given.posted([
        ("some", "a"),
        ("some", "b"),
        ("items[0].name", "x"),
        ("items[0].done", "on"),
        ("items[1]", ""),
        ("items[3].name", "y"),
    ]) == {
        "some": ["a", "b"],
        "items": [
            {"name": "x", "done": "on"},
            {"done": False},
            None,
            {"name": "y", "done": False},
        ],
    }  # fmt: skip


def test_a_mark_does_not_wipe_its_row():
    for pairs in (
        [("items[0]", ""), ("items[0].name", "x")],
        [("items[0].name", "x"), ("items[0]", "")],
    ):
        assert form(ROWS).posted(pairs)["items"] == [{"name": "x", "done": False}]


def test_files_to_remove():
    given = form(field("filepicker", multiple=True))
    data = {"x": ["a", "b", "c"]}
    values = given.posted([("x:remove", "a"), ("x:remove", "c")])
    assert check(given, values, data).values == {"x": ["b"]}
    assert check(given, given.posted([]), data).values == data


def test_names_of_the_page_are_not_the_forms():
    assert form().posted([("_csrf_token", "t"), ("_outcome", "approve")]) == {}


@pytest.mark.parametrize(
    "name",
    ["", "[0]", "a[999999].b", "a[-1]", "a..b", "a.", "a[", ".a", "a[0]b", "a." * 30 + "a", "a[0"],
)
def test_names_that_are_no_path_are_only_unknown(name):
    given = form(ROWS)
    checked = check(given, given.posted([(name, "x")]))
    assert list(checked.errors.values()) == [["is not a field of this form"]]


def test_contradicting_names_do_no_harm():
    given = form(ROWS, field("textfield", key="a.b"))
    values = given.posted([("a", "1"), ("a.b", "2"), ("a.b.c", "3"), ("items.x", "4")])
    assert set(check(given, values).errors) <= {"a", "a.b", "a.b.c", "items", "items.x"}
