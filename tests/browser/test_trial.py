"""Try it: a draft runs in a sandbox, step by step on the diagram, and the run is kept."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import FilePayload, expect

from appliance.cli import program
from tests.browser.conftest import Enter, Visit
from tests.browser.test_modeler import begin, choose, fill, pressed
from tests.browser.test_round_trip import with_a_diagram
from tests.office import SAMPLER, Office

pytestmark = pytest.mark.browser
PDF = b"%PDF-1.4\n%%EOF\n"


def draw(visit: Visit, name: str) -> None:
    """Start, a task that gets late after an hour, a decision by ``amount``, two ends."""
    begin(visit, name)
    choose(visit, "Started (Start event)")
    pressed(visit, "User task")
    fill(visit, "Name", "Decide")
    fill(visit, "Assignee", "${initiator}")
    pressed(visit, "Timer on its edge")
    fill(visit, "Name", "Late")
    visit.page.get_by_label("Ends its activity").uncheck()
    fill(visit, "Duration", "PT1H")
    pressed(visit, "User task")
    fill(visit, "Name", "Remind")
    fill(visit, "Candidate groups", "managers")
    pressed(visit, "End event")
    choose(visit, "Decide (User task)")
    pressed(visit, "Exclusive gateway")
    fill(visit, "Name", "How much?")
    pressed(visit, "End event")
    fill(visit, "Name", "Small")
    choose(visit, "How much? (Exclusive gateway)")
    pressed(visit, "End event")
    fill(visit, "Name", "Large")
    flow = visit.page.get_by_label("Default flow")
    choose(visit, "How much? (Exclusive gateway)")
    flow.select_option(label="to Small")
    chooser = visit.page.get_by_label("Element", exact=True)
    flows = chooser.locator("option", has_text="Sequence flow")
    chooser.select_option(flows.last.get_attribute("value"))
    fill(visit, "Taken when", "${amount > 500}")


def click(visit: Visit, name: str) -> None:
    visit.page.locator(".modeler-trial").get_by_role("button", name=name).click()


def upload(name: str, content: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=content)


def played(visit: Visit, folder: Path) -> str:
    """Save the run as a scenario and play that; what the command says."""
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="Save as scenario").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        packed.extractall(folder)
    return CliRunner().invoke(program, ["test", str(folder), "--coverage"]).output


def test_from_nothing_to_a_running_process(enter: Enter, office: Office, tmp_path: Path):
    visit = enter()
    draw(visit, "Tried out")
    page = visit.page
    trial = page.locator(".modeler-trial")
    page.get_by_role("button", name="Try it").click()
    trial.get_by_text("not started").wait_for()
    trial.get_by_label("Variables").fill("{not json")
    click(visit, "Start")
    trial.get_by_role("alert").filter(has_text="no JSON").wait_for()
    trial.get_by_label("Variables").fill('{"amount": 900}')
    trial.get_by_label("As", exact=True).fill("kermit")
    trial.get_by_label("As", exact=True).press("Tab")
    click(visit, "Start")
    trial.get_by_role("heading", name="Decide").wait_for()
    assert page.locator(".djs-shape.is-active").count() == 1
    click(visit, "Jump to 2026-01-05 10:00 UTC")
    trial.get_by_role("heading", name="Remind").wait_for()
    assert "2026-01-05 10:00 UTC" in trial.locator(".trial-clock").inner_text()
    trial.get_by_role("button", name="Complete").first.click()
    trial.get_by_role("heading", name="Decide").wait_for(state="detached")
    click(visit, "Complete")
    trial.locator(".badge", has_text="completed").wait_for()
    assert "1 passed, 0 failed" in played(visit, tmp_path)
    click(visit, "Back to drawing")
    page.get_by_role("link", name="Deploy…").click()
    page.get_by_role("button", name="Deploy version 1").click()
    page.get_by_role("heading", name="Tried out").wait_for()
    number = office.start("tried_out", amount=900)
    page = visit.open(f"/admin/instances/{number}")
    page.wait_for_selector(".djs-shape.is-active")
    assert visit.faults() == []


def test_what_cannot_run_cannot_be_tried(enter: Enter):
    visit = enter()
    begin(visit, "Cannot run")
    choose(visit, "Started (Start event)")
    pressed(visit, "Service task")
    visit.page.get_by_role("button", name="Try it").click()
    visit.page.get_by_role("alert").filter(has_text="needs an expression").wait_for()
    click(visit, "Back to drawing")
    assert visit.page.locator(".modeler-trial").is_hidden()


TWO_WAYS = """{"type": "default", "id": "two_ways", "wf:outcomeVariable": "way",
  "components": [
    {"type": "textfield", "key": "why", "label": "Why", "validate": {"required": true}}],
  "wf:outcomes": [{"value": "ask", "label": "Ask for it"},
    {"value": "draft", "label": "Only a sketch", "checked": false}]}"""


def test_a_start_form_begins_with_its_own_buttons(enter: Enter, office: Office, tmp_path: Path):
    with office.client("kermit") as client:
        client.get("/admin/deploy")
        form = {"files": ("two_ways.form", TWO_WAYS.encode())}
        client.post("/admin/deploy", data={"_csrf_token": client.token}, files=form)
    visit = enter()
    begin(visit, "Two ways")
    choose(visit, "Started (Start event)")
    fill(visit, "Form key", "two_ways")
    pressed(visit, "User task")
    fill(visit, "Name", "Look at it")
    page = visit.page
    trial = page.locator(".modeler-trial")
    page.get_by_role("button", name="Try it").click()
    click(visit, "Ask for it")
    trial.locator(".error:visible", has_text="is required").wait_for()
    assert (
        trial.get_by_role("button", name="Start", exact=True).locator("visible=true").count() == 0
    )
    click(visit, "Only a sketch")
    trial.locator(".trial-values", has_text='"draft"').wait_for()
    assert "1 passed, 0 failed" in played(visit, tmp_path)
    assert "outcome: draft" in (tmp_path / "two_ways.scenario.yaml").read_text()
    assert visit.faults() == []


def test_rows_and_files_are_tried_and_a_form_can_be_passed(enter: Enter, tmp_path: Path):
    visit = enter()
    page = visit.open("/admin/drafts")
    drawn = with_a_diagram(SAMPLER.encode())
    page.get_by_label("BPMN file").set_input_files(upload("s.bpmn", drawn))
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector(".modeler[data-ready]")
    trial = page.locator(".modeler-trial")
    page.get_by_role("button", name="Try it").click()
    trial.get_by_label("As", exact=True).fill("kermit")
    papers = trial.get_by_label("Papers")
    papers.set_input_files([upload("offer.pdf", PDF), upload("terms.txt", b"terms")])
    trial.get_by_role("button", name="Start").first.click()
    trial.locator(".error", has_text="is required").wait_for()
    expect(trial.get_by_label("Subject *")).to_be_focused()
    assert trial.get_by_role("alert").count() == 0
    trial.get_by_label("Subject *").fill("A list")
    trial.get_by_role("button", name="Start").first.click()
    trial.get_by_role("heading", name="Fill everything in").wait_for()
    trial.get_by_label("Title *").fill("Taxis")
    trial.get_by_label("Amount *").fill("12")
    rows = trial.get_by_label("Items", exact=True)
    rows.fill("[{")
    rows.press("Escape")  # in JSON Tab indents
    rows.press("Tab")
    trial.locator(".error", has_text="JSON").wait_for()
    rows.fill('[{"item": "Taxi", "cost": 12}]')
    rows.press("Escape")
    rows.press("Tab")
    trial.locator(".error:visible").wait_for(state="detached")
    trial.get_by_label("Receipt", exact=True).set_input_files(upload("receipt.exe", b"MZ"))
    click(visit, "Submit")
    trial.locator(".error:visible", has_text="receipt.exe").wait_for()
    trial.get_by_label("Receipt", exact=True).set_input_files(upload("receipt.pdf", PDF))
    click(visit, "Submit")
    trial.get_by_role("heading", name="Look once more").wait_for()
    assert "1 passed, 0 failed" in played(visit, tmp_path)
    assert (tmp_path / "files/receipt.pdf").read_bytes() == PDF
    trial.locator(".trial-values", has_text='[{"item":"Taxi","cost":12}]').wait_for()
    click(visit, "Begin again")
    trial.get_by_text("not started").wait_for()
    trial.locator("summary", has_text="Past the form").click()
    trial.locator("details").get_by_label("Variables").fill('{"subject": "By a program"}')
    trial.locator("details").get_by_role("button", name="Start").click()
    trial.locator(".trial-values", has_text="By a program").wait_for()
    assert visit.faults() == []
