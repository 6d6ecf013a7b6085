"""The modeler: what is drawn is saved, checked and deployed; nothing of a model is lost."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import frontend
import pytest
import texts
from lxml import etree
from playwright.sync_api import Route, expect

from processes import FOLDER
from tests.browser.bars import themes
from tests.browser.conftest import PHONE, Enter, Visit, box_of
from tests.office import Office

pytestmark = pytest.mark.browser
FLOWABLE = "{http://flowable.org/bpmn}"
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def begin(visit: Visit, name: str, template: str = "Blank") -> None:
    """Begin a draft as a person does, and wait for the modeler."""
    page = visit.open("/admin/drafts")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label(re.compile(rf"^{template}")).check()
    page.get_by_role("button", name="Draw it").click()
    page.wait_for_selector(".modeler[data-ready]")


def saved(visit: Visit) -> None:
    """Wait until everything drawn is on the server."""
    visit.page.locator("[data-saved]", has_text=re.compile("^Saved$")).wait_for()


def fill(visit: Visit, label: str, text: str) -> None:
    """Fill a property in, and leave the field."""
    field = visit.page.locator(".modeler-panel").get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


def pressed(visit: Visit, name: str) -> None:
    visit.page.locator(".modeler-panel").get_by_role("button", name=name, exact=True).click()


def model(visit: Visit, office: Office) -> etree._Element:
    """The draft as the server has it."""
    saved(visit)
    answer = visit.page.request.get(visit.page.url.partition("#")[0] + "/xml")
    return etree.fromstring(answer.body())


def choose(visit: Visit, label: str) -> None:
    """Choose an element by its name, without a mouse."""
    chooser = visit.page.get_by_label("Element", exact=True)
    wanted = chooser.locator("option", has_text=label).first
    chooser.select_option(wanted.get_attribute("value"))
    closed = ".modeler-panel details:not([open]) > summary"
    visit.page.evaluate(f"document.querySelectorAll('{closed}').forEach((one) => one.click())")


def test_a_process_is_drawn_by_keyboard_and_deployed(enter: Enter, office: Office):
    visit = enter()
    begin(visit, "Drawn by hand")
    page = visit.page
    choose(visit, "Started (Start event)")
    pressed(visit, "User task")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    fill(visit, "Name", "Look at it")
    fill(visit, "Candidate groups", "managers")
    fill(visit, "Due", "P2D")
    page.locator(".firings li").first.wait_for()
    pressed(visit, "End event")
    fill(visit, "Name", "Looked at")
    root = model(visit, office)
    (task,) = root.iter("{*}userTask")
    assert task.get("name") == "Look at it"
    assert task.get(FLOWABLE + "candidateGroups") == "managers"
    assert task.get(FLOWABLE + "dueDate") == "P2D"
    assert len(list(root.iter("{*}sequenceFlow"))) == 2
    page.get_by_text("Nothing to complain about").wait_for()
    page.get_by_role("link", name="Deploy…").click()
    page.get_by_text("A new process").wait_for()
    page.get_by_role("button", name="Deploy version 1").click()
    page.get_by_role("heading", name="Drawn by hand").wait_for()
    assert page.url.endswith("/admin/processes/drawn_by_hand")
    assert visit.faults() == []
    with office.client("kermit") as client:
        assert client.submit("/start/drawn_by_hand").status_code == 303


def begin_with_a_deadline(visit: Visit, name: str) -> None:
    """A draft with the task "Decide", whose deadline leads to a task and an end of its own."""
    begin(visit, name)
    choose(visit, "Started (Start event)")
    pressed(visit, "User task")
    fill(visit, "Name", "Decide")
    pressed(visit, "Timer on its edge")
    pressed(visit, "User task")
    pressed(visit, "End event")


def test_what_comes_next_stands_clear_of_the_branch_of_a_boundary_event(enter: Enter):
    visit = enter()
    begin_with_a_deadline(visit, "Crowded")
    for _ in range(3):
        choose(visit, "Decide (User task)")
        pressed(visit, "Script task")
    saved(visit)
    boxes = visit.page.evaluate(
        """() => [...document.querySelectorAll(".djs-shape")]
             .filter((it) => !/_label$/.test(it.dataset.elementId))
             .map((it) => it.querySelector(".djs-visual").getBoundingClientRect().toJSON())"""
    )
    assert len(boxes) == 8
    apart = [
        (one, other)
        for one, other in combinations(boxes, 2)
        if one["right"] <= other["left"] or other["right"] <= one["left"]
        or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]
    ]  # fmt: skip
    assert len(apart) == 8 * 7 / 2 - 1  # the boundary event stands on its task


CROSSED = """() => {
  const nodes = [...document.querySelectorAll(".djs-shape")]
    .filter((it) => !/_label$/.test(it.dataset.elementId));
  const paths = [...document.querySelectorAll(".djs-connection .djs-visual > path")];
  return paths.flatMap((path) => {
    const matrix = path.getScreenCTM();
    const points = Array.from({ length: 101 }, (_, at) =>
      path.getPointAtLength((path.getTotalLength() * at) / 100).matrixTransform(matrix));
    return nodes.map((node) => node.querySelector(".djs-visual").getBoundingClientRect())
      .filter((box) => points.some(({ x, y }) =>
        box.left + 4 < x && x < box.right - 4 && box.top + 4 < y && y < box.bottom - 4));
  }).length;
}"""


def test_no_flow_leads_through_what_it_does_not_concern(enter: Enter):
    visit = enter()
    begin_with_a_deadline(visit, "Back again")
    choose(visit, "Decide (User task)")
    pressed(visit, "Exclusive gateway")
    fill(visit, "Name", "Good?")
    pressed(visit, "User task")
    fill(visit, "Name", "Mend")
    visit.page.get_by_label("Connect to", exact=True).select_option(label="Decide")
    choose(visit, "Good? (Exclusive gateway)")
    pressed(visit, "End event")
    saved(visit)
    assert visit.page.locator(".djs-connection").count() == 7
    assert visit.page.evaluate(CROSSED) == 0


def test_bpmn_js_speaks_german(enter: Enter, office: Office):
    page = enter(locale="de-DE").open(f"/admin/drafts/{office.cases['draft']}")
    page.wait_for_selector(".modeler[data-ready]")
    page.locator(".djs-palette").get_by_label("Startereignis").wait_for()
    page.locator("[data-element-id=submitReport].djs-shape").click()
    page.get_by_title("Aufgabe anfügen").wait_for()
    page.get_by_title("Art ändern").click()
    page.locator(".djs-popup").get_by_text("Geschäftsregelaufgabe").wait_for()


def test_every_text_of_bpmn_js_is_in_the_catalogues():
    frontend.fetch_packages()
    files = [
        path
        for package in ("bpmn-js", "diagram-js")
        for path in (frontend.PACKAGES / package / "lib").rglob("*.js")
        if "i18n" not in path.parts
    ]
    said = {
        text
        for path in files
        for text in re.findall(
            r"(?:\b_?translate\(\s*|\blabel: |_MSG = )'([A-Za-z][^']+)'", path.read_text("utf-8")
        )
    }
    assert len(said) > 100
    known = texts.MENUS.read_text("utf-8").splitlines()
    assert {text for text in said if not any(one.startswith(text) for one in known)} == set()


def test_what_is_rare_is_folded_until_it_is_used(enter: Enter, office: Office):
    visit = enter()
    page = visit.open(f"/admin/drafts/{office.cases['draft']}")
    page.wait_for_selector(".modeler[data-ready]")
    page.locator("[data-element-id=submitReport].djs-shape").click()
    skipping = page.locator(".modeler-panel details", has_text="Skipping")
    field = page.get_by_label("Skipped when")
    expect(field).to_be_hidden()
    skipping.locator("summary").click()
    fill(visit, "Skipped when", "${true}")
    saved(visit)
    page.reload()
    page.wait_for_selector(".modeler[data-ready]")
    page.locator("[data-element-id=submitReport].djs-shape").click()
    expect(field).to_be_visible()
    fill(visit, "Skipped when", "")
    saved(visit)


def test_the_linter_speaks_while_one_draws(enter: Enter):
    visit = enter()
    begin(visit, "Not finished")
    choose(visit, "Started (Start event)")
    pressed(visit, "Service task")
    fill(visit, "Name", "Call somebody")
    page = visit.page
    finding = page.get_by_role("button", name="needs an expression or an external worker")
    page.locator(".modeler-findings summary").click()
    finding.wait_for()
    assert page.locator(".lint-mark.error").count() == 1
    choose(visit, "Not finished (Process)")
    finding.click()
    expect(page.get_by_label("Element", exact=True)).to_have_value(re.compile("^Activity_"))
    fill(visit, "Expression", "${1 +}")
    page.locator(".modeler-panel .error", has_text="in expression").wait_for()
    fill(visit, "Expression", "${1 + 1}")
    finding.wait_for(state="detached")


def test_what_is_pressed_stays_under_the_pointer(enter: Enter):
    visit = enter()
    begin(visit, "Steady")
    choose(visit, "Started (Start event)")
    pressed(visit, "Call activity")
    page = visit.page
    fill(visit, "Name of the called instance", "${1 +")
    error = page.locator(".modeler-panel .error", has_text="in expression")
    error.wait_for()
    button = page.locator(".modeler-panel").get_by_role("button", name="Add In")
    field = page.get_by_label("Name of the called instance", exact=True)
    field.evaluate("(it) => it.scrollIntoView()")
    expect(button).to_be_in_viewport()
    with page.expect_response("**/expression"):
        field.evaluate("(it) => { it.value = '${1}'; it.dispatchEvent(new Event('input')); }")
        place = box_of(button)
        page.mouse.move(place["x"] + 10, place["y"] + 10)
        page.mouse.down()
    page.evaluate("() => new Promise((done) => setTimeout(() => requestAnimationFrame(done)))")
    assert error.is_visible()
    page.mouse.up()
    error.wait_for(state="hidden")
    page.get_by_role("button", name="Remove In 1").wait_for()


def test_names_are_completed(enter: Enter):
    visit = enter()
    begin(visit, "Completed")
    choose(visit, "Started (Start event)")
    pressed(visit, "User task")
    page = visit.page
    field = page.get_by_label("Candidate groups", exact=True)
    field.press_sequentially("fin")
    page.get_by_role("option", name="finance").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    assert field.input_value() == "finance"
    field.press_sequentially(", man")
    field.press("ArrowDown")
    field.press("Enter")
    assert field.input_value() == "finance, managers"
    assert page.locator(".completions").count() == 0


def test_nobody_overwrites_anybody(enter: Enter):
    mine, theirs = enter("kermit"), enter("kermit")
    begin(mine, "Shared")
    theirs.page.goto(mine.page.url)
    theirs.page.wait_for_selector(".modeler[data-ready]")
    fill(theirs, "Name", "Theirs")
    saved(theirs)
    fill(mine, "Name", "Mine")
    dialog = mine.page.get_by_role("dialog", name="Two people draw here")
    dialog.wait_for()
    address = mine.page.url
    dialog.get_by_role("button", name="Keep mine as a new draft").click()
    mine.page.get_by_role("heading", name="Mine").wait_for()
    assert mine.page.url != address
    theirs.open(address.removeprefix(theirs.url)).get_by_role("heading", name="Theirs").wait_for()


def test_a_slow_save_is_nobody_else(enter: Enter, office: Office):
    visit = enter()
    begin(visit, "Slowly saved")
    choose(visit, "Started (Start event)")
    page = visit.page
    held: list[Route] = []
    slow = True
    address = re.compile(r"/admin/drafts/\d+$")
    page.route(address, lambda it: held.append(it) if slow else it.continue_())
    page.clock.install()
    fill(visit, "Name", "One")
    with page.expect_request(address):
        page.clock.run_for(1000)
    fill(visit, "Name", "Two")
    page.clock.run_for(1000)
    page.clock.resume()
    slow = False
    for each in held:
        each.continue_()
    root = model(visit, office)
    assert next(root.iter(f"{{{BPMN}}}startEvent")).get("name") == "Two"
    expect(page.locator("#conflict")).to_be_hidden()


def test_the_mark_of_bpmn_io_can_be_seen(enter: Enter, office: Office):
    page = enter().open(f"/admin/drafts/{office.cases['draft']}")
    page.locator(".modeler-findings > *").wait_for()
    mark = page.locator(".modeler a.bjs-powered-by")
    box = box_of(mark)
    assert (box["width"] >= 40, box["height"] >= 15) == (True, True)
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    at = "([x, y]) => !!document.elementFromPoint(x, y).closest('.bjs-powered-by')"
    assert page.evaluate(at, middle)
    for _ in themes(page):
        assert mark.evaluate("(mark) => getComputedStyle(mark).color") == "rgb(64, 64, 64)"


def test_on_a_phone_one_can_look(enter: Enter, office: Office):
    page = enter(viewport=PHONE).open(f"/admin/drafts/{office.cases['draft']}")
    page.wait_for_selector(".modeler .djs-element")
    assert page.get_by_text("Drawing wants a larger screen").is_visible()
    assert page.locator(".djs-palette").count() == 0
    assert page.get_by_label("Properties", exact=True).is_hidden()


def test_a_model_without_a_diagram_is_said_to_have_none(enter: Enter):
    visit = enter()
    page = visit.open("/admin/processes/sampler")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.locator(".modeler-notes", has_text="no diagram").wait_for()
    expect(page.locator(".modeler")).to_be_hidden()


def test_what_cannot_be_drawn_is_said(enter: Enter, tmp_path: Path):
    visit = enter()
    page = visit.open("/admin/drafts")
    file = tmp_path / "odd.bpmn"
    text = (FOLDER / "templates/template_approval.bpmn20.xml").read_text("utf-8")
    file.write_text(text.replace("<userTask", '<lane id="n"/><userTask', 1), "utf-8")
    page.get_by_label("BPMN file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector(".modeler[data-ready]")
    page.locator(".modeler-notes", has_text="lane").wait_for()
    assert page.locator("[data-element-id=approve]").count() == 1
