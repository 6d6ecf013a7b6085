"""Versions compared, running cases moved between them and back; figures; what a deployment does."""

import time

import pytest

from tests.office import ERRANDS, Office, said, seen, text_of
from tests.pages.test_processes import upload
from tests.serving import PATIENCE

HOME = "/admin/processes/growing"


@pytest.fixture
def two_versions(kermit) -> str:
    """The key of a process of two versions, with a case in the first, that a test may move."""
    key = f"moving{time.monotonic_ns()}"
    text = ERRANDS.replace("errands", key).replace("${{vars:getOrDefault(due, null)}}", "")
    upload(kermit, (f"{key}.bpmn", text.encode()))
    kermit.get("/start")
    kermit.submit(f"/start/{key}")
    changed = text.replace('"errand"', '"chore"').replace("Run an errand", "Do a chore")
    upload(kermit, (f"{key}.bpmn", changed.encode()))
    return key


def finished(kermit, place: str):
    """The page of a migration or batch when it is through."""
    until = time.monotonic() + PATIENCE
    while "At work" in text_of((page := seen(kermit.get(place))).cssselect(".lead")[0]):
        assert time.monotonic() < until
    return page


@pytest.mark.parametrize("path", ["compare", "migrate", "compare?old=9", "migrate?new=7&old=1"])
def test_versions_that_are_not_there(kermit, path):
    assert kermit.get(f"/admin/processes/no_such/{path}").status_code == 404
    if "=" in path:
        assert kermit.get(f"{HOME}/{path}").status_code == 404
    assert kermit.get("/admin/moves/999999999").status_code == 404


def test_a_comparison(kermit):
    page = seen(kermit.get(f"{HOME}/compare"))
    lines = [
        text_of(row) for row in page.cssselect("section[aria-labelledby=differences] tbody tr")
    ]
    assert any(line.startswith("WaituserTask grown") and "removed" in line for line in lines)
    assert any("Wait longer" in line and "added" in line for line in lines)
    assert '"grown":"removed"' in page.cssselect("#old-marks")[0].get("data-marks")
    assert '"tall":"added"' in page.cssselect("#new-marks")[0].get("data-marks")
    same = kermit.get(f"{HOME}/compare?old=1&new=1")
    assert "Choose two different versions" in same.text


def test_one_version_alone_cannot_be_moved(kermit):
    answer = kermit.get("/admin/processes/sampler/migrate")
    assert answer.status_code == 303
    assert "already" in said(kermit, answer)


def test_tried_moved_and_taken_back(kermit, two_versions):
    place = f"/admin/processes/{two_versions}/migrate?old=1&new=2"
    page = seen(kermit.get(place))
    assert "lost" in page.cssselect("#old-marks")[0].get("data-marks")
    tried = seen(kermit.submit(place, action="try", **{"to.errand": "-"}))
    assert "1 obstacle" in text_of(tried.cssselect("#outlook")[0])
    tried = seen(kermit.submit(place, action="try", **{"to.errand": "chore"}))
    assert text_of(tried.cssselect("#outlook")[0]) == "1 instance can move"
    assert '"chore":"+1"' in tried.cssselect("#new-marks")[0].get("data-marks")
    wrong = kermit.submit(place, action="move", **{"to.errand": "nowhere"})
    assert wrong.status_code == 422
    answer = kermit.submit(place, action="move", reason="renamed", **{"to.errand": "chore"})
    move = answer.headers["location"]
    assert "1 moved" in text_of(finished(kermit, move).cssselect("[aria-labelledby=progress]")[0])
    process = kermit.get(f"/admin/processes/{two_versions}")
    assert move in process.text
    back = kermit.submit(f"{move}/undo", reason="too early").headers["location"]
    assert "1 moved" in text_of(finished(kermit, back).cssselect("[aria-labelledby=progress]")[0])
    again = kermit.submit(f"{move}/undo")
    assert "was undone" in said(kermit, again)


@pytest.mark.parametrize("mode", ["live", "count", "median", "p90", "late", "nonsense"])
@pytest.mark.parametrize("period", ["1", "all", "days"])
def test_figures(kermit, mode, period):
    asked = f"mode={mode}&period={period}&since=2020-01-01&until=2020-13-99&of=version"
    page = seen(kermit.get(f"/admin/processes/errands?{asked}"))
    assert page.cssselect("#marks")[0].get("data-marks").startswith("{")
    assert page.cssselect("#figures")


def test_figures_of_a_time(kermit):
    page = seen(kermit.get("/admin/processes/errands?mode=late&period=all"))
    [errand] = [
        row
        for row in page.cssselect("#figures tbody tr")
        if text_of(row).startswith("Run an errand")
    ]
    assert "%" in text_of(errand)
    assert '"errand":"' in page.cssselect("#marks")[0].get("data-marks")
    then = seen(
        kermit.get("/admin/processes/errands?period=days&since=2020-01-01&until=2020-01-02")
    )
    assert "no instance was started" in text_of(then.cssselect("#figures")[0])


def test_suspended_with_its_instances(kermit, two_versions):
    kermit.get("/admin/processes")
    answer = kermit.submit(f"/admin/processes/{two_versions}/suspend", instances="true")
    batch = finished(kermit, answer.headers["location"])
    assert "1 done" in text_of(batch.cssselect("#batch [role=status]")[0])
    page = kermit.get(f"/admin/instances?view=suspended&process={two_versions}")
    assert len(seen(page).cssselect(".rows .title")) == 1
    answer = kermit.submit(f"/admin/processes/{two_versions}/activate", instances="true")
    finished(kermit, answer.headers["location"])
    page = kermit.get(f"/admin/instances?view=suspended&process={two_versions}")
    assert not seen(page).cssselect(".rows .title")


def test_what_a_deployment_would_change(kermit, office: Office, two_versions):
    text = ERRANDS.replace("errands", two_versions)
    page = seen(upload(kermit, ("x.bpmn", text.encode()), action="check"))
    told = text_of(page.cssselect("section[aria-labelledby=effect-1]")[0])
    assert "version 2 → 3" in told
    assert "1 instance in version 1" in told
    assert "Run an errand" in told
    same = upload(kermit, ("errands.bpmn", ERRANDS.encode()), action="check")
    assert "deployed just so already" in same.text
    new = upload(
        kermit, ("x.bpmn", text.replace(two_versions, "brandnew").encode()), action="check"
    )
    assert "nothing runs that this could change" in new.text
