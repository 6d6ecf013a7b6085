"""Somebody new, by clicks alone: from the link that a new server prints to an approved expense."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.serving import PASSWORD, Served

pytestmark = pytest.mark.browser


def test_from_an_empty_server_to_the_first_approved_expense(chromium: Browser, tmp_path: Path):
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4\n%%EOF\n")
    served = Served(tmp_path / "data").start()
    try:
        page = chromium.new_page(locale="en-GB")
        page.goto(served.setup_link)
        page.locator("[name=name]").fill("anna")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=again]").fill(PASSWORD)
        page.get_by_role("button", name="Create administrator").click()
        page.get_by_role("heading", name="Nothing to do").wait_for()
        page.get_by_role("main").get_by_role("link", name="Start a process").last.click()
        demo = page.get_by_role("listitem").filter(has_text="Expense Reimbursement Demo")
        demo.get_by_role("button", name="Start").click()
        page.get_by_role("heading", name="Submit Expense Report").wait_for()
        page.locator("[name=title]").fill("Train to Lyon")
        page.locator("[name=amount]").fill("120")
        page.locator("[name=category]").select_option(index=1)
        page.locator("[name=expenseDate]").fill("2026-05-01")
        page.locator("[name=receipt]").set_input_files(receipt)
        page.locator(".outcomes button").first.click()
        page.get_by_role("link", name="See 1 team task").click()
        page.get_by_role("button", name="Claim").first.click()
        page.get_by_role("link", name="Open it").click()
        page.get_by_role("heading", name="Manager Review").wait_for()
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Done: Manager Review.").wait_for()
        page.context.close()
    finally:
        served.stop()
