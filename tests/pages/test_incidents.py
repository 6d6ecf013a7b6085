"""Incidents for administrators: by cause, one by one, in full; trying again one or all."""

import time

import pytest

from tests.office import Office, rows, said, seen, text_of
from tests.serving import PATIENCE, Client

HOME = "/admin/incidents"


def failing(office: Office, kermit: Client) -> str:
    """The number of a new incident of its own."""
    place = f"/admin/instances/{office.start('broken')}"
    # It fails three times, ten seconds apart: hurried along, as an administrator would.
    until = time.monotonic() + PATIENCE
    page = seen(kermit.get(place))
    while not (found := page.cssselect("a[href^='/admin/incidents/']")):
        assert time.monotonic() < until
        for form in page.cssselect("form.now"):
            fields = {field.get("name"): field.get("value") for field in form.cssselect("input")}
            kermit.submit(form.get("action"), **fields)
        page = seen(kermit.get(place))
    return found[0].get("href").rpartition("/")[2]


def test_an_incident_that_never_was(kermit):
    assert kermit.get(f"{HOME}/999999999").status_code == 404
    assert kermit.get("/admin/batches/999999999").status_code == 404


def test_by_cause_and_one_by_one(kermit, office: Office):
    groups = seen(kermit.get(HOME)).cssselect(".table .title")
    assert any("missing" in text_of(group) for group in groups)
    each = rows(kermit.get(f"{HOME}?view=each&process=broken&node=fails"))
    assert each
    assert all("missing" in title for title in each)
    nothing = kermit.get(f"{HOME}?view=each&process=sampler")
    assert "All clear" in nothing.text


def test_one_in_full(kermit, office: Office):
    page = seen(kermit.get(f"{HOME}/{office.cases['incident']}"))
    assert "missing" in text_of(page.cssselect("h1")[0])
    lead = text_of(page.cssselect(".lead")[0])
    assert "Divide" in lead
    assert "Broken, version 1" in lead
    assert "api:ERP Integration" in text_of(page.cssselect("section[aria-labelledby=variables]")[0])


def test_the_navigation_counts_them(kermit, fozzie):
    count = seen(kermit.get("/tasks")).cssselect("#incident-count")[0]
    assert int(text_of(count).split()[0]) >= 1
    assert not seen(fozzie.get("/tasks")).cssselect("#incident-count")


def test_tried_again_with_another_variable(kermit, office: Office):
    number = failing(office, kermit)
    kermit.get(f"{HOME}/{number}")
    fields = {"name": "missing", "kind": "number", "value": "7", "seen": ""}
    answer = kermit.submit(f"{HOME}/{number}/retry", reason="it was forgotten", **fields)
    assert said(kermit, answer) == "It is tried again."
    page = seen(kermit.get(f"{HOME}/{number}"))
    assert "Resolved" in text_of(page.cssselect(".notice.good")[0])
    case = seen(kermit.get(answer.headers["location"]))
    journal = text_of(case.cssselect("section[aria-labelledby=journal]")[0])
    assert "missing: it was forgotten" in journal


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "n", "kind": "number", "value": "seven", "seen": ""}, "“seven” is no number"),
        ({"name": "n", "kind": "json", "value": "{", "seen": ""}, "not valid JSON"),
        ({"name": "initiator", "kind": "text", "value": "me", "seen": ""}, "reserved"),
        ({"name": "n", "kind": "text", "value": "x", "seen": "0123456789"}, "changed meanwhile"),
    ],
)
def test_what_was_entered_comes_back_with_what_is_wrong(kermit, office: Office, fields, says):
    place = f"{HOME}/{office.cases['incident']}"
    kermit.get(place)
    answer = kermit.submit(f"{place}/retry", **fields)
    assert answer.status_code == 422
    page = seen(answer)
    assert says in text_of(page.cssselect("[role=alert]")[0])
    assert page.cssselect("textarea[name=value]")[0].text.strip() == fields["value"]
    assert "Open" in text_of(page.cssselect(".lead")[0])


def test_all_that_are_alike(kermit, office: Office):
    kermit.get(HOME)
    message = text_of(seen(kermit.get(f"{HOME}/{office.cases['incident']}")).cssselect("h1 bdi")[0])
    answer = kermit.submit(
        f"{HOME}/retry", process="broken", node="nowhere", about=message, reason="again"
    )
    assert said(kermit, answer) == "Nothing was chosen."
    assert "One by one" in kermit.get(answer.headers["location"]).text
