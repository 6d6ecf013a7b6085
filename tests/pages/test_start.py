"""Starting: cards, one click, start forms, and what may not be started."""

import pytest

from tests.office import begin, rows, said, seen, text_of
from tests.serving import RECEIPT


def test_cards_say_what_they_start(kermit):
    page = kermit.get("/start")
    assert {"Expense Reimbursement Demo", "Leave Request Demo", "Sampler"} <= set(rows(page))
    assert "Demonstrates gateway loops" in page.text
    assert "<script>alert" not in page.text


def test_a_search_for_a_card(kermit):
    assert rows(kermit.get("/start?q=gateway loops")) == ["Expense Reimbursement Demo"]
    nothing = kermit.get("/start?q=no-such-process")
    assert rows(nothing) == []
    assert "No process matches" in nothing.text


@pytest.mark.parametrize("key", ["no_such_process", "%2e%2e", "%00", "a" * 3000])
def test_what_is_not_there_cannot_be_started(kermit, key):
    kermit.get("/start")
    assert kermit.get(f"/start/{key}").status_code in (404, 400)
    assert kermit.submit(f"/start/{key}").status_code in (404, 400, 405)


def test_one_click_leads_to_the_first_task(kermit):
    assert begin(kermit, "expense_reimbursement_demo").startswith("/tasks/")


def test_a_process_without_a_task_for_me_leads_to_the_request(fozzie):
    place = begin(fozzie, "errands")
    assert place.startswith("/requests/")
    assert "Errands" in fozzie.get(place).text


def test_a_start_form_is_checked_and_keeps_what_was_typed(kermit):
    kermit.get("/start/sampler")
    page = kermit.submit("/start/sampler", subject="")
    assert page.status_code == 422
    assert "Subject is required." in text_of(seen(page).cssselect(".summary")[0])


def test_a_start_form_takes_files(kermit):
    kermit.get("/start/sampler")
    fields = {"_csrf_token": kermit.token, "subject": "With papers"}
    response = kermit.post("/start/sampler", data=fields, files={"papers": ("a.pdf", RECEIPT)})
    assert said(kermit, response).startswith("Started: Sampler #")
    page = seen(kermit.get(response.headers["location"]))
    assert [text_of(link) for link in page.cssselect(".files a")] == ["a.pdf"]


def test_days_are_computed_for_the_script(kermit):
    kermit.get("/start/leave_request_demo")
    days = {"fromDate": "2026-12-01", "toDate": "2026-12-05"}
    part = kermit.submit("/start/leave_request_demo/form", **days)
    assert text_of(seen(part).cssselect("output")[0]) == "5"


def test_a_suspended_process_is_not_offered(kermit):
    kermit.get("/admin/processes")
    kermit.submit("/admin/processes/broken/suspend")
    assert "Broken" not in rows(kermit.get("/start"))
    assert kermit.get("/start/broken").status_code == 409
    assert kermit.submit("/start/broken").status_code == 409
    kermit.submit("/admin/processes/broken/activate")
    assert "Broken" in rows(kermit.get("/start"))


def test_a_card_leads_to_the_help_of_its_process(kermit):
    cards = kermit.get("/start")
    assert "/start/leave_request_demo/help" in cards.text
    assert "/start/errands/help" not in cards.text
    page = kermit.get("/start/leave_request_demo/help")
    assert "Who does what" in page.text
    assert "<table" in page.text
    assert len(seen(page).cssselect("h1")) == 1
    assert kermit.get("/start/errands/help").status_code == 404
    assert kermit.get("/start/no_such_process/help").status_code == 404
