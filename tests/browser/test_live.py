"""Pages that follow what others do, in many tabs at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ALONE, Enter
from tests.office import Office, begin, seen

pytestmark = pytest.mark.browser


def test_an_inbox_shows_what_comes_and_goes(enter: Enter, office: Office):
    visit = enter("fozzie")
    page = visit.open("/tasks?view=group&sort=-created")
    before = page.locator("#inbox-count").text_content() or ""
    number = office.start("errands", priority=50)
    row = page.locator("tr", has_text=f"#{number}")
    row.wait_for()
    expect(page.locator("#inbox-count")).not_to_have_text(before)
    with office.client("kermit") as client:
        client.get("/admin/instances")
        client.submit(f"/admin/instances/{number}/cancel", reason="enough")
    row.wait_for(state="detached")
    assert visit.faults() == []


def test_a_row_keeps_the_focus_when_the_list_is_fetched_again(enter: Enter, office: Office):
    page = enter("fozzie").open("/tasks?view=group&sort=-created")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.id")
    number = office.start("errands", priority=50)
    page.locator("tr", has_text=f"#{number}").wait_for()
    assert page.evaluate("document.activeElement.id") == focused


def test_search_is_not_disturbed(enter: Enter, office: Office):
    page = enter("fozzie").open("/tasks?view=group")
    page.locator("[data-search]").fill("no-such")
    page.get_by_text("No task matches").wait_for()
    with page.expect_response(lambda response: "/frag/inbox-count" in response.url):
        office.start("errands", priority=50)
    assert page.locator("[data-search]").input_value() == "no-such"


# Chromium without a window takes every tab for visible; so the tests say which one is.
_SEEN = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.mark.parametrize("shared", [True, False], ids=["shared-worker", "alone"])
def test_ten_tabs_are_open_and_the_one_that_is_seen_is_live(
    enter: Enter, office: Office, shared: bool
):
    visit = enter("fozzie")
    if not shared:  # as in Chromium on Android
        visit.page.context.add_init_script(ALONE)
    tabs = [visit.page.context.new_page() for _ in range(10)]
    for tab in tabs:
        tab.goto(office.url + "/tasks?view=group&sort=-created")
        tab.evaluate(_SEEN, "hidden")
    visit.open("/tasks?view=group&sort=-created")
    number = office.start("errands", priority=50)
    visit.page.locator("tr", has_text=f"#{number}").wait_for()
    assert tabs[0].locator("tr", has_text=f"#{number}").count() == 0
    visit.page.evaluate(_SEEN, "hidden")
    tabs[0].evaluate(_SEEN, "visible")
    tabs[0].locator("tr", has_text=f"#{number}").wait_for()
    assert visit.faults() == []


def test_a_request_shows_whose_turn_it_is_and_how_it_ended(enter: Enter, office: Office):
    with office.client("fozzie") as client:
        place = begin(client, "sampler", subject="Dinner")
    visit = enter("fozzie")
    page = visit.open(place)
    page.locator("#side a.mono").click()
    page.get_by_role("link", name="Go to your task").click()
    assert page.url.endswith(place)
    page.go_back()
    case = page.url.rpartition("/")[2]
    page.locator("#head", has_text="Running").wait_for()
    with office.client("kermit") as client:
        client.get("/tasks")
        client.submit(f"/admin/instances/{case}/cancel", reason="enough")
    page.locator("#head", has_text="Cancelled").wait_for()
    page.locator("#side", has_text="Ended").wait_for()
    assert page.get_by_role("link", name="Go to your task").count() == 0
    assert visit.faults() == []


def test_picked_rows_stay_picked_when_the_list_is_fetched_again(enter: Enter, office: Office):
    visit = enter("fozzie")
    for _ in range(2):
        office.start("errands", priority=50)
    page = visit.open("/tasks?view=group&sort=-created")
    assert not page.locator(".bulk").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(".bulk output").inner_text() == "2 picked"
    picked = page.locator("[data-pick]:checked").evaluate_all(
        "(all) => all.map((one) => one.value)"
    )
    number = office.start("errands", priority=50)
    page.locator("tr", has_text=f"#{number}").wait_for()
    again = page.locator("[data-pick]:checked").evaluate_all("(all) => all.map((one) => one.value)")
    assert again == picked
    page.locator(".bulk").get_by_role("button", name="Claim").click()
    page.get_by_text("2 tasks claimed.").wait_for()
    assert visit.faults() == []


def test_news_waits_for_who_types_or_answers_a_dialog(enter: Enter, office: Office):
    visit = enter("kermit")
    page = visit.open("/tasks?view=group&sort=-created")
    page.locator("[data-pick]").first.check()
    page.get_by_label("Assign to").fill("fozz")
    with page.expect_response("**/tasks?**"):
        number = office.start("errands", priority=50)
    page.locator("#announce").wait_for(state="attached")
    assert page.get_by_label("Assign to").input_value() == "fozz"
    assert page.locator("tr", has_text=f"#{number}").count() == 0
    page.keyboard.press("Tab")
    page.locator("tr", has_text=f"#{number}").wait_for()
    assert page.get_by_label("Assign to").input_value() == "fozz"

    page.goto(visit.url + "/admin/incidents")
    page.get_by_role("button", name="Try again…").first.click()
    page.get_by_label("Reason").fill("It has a value now")
    with page.expect_response("**/admin/incidents*"):
        office.start("errands", priority=50)
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert page.get_by_label("Reason").input_value() == "It has a value now"
    with page.expect_response("**/admin/incidents*"):
        page.keyboard.press("Escape")
    assert visit.faults() == []


def test_people_talk_about_a_request_in_the_page_that_both_have_open(enter: Enter, office: Office):
    with office.client("fozzie") as fozzie:
        begin(fozzie, "expense_reimbursement_demo")
        place = seen(fozzie.get("/requests")).cssselect(".rows .title")[0].get("href")
    visits = enter("fozzie"), enter("kermit")
    pages = [visit.open(place) for visit in visits]
    for number, page in enumerate([*pages, pages[0]]):
        page.get_by_label("Comment", exact=True).fill(f"Word {number}")
        page.get_by_role("button", name="Comment").click()
        for each in pages:
            each.locator(".comments .said", has_text=f"Word {number}").wait_for()
            assert each.get_by_role("heading", name="What happened").is_visible()
    assert [visit.faults() for visit in visits] == [[], []]


def test_picked_tasks_are_assigned_to_who_is_suggested_after_a_wrong_name(
    enter: Enter, office: Office
):
    for _ in range(2):
        office.start("errands", priority=50)
    page = enter("kermit").open("/tasks?view=group")
    for number in range(2):
        page.locator("[data-pick]").nth(number).check()
    field, bulk = page.get_by_label("Assign to"), page.locator(".bulk")
    field.press_sequentially("fozz")
    page.locator("#bulk-to-known option[value=fozzie]").wait_for(state="attached")
    bulk.get_by_role("button", name="Assign").click()
    page.get_by_text("There is no user fozz.").wait_for()
    assert bulk.get_by_text("2 picked").is_visible()
    field.fill("fozzie")
    bulk.get_by_role("button", name="Assign").click()
    page.get_by_text("2 tasks assigned to fozzie.").wait_for()
    assert not bulk.is_visible()


def test_a_comment_with_a_completed_name_reaches_the_other_at_once(enter: Enter, office: Office):
    with office.client("kermit") as client:
        place = begin(client, "sampler", subject="Dinner")
    other = enter("gonzo")
    there = other.open("/notices")
    visit = enter("kermit")
    page = visit.open(place)
    page.get_by_label("Title").fill("Half a")
    page.get_by_label("Comment", exact=True).press_sequentially("Look at this, @gon")
    page.locator(".suggestions li").first.wait_for()
    page.keyboard.press("Enter")
    assert page.get_by_label("Comment", exact=True).input_value() == "Look at this, @gonzo "
    page.get_by_role("button", name="Comment").click()
    page.locator(".comments .mention", has_text="@gonzo").wait_for()
    assert page.get_by_label("Comment", exact=True).input_value() == ""
    assert page.get_by_label("Title").input_value() == "Half a"
    notice = there.locator(".told .new", has_text="Look at this, @gonzo")
    expect(notice).to_contain_text("Kermit the Frog mentioned you")
    there.locator("#notice-count:not([hidden])").wait_for()
    assert visit.faults() + other.faults() == []
