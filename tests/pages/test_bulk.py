"""Many cases at once: found, saved as a file, suspended, moved; one as a file; the overview."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime

import lxml.etree
import pytest

from tests.office import HOSTILE, Office, rows, said, seen, text_of
from tests.pages.test_processes import upload
from tests.pages.test_versions import finished
from tests.play import as_xml

HOME = "/admin/instances"


@pytest.fixture
def three(office: Office) -> list[int]:
    """Cases that a test may change, with a variable that only they have."""
    return [office.start("errands", mark="three") for _ in range(3)]


def test_filters_of_the_address(kermit, office: Office, three):
    page = kermit.get(f"{HOME}?variable=mark%3Dthree&version=1&process=errands")
    assert {f"#{id}" for id in three} <= set(rows(page))
    assert seen(page).cssselect("details.more-filters[open]")
    late, calm = f"#{office.cases['late']}", f"#{office.cases['calm']}"
    assert rows(kermit.get(f"{HOME}?overdue=yes&q={late[1:]}")) == [late]
    assert rows(kermit.get(f"{HOME}?overdue=yes&q={calm[1:]}")) == []
    assert rows(kermit.get(f"{HOME}?q={calm[1:]}")) == [calm]
    assert rows(kermit.get(f"{HOME}?variable=mark%3Dfour")) == []
    assert rows(kermit.get(f"{HOME}?since=2090-01-01")) == []
    assert rows(kermit.get(f"{HOME}?until=2020-01-01&since=nonsense&version=x")) == []


def test_a_file_for_spreadsheets(kermit, office: Office):
    answer = kermit.get(f"{HOME}.csv?view=all")
    assert answer.headers["content-type"].startswith("text/csv")
    found = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert found[str(office.cases["late"])]["business_key"] == "PO-LYON"
    assert found[str(office.cases["cancelled"])]["state"] == "TERMINATED"
    assert found[str(office.cases["hostile"])]["name"] == HOSTILE
    few = csv.DictReader(io.StringIO(kermit.get(f"{HOME}.csv?view=all&q=PO-LYON").text))
    assert [row["id"] for row in few] == [str(office.cases["late"])]


def test_no_text_becomes_a_formula():
    from web.pages.bulk import _csv

    assert _csv([["=1+1", "@x", 5, None, "plain"]]) == b"'=1+1,'@x,5,,plain\r\n"


def test_picked_ones_are_suspended(kermit, three):
    asked = "&".join(f"id={id}" for id in three[:2])
    page = seen(kermit.get(f"{HOME}/bulk?{asked}"))
    assert text_of(page.cssselect("h1")[0]) == "2 instances"
    fields = {"id": [str(id) for id in three[:2]], "what": "suspend", "reason": "audit"}
    answer = kermit.submit(f"{HOME}/bulk", **fields)
    batch = finished(kermit, answer.headers["location"])
    assert "2 done" in text_of(batch.cssselect("#batch [role=status]")[0])
    journal = seen(kermit.get(f"{HOME}/{three[0]}")).cssselect("section[aria-labelledby=journal]")
    assert "audit" in text_of(journal[0])
    third = seen(kermit.get(f"{HOME}/{three[2]}"))
    assert text_of(third.cssselect(".head .badge")[0]) == "Running"


def test_all_that_match_get_a_variable(kermit, three):
    place = f"{HOME}/bulk?variable=mark%3Dthree&all=yes"
    count = text_of(seen(kermit.get(place)).cssselect("h1")[0])
    row = {"name": "seen", "kind": "yes", "value": "", "seen": ""}
    answer = kermit.submit(place.replace("&all=yes", ""), all="yes", what="set-variables", **row)
    batch = finished(kermit, answer.headers["location"])
    done = text_of(batch.cssselect("#batch [role=status]")[0])
    assert done.startswith(f"{count.split()[0]} done")
    assert "seen" in kermit.get(f"{HOME}/{three[1]}").text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"what": "repeat"}, "Choose the step"),
        ({"what": "modify"}, "Choose what to cancel"),
        ({"what": "explode"}, "cannot be done"),
        (
            {"what": "set-variables", "name": "n", "kind": "number", "value": "x", "seen": ""},
            "no number",
        ),
    ],
)
def test_what_is_not_said_is_asked_for(kermit, three, fields, says):
    kermit.get(f"{HOME}/bulk?id={three[0]}")
    answer = kermit.submit(f"{HOME}/bulk", id=str(three[0]), **fields)
    assert answer.status_code == 422
    assert says in text_of(seen(answer).cssselect("[role=alert]")[0])


def test_nothing_picked(kermit):
    assert said(kermit, kermit.get(f"{HOME}/bulk")) == "Nothing was chosen."
    assert said(kermit, kermit.submit(f"{HOME}/bulk", what="cancel")) == "Nothing was chosen."


def test_moving_leads_to_the_plan(kermit, office: Office, three):
    kermit.get(f"{HOME}/bulk?id={three[0]}")
    answer = kermit.submit(f"{HOME}/bulk", id=[str(id) for id in three], what="migrate")
    assert "/admin/processes/errands/migrate?old=1&instances=" in answer.headers["location"]
    both = [str(three[0]), str(office.cases["report"])]
    answer = kermit.submit(f"{HOME}/bulk", id=both, what="migrate")
    assert "one version" in text_of(seen(answer).cssselect("[role=alert]")[0])


def test_a_case_as_one_file_holds_what_it_called_too(kermit, office: Office):
    calling = as_xml(
        "start > asks > end\n"
        '<callActivity id="asks" calledElement="errands" flowable:inheritVariables="true"/>',
        "calling",
    )
    assert upload(kermit, ("calling.bpmn", calling.encode())).status_code == 303
    number = office.start("calling", mark="from above")
    answer = kermit.get(f"{HOME}/{number}/case.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert json.loads(packed.read("case.json"))["process_key"] == "calling"
        [called] = [name for name in packed.namelist() if name.endswith("/case.json")]
        folder = called.removesuffix("case.json")
        assert re.fullmatch(r"called/\d+/", folder)
        assert json.loads(packed.read(called))["process_key"] == "errands"
        assert json.loads(packed.read(f"{folder}variables.json"))["mark"] == "from above"
        assert packed.read(f"{folder}journal.txt")
        assert packed.namelist().count("comments.json") == 1


def test_a_case_as_one_file(kermit, office: Office):
    answer = kermit.get(f"{HOME}/{office.cases['report']}/case.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        case = json.loads(packed.read("case.json"))
        [task], steps = (json.loads(packed.read(f"{part}.json")) for part in ("tasks", "journal"))
        assert case["id"] == office.cases["report"]
        assert case["started"] == steps[0]["at"] == task["created"]
        assert abs(datetime.fromisoformat(case["started"]) - datetime.now(UTC)).days < 5
        assert (case["ended"], task["due"]) == (None, None)
        assert not {"waiting", "problem", "overdue"} & set(case)
        assert json.loads(packed.read("variables.json"))["initiator"] == "kermit"
        assert "kermit" in packed.read("journal.txt").decode()
        drawing = lxml.etree.fromstring(packed.read("diagram.svg"))
    texts = " ".join(drawing.itertext())
    assert "Expense" in texts
    kinds = " ".join(each.get("class", "") for each in drawing.iter())
    assert "shape active" in kinds
    assert "flow taken" in kinds
    plain = kermit.get(f"{HOME}/{office.cases['hostile']}/case.zip")
    assert "diagram.svg" not in zipfile.ZipFile(io.BytesIO(plain.content)).namelist()
    assert kermit.get(f"{HOME}/999999999/case.zip").status_code == 404


def test_the_overview(kermit):
    page = seen(kermit.get("/admin"))
    tiles = {text_of(tile.cssselect(".what")[0]): tile for tile in page.cssselect(".tile")}
    assert int(text_of(tiles["Incidents"].cssselect("strong")[0])) >= 1
    assert int(text_of(tiles["Overdue tasks"].cssselect("strong")[0])) >= 1
    assert text_of(tiles["Last backup"].cssselect("strong")[0])
    assert "missing" in text_of(page.cssselect("section[aria-labelledby=now]")[0])
    week = text_of(page.cssselect("section[aria-labelledby=week]")[0])
    assert "Deploy a process of your own" in week
