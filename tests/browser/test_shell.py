"""The site as an app on a phone: installable, honest without a network, keeping nothing private."""

import json
import struct
from pathlib import Path

import pytest

from tests.browser.bars import flaws
from tests.browser.conftest import PHONE, Enter

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
MANIFEST = json.loads((STATIC / "manifest.webmanifest").read_text("utf-8"))
READY = "navigator.serviceWorker.ready.then((one) => one.active.state)"
KEPT = """
(async () => {
  const requests = (await caches.keys()).map(async (name) => (await caches.open(name)).keys());
  return (await Promise.all(requests)).flat().map((request) => new URL(request.url).pathname);
})()
"""


@pytest.mark.parametrize("icon", [one for one in MANIFEST["icons"] if "png" in one["type"]])
def test_the_icons_are_as_large_as_they_say(icon):
    data = (STATIC / icon["src"].removeprefix("/static/")).read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert icon["sizes"] == f"{width}x{height}"


def test_chromium_would_install_it(enter: Enter):
    visit = enter(viewport=PHONE)
    page = visit.open("/tasks")
    page.evaluate(READY)
    tool = page.context.new_cdp_session(page)
    manifest = tool.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["start_url"] == "/tasks"
    problems = tool.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # What is tested with is never asked to install anything.
    assert [one["errorId"] for one in problems if one["errorId"] != "in-incognito"] == []
    assert visit.faults() == []


def test_without_a_network_it_says_so_and_comes_back(enter: Enter, axe: str):
    visit = enter(viewport=PHONE)
    page = visit.open("/tasks")
    page.evaluate(READY)
    page.context.set_offline(True)
    page.goto(visit.url + "/requests")
    assert page.get_by_role("heading", name="No connection").is_visible()
    assert flaws(page, axe) == []
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("heading", name="Inbox").wait_for()


def test_nothing_of_a_person_is_kept_on_the_device(enter: Enter):
    visit = enter(viewport=PHONE)
    page = visit.open("/tasks")
    page.evaluate(READY)
    for path in ("/requests", "/account", "/admin/instances"):
        visit.open(path)
    kept = set(page.evaluate(KEPT))
    assert "/offline" in kept
    assert [path for path in kept if path != "/offline" and not path.startswith("/static/")] == []
    told = page.evaluate("caches.match('/offline').then((answer) => answer.text())")
    assert "kermit" not in told.lower()


def test_only_who_is_signed_in_gets_the_app(enter: Enter):
    page = enter(viewport=PHONE).page
    page.context.clear_cookies()
    page.goto(enter().url + "/login")
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )
