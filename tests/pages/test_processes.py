"""Processes and deploying: lists, versions, files to save, uploads good and bad."""

import pytest

from tests.office import ERRANDS, START_FORM, rows, said, seen, text_of

XML = "application/xml"


def upload(client, *files: tuple[str, bytes], action: str = "deploy"):
    client.get("/admin/deploy")
    fields = {"_csrf_token": client.token, "action": action}
    return client.post(
        "/admin/deploy", data=fields, files=[("files", (name, data, XML)) for name, data in files]
    )


def model(key: str, **replaced: str) -> bytes:
    text = ERRANDS.replace("errands", key)
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text.encode()


def findings(page) -> str:
    assert page.status_code == 422, page.text
    return text_of(seen(page).cssselect("section[aria-labelledby=findings]")[0])


def test_each_finding_leads_to_the_help_about_its_rule(kermit):
    wrong = b"<html/>"
    page = seen(upload(kermit, ("wrong.bpmn", wrong)))
    links = [each.get("href") for each in page.cssselect("section[aria-labelledby=findings] td a")]
    assert links == ["/help/rules#not-bpmn"]


@pytest.mark.parametrize("path", ["no_such", "no_such/1", "sampler/99", "sampler/99/xml", "%00"])
def test_what_is_not_deployed(kermit, path):
    assert kermit.get(f"/admin/processes/{path}").status_code == 404


def test_the_list(kermit):
    page = kermit.get("/admin/processes")
    assert "Sampler" in rows(page)
    assert rows(kermit.get("/admin/processes?q=leave_request")) == ["Leave Request Demo"]
    assert rows(kermit.get("/admin/processes?q=nothing-like-it")) == []
    names = rows(kermit.get("/admin/processes?sort=-name"))
    assert names == sorted(names, key=str.casefold, reverse=True)


def test_one_process(kermit):
    page = seen(kermit.get("/admin/processes/expense_reimbursement_demo"))
    call = text_of(page.cssselect("pre.code")[0])
    assert "/processapi/expense_reimbursement_demo/start" in call
    saved = kermit.get("/admin/processes/expense_reimbursement_demo/1/xml")
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert b"flowable:candidateGroups" in saved.content


def test_a_process_with_a_start_form_has_no_call_that_starts_it(kermit):
    page = kermit.get("/admin/processes/leave_request_demo")
    assert "/processapi/leave_request_demo/start" not in page.text


def test_suspending_and_activating(kermit):
    kermit.get("/admin/processes/broken")
    response = kermit.submit("/admin/processes/broken/suspend")
    assert said(kermit, response) == "Suspended: it cannot be started now."
    assert "Broken" in rows(kermit.get("/admin/processes?view=suspended"))
    assert "Broken" not in rows(kermit.get("/admin/processes?view=active"))
    response = kermit.submit("/admin/processes/broken/activate")
    assert said(kermit, response) == "Active: it can be started again."


def test_no_file(kermit):
    assert "Choose at least one file" in findings(upload(kermit))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.bpmn", b"", "empty.bpmn"),
        ("text.bpmn", b"hello", "text.bpmn"),
        ("notes.txt", b"hello", "the name must end with"),
        ("bad.form", b"{", "bad.form"),
        ("bomb.bpmn", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><definitions>&a;</definitions>', "bomb"),
        ("digits.bpmn", model("errands").replace(b'id="errands"', b'id="42"'), "42"),
        ("flow.bpmn", model("flow", targetRef='targetRef="nowhere" x'), "flow.bpmn"),
    ],
)
def test_what_cannot_run_is_refused_by_file(kermit, name, data, says):
    assert says in findings(upload(kermit, (name, data)))


def test_a_finding_names_its_line(kermit):
    wrong = model("wrong_line", **{"vars:getOrDefault(due, null)": "1 +"})
    first = wrong[: wrong.index(b"<userTask")].count(b"\n") + 1
    last = wrong[: wrong.index(b"/>", wrong.index(b"<userTask"))].count(b"\n") + 1
    found = findings(upload(kermit, ("wrong.bpmn", wrong)))
    assert any(f"line {line}" in found for line in range(first, last + 1))
    assert "errand" in found


def test_one_bad_file_keeps_all_out(kermit):
    page = upload(kermit, ("good.bpmn", model("good_one")), ("bad.bpmn", b"<x"))
    assert "nothing was deployed" in findings(page)
    assert kermit.get("/admin/processes/good_one").status_code == 404


def test_two_files_of_one_name(kermit):
    again = ("../same.bpmn", model("twice_b"))
    page = upload(kermit, ("same.bpmn", model("twice_a")), again)
    assert page.status_code == 422 or page.status_code == 303


def test_only_checking_deploys_nothing(kermit):
    page = upload(kermit, ("checked.bpmn", model("checked")), action="check")
    assert page.status_code == 200
    assert kermit.get("/admin/processes/checked").status_code == 404


def test_a_new_version_and_nothing_new(kermit):
    first = upload(kermit, ("steps.bpmn", model("steps")))
    assert first.headers["location"] == "/admin/processes/steps"
    assert "Deployed: Errands version 1." in said(kermit, first)
    same = upload(kermit, ("steps.bpmn", model("steps")))
    assert "no new version" in said(kermit, same)
    second = upload(kermit, ("steps.bpmn", model("steps", Errands="Errands &lt;2&gt;")))
    assert "Deployed: Errands <2> version 2." in said(kermit, second)
    page = seen(kermit.get("/admin/processes/steps/1"))
    assert "This is version 1. Starts use version 2." in text_of(page.cssselect(".notice.info")[0])
    versions = page.cssselect("section[aria-labelledby=versions] .title")
    assert [text_of(version) for version in versions] == ["Version 2", "Version 1"]


def test_a_form_alone(kermit):
    text = str(START_FORM | {"id": "spare"}).replace("'", '"').replace("True", "true")
    page = upload(kermit, ("spare.form", text.encode()))
    assert page.headers["location"] == "/admin/processes"
    assert said(kermit, page) == "The forms are deployed."


def test_what_is_not_executable_is_kept_for_viewing(kermit):
    drawn = model("drawn", isExecutable='isExecutable="false" wasExecutable').replace(
        b'wasExecutable="true"', b""
    )
    assert "Deployed" in said(kermit, upload(kermit, ("drawn.bpmn", drawn)))
    page = kermit.get("/admin/processes/drawn")
    assert "For viewing only" in page.text
    assert "/start/drawn" not in page.text
    assert "drawn" in kermit.get("/admin/processes?view=viewed").text
    assert rows(kermit.get("/admin/processes?view=active&q=drawn")) == []
    assert kermit.get("/admin/processes/drawn/1/xml").content == drawn
    assert kermit.get("/admin/processes/drawn/1/diagram").status_code == 200
    assert kermit.get("/start/drawn").status_code == 409
