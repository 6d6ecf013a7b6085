"""A browser that runs no script: the whole of an expense, a search, a new look."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.bars import overflow
from tests.browser.conftest import PHONE, Enter, Visit
from tests.office import Office
from tests.serving import RECEIPT

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(enter: Enter) -> Visit:
    """kermit, who is in all groups, without scripts."""
    return enter(java_script_enabled=False)


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(RECEIPT)
    return path


def take(visit: Visit, number: str) -> None:
    """Open the task of a case that waits for a group, and claim it."""
    page = visit.page
    page.goto(f"{visit.url}/tasks?view=group&q={number}")
    page.locator(".rows .title").click()
    page.get_by_role("button", name="Claim").click()


def test_an_expense_from_the_report_to_the_payment(visit: Visit, receipt: Path):
    page = visit.page
    page.goto(visit.url + "/start")
    card = page.locator("li", has=page.get_by_role("heading", name="Expense Reimbursement Demo"))
    card.get_by_role("button").click()
    (number,) = re.findall(r"#(\d+)", page.locator(".toast").inner_text())
    page.get_by_label("Title").fill("Client dinner")
    page.get_by_label("Amount").fill("lots")
    page.get_by_role("button", name="Complete task").click()
    assert page.locator(".summary li").count() == 3
    page.get_by_label("Amount").fill("120.50")
    page.get_by_label("Category").select_option(label="Meals")
    page.get_by_label("Date").fill("2026-11-20")
    page.get_by_label("Receipts").set_input_files(receipt)
    page.get_by_role("button", name="Complete task").click()

    take(visit, number)
    assert "120.50" in page.locator("main").inner_text()
    page.locator("[name=reviewComment]").fill("Which client?")
    page.get_by_role("button", name="Send back for revision").click()

    page.get_by_role("heading", name="Revise Expense Report").wait_for()
    assert "Which client?" in page.locator("main").inner_text()
    assert page.locator(".field .files a").inner_text() == "receipt.pdf"
    page.get_by_label("Title").fill("Dinner with Statler & Waldorf")
    page.get_by_role("button", name="Complete task").click()

    take(visit, number)
    page.get_by_role("button", name="Approve").click()
    take(visit, number)
    assert "Dinner with Statler & Waldorf" in page.locator("main").inner_text()
    page.get_by_label("Payment reference").fill("SEPA 4711")
    page.get_by_label("Paid on").fill("2026-11-22")
    assert page.locator(".files a").first.inner_text() == "receipt.pdf"
    page.get_by_role("button", name="Complete task").click()
    page.get_by_text("Done: Pay Expense.").wait_for()

    page.goto(f"{visit.url}/requests/{number}")
    assert page.locator(".head .badge").inner_text() == "Completed"
    with page.expect_download() as download:
        page.locator(".files a").first.click()
    assert download.value.suggested_filename == "receipt.pdf"
    assert Path(download.value.path()).read_bytes() == RECEIPT


def test_a_form_fits_a_phone_in_german_too(enter: Enter):
    visit = enter(java_script_enabled=False, viewport=PHONE, locale="de-DE")
    page = visit.page
    page.goto(visit.url + "/start/leave_request_demo")
    page.get_by_role("button", name="Anzeigen, was von meinen Antworten abhängt").wait_for()
    assert overflow(page) == []


def test_a_search_has_a_button(visit: Visit, office: Office):
    page = visit.page
    page.goto(visit.url + "/tasks?view=group")
    page.get_by_role("searchbox").fill("PO-LYON")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".rows tbody tr")).to_have_count(1)
    assert "view=group" in page.url


def test_the_lists_say_what_the_diagram_would(visit: Visit, office: Office):
    page = visit.page
    page.goto(f"{visit.url}/admin/instances/{office.cases['report']}")
    assert "needs JavaScript" in page.locator(".diagram").inner_text()
    assert "Submit Expense Report" in page.locator("#live").inner_text()
