"""One stream of signals for all windows of a browser, whatever becomes of server and session."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.serving import PASSWORD, Client, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
INBOX = "/tasks?view=group&sort=-created"
WINDOWS = 12


@dataclass
class Desk:
    """A browser, and a server of its own that counts its streams."""

    server: Served
    key: str
    browser: "BrowserContext"

    def sign_in(self, name: str) -> None:
        """Let the browser be that person's from now on."""
        with Client(self.server.url) as client:
            client.sign_in(name, PASSWORD)
            value = client.cookies["wf_session"]
        self.browser.add_cookies([{"name": "wf_session", "value": value, "url": self.server.url}])

    def open(self, path: str = INBOX) -> "Page":
        """A new window on this page."""
        page = self.browser.new_page()
        page.goto(self.server.url + path)
        return page

    def begin(self) -> str:
        """Start a case that comes into the inbox of employees; how the inbox calls it."""
        headers = {"Authorization": f"Bearer {self.key}"}
        address = f"{self.server.url}/processapi/expense_reimbursement_demo/start"
        return f"#{httpx.post(address, headers=headers).json()['processInstanceId']}"

    def wait(self, page: "Page", streams: int) -> None:
        """Return when the server holds so many streams."""
        for _ in range(600):
            if self.streams == streams:
                return
            page.wait_for_timeout(50)
        raise AssertionError(f"{self.streams} streams")

    @property
    def streams(self) -> int:
        """How many there are now."""
        return int(re.findall(r"streams: (\d+)", "streams: 0" + self.server.log)[-1])


@pytest.fixture
def desk(pristine: Any, tmp_path: Any, chromium: "Browser") -> Iterator[Desk]:
    data = shutil.copytree(pristine[0], tmp_path / "data")
    server = Served(data, module="tests.streams").start()
    browser = chromium.new_context(locale="en-GB")
    desk = Desk(server, pristine[1]["key"], browser)
    desk.sign_in("fozzie")
    yield desk
    browser.close()
    server.stop()


def listen(page: "Page") -> None:
    """Let the page show that it was told that tasks changed; the next time anew."""
    page.evaluate("""() => {
      const { dataset } = document.body;
      document.body.addEventListener("wf:tasks", () => (dataset.told = "yes"));
      dataset.told = "no";
    }""")


def told(page: "Page") -> None:
    """Wait until it was."""
    page.locator("body[data-told=yes]").wait_for()


def test_twelve_windows_are_live_over_one_stream_and_the_next_one_loads(desk: Desk):
    windows = [desk.open() for _ in range(WINDOWS)]
    for number in (desk.begin(), desk.begin()):
        for window in windows:
            window.locator("tr", has_text=number).wait_for()
    assert desk.streams == 1
    another = desk.open()
    another.get_by_role("heading", name="Inbox").wait_for()
    for window in windows:
        window.close()
    number = desk.begin()
    another.locator("tr", has_text=number).wait_for()
    another.close()
    desk.wait(desk.browser.new_page(), 0)


def test_pages_are_live_again_after_the_server_was(desk: Desk):
    page = desk.open()
    desk.wait(page, 1)
    desk.server.stop()
    desk.server.said = ""
    desk.server.start()
    desk.wait(page, 1)
    number = desk.begin()
    page.locator("tr", has_text=number).wait_for()


def test_what_happened_while_a_stream_was_broken_is_fetched(desk: Desk):
    page = desk.open()
    desk.wait(page, 1)
    listen(page)
    desk.server.stop()
    desk.server.said = ""
    desk.server.start()
    told(page)


def test_a_page_leaves_when_its_person_signs_out_in_another(desk: Desk):
    page, other = desk.open(), desk.open()
    other.locator("form[action='/logout'] button").click()
    page.wait_for_url("**/login?next=*")
    desk.wait(page, 0)


def test_what_was_typed_stays_and_hears_nothing_of_somebody_else(desk: Desk):
    page, other = desk.open("/start/leave_request_demo"), desk.open()
    page.get_by_label("Reason").fill("Rest")
    other.locator("form[action='/logout'] button").click()
    page.get_by_text("You have been signed out.").wait_for()
    listen(page)
    desk.sign_in("kermit")
    theirs = desk.open("/admin/instances")
    theirs.locator("tr", has_text=desk.begin()).wait_for()
    assert desk.streams == 1
    assert page.locator("body[data-told=no]").count() == 1

    desk.sign_in("fozzie")
    desk.open()
    told(page)
    listen(page)
    desk.begin()
    told(page)
    assert page.get_by_label("Reason").input_value() == "Rest"
