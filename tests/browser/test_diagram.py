"""The diagram: what is marked on it, bpmn.io's mark, how it follows what happens."""

import pytest
from playwright.sync_api import Page

from tests.browser.bars import themes
from tests.browser.conftest import Enter, box_of, every_look
from tests.office import Office, begin

pytestmark = pytest.mark.browser

DRAWN = [
    "/admin/instances/{report}",
    "/admin/processes/expense_reimbursement_demo",
    "/admin/drafts/{draft}",
    "/requests/{report}",
]
_CONTRAST = """
(mark) => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (colour) => numbers(colour)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  let below = mark;
  while (/^rgba\\(.*, 0\\)$|transparent/.test(getComputedStyle(below).backgroundColor)) {
    below = below.parentElement;
  }
  const [one, other] = [getComputedStyle(mark).color, getComputedStyle(below).backgroundColor]
    .map(light).sort();
  return (other + 0.05) / (one + 0.05);
}
"""


_ON_TOP = """(mark) => {
  const { left, right, top, bottom } = mark.getBoundingClientRect();
  const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return mark.contains(seen) || seen.outerHTML;
}"""


@every_look
def test_the_mark_of_bpmn_io_is_as_it_was_drawn(enter: Enter, office: Office, size, theme):
    visit = enter(viewport=size)
    visit.cookie("wf_theme", theme)
    for path in DRAWN:
        page = visit.open(path.format(**office.cases))
        for _ in themes(page):
            _check_mark(page)


def _check_mark(page: Page) -> None:
    mark = page.locator("a.bjs-powered-by").first
    mark.scroll_into_view_if_needed()
    box = box_of(mark)
    assert box["width"] >= 40
    assert box["height"] >= 15
    # In one go: what is below may still move, when findings come.
    assert mark.evaluate(_ON_TOP) is True
    assert mark.evaluate("(mark) => getComputedStyle(mark).color") == "rgb(64, 64, 64)"
    assert mark.evaluate("(mark) => getComputedStyle(mark).opacity") == "1"
    assert mark.evaluate(_CONTRAST) >= 3


def test_where_it_waits_is_marked_and_said(enter: Enter, office: Office):
    page = enter().open(f"/admin/instances/{office.cases['report']}")
    page.wait_for_selector("[data-element-id=submitReport].is-active")
    page.wait_for_selector("[data-element-id=expenseRequested].is-visited")
    badge = page.locator(".diagram-badge")
    said = "Waiting here. Drag to another step to move it"
    assert (badge.inner_text(), badge.get_attribute("title")) == ("1", said)
    assert page.locator(".diagram").get_attribute("role") == "group"


def test_a_problem_is_marked(enter: Enter, office: Office):
    page = enter().open(f"/admin/instances/{office.cases['broken']}")
    assert "no diagram" in page.locator(".diagram-note").inner_text()
    assert page.locator(".notice.bad").inner_text().startswith("Divide")


def test_a_task_shows_its_place_when_asked(enter: Enter, office: Office):
    with office.client("kermit") as client:
        place = begin(client, "expense_reimbursement_demo")
    visit = enter()
    page = visit.open(place)
    assert page.locator(".djs-container").count() == 0
    page.get_by_text("Where this is in the process").click()
    page.locator(".diagram").scroll_into_view_if_needed()
    page.wait_for_selector("[data-element-id=submitReport].is-active")
    assert page.locator(".diagram-badge").inner_text() == "You are here"
    assert visit.faults() == []


def test_the_marks_follow_what_happens(enter: Enter, office: Office):
    with office.client("kermit") as client:
        place = begin(client, "errands")
        number = place.rpartition("/")[2]
        page = enter().open(f"/admin/instances/{number}")
        page.get_by_role("heading", name="Run an errand").wait_for(state="detached")
        client.get("/tasks")
        client.submit(f"/admin/instances/{number}/cancel", reason="enough")
        page.get_by_text("Ended: nothing is waiting.").wait_for()
        assert "Cancelled" in page.locator("#head .badge").inner_text()


def test_larger_smaller_whole_by_keyboard(enter: Enter, office: Office):
    page = enter().open("/admin/processes/expense_reimbursement_demo")
    page.wait_for_selector(".diagram .djs-element")
    scale = "document.querySelector('.diagram .viewport').getAttribute('transform')"
    before = page.evaluate(scale)
    page.get_by_role("button", name="Larger").press("Enter")
    assert page.evaluate(scale) != before
    page.get_by_role("button", name="Whole diagram").press("Enter")
    assert page.evaluate(scale) == before


def test_its_buttons_speak_the_language_of_the_reader(enter: Enter, office: Office):
    page = enter(locale="de-DE").open(f"/admin/instances/{office.cases['report']}")
    page.get_by_role("button", name="Ganzes Diagramm").wait_for()
    page = enter(locale="fr-FR").open(f"/admin/instances/{office.cases['report']}")
    page.get_by_role("button", name="Whole diagram").wait_for()
