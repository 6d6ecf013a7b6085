"""The page of a task that is open while others act: it follows, and keeps what is typed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.office import Office, begin

pytestmark = pytest.mark.browser


def act(office: Office, path: str, **fields: object) -> None:
    """What kermit, who administers, does meanwhile."""
    with office.client("kermit") as client:
        client.get("/tasks")
        assert client.submit(path, **fields).status_code == 303


def standing(page: Page, text: str) -> None:
    """Wait until the page says so of its task."""
    page.locator("#standing", has_text=text).wait_for()


def case_of(page: Page) -> str:
    """The number of the case of a task's page."""
    return page.locator("#side a.mono").inner_text().removeprefix("#")


def test_a_page_follows_its_case(enter: Enter, office: Office):
    number = office.start("errands", priority=50)
    act(office, f"/admin/instances/{number}/suspend", reason="")
    visit = enter("fozzie")
    page = visit.open(f"/tasks?view=group&q={number}")
    page.locator("tr .title").click()
    standing(page, "This case is suspended.")
    complete = page.get_by_role("button", name="Complete task")
    claim = page.get_by_role("button", name="Claim")
    assert complete.count() == claim.count() == 0
    act(office, f"/admin/instances/{number}/activate")
    complete.wait_for()
    assert claim.is_visible()
    assert page.locator("#standing").inner_text() == ""
    act(office, f"/admin/instances/{number}/suspend", reason="")
    standing(page, "This case is suspended.")
    assert complete.count() == claim.count() == 0
    act(office, f"/admin/instances/{number}/cancel", reason="enough")
    standing(page, "Nobody completed it.")
    assert visit.faults() == []


def test_what_another_person_changes_is_shown_without_asking_twice(enter: Enter, office: Office):
    number = office.start("errands", priority=50)
    visit = enter("fozzie")
    page = visit.open(f"/tasks?view=group&q={number}")
    page.locator("tr .title").click()
    place = page.url.removeprefix(office.url)
    act(office, f"{place}/claim")
    standing(page, "Kermit the Frog has this task.")
    page.locator("#side", has_text="Kermit the Frog").wait_for()
    act(office, f"{place}/unclaim")
    page.get_by_role("button", name="Claim").wait_for()
    # Something else happens, which is nothing of this task's.
    with page.expect_response(lambda answer: "/standing" in answer.url) as asked:
        office.start("errands", priority=50)
    assert asked.value.status == 204
    act(office, place)
    standing(page, "by Kermit the Frog")
    assert page.get_by_role("button", name="Complete task").count() == 0
    assert visit.faults() == []


@pytest.fixture
def typed(enter: Enter, office: Office) -> Page:
    """A task of fozzie's, in whose form something is typed."""
    with office.client("fozzie") as client:
        place = begin(client, "sampler", subject="Dinner")
    page = enter("fozzie").open(place)
    page.get_by_label("Title").fill("Half a title")
    page.get_by_label("Comment", exact=True).fill("Half a comment")
    return page


def kept(page: Page) -> None:
    assert page.get_by_label("Title").input_value() == "Half a title"
    assert page.get_by_label("Comment", exact=True).input_value() == "Half a comment"


def test_what_is_typed_stays_while_the_case_is_suspended_and_goes_on(typed: Page, office: Office):
    case = case_of(typed)
    act(office, f"/admin/instances/{case}/suspend", reason="")
    standing(typed, "This case is suspended.")
    kept(typed)
    assert typed.get_by_role("button", name="Pass on…").count() == 0
    act(office, f"/admin/instances/{case}/activate")
    typed.get_by_role("button", name="Pass on…").click()
    typed.get_by_role("dialog", name="Pass this task on").wait_for()
    typed.keyboard.press("Escape")
    assert typed.locator("#standing").inner_text() == ""
    kept(typed)
    typed.locator("[name=amount]").fill("12")
    typed.get_by_role("button", name="Submit").click()
    typed.get_by_role("heading", name="Look once more").wait_for()


@pytest.mark.parametrize("scrolled", [False, True])
def test_what_is_typed_can_be_copied_when_the_task_is_no_more(
    typed: Page, office: Office, scrolled: bool
):
    if scrolled:
        typed.get_by_role("button", name="Submit").scroll_into_view_if_needed()
    act(office, f"/admin/instances/{case_of(typed)}/cancel", reason="enough")
    standing(typed, "What you typed is still below")
    expect(typed.locator("#standing .notice")).to_be_in_viewport(ratio=1)
    kept(typed)


def test_a_task_that_is_given_to_somebody_else_says_so(typed: Page, office: Office):
    place = typed.url.removeprefix(office.url)
    act(office, f"{place}/assign", to="gonzo", how="assign")
    standing(typed, "This task is neither yours nor open to you.")
    standing(typed, "What you typed is still below")
    kept(typed)
    assert typed.locator(".toast.bad").count() == 0
    assert re.search("Fill everything in", typed.locator("h1").inner_text())
