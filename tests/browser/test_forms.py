"""Forms with scripts: errors, conditions, rows, files, and what was typed is never lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Dialog

from tests.browser.conftest import Enter, Visit
from tests.office import Office, begin
from tests.serving import PASSWORD, RECEIPT, Client

pytestmark = pytest.mark.browser


@pytest.fixture
def place(office: Office) -> str:
    """The address of a fresh task with every kind of field, assigned to kermit."""
    with office.client("kermit") as client:
        return begin(client, "sampler", subject="Dinner")


@pytest.fixture
def visit(enter: Enter, place: str) -> Visit:
    """kermit at that task."""
    visit = enter()
    visit.open(place)
    return visit


def sign_in_anew(visit: Visit, office: Office) -> None:
    """Begin another session of kermit's in this browser."""
    with Client(office.url) as client:
        assert client.sign_in("kermit", PASSWORD).status_code == 303
        visit.cookie("wf_session", client.cookies["wf_session"])


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(RECEIPT)
    return path


def test_errors_take_the_focus_and_lead_to_the_fields(visit: Visit, place):
    page = visit.page
    page.get_by_label("Title").fill("ab")
    page.get_by_role("button", name="Submit").click()
    summary = page.locator(".summary:focus")
    summary.wait_for()
    assert page.url.endswith(place)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("[name=title]:focus[aria-invalid=true]").count() == 1
    described = page.locator("[name=title]").get_attribute("aria-describedby") or ""
    assert "at least 3 characters" in page.locator(f"#{described.split()[0]}").inner_text()
    assert page.get_by_label("Title").input_value() == "ab"
    page.get_by_label("Title").fill("Client dinner")
    assert page.locator(".summary .settled").all_inner_texts() == [
        "Title must have at least 3 characters."
    ]
    page.get_by_label("Amount", exact=False).first.fill("12")
    assert page.locator(".summary").count() == 0
    assert visit.faults() == []


def test_chosen_files_survive_an_error(visit: Visit, receipt):
    page = visit.page
    page.get_by_label("Receipt").set_input_files(receipt)
    page.get_by_role("button", name="Submit").click()
    page.locator(".summary").wait_for()
    assert page.get_by_label("Receipt").evaluate("(input) => input.files[0].name") == "receipt.pdf"
    page.get_by_label("Title").fill("Client dinner")
    page.get_by_label("Amount", exact=False).first.fill("12")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="Look once more").wait_for()
    assert page.locator(".files a").inner_text() == "receipt.pdf"
    assert "Done: Fill everything in." in page.locator(".toast").inner_text()


def test_parts_follow_the_answers_and_typing_stays(visit: Visit, receipt):
    page = visit.page
    page.get_by_label("Receipt").set_input_files(receipt)
    page.get_by_label("Title").fill("Client dinner")
    assert page.get_by_label("Justification").count() == 0
    page.locator("[name=amount]").fill("700")
    page.keyboard.press("Tab")
    page.get_by_label("Justification").fill("It was a good dinner")
    assert page.locator("output").inner_text() == "1400"
    page.locator("[name=amount]").fill("600")
    page.keyboard.press("Tab")
    page.locator("output", has_text="1200").wait_for()
    assert page.get_by_label("Justification").input_value() == "It was a good dinner"
    assert page.get_by_label("Title").input_value() == "Client dinner"
    assert page.get_by_label("Receipt").evaluate("(input) => input.files.length") == 1
    page.locator("[name=amount]").fill("5")
    page.keyboard.press("Tab")
    page.get_by_label("Justification").wait_for(state="detached")
    assert visit.faults() == []


def test_the_focus_stays_while_parts_change(visit: Visit):
    page = visit.page
    page.locator("[name=amount]").fill("700")
    page.keyboard.press("Tab")
    page.keyboard.type("Me")
    page.get_by_label("Justification").wait_for()
    focused = page.evaluate("document.activeElement.name")
    assert focused not in ("", "amount")


def test_rows_come_and_go(visit: Visit):
    page = visit.page
    page.get_by_label("Title").fill("Client dinner")
    page.locator("[name='items[0].item']").fill("Taxi")
    page.get_by_role("button", name="Add a row").click()
    page.locator("[name='items[1].item']").fill("Hotel")
    page.get_by_role("button", name="Remove Items 1").click()
    page.locator("[name='items[0].item']").wait_for(state="detached")
    assert page.locator("[name='items[1].item']").input_value() == "Hotel"
    assert page.get_by_label("Title").input_value() == "Client dinner"
    assert page.locator(".summary").count() == 0


def test_leaving_typed_text_is_asked(visit: Visit):
    page, asked = visit.page, []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Title").press_sequentially("Client")
    page.get_by_role("link", name="Start", exact=True).click()
    page.wait_for_function("true")
    assert asked == ["beforeunload"]
    assert page.get_by_label("Title").input_value() == "Client"


def test_a_server_that_is_gone_loses_nothing(visit: Visit):
    page = visit.page
    page.get_by_label("Title").fill("Client dinner")
    page.context.set_offline(True)
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("The server cannot be reached.").wait_for()
    assert page.get_by_label("Title").input_value() == "Client dinner"
    page.context.set_offline(False)
    page.locator("[name=amount]").fill("1")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="Look once more").wait_for()


def test_a_session_that_is_over_loses_nothing(visit: Visit, office: Office):
    page = visit.page
    page.get_by_label("Title").fill("Client dinner")
    page.context.clear_cookies()
    with page.expect_response("**/login*"):  # what is shown cannot be asked any more
        page.locator("[name=amount]").fill("12")
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("You have been signed out.").wait_for()
    assert visit.faults() == []
    sign_in_anew(visit, office)
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("You are signed in again.").wait_for()
    assert page.get_by_label("Title").input_value() == "Client dinner"
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="Look once more").wait_for()


def test_a_session_that_cannot_be_renewed_yet_says_so(enter: Enter, place: str, office: Office):
    visit = enter(service_workers="block")
    page = visit.open(place)
    page.get_by_label("Title").fill("Client dinner")
    sign_in_anew(visit, office)
    address = f"**{place}"
    page.route(address, lambda it: it.abort() if it.request.method == "GET" else it.continue_())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("The server cannot be reached.").wait_for()
    page.unroute(address)
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("You are signed in again.").wait_for()
    assert page.get_by_label("Title").input_value() == "Client dinner"


def test_who_signs_in_beside_a_form_sends_it_once_more(visit: Visit):
    page = visit.page
    page.get_by_label("Title").fill("Client dinner")
    page.locator("[name=amount]").fill("12")
    page.context.clear_cookies()
    page.get_by_role("button", name="Submit").click()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # not signed in yet
    with page.context.expect_page() as opened:
        page.locator(".toast").get_by_role("link", name="Sign in").click()
    beside = opened.value
    beside.locator("[name=name]").fill("kermit")
    beside.locator("[name=password]").fill(PASSWORD)
    beside.get_by_role("button", name="Sign in").click()
    beside.wait_for_url("**/tasks")
    beside.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_text("You are signed in again.").wait_for()
    assert page.locator(".toast").count() == 1
    assert page.get_by_label("Title").input_value() == "Client dinner"
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", name="Look once more").wait_for()


def test_what_is_wrong_is_said_until_it_is_changed(visit: Visit):
    page = visit.page
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("2 things need attention").wait_for()
    title = page.get_by_label("Title")
    assert title.get_attribute("aria-invalid") == "true"
    assert page.get_by_text("Title is required.").count() == 2
    title.fill("x")
    assert title.get_attribute("aria-invalid") is None
    assert page.get_by_text("Title is required.").count() == 1
    assert page.locator("[name=amount]").get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="Submit").click()
    page.locator("[name=title][aria-invalid=true]").wait_for()


def test_a_file_that_is_too_large_does_not_travel(enter: Enter, office: Office, tmp_path: Path):
    with office.client("kermit") as client:
        place = begin(client, "expense_reimbursement_demo")
    large = tmp_path / "large.pdf"
    large.write_bytes(RECEIPT + b"\0" * 11_000_000)
    visit = enter()
    page, sent = visit.open(place), []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_label("Receipts").set_input_files(large)
    page.get_by_role("button", name="Complete task").click()
    message = page.get_by_label("Receipts").evaluate("(input) => input.validationMessage")
    assert "larger than 10" in message
    assert "POST" not in sent


def test_a_slow_upload_says_how_far_it_is(visit: Visit, tmp_path: Path):
    page = visit.page
    path = tmp_path / "receipt.pdf"
    path.write_bytes(RECEIPT + b"\0" * 300_000)
    page.get_by_label("Title").fill("Client dinner")
    page.locator("[name=amount]").fill("12")
    page.get_by_label("Receipt").set_input_files(path)
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 150_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("progressbar", name="Upload").wait_for()
    page.get_by_role("heading", name="Look once more").wait_for()


def test_enter_in_a_field_chooses_no_outcome(visit: Visit, place):
    page, sent = visit.page, []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_label("Title").fill("Client dinner")
    page.get_by_label("Title").press("Enter")
    assert not [url for url in sent if url.endswith(place)]
    assert page.get_by_role("heading", name="Fill everything in").is_visible()


def test_what_was_typed_is_kept_as_a_draft(visit: Visit):
    page = visit.page
    page.get_by_label("Title").press_sequentially("Client dinner")
    page.get_by_text("Draft saved.").wait_for()
    page.reload()
    assert page.get_by_label("Title").input_value() == "Client dinner"
    page.get_by_role("button", name="Discard the draft").click()
    page.get_by_text("The draft is discarded.").wait_for()
    assert page.get_by_label("Title").input_value() == ""
    assert visit.faults() == []
