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
from playwright.sync_api import FilePayload, Page

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

    One in a list has the name of the list before its own, and so has a list in another.
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
    page = imported(visit, with_a_diagram((PANEL / "empty.bpmn").read_bytes()))
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
    content = xml(visit)
    assert visit.faults() == []
    return content, times, there - used


def imported(visit: Visit, content: bytes) -> Page:
    """The modeler with a file."""
    page = visit.open("/admin/drafts")
    file = FilePayload(name="m.bpmn", mimeType="application/xml", buffer=content)
    page.get_by_label("BPMN file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector(".modeler[data-ready]")
    return page


def xml(visit: Visit) -> bytes:
    """What is drawn, once it is on the server."""
    saved(visit)
    return visit.page.request.get(visit.page.url.partition("#")[0] + "/xml").body()


def say(visit: Visit, field: Field) -> tuple[str, str]:
    """Fill in, choose or tick; the section and the name of the field."""
    within = visit.page.locator(".modeler-panel").first
    *lists, name = field.name.split(" / ")
    for each in [*lists, name] if field.said == "+" else lists:
        within = within.get_by_role("group", name=each, exact=True).first
    if field.said == "+":
        within.get_by_role("button", name=f"Add {name}", exact=True).last.click()
        return "", ""
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


BARE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="tests">
  <process id="bare" isExecutable="true"><userTask id="only" name="Only"/></process>
</definitions>"""


def test_a_file_names_a_dialect_once_it_speaks_it(enter: Enter):
    visit = enter()
    imported(visit, with_a_diagram(BARE.encode()))
    choose(visit, "Only (")
    say(visit, Field("", "Name", "Alone"))
    assert b"flowable.org" not in xml(visit)
    say(visit, Field("", "Assignee", "kermit"))
    assert b"flowable.org" in xml(visit)
    # Without ours it would be a model of Flowable's, in which compensation does not wait.
    assert b"workingflow.dev" in xml(visit)


CAMUNDAS = """<definitions targetNamespace="tests"
    xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
  <process id="theirs" isExecutable="true"><userTask id="only" name="Only"><extensionElements>
    <camunda:inputOutput><!-- a note -->
      <camunda:inputParameter name="way"><camunda:list><camunda:value id="v">a</camunda:value>
        <camunda:map><camunda:entry key="k"/></camunda:map></camunda:list></camunda:inputParameter>
      <camunda:outputParameter name="done">first
second</camunda:outputParameter>
    </camunda:inputOutput></extensionElements></userTask></process></definitions>"""


def test_local_values_of_a_file_keep_what_is_not_changed(enter: Enter):
    visit = enter()
    imported(visit, with_a_diagram(CAMUNDAS.encode()))
    choose(visit, "Only (")
    say(visit, Field("", "Input / Variable", "path"))
    say(visit, Field("", "Input / Entry / Entry / Name", "key"))
    content = xml(visit)
    for kept in (b"a note", b'<camunda:value id="v">a<', b"first\nsecond", b'key="key"', b'"path"'):
        assert kept in content, content
    assert b"wf:" not in content
    for name, removed in (("Input", b"inputParameter"), ("Output", b"inputOutput")):
        button = f"Remove {name} 1"
        visit.page.get_by_role("button", name=button, exact=True).click()
        assert removed not in xml(visit)
