"""A token is dragged to another step: the dialog opens with what was meant; nothing moved yet."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, box_of
from tests.office import Office

pytestmark = pytest.mark.browser


def drag(page, badge, target: str) -> None:
    begin, end = box_of(badge), box_of(page.locator(f'[data-element-id="{target}"]').first)
    page.mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + begin["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    page.mouse.up()


def test_drag_ask_move(enter: Enter, office: Office):
    number = office.start("expense_reimbursement_demo")
    visit = enter()
    page = visit.open(f"/admin/instances/{number}")
    badge = page.locator(".diagram-badge.active")
    badge.wait_for()
    drag(page, badge, "payExpense")
    dialog = page.locator("dialog#move")
    dialog.wait_for()
    assert dialog.locator("input[name=cancel]").is_checked()
    assert dialog.locator("select[name=start]").input_value() == "payExpense"
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    assert "Submit Expense Report" in page.locator("[aria-labelledby=active]").inner_text()
    drag(page, page.locator(".diagram-badge.active"), "payExpense")
    dialog.get_by_role("button", name="Move").click()
    expect(page.locator("[aria-labelledby=active]")).to_contain_text("Pay Expense")
    assert visit.faults() == []


def test_a_token_that_is_dropped_beside_stays(enter: Enter, office: Office):
    visit = enter()
    page = visit.open(f"/admin/instances/{office.cases['report']}")
    badge = page.locator(".diagram-badge.active")
    badge.wait_for()
    place = box_of(badge)
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    page.mouse.move(place["x"] + 5, place["y"] - 60, steps=4)
    page.mouse.up()
    assert page.locator("dialog#move").is_hidden()
    assert box_of(badge) == place
