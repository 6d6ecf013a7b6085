"""By keyboard alone: rows, claim, search, places, help, dialogs."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Enter
from tests.office import Office, begin, seen, text_of
from tests.serving import PASSWORD

pytestmark = pytest.mark.browser
FOCUSED = "document.activeElement.textContent.trim()"


def test_rows_up_and_down_and_into_one(enter: Enter, office: Office):
    page = enter().open("/tasks?view=group&sort=name")
    titles = page.locator(".rows .title").all_inner_texts()
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == titles[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate(FOCUSED) == titles[1]
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")


def test_claiming_the_row(enter: Enter, office: Office):
    number = office.start("errands")
    page = enter("fozzie").open(f"/tasks?view=group&q={number}")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.get_by_text("Claimed: the task is yours now.").wait_for()


def test_search_takes_keys_as_text(enter: Enter, office: Office):
    number = str(office.start("errands"))
    page = enter().open("/tasks?view=group")
    page.keyboard.press("/")
    page.keyboard.type(number)
    expect(page.locator(".rows .title")).to_have_count(1)
    assert page.url.endswith(f"/tasks?view=group&q={number}")
    page.keyboard.type("jkc?gs/")
    page.get_by_text("No task matches").wait_for()
    assert page.locator("[data-search]").input_value() == f"{number}jkc?gs/"
    assert page.locator("#announce").inner_text() == "0 tasks shown"
    assert page.locator("dialog[open]").count() == 0


def test_escape_leaves_the_search_with_what_it_found(enter: Enter, office: Office):
    number = str(office.start("errands"))
    page = enter().open("/tasks?view=group")
    page.keyboard.press("/")
    page.keyboard.type(number)
    expect(page.locator(".rows .title")).to_have_count(1)
    page.keyboard.press("Escape")
    assert page.locator("[data-search]:focus").count() == 0
    assert page.locator("[data-search]").input_value() == number
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == "Run an errand"
    page.keyboard.press("/")
    page.keyboard.type("none such")
    page.get_by_text("No task matches").wait_for()
    assert page.locator("[data-search]").input_value() == "none such"


@pytest.mark.parametrize(("key", "place"), [("i", "/tasks"), ("s", "/start"), ("r", "/requests")])
def test_places(enter: Enter, key, place):
    page = enter().open("/account")
    page.keyboard.press("g")
    page.keyboard.press(key)
    page.wait_for_url(f"**{place}")


def test_help_opens_and_gives_the_focus_back(enter: Enter):
    visit = enter()
    page = visit.open("/tasks")
    page.keyboard.press("j")
    before = page.evaluate(FOCUSED)
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keyboard shortcuts").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate(FOCUSED) == before
    assert visit.faults() == []


def test_a_dialog_keeps_the_focus_inside_and_gives_it_back(enter: Enter, office: Office):
    number = office.start("errands")
    page = enter().open(f"/admin/instances/{number}")
    page.get_by_role("button", name="Cancel…").press("Enter")
    inside = (
        "!!document.activeElement.closest('dialog') || document.activeElement === document.body"
    )
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "Cancel…"
    page.get_by_role("button", name="Cancel…").press("Enter")
    page.keyboard.type("It rained")
    page.keyboard.press("Enter")
    page.get_by_text("Cancelled.", exact=True).wait_for()


def test_on_a_phone_the_menu_opens_and_closes(enter: Enter):
    visit = enter(viewport=PHONE)
    page = visit.open("/tasks")
    link = page.get_by_role("link", name="Processes")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert link.is_visible()
    page.keyboard.press("Escape")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").click()
    link.click()
    page.wait_for_url("**/admin/processes")
    assert visit.faults() == []


def test_light_and_dark_by_one_button_and_for_the_next_page(enter: Enter):
    page = enter(color_scheme="light").open("/tasks")
    page.get_by_role("button", name="Light or dark").click()
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.goto(page.url.replace("/tasks", "/start"))
    assert page.evaluate(theme) == "dark"


def tab_to(page: Page, what: str) -> None:
    """Go on with the Tab key until what fits the selector has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f":focus:is({what})").count():
            return
    pytest.fail(f"the Tab key does not reach {what}")


def test_from_the_sign_in_to_a_completed_case(enter: Enter, office: Office):
    with office.client("kermit") as client:
        place = begin(client, "sampler", subject="By keyboard")
        case = text_of(seen(client.get(place)).cssselect(".facts a.mono")[0])
    visit = enter()
    visit.page.context.clear_cookies(name="wf_session")
    page = visit.open("/tasks")
    page.keyboard.type("kermit")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Inbox").wait_for()
    page.keyboard.press("/")
    page.keyboard.type(case.removeprefix("#"))
    expect(page.locator(".rows .title")).to_have_count(1)
    tab_to(page, ".rows .title")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{place}")
    tab_to(page, "[name=title]")
    page.keyboard.type("Client dinner")
    tab_to(page, "[name=amount]")
    page.keyboard.type("12")
    tab_to(page, "[name=_outcome][value=submit]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Look once more").wait_for()
    tab_to(page, ".outcomes button")
    page.keyboard.press("Enter")
    page.get_by_text("Done: Look once more.").wait_for()
    assert visit.faults() == []
