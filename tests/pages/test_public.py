"""The start form that everybody may send who has the link: without an account, and no more."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.office import Office, said, seen, text_of
from tests.serving import RECEIPT, Client

PROCESS = "/admin/processes/sampler"


@pytest.fixture
def link(kermit: Client) -> Iterator[str]:
    """The path of an open link; closed afterwards."""
    kermit.get(PROCESS)
    told = said(kermit, kermit.submit(PROCESS + "/public"))
    assert told == "Everybody who has the link can start this process now."
    address = text_of(seen(kermit.get(PROCESS)).cssselect("[aria-labelledby=public] pre")[0])
    yield urlsplit(address).path
    kermit.submit(PROCESS + "/public/close")


@pytest.fixture
def anybody(office: Office) -> Iterator[Client]:
    with Client(office.url) as client:
        yield client


def test_somebody_sends_it_and_gets_a_number(link, anybody, kermit):
    page = anybody.get(link)
    assert page.status_code == 200
    assert text_of(seen(page).cssselect("h1")[0]) == "Sampler"
    files = {"papers": ("a.pdf", RECEIPT)}
    fields = {"_csrf_token": anybody.token, "subject": "A leak in the roof", "_website": ""}
    answer = anybody.post(link, data=fields, files=files)
    assert answer.status_code == 303
    thanks = anybody.get(answer.headers["location"])
    number = re.sub(r"\D", "", text_of(seen(thanks).cssselect("strong.mono")[0]))
    case = kermit.get(f"/admin/instances/{number}")
    assert "A leak in the roof" in case.text
    assert "a.pdf" in case.text
    assert "public" in text_of(seen(case))


def test_its_pages_lead_nowhere_else(link, anybody):
    page = anybody.get(link)
    hrefs = [a.get("href") for a in seen(page).cssselect("a")]
    assert [href for href in hrefs if href != "#main"] == []
    for word in ("kermit", "fozzie", "/tasks", "/login", "/events", "employees"):
        assert word not in page.text
    assert 'name="robots" content="noindex"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(link, anybody):
    anybody.get(link)
    page = anybody.submit(link, subject="")
    assert page.status_code == 422
    assert "Subject is required." in text_of(seen(page).cssselect(".summary")[0])


def test_a_robot_is_told_what_gave_it_away(link, anybody):
    anybody.get(link)
    page = anybody.submit(link, subject="Cheap pills", _website="https://pills.example")
    assert page.status_code == 422
    assert "to stop robots" in page.text
    assert "Cheap pills" in page.text


def test_values_of_no_field_are_passed_over(link, anybody, kermit):
    anybody.get(link)
    answer = anybody.submit(link, subject="x", initiator="kermit", amount="1000000")
    assert answer.status_code == 303
    number = answer.headers["location"].rpartition("/")[2].partition("-")[0]
    case = text_of(seen(kermit.get(f"/admin/instances/{number}")))
    assert "1000000" not in case


def test_without_the_token_of_the_page_nothing_is_taken(link, anybody, office):
    anybody.get(link)
    assert anybody.post(link, data={"subject": "x"}).status_code == 403
    assert anybody.post(
        link,
        data={"_csrf_token": anybody.token, "subject": "x"},
        headers={"Origin": "https://evil.example"},
    ).status_code == 403  # fmt: skip
    with Client(office.url) as cold:
        cold.token = anybody.token
        assert cold.submit(link, subject="x").status_code == 403


@pytest.mark.parametrize("change", ["x", "%00", "/form", "/1-x", "/../../tasks"])
def test_another_address_shows_nothing(link, anybody, change):
    page = anybody.get(link + change)
    assert page.status_code in (303, 404, 405)
    assert "Subject" not in page.text


def test_the_link_of_now_is_replaced_and_closed(link, anybody, kermit):
    kermit.get(PROCESS)
    kermit.submit(PROCESS + "/public")
    gone = anybody.get(link)
    assert gone.status_code == 404
    assert "not valid, or not any more" in text_of(seen(gone))
    assert "Sampler" not in gone.text
    assert said(kermit, kermit.submit(PROCESS + "/public/close")) == "The public form is closed."
    assert "Open it to everybody" in kermit.get(PROCESS).text


def test_a_last_day_in_the_past_is_refused(kermit):
    kermit.get(PROCESS)
    answer = kermit.submit(PROCESS + "/public", expires="2020-01-01")
    assert said(kermit, answer) == "A link cannot expire in the past."
    answer = kermit.submit(PROCESS + "/public", expires="tomorrow")
    assert said(kermit, answer).startswith("The date must look like")


def test_a_process_without_a_form_cannot_be_open(kermit):
    kermit.get(PROCESS)
    answer = kermit.submit("/admin/processes/errands/public")
    assert said(kermit, answer).startswith("Only a process with a start form")


def test_only_administrators_open_and_close(fozzie):
    fozzie.get("/tasks")
    for action in ("/public", "/public/close"):
        assert fozzie.submit(PROCESS + action).status_code == 403
