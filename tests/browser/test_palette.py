"""The command palette: anything from anywhere, by keyboard."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import PHONE, Enter

pytestmark = pytest.mark.browser


def test_from_anywhere_to_anything_by_keyboard(enter: Enter):
    visit = enter()
    page = visit.open("/account")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search everything")
    expect(palette.get_by_role("link", name="Inbox")).to_be_visible()
    page.keyboard.type("api keys")
    expect(palette.locator("[data-entry]").first).to_contain_text("API keys")
    page.keyboard.press("ArrowDown")
    assert "API keys" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "palette-q"
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/api-keys")
    assert visit.faults() == []


def test_enter_waits_for_what_fits_what_was_typed(enter: Enter):
    page = enter().open("/account")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search everything")
    palette.get_by_role("link", name="Inbox").wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/search\?q="), hold)
    with page.expect_request(re.compile(r"/search\?q=api.+keys")):
        page.keyboard.type("api keys")
        page.keyboard.press("Enter")
    assert page.evaluate("location.pathname") == "/account"
    held[-1].continue_()
    page.wait_for_url("**/admin/api-keys")


def test_it_closes_and_gives_the_focus_back(enter: Enter):
    page = enter().open("/tasks")
    page.keyboard.press("j")
    before = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == before


def test_on_a_phone_it_opens_by_touch(enter: Enter):
    page = enter("fozzie", viewport=PHONE, has_touch=True).open("/tasks")
    page.get_by_role("link", name="Search").tap()
    page.get_by_role("dialog", name="Search everything").get_by_role("link", name="Help").tap()
    page.wait_for_url("**/help")


def test_without_scripts_it_is_a_page(enter: Enter):
    page = enter(java_script_enabled=False).open("/tasks")
    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("my requests")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="My requests What").click()
    page.wait_for_url("**/requests")
