"""One variable of a case: its value, a new one, what it was before; two who change it at once."""

import pytest

from tests.office import HOSTILE, Office, said, seen, text_of


@pytest.fixture
def errand(office: Office) -> str:
    """The address of a case that a test may change."""
    return f"/admin/instances/{office.start('errands', note='first', deep={'a': [1, 2.5]})}"


def fields_of(page) -> dict[str, str]:
    [row] = page.cssselect(".variable-row")
    inputs = {each.get("name"): each.get("value", "") for each in row.cssselect("input")}
    [chosen] = row.cssselect("option[selected]")
    return inputs | {"kind": chosen.get("value"), "value": row.cssselect("textarea")[0].text[1:]}


def test_a_value_changes_and_its_history_stays(kermit, errand):
    place = f"{errand}/variable?name=note"
    fields = fields_of(seen(kermit.get(place)))
    answer = kermit.submit(place, **fields | {"value": "second"}, reason="a typo")
    assert said(kermit, answer) == "Saved."
    page = seen(kermit.get(place))
    cells = [text_of(row) for row in page.cssselect("section[aria-labelledby=changes] tbody tr")]
    assert cells[0].startswith("second")
    assert cells[0].endswith("Youby hand")
    assert cells[1].startswith("first")
    assert cells[1].endswith("ERP Integrationat the start")
    journal = seen(kermit.get(errand)).cssselect("section[aria-labelledby=journal]")[0]
    assert "note: a typo" in text_of(journal)


def test_of_two_who_change_it_the_later_one_is_told(kermit, errand):
    place = f"{errand}/variable?name=note"
    fields = fields_of(seen(kermit.get(place)))
    kermit.submit(place, **fields | {"value": "mine"})
    answer = kermit.submit(place, **fields | {"value": "yours"})
    assert answer.status_code == 422
    assert "changed meanwhile" in text_of(seen(answer).cssselect("[role=alert]")[0])
    assert fields_of(seen(kermit.get(place)))["value"] == "mine"


def test_what_is_the_same_is_not_written(kermit, errand):
    place = f"{errand}/variable?name=deep"
    fields = fields_of(seen(kermit.get(place)))
    assert (fields["kind"], fields["value"]) == ("json", '{"a":[1,2.5]}')
    assert said(kermit, kermit.submit(place, **fields)) == "It has that value already."
    page = seen(kermit.get(place))
    assert len(page.cssselect("section[aria-labelledby=changes] tbody tr")) == 1


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("text", "12", "12"),
        ("number", "12.50", "12.50"),
        ("yes", "", "true"),
        ("nothing", "", "null"),
        ("json", '["a", {"b": null}]', '["a", {"b": null}]'),
    ],
)
def test_a_new_variable_of_every_kind(kermit, errand, kind, text, shown):
    place = f"{errand}/variable"
    kermit.get(place)
    answer = kermit.submit(place, name=HOSTILE[:40], kind=kind, value=text, seen="")
    assert said(kermit, answer) == "Saved."
    values = [text_of(each) for each in seen(kermit.get(errand)).cssselect(".value")]
    assert shown.replace("12.50", "12.5") in [value.replace("12.50", "12.5") for value in values]


def test_a_new_variable_does_not_replace_one_that_is_there(kermit, errand):
    place = f"{errand}/variable"
    kermit.get(place)
    answer = kermit.submit(place, name="note", kind="text", value="x", seen="")
    assert answer.status_code == 422


def test_the_initiator_stays(kermit, errand):
    page = seen(kermit.get(f"{errand}/variable?name=initiator"))
    assert not page.cssselect("main form")


def test_what_has_ended_keeps_its_values(kermit, office: Office):
    place = f"/admin/instances/{office.cases['cancelled']}/variable?name=priority"
    assert not seen(kermit.get(place)).cssselect("main form")
    answer = kermit.submit(place, name="priority", kind="number", value="1", seen="")
    assert answer.status_code == 422
    assert kermit.get("/admin/instances/999999999/variable").status_code == 404
