"""The REST chapter's examples, word for word, one after the other against a real server."""

import re

import httpx
import pytest

from tests.serving import Site

MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
LIST = [
    {
        "key": "expense_reimbursement_demo",
        "name": "Expense Reimbursement Demo",
        "version": 1,
        "description": "Demonstrates gateway loops (revise/resubmit) and SLA task escalation.",
        "hasStartForm": False,
    },
    {
        "key": "leave_request_demo",
        "name": "Leave Request Demo",
        "version": 1,
        "description": (
            "Employee leave request with manager approval, revision loop, HR acknowledgment, and"
            " SLA escalation."
        ),
        "hasStartForm": True,
    },
]


def test_list(erp: httpx.Client):
    response = erp.get("/processapi/list")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    shipped = [each for each in response.json() if each["key"].endswith("_demo")]
    assert shipped == LIST
    assert [list(each) for each in shipped] == [list(each) for each in LIST]


def test_list_is_sorted_by_key(erp: httpx.Client):
    keys = [each["key"] for each in erp.get("/processapi/list").json()]
    assert keys == sorted(keys)


def test_start_then_poll(erp: httpx.Client):
    body = {"variables": {"department": "Engineering", "notes": "Q2 travel expenses"}}
    response = erp.post("/processapi/expense_reimbursement_demo/start", json=body)
    assert response.status_code == 201
    id = response.json()["processInstanceId"]
    assert response.json() == {
        "processInstanceId": id,
        "processDefinitionKey": "expense_reimbursement_demo",
        "message": "Process started successfully",
    }
    assert re.fullmatch(r"[1-9]\d*", id)

    status = erp.get(f"/processapi/{id}/status").json()
    (task,) = status["activeTasks"]
    assert re.fullmatch(r"[1-9]\d*", task["taskId"])
    assert int(task["taskId"]) > int(id)
    assert MOMENT.fullmatch(status["startTime"])
    assert MOMENT.fullmatch(task["createTime"])
    expected = {
        "processInstanceId": id,
        "processDefinitionName": "Expense Reimbursement Demo",
        "processDefinitionKey": "expense_reimbursement_demo",
        "startTime": status["startTime"],
        "endTime": None,
        "status": "ACTIVE",
        "activeTasks": [
            {
                "taskId": task["taskId"],
                "taskName": "Submit Expense Report",
                "assignee": None,
                "createTime": task["createTime"],
            }
        ],
        "variables": {
            "department": "Engineering",
            "notes": "Q2 travel expenses",
            "initiator": "api:ERP Integration",
        },
        "files": [],
    }
    assert status == expected
    assert list(status) == list(expected)


def test_a_process_with_a_start_form(erp: httpx.Client):
    response = erp.post("/processapi/leave_request_demo/start", json={"variables": {}})
    assert response.status_code == 422
    assert response.json() == {
        "error": "Processes with start forms cannot be started via API: leave_request_demo",
        "code": "START_FORM_NOT_SUPPORTED",
    }


def test_download(erp: httpx.Client, site: Site):
    (file,) = [
        each
        for each in erp.get(f"/processapi/{site.instance}/status").json()["files"]
        if each["originalName"] == "receipt.pdf"
    ]
    assert re.fullmatch(r"[0-9a-f]{8}_receipt\.pdf", file["name"])
    assert MOMENT.fullmatch(file["uploadedAt"])
    assert list(file) == [
        "name", "originalName", "contentType", "size", "uploadedAt", "uploadedBy", "taskId",
    ]  # fmt: skip
    assert file["contentType"] == "application/pdf"
    assert file["uploadedBy"] == "fozzie"
    assert file["size"] == len(site.receipt)

    response = erp.get(f"/processapi/{site.instance}/files/{file['name']}")
    assert response.status_code == 200
    assert response.content == site.receipt
    assert response.headers["content-disposition"] == 'attachment; filename="receipt.pdf"'


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/processapi/no_such_process/start", 404, "PROCESS_NOT_FOUND"),
        ("GET", "/processapi/999999999/status", 404, "INSTANCE_NOT_FOUND"),
        ("GET", "/processapi/999999999/files/a3f8b2c1_x.pdf", 404, "INSTANCE_NOT_FOUND"),
        ("POST", "/processapi/suspended_process/start", 409, "PROCESS_SUSPENDED"),
        ("POST", "/processapi/leave_request_demo/start", 422, "START_FORM_NOT_SUPPORTED"),
    ],
)
def test_the_table_of_errors(erp: httpx.Client, method, path, status, code):
    response = erp.request(method, path)
    assert response.status_code == status
    assert response.json()["code"] == code
    assert list(response.json()) == ["error", "code"]
    assert response.json()["error"]


def test_a_suspended_process_is_listed(erp: httpx.Client):
    assert "suspended_process" in [each["key"] for each in erp.get("/processapi/list").json()]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wf_",
        "Bearer wf_your_api_key_here",
        "Bearer wf_" + "A" * 43,
        "Bearer wf_" + "ü" * 43,
        "Basic a2VybWl0OmZyb2c=",
        "{key}",
        "Token {key}",
        "Bearer {key}x",
        "Bearer {key} {key}",
        "Bearer {inactive}",
        "Bearer {expired}",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/processapi/list"),
        ("POST", "/processapi/expense_reimbursement_demo/start"),
        ("POST", "/processapi/no_such_process/start"),
        ("GET", "/processapi/1/status"),
        ("GET", "/processapi/1/files/x"),
        ("GET", "/processapi"),
        ("GET", "/processapi/nothing"),
        ("DELETE", "/processapi/list"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/v1/messages"),
        ("POST", "/api/v1/messages"),
    ],
)
def test_without_a_usable_key_there_is_one_answer(site: Site, method, path, authorization):
    headers = {}
    if authorization is not None:
        value = authorization.format(key=site.key, inactive=site.inactive, expired=site.expired)
        headers = {"Authorization": value.encode("latin-1", "replace")}
    response = httpx.request(method, site.url + path, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json() == {"error": "Missing or inactive API key", "code": "UNAUTHORIZED"}


def test_two_keys_are_no_key(site: Site):
    headers = [("Authorization", f"Bearer {site.key}")] * 2
    assert httpx.get(site.url + "/processapi/list", headers=headers).status_code == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_read_as_http_has_it(site: Site, scheme):
    headers = {"Authorization": f"{scheme} {site.key}"}
    assert httpx.get(site.url + "/processapi/list", headers=headers).status_code == 200
