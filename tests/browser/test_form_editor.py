"""The editor of forms: drawn from nothing, seen as people will see it, saved as versions."""

from __future__ import annotations

import json
import re

import pytest

from tests.browser.conftest import Enter
from tests.browser.test_modeler import begin, choose, fill, pressed
from tests.office import Office
from tests.serving import PASSWORD, Client, first

pytestmark = pytest.mark.browser


def test_a_form_from_nothing(enter: Enter, office: Office):
    visit = enter()
    page = visit.open("/admin/forms")
    page.get_by_role("button", name="New form…").click()
    page.get_by_label("Key", exact=True).fill("trip")
    page.get_by_role("button", name="Draw it").click()
    page.wait_for_selector(".form-editor[data-ready]")
    add = page.get_by_label("Add a field", exact=True)
    add.select_option(label="Number")
    properties = page.locator(".form-properties")
    properties.get_by_label("Label", exact=True).fill("Distance")
    properties.get_by_label("Variable", exact=True).fill("distance")
    properties.get_by_label("Must be filled in").check()
    preview = page.locator("[data-preview]")
    preview.get_by_label(re.compile("^Distance")).wait_for()
    add.select_option(label="Choice of buttons")
    page.get_by_role("button", name="Up: Choice of buttons").click()
    page.get_by_role("button", name="Save as version 1").click()
    page.get_by_text("Saved as version 1").wait_for()
    with office.client("kermit") as client:
        saved = json.loads(client.get("/admin/forms/trip/file").content)
    kinds = [(one["type"], one["key"]) for one in saved["components"]]
    assert kinds == [("radio", "field1"), ("number", "distance")]
    assert saved["components"][1]["label"] == "Distance"
    assert saved["components"][1]["validate"] == {"required": True}
    assert visit.faults() == []


def test_what_is_edited_is_kept_and_others_are_told(enter: Enter, office: Office):
    with office.client("kermit") as kermit, Client(office.url) as piggy:
        kermit.get("/admin/users/new")
        added = {"name": "piggy", "display_name": "Miss Piggy", "admin": "true"}
        link = first(r"/password/[\w-]+", kermit.submit("/admin/users/new", **added).text)
        piggy.get(link)
        piggy.submit(link, password=PASSWORD, again=PASSWORD)
    visit, other, colleague = enter(), enter(), enter("piggy")
    page = visit.open("/admin/forms/kept/edit")
    page.wait_for_selector(".form-editor[data-ready]")
    other.open("/admin/forms/kept/edit").wait_for_selector(".form-editor[data-ready]")
    page.get_by_label("Add a field", exact=True).select_option(label="Number")
    page.get_by_text("Draft kept").wait_for()
    other.page.get_by_label("Add a field", exact=True).select_option(label="Text")
    other.page.locator("[data-saved].bad", has_text="Another window of yours").wait_for()
    theirs = colleague.open("/admin/forms/kept/edit")
    theirs.wait_for_selector(".form-editor[data-ready]")
    theirs.locator(".notice", has_text="Others edit this form, too: Kermit").wait_for()
    theirs.get_by_label("Add a field", exact=True).select_option(label="Text")
    theirs.get_by_text("Draft kept").wait_for()
    theirs.get_by_role("button", name="Save as version 1").click()
    theirs.get_by_text("Saved as version 1").wait_for()
    page.get_by_role("button", name="Save as version 1").click()
    page.locator("[data-saved].bad", has_text="Version 1 of this form was saved").wait_for()
    meeting = page.get_by_role("dialog", name="Two people edit this form")
    meeting.get_by_role("link", name="Show theirs").wait_for()
    meeting.get_by_role("button", name="Throw mine away").wait_for()
    meeting.get_by_role("link", name="Go on with mine").click()
    page.locator(".notice.warn", has_text="saved by Miss Piggy since this draft began").wait_for()
    page.get_by_role("button", name=re.compile("^Number")).wait_for()
    page.get_by_role("button", name="Save as version 2").click()
    page.get_by_text("Saved as version 2").wait_for()
    other.page.reload()
    assert other.page.get_by_role("button", name="Throw away…").count() == 0
    other.page.get_by_label("Add a field", exact=True).select_option(label="Text")
    other.page.get_by_text("Draft kept").wait_for()
    other.page.reload()
    other.page.get_by_role("button", name="Throw away…").click()
    other.page.get_by_role("dialog").get_by_role("button", name="Throw away").click()
    other.page.wait_for_selector(".form-editor[data-ready]")
    assert other.page.get_by_role("button", name=re.compile("^Text")).count() == 0
    assert visit.faults() == []


def test_what_is_wrong_is_said_and_not_saved(enter: Enter):
    visit = enter()
    page = visit.open("/admin/forms/wrong/edit")
    page.wait_for_selector(".form-editor[data-ready]")
    page.get_by_label("Add a field", exact=True).select_option(label="Text")
    page.locator(".form-properties").get_by_label("Variable", exact=True).fill("not a name")
    page.get_by_label("Hint").focus()
    page.locator("[data-preview] .notice.bad").first.wait_for()
    page.get_by_role("button", name="Save as version 1").click()
    page.locator("[data-saved].bad").wait_for()


def test_what_the_editor_does_not_know_stays(enter: Enter, office: Office):
    visit = enter()
    page = visit.open("/admin/forms/sampler/edit")
    page.wait_for_selector(".form-editor[data-ready]")
    page.get_by_role("button", name="Title Text").click()
    page.locator(".form-properties").get_by_label("Hint").fill("As short as possible")
    page.get_by_role("button", name=re.compile("Save as version")).click()
    page.locator("[data-saved]", has_text="Saved as version").wait_for()
    with office.client("kermit") as client:
        first = json.loads(client.get("/admin/forms/sampler/file?version=1").content)
        latest = json.loads(client.get("/admin/forms/sampler/file").content)
    assert latest["components"][1].pop("description") == "As short as possible"
    assert latest == first


def test_it_opens_beside_the_modeler_which_knows_what_was_saved(enter: Enter):
    visit = enter()
    begin(visit, "Formed")
    choose(visit, "Started (Start event)")
    pressed(visit, "User task")
    fill(visit, "Form key", "beside")
    page = visit.page
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Draw this form").click()
    editor = opened.value
    editor.wait_for_selector(".form-editor[data-ready]")
    editor.get_by_label("Add a field", exact=True).select_option(label="Number")
    editor.get_by_role("button", name="Save as version 1").click()
    editor.get_by_text("Saved as version 1").wait_for()
    editor.close()
    page.evaluate("dispatchEvent(new Event('focus'))")  # as when its window is chosen again
    page.get_by_role("link", name="Edit the form").wait_for()
    assert visit.faults() == []
