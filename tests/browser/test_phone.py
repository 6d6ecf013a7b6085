"""The inbox in one hand: what is needed often is large and near the thumb."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Enter, box_of
from tests.office import Office

pytestmark = pytest.mark.browser
every_language = pytest.mark.parametrize("language", ["en-GB", "de-DE"])


@every_language
def test_the_ways_lie_at_the_bottom_and_are_large(enter: Enter, language):
    page = enter(viewport=PHONE, locale=language).open("/tasks")
    ways = page.locator(".rail .bar .nav-item").all()
    assert len(ways) == 5
    for box in map(box_of, ways):
        assert box["y"] >= PHONE["height"] - 100
        assert min(box["width"], box["height"]) >= 44


@every_language
def test_claiming_takes_one_thumb_and_no_line_of_its_own(enter: Enter, office: Office, language):
    number = office.start("errands")
    place = f"/tasks?view=group&q={number}"
    page = enter(viewport=PHONE, locale=language).open(place)
    claim = page.locator(".rows [data-claim]")
    button, process = box_of(claim), box_of(page.locator(".rows td.process"))
    assert button["height"] >= 36
    assert button["x"] > PHONE["width"] / 2
    assert button["y"] < process["y"] + process["height"]
    assert box_of(page.locator(".rows tbody tr"))["height"] <= 100
    claim.click()
    page.locator(".toast.good").wait_for()


@every_language
@pytest.mark.parametrize("most", ["7", "10,000+"])
def test_all_views_are_seen_at_once(enter: Enter, language, most):
    page = enter(viewport=PHONE, locale=language).open("/tasks")
    counts = page.locator("#views .count")
    assert counts.count() >= 3
    counts.evaluate_all("(all, most) => all.forEach((it) => it.replaceChildren(most))", most)
    for tab in page.locator("#views a").all():
        box = box_of(tab)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    assert page.locator("#views nav").evaluate("(it) => it.scrollWidth - it.clientWidth") == 0


def test_cards_have_no_heads_but_an_order(enter: Enter, office: Office):
    calm, urgent = (
        office.start("errands", where=" across the bridge", priority=priority)
        for priority in (11, 99)
    )
    page = enter(viewport=PHONE).open("/tasks?view=group&q=across the bridge")
    rows = page.locator(".rows .process small")
    page.get_by_label("Order").select_option("Most urgent first")
    page.wait_for_url("**sort=-priority**")
    expect(rows).to_contain_text([f"#{urgent}", f"#{calm}"])
    page.get_by_label("Order").select_option("Oldest first")
    page.wait_for_url("**sort=created**")
    expect(rows).to_contain_text([f"#{calm}", f"#{urgent}"])


def test_an_order_from_elsewhere_survives_a_search(enter: Enter, office: Office):
    page = enter().open("/tasks?view=group&sort=-name")
    expect(page.get_by_label("Order")).to_be_hidden()
    page.locator("[data-search]").fill("errand")
    page.wait_for_url("**q=errand**")
    assert "sort=-name" in page.url


@every_language
def test_what_may_be_done_with_a_case_is_one_button_and_a_menu_at_the_thumb(
    enter: Enter, office: Office, language
):
    number = office.start("errands")
    visit = enter(viewport=PHONE, locale=language)
    page = visit.open(f"/admin/instances/{number}")
    head, menu = page.locator("#head"), page.locator("#actions")
    expect(menu).to_be_hidden()
    assert box_of(head)["height"] <= 200
    head.locator("[popovertarget=actions]").click()
    expect(menu).to_be_visible()
    assert all(box_of(one)["height"] >= 44 for one in menu.locator(".button").all())
    below = box_of(menu)
    assert below["y"] + below["height"] <= box_of(page.locator(".rail .bar"))["y"]
    menu.locator("[commandfor=cancel]").click()
    expect(page.locator("dialog#cancel")).to_be_visible()
    expect(menu).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 820})
    page.keyboard.press("Escape")
    expect(menu.locator("[commandfor=cancel]")).to_be_visible()
    expect(head.locator("[popovertarget=actions]")).to_be_hidden()
    assert visit.faults() == []


def test_a_diagram_is_no_higher_than_its_drawing_needs(enter: Enter, office: Office):
    page = enter(viewport=PHONE).open(f"/requests/{office.cases['report']}")
    page.locator(".diagram .djs-element").first.wait_for()
    panel, drawing = box_of(page.locator(".diagram")), box_of(page.locator(".diagram .viewport"))
    assert drawing["height"] < panel["height"] <= 260
    assert drawing["y"] >= panel["y"]
    assert drawing["y"] + drawing["height"] <= panel["y"] + panel["height"]
