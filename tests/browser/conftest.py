"""Chromium in the office: signed-in browsers that notice what pages do wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.office import Office

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Locator, Page

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 820}, {"width": 390, "height": 800}
every_look = pytest.mark.parametrize(
    ("size", "theme"), [(WIDE, "light"), (PHONE, "dark")], ids=["wide", "phone"]
)
"""Each size, opened in one theme; what is to hold in both asks ``bars.themes`` for the other."""

ALONE = "delete window.SharedWorker"
"""Makes a page hear signals by itself, as where there are no shared workers.

Playwright hears of no end of such a worker's script, and so never finds its page idle.
"""

_NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass  # without slots: Playwright keeps something on whatever listens
class Visit:
    """A page of one person's browser, and what went wrong on it."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the office and wait until it is quiet."""
        self.page.goto(self.url + path)
        self.page.wait_for_load_state("load")
        return self.page

    def cookie(self, name: str, value: str) -> None:
        """Give the browser a cookie of the office."""
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def faults(self) -> list[str]:
        """What went wrong since the page was opened."""
        return self.wrong + self.page.evaluate("window.violations")

    def listen(self) -> Visit:
        """Note errors, and requests that leave the office."""
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", self._follow)
        return self

    def _hear(self, message: Any) -> None:
        # Chromium reports every answer of 4xx as an error; forms are answered so on purpose.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.wrong.append(message.text)

    def _follow(self, request: Any) -> None:
        if urlsplit(request.url).scheme.startswith("http") and not request.url.startswith(self.url):
            self.wrong.append(f"request to {request.url}")


Enter = Callable[..., Visit]


def box_of(locator: Locator) -> FloatRect:
    """Where a visible part of a page stands."""
    box = locator.bounding_box()
    assert box is not None
    return box


@pytest.fixture
def enter(chromium: Browser, office: Office) -> Iterator[Enter]:
    """Opens a browser: ``enter("kermit", viewport=PHONE, java_script_enabled=False)``."""
    with ExitStack() as stack:

        def opened(name: str = "kermit", **options: Any) -> Visit:
            context = chromium.new_context(**{"viewport": WIDE, "locale": "en-GB"} | options)
            stack.callback(context.close)
            context.add_init_script(_NOTE_VIOLATIONS)
            visit = Visit(context.new_page(), office.url).listen()
            with office.client(name) as client:
                visit.cookie("wf_session", client.cookies["wf_session"])
            return visit

        yield opened
