"""Timers and jobs for administrators: lists, firing now, another time."""

import pytest

from tests.office import Office, pages, said, seen, text_of

HOME = "/admin/timers"


def fields_of(form) -> dict[str, str]:
    return {
        each.get("name"): each.get("value", "")
        for each in form.cssselect("input")
        if each.get("type") == "hidden" and each.get("name") != "_csrf_token"
    }


@pytest.mark.parametrize("view", ["waiting", "due", "failing", "workers", "starts", "nonsense"])
@pytest.mark.parametrize("page", ["", "5.7", "x.y", "."])
def test_every_view_answers(kermit, view, page):
    assert kermit.get(f"{HOME}?view={view}&process=broken&page={page}").status_code == 200


def test_what_stands_still_leads_to_its_incident(kermit, office: Office):
    links = [
        link.get("href")
        for page in pages(kermit, f"{HOME}?view=failing")
        for link in page.cssselect("td .actions a")
    ]
    assert f"/admin/incidents/{office.cases['incident']}" in links


def test_a_start_is_brought_forward_and_its_timer_put_off(kermit):
    page = seen(kermit.get(f"{HOME}?view=starts&process=nightly"))
    [now, later] = page.cssselect("td form")
    action = now.get("action")
    asked = fields_of(now)
    answer = kermit.submit(action, **asked, due="2099-12-31T10:00", reason="holidays")
    assert said(kermit, answer) == "It has another time now."
    again = kermit.submit(action, **asked)
    assert "Somebody gave it another time meanwhile" in said(kermit, again)
    page = seen(kermit.get(f"{HOME}?view=starts&process=nightly"))
    assert "2099" in text_of(page.cssselect("#rows")[0])
    assert later.get("action") == action
    wrong = kermit.submit(action, **fields_of(page.cssselect("td form")[0]), due="tomorrow")
    assert said(kermit, wrong) == "tomorrow is no date with a time."


def test_what_cannot_be_undone_is_asked_before_it_fires(kermit, office: Office):
    page = seen(kermit.get(f"{HOME}?view=starts&process=nightly"))
    for form in page.cssselect("td form"):
        assert form.getparent().tag == "dialog"
    id = office.start("nightly")
    page = seen(kermit.get(f"/admin/instances/{id}"))
    [dialog] = page.cssselect("td dialog[id^=now-]")
    assert "Fire Nobody looked now?" in text_of(dialog)
    form = dialog.cssselect("form")[0]
    answer = kermit.submit(form.get("action"), **fields_of(form), reason="now")
    assert said(kermit, answer) == "It runs now."


def test_a_job_that_is_over(kermit):
    kermit.get(HOME)
    answer = kermit.submit(f"{HOME}/999999999/reschedule", expected="1", back="//evil.example")
    assert answer.headers["location"] == HOME
    assert said(kermit, answer) == "Job 999999999 no longer waits."
