"""Deploying over HTTP as a program, and what stands still in an instance."""

from __future__ import annotations

import httpx
import pytest

from tests.office import Office
from tests.pages.conftest import MadeKey
from tests.play import as_xml
from tests.serving import Client, refusal

DEPLOYMENTS = "/api/v1/deployments"
XML = {"Content-Type": "application/xml"}
FORM = b'{"type": "default", "id": "%s", "components": [{"type": "textfield", "key": "why"}]}'
BROKEN = b"<definitions>"


@pytest.fixture
def ci(key: MadeKey) -> httpx.Client:
    """A program that may deploy, and nothing else but follow and start."""
    return key(scopes=["read", "start", "deploy"])


def sent(ci: httpx.Client, *files: tuple[str, bytes], field: str = "files") -> httpx.Response:
    return ci.post(DEPLOYMENTS, files=[(field, file) for file in files])


def model(key: str, steps: str = "start > wait > end") -> bytes:
    return as_xml(steps, key).encode()


def test_a_deployed_process_is_there_at_once_and_whoever_deployed_it_too(ci, kermit: Client):
    answer = sent(ci, ("shipped.bpmn", model("shipped")))
    assert answer.status_code == 201
    assert list(answer.json()) == ["processes", "findings"]
    assert answer.json()["processes"] == [
        {"key": "shipped", "name": "shipped", "version": 1, "executable": True, "unchanged": False},
    ]  # fmt: skip
    assert [each["rule"] for each in answer.json()["findings"]] == ["nobodys-task"]
    assert "shipped" in [each["key"] for each in ci.get("/processapi/list").json()]
    assert ci.post("/processapi/shipped/start").status_code == 201
    assert "api:program" in kermit.get("/admin/audit?action=process.deploy").text


def test_the_same_again_is_no_new_version(ci):
    for version, steps in ((1, "start > a > end"), (1, "start > a > end"), (2, "start > b > end")):
        answer = sent(ci, ("again.bpmn", model("again", steps)))
        assert answer.status_code == 201
        (process,) = answer.json()["processes"]
        assert process["version"] == version
    again = sent(ci, ("again.bpmn", model("again", "start > b > end"))).json()
    assert again["processes"][0]["unchanged"] is True


def test_models_and_their_forms_come_together(ci):
    asking = model("asking").replace(b"<userTask ", b'<userTask flowable:formKey="why" ')
    alone = sent(ci, ("asking.bpmn", asking)).json()
    assert "unknown-form" in [each["rule"] for each in alone["findings"]]
    both = sent(ci, ("asking.bpmn", asking), ("why.form", FORM % b"why"), field="anything").json()
    assert [(each["key"], each["version"]) for each in both["processes"]] == [("asking", 2)]
    assert "unknown-form" not in [each["rule"] for each in both["findings"]]
    assert sent(ci, ("why.form", FORM % b"why")).json() == {"processes": [], "findings": []}


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8", "Application/XML"])
def test_one_model_may_come_as_it_is(ci, kind: str):
    answer = ci.post(DEPLOYMENTS, content=model("plain"), headers={"Content-Type": kind})
    assert answer.status_code == 201
    assert answer.json()["processes"][0]["key"] == "plain"


def test_warnings_are_told_with_what_was_deployed(ci):
    viewed = model("viewed").replace(b'isExecutable="true"', b'isExecutable="false"')
    answer = sent(ci, ("viewed.bpmn", viewed))
    assert answer.status_code == 201
    assert answer.json()["processes"][0]["executable"] is False
    assert ("warning", "not-executable", "viewed.bpmn") in [
        (each["severity"], each["rule"], each["file"]) for each in answer.json()["findings"]
    ]


def test_what_is_wrong_is_told_with_its_place_and_nothing_is_deployed(ci):
    before = ci.get("/processapi/list").json()
    answer = sent(ci, ("good.bpmn", model("good")), ("bad.bpmn", BROKEN))
    assert refusal(answer) == (422, "MODEL_INVALID")
    assert list(answer.json()) == ["error", "code", "findings"]
    *_, finding = answer.json()["findings"]
    assert list(finding) == ["severity", "rule", "message", "element", "line", "file"]
    assert (finding["severity"], finding["file"]) == ("error", "bad.bpmn")
    assert finding["message"] in answer.json()["error"]
    assert ci.get("/processapi/list").json() == before


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", XML, 422, "MODEL_INVALID"),
        (BROKEN, XML, 422, "MODEL_INVALID"),
        (b"\xff\xfe", XML, 422, "MODEL_INVALID"),
        (b" " * (10 * 1024**2 + 1), XML, 413, "BODY_TOO_LARGE"),
        (b"{}", {"Content-Type": "application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415,
         "UNSUPPORTED_MEDIA_TYPE"),
        (b"<a/>", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"x", {"Content-Type": "multipart/form-data"}, 422, "INVALID_INPUT"),
        (b"x", {"Content-Type": "multipart/form-data; boundary=y"}, 422, "INVALID_INPUT"),
        (b"--y--", {"Content-Type": "multipart/form-data; boundary=y"}, 422, "INVALID_INPUT"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_deployment_is_refused(ci, content, headers, status, code):
    answer = ci.post(DEPLOYMENTS, content=content, headers=headers)
    assert refusal(answer) == (status, code), answer.text


def test_files_that_are_no_deployment_are_refused(ci):
    twice = ("a.bpmn", model("one")), ("a.bpmn", model("other"))
    assert refusal(sent(ci, *twice)) == (422, "INVALID_INPUT")
    other = sent(ci, ("notes.txt", b"a"))
    assert [each["rule"] for each in other.json()["findings"]] == ["file-kind"]
    text = ci.post(DEPLOYMENTS, files=[("files", (None, model("one")))])
    assert refusal(text) == (422, "INVALID_INPUT")
    assert "curl" in text.json()["error"]


def test_names_of_files_may_be_odd(ci):
    for name in ("Über 世界.bpmn", "../../etc/a b.bpmn", "C:\\models\\x.bpmn", ".bpmn"):
        answer = sent(ci, (name, model("oddly_named")))
        assert answer.status_code == 201, answer.text


def test_a_key_needs_the_right_and_all_processes(key: MadeKey, kermit: Client):
    file = ("files", ("shipped.bpmn", model("shipped")))
    for scopes in (["read", "start", "files", "send"], ["read"]):
        assert refusal(key(scopes=scopes).post(DEPLOYMENTS, files=[file])) == (403, "FORBIDDEN")
    limited = key(scopes=["deploy"], limited="some", processes=["sampler"])
    assert refusal(limited.post(DEPLOYMENTS, files=[file])) == (403, "FORBIDDEN")
    nobody = httpx.post(f"{kermit.base_url}{DEPLOYMENTS}", files=[file])
    assert refusal(nobody) == (401, "UNAUTHORIZED")
    kermit.get("/admin/deploy")
    in_browser = kermit.post(DEPLOYMENTS, files=[file], data={"_csrf_token": kermit.token})
    assert refusal(in_browser) == (401, "UNAUTHORIZED")


def test_the_usual_key_may_not_deploy(office: Office):
    headers = {"Authorization": f"Bearer {office.key}", **XML}
    answer = httpx.post(office.url + DEPLOYMENTS, content=model("shipped"), headers=headers)
    assert refusal(answer) == (403, "FORBIDDEN")


def incidents(instance: object) -> str:
    return f"/api/v1/instances/{instance}/incidents"


def test_what_stands_still_is_told(key: MadeKey, office: Office):
    program = key(scopes=["read"])
    (found,) = program.get(incidents(office.cases["broken"])).json()
    assert list(found) == [
        "incidentId", "activityId", "activityName", "message", "createTime",
    ]  # fmt: skip
    assert found["incidentId"] == str(office.cases["incident"])
    assert (found["activityId"], found["activityName"]) == ("fails", "Divide")
    assert "missing" in found["message"]
    assert found["createTime"].endswith("+00:00")
    assert program.get(incidents(office.cases["calm"])).json() == []


def test_incidents_of_what_a_key_may_not_know_are_not_there(key: MadeKey, office: Office):
    program = key(scopes=["read"])
    for id in ("0", "abc", "99999999"):
        assert refusal(program.get(incidents(id))) == (404, "INSTANCE_NOT_FOUND")
    limited = key(scopes=["read"], limited="some", processes=["sampler"])
    answer = limited.get(incidents(office.cases["broken"]))
    assert refusal(answer) == (404, "INSTANCE_NOT_FOUND")
    without = key(scopes=["start", "files", "send", "deploy"])
    assert refusal(without.get(incidents(office.cases["broken"]))) == (403, "FORBIDDEN")
