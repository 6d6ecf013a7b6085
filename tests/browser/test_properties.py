"""Every field of the properties does in the engine what it says.

In the browser, ``panel/fields.txt`` is filled in on ``panel/empty.bpmn``; what was drawn is
deployed in memory, and ``panel/filled.scenario.yaml`` tells what each field does then.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload

from appliance.actor import SYSTEM, Actor
from appliance.errors import Forbidden
from appliance.scenario.play import play
from appliance.scenario.read import CLOCK, read
from appliance.scenario.report import told
from appliance.scenario.stage import Stage, stages
from engine.times import parse_date
from tests.browser.conftest import Enter, Visit
from tests.browser.test_modeler import begin, choose, pressed, saved
from tests.browser.test_round_trip import with_a_diagram
from tests.office import Office
from web import formats

pytestmark = pytest.mark.browser
PANEL = Path(__file__).parent / "panel"
MINUTE = 60_000
ABOUT = (
    "(it) => [it.closest('.panel-section').querySelector('h2').textContent, it.type, it.className]"
)
LABELS = """
() => [...document.querySelectorAll(".panel-section label")].map((label) => [
  label.closest(".panel-section").querySelector("h2").textContent, label.textContent,
])
"""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an element and what is said in it: a text, nothing for a tick, ``+`` for one more.

    One in a list has the name of the list before its own.
    """

    element: str
    name: str
    said: str


def fields() -> Iterator[Field]:
    """The table."""
    element = ""
    for line in (PANEL / "fields.txt").read_text("utf-8").splitlines():
        if not line.startswith(" "):
            element = line
        elif line.startswith("  + "):
            yield Field(element, line[4:], "+")
        else:
            name, _, said = line.strip().partition(" = ")
            yield Field(element, name, said)


def filled(
    enter: Enter, office: Office
) -> tuple[bytes, dict[str, list[str]], set[tuple[str, ...]]]:
    """What is drawn once everything is filled in; the times that timers showed; fields left out."""
    visit = enter()
    page = visit.open("/admin/drafts")
    empty = with_a_diagram((PANEL / "empty.bpmn").read_bytes())
    file = FilePayload(name="m.bpmn", mimeType="application/xml", buffer=empty)
    page.get_by_label("BPMN file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector(".modeler[data-ready]")
    used: set[tuple[str, ...]] = set()
    there: set[tuple[str, ...]] = set()
    times: dict[str, list[str]] = {}
    at = ""
    for field in fields():
        if field.element != at:
            there |= {tuple(pair) for pair in page.evaluate(LABELS)}
            at = field.element
            choose(visit, at)
        used.add(say(visit, field))
        if field.name in ("Duration", "Date", "Cycle", "Until"):
            page.locator(".modeler-panel .firings li").first.wait_for()
            times[at.removesuffix(" (")] = page.locator(".firings li").all_inner_texts()
    there |= {tuple(pair) for pair in page.evaluate(LABELS)}
    saved(visit)
    content = page.request.get(page.url.partition("#")[0] + "/xml").body()
    assert visit.faults() == []
    return content, times, there - used


def say(visit: Visit, field: Field) -> tuple[str, str]:
    """Fill in, choose or tick; the section and the name of the field."""
    panel = visit.page.locator(".modeler-panel").first
    if field.said == "+":
        panel.get_by_role("button", name=f"Add {field.name}", exact=True).click()
        return "", ""
    *lists, name = field.name.split(" / ")
    within = panel.get_by_role("group", name=lists[0], exact=True).first if lists else panel
    one = within.get_by_label(name, exact=True).last
    section, kind, style = one.evaluate(ABOUT)
    if kind == "checkbox":
        one.set_checked(field.said != "no")
    elif kind == "select-one":
        one.select_option(field.said)
    else:
        one.fill(field.said)
        if kind == "textarea" and style == "mono":
            one.press("Escape")  # in a script Tab indents
        one.press("Tab")
    return section, name


def test_every_field_does_what_it_says(enter: Enter, office: Office, tmp_path: Path):
    content, shown, left_out = filled(enter, office)
    assert left_out == set()
    shutil.copytree(PANEL, tmp_path, dirs_exist_ok=True)
    (tmp_path / "filled.bpmn20.xml").write_bytes(content)
    with stages() as opened:
        for scenario in read(tmp_path / "filled.scenario.yaml"):
            with opened(scenario.clock) as stage:
                result = play(scenario, stage)
            assert result.ok, told(result)
        for name, times in shown.items():
            node, first = TIMERS[name]
            with opened(moment(times[0]) - first) as stage:
                assert fired(stage, content, node, len(times)) == times, name
        with opened(parse_date(CLOCK, UTC)) as stage:
            check_rights(stage, content)
    assert shown.keys() == TIMERS.keys()


TIMERS = {
    "After a while": ("after", 90 * MINUTE),
    "At a date": ("at", MINUTE),
    "Now and then": ("again", 24 * 60 * MINUTE),
    "On weekdays": ("weekdays", MINUTE),
    "Three times": ("thrice", 7 * 60 * MINUTE),
    "Meanwhile": ("hourly", 5 * 60 * MINUTE),
    "Every night": ("everyNight", 24 * 60 * MINUTE),
}
"""The id of each timer, and how long before its first time it may be set."""


def moment(shown: str) -> int:
    """The time that the panel shows, in ms."""
    written = "%a %d %b %Y %H:%M" + (":%S" if shown.count(":") > 1 else "")
    return int(datetime.strptime(shown, written).replace(tzinfo=UTC).timestamp()) * 1000


def deployed(stage: Stage, content: bytes) -> None:
    """Put what was drawn on a stage."""
    files = {"choice.form": (PANEL / "choice.form").read_bytes(), "m.bpmn": content}
    stage.box.processes.deploy(files, SYSTEM).result()


def fired(stage: Stage, content: bytes, node: str, times: int) -> list[str]:
    """When a timer happens that is set now, as the panel shows such times."""
    deployed(stage, content)
    stage.box.instances.start("timers", {}, SYSTEM).result()
    sql = "SELECT started FROM activity WHERE node = ? ORDER BY id"
    rows: list[tuple[int]] = []
    while len(rows) < times and (due := stage.box.clockwork.next_due()) is not None:
        stage.pass_until(due)
        rows = stage.box.store.read().execute(sql, (node,)).fetchall()
    return [formats.exact(started, UTC) for (started,) in rows]


def check_rights(stage: Stage, content: bytes) -> None:
    """Who may start what, and cancel what they started."""
    deployed(stage, content)
    box = stage.box
    gonzo, rizzo = Actor.user("gonzo"), Actor.user("rizzo", frozenset({"managers"}))
    open_to = [
        "people" in [one.key for one in box.processes.startable(who)]
        for who in (Actor.user("piggy"), gonzo, rizzo)
    ]
    assert open_to == [False, True, True]
    assert box.processes.get("people").description == "Who decides what."
    number = stage.start("people", {"subject": "x"}, gonzo, None)
    with pytest.raises(Forbidden):
        box.instances.withdraw(number, None, rizzo)
    box.instances.withdraw(number, "never mind", gonzo).result()
    assert box.instances.status(number).status == "TERMINATED"


def test_a_cycle_that_ends_fires_no_more(enter: Enter):
    visit = enter()
    begin(visit, "Endless")
    choose(visit, "Started (Start event)")
    pressed(visit, "User task")
    pressed(visit, "Timer on its edge")
    say(visit, Field("", "Ends its activity", "no"))
    say(visit, Field("", "When", "timeCycle"))
    say(visit, Field("", "Cycle", "R/P1D"))
    firings = visit.page.locator(".firings li")
    firings.nth(4).wait_for()
    say(visit, Field("", "Until", "2000-01-01T00:00"))
    firings.first.wait_for(state="detached")
