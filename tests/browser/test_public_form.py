"""The form for everybody in a browser: as well made as any page, with and without scripts."""

import pytest

from tests.browser.bars import flaws
from tests.browser.conftest import Enter, every_look
from tests.office import Office, seen, text_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def link(office: Office) -> str:
    """The path of the open form of the sampler."""
    with office.client("kermit") as client:
        client.get("/admin/processes/sampler")
        client.submit("/admin/processes/sampler/public")
        page = seen(client.get("/admin/processes/sampler"))
    return text_of(page.cssselect("[aria-labelledby=public] pre")[0]).removeprefix(office.url)


@every_look
def test_the_form_and_the_thanks(enter: Enter, axe: str, link: str, size, theme):
    visit = enter(viewport=size)
    visit.cookie("wf_theme", theme)
    page = visit.open(link)
    assert flaws(page, axe) == []
    page.get_by_label("Subject").fill("A leak in the roof")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert page.locator("strong.mono").inner_text()[1:].isdigit()
    assert flaws(page, axe) == []
    assert visit.faults() == []


def test_nobody_sees_or_reaches_the_trap(enter: Enter, link: str):
    page = enter().open(link)
    field = page.locator("[name=_website]")
    box = field.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < 0
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('name')"))
    assert "subject" in reached
    assert "_website" not in reached


def test_a_refusal_is_said_in_words_and_keeps_what_was_typed(
    enter: Enter, office: Office, link: str
):
    page = enter().open(link)
    page.get_by_label("Subject").fill("A leak in the roof")
    with office.client("kermit") as client:
        client.get("/admin/processes/sampler")
        client.submit("/admin/processes/sampler/suspend")
        page.get_by_role("button", name="Send").click()
        page.get_by_text("This link is not valid, or not any more.").wait_for()
        client.submit("/admin/processes/sampler/activate")
    assert page.get_by_label("Subject").input_value() == "A leak in the roof"
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()


def test_without_scripts(enter: Enter, link: str):
    page = enter(java_script_enabled=False).open(link)
    page.get_by_role("button", name="Send").click()
    assert "Subject is required." in page.locator(".summary").inner_text()
    page.get_by_label("Subject").fill("By hand")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("heading", name="Thank you").is_visible()
