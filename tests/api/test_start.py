"""What may be sent to start a process, and what is refused, saying where."""

import gzip
import json
import socket

import httpx
import pytest

from tests.serving import Site

START = "/processapi/expense_reimbursement_demo/start"
JSON = {"Content-Type": "application/json"}


def started(erp: httpx.Client, content: bytes, headers: dict[str, str] | None = None) -> str:
    """The status of what this body started, as text."""
    response = erp.post(START, content=content, headers=headers or JSON)
    assert response.status_code == 201, response.text
    return erp.get(f"/processapi/{response.json()['processInstanceId']}/status").text


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", {}),
        (b"", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"{}", JSON),
        (b'{"variables": {}}', JSON),
        (b"{}", {}),
        (b"{}", {"Content-Type": "application/json; charset=utf-8"}),
        (b"{}", {"Content-Type": 'Application/JSON;charset="UTF-8"'}),
        (b"{}", {"Content-Type": "application/vnd.erp.v1+json"}),
        (b" \r\n\t{ } ", JSON),
    ],
)
def test_a_body_may_be_missing_or_empty(erp, content, headers):
    assert '"variables":{"initiator":"api:ERP Integration"}' in started(erp, content, headers)


@pytest.mark.parametrize(
    "value",
    [
        "null",
        "true",
        "0",
        "-0.50",
        "1.10",
        "12345678901234567890123456789012345678901234567890",
        "3.14159265358979323846264338327950288",
        "1E+400",
        '""',
        r'"\u0000"',
        '"Grüße, 世界 🐸"',
        "[]",
        "{}",
        '[1,[2,[{"a":[null]}]]]',
        '{"":{"a b":1}}',
    ],
)
def test_any_json_value_comes_back_digit_by_digit(erp, value):
    status = started(erp, b'{"variables": {"x": ' + value.encode() + b"}}")
    assert f'"x":{value}' in status


@pytest.mark.parametrize("name", ["a", "with space", "naïve", "ключ", "a" * 255, "list", "${x}"])
def test_names_of_variables(erp, name):
    status = json.loads(started(erp, json.dumps({"variables": {name: 1}}).encode()))
    assert status["variables"] == {name: 1, "initiator": "api:ERP Integration"}


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"{", "INVALID_JSON", "line 1, column 2"),
        (b'{"variables":\n  {"a": 1,}}', "INVALID_JSON", "line 2, column 11"),
        (b'{"variables": {"a": NaN}}', "INVALID_JSON", "line 1, column 21"),
        (b'{"variables": {}} x', "INVALID_JSON", "line 1, column 19"),
        (b"{'variables': {}}", "INVALID_JSON", "line 1, column 2"),
        (b"variables=1", "INVALID_JSON", "line 1, column 1"),
        (b'{"variables": {"a": "\xff"}}', "INVALID_JSON", "not UTF-8 at line 1, column 22"),
        (rb'{"variables": {"a": "\ud800"}}', "INVALID_JSON", "pair at line 1, column 22"),
        (rb'{"variables": {"a": "\\ud800', "INVALID_JSON", "too early, at line 1, column 29"),
        (b"\xff\xfe{\x00}\x00", "INVALID_JSON", "not valid JSON"),
        (b"\xef\xbb\xbf{}", "INVALID_JSON", "line 1, column 1"),
        (b'{"variables": {"a": 01}}', "INVALID_JSON", "column 22"),
        (b"[" * 100_000, "INVALID_JSON", "nested too deeply"),
        (b"null", "INVALID_INPUT", "must be an object, not null"),
        (b"[]", "INVALID_INPUT", "must be an object, not an array"),
        (b'"text"', "INVALID_INPUT", "must be an object, not a text"),
        (b"17", "INVALID_INPUT", "must be an object, not a number"),
        (b"true", "INVALID_INPUT", "must be an object, not true or false"),
        (b'{"variable": {}}', "INVALID_INPUT", "unknown field: variable"),
        (b'{"variables": {}, "x": 1}', "INVALID_INPUT", "unknown field: x"),
        (b'{"variables": null}', "INVALID_VARIABLES", "not null"),
        (b'{"variables": []}', "INVALID_VARIABLES", "not an array"),
        (b'{"variables": "a=1"}', "INVALID_VARIABLES", "not a text"),
        (b'{"variables": 1.5}', "INVALID_VARIABLES", "not a number"),
        (b'{"variables": {"initiator": "me"}}', "INVALID_VARIABLES", "initiator"),
        (b'{"variables": {"": 1}}', "INVALID_VARIABLES", "name of a variable"),
        (b'{"variables": {" a": 1}}', "INVALID_VARIABLES", "begins or ends with a space"),
        (rb'{"variables": {"a\u0000": 1}}', "INVALID_VARIABLES", "control character"),
        (b'{"variables": {"%s": 1}}' % (b"a" * 256), "INVALID_VARIABLES", "1 to 255"),
        (b'{"variables": {"a": %s}}' % (b"[" * 101 + b"]" * 101), "INVALID_VARIABLES", "a: nested"),
        (b'{"variables": {"big": 1%s}}' % (b"0" * 4100), "INVALID_VARIABLES", "big"),
        (b'{"variables": {"far": [1e999999999]}}', "INVALID_VARIABLES", "far[0]"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_body_is_refused_and_told_where(erp, content, code, said):
    before = erp.get("/processapi/list").json()
    response = erp.post(START, content=content, headers=JSON)
    assert response.json()["code"] == code
    assert said in response.json()["error"]
    assert response.status_code == (400 if code == "INVALID_JSON" else 422)
    assert list(response.json()) == ["error", "code"]
    assert erp.get("/processapi/list").json() == before


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=iso-8859-1",
        "application/jsonx",
        "json",
        "",
        "\xfc",
    ],
)
def test_a_wrong_content_type_is_415(erp, content_type):
    headers = {"Content-Type": content_type.encode("latin-1")}
    response = erp.post(START, content=b"{}", headers=headers)
    assert response.status_code == 415
    assert response.json()["code"] == "UNSUPPORTED_MEDIA_TYPE"
    assert "application/json" in response.json()["error"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity", ""])
def test_a_packed_body_is_415(erp, encoding):
    headers = {"Content-Encoding": encoding, **JSON}
    response = erp.post(START, content=gzip.compress(b"{}"), headers=headers)
    assert response.status_code == 415
    assert response.json()["code"] == "UNSUPPORTED_MEDIA_TYPE"
    assert "Content-Encoding" in response.json()["error"]


def body_of(size: int) -> bytes:
    """A body of exactly so many bytes."""
    return b'{"variables": {"a": "%s"}}' % (b"x" * (size - 24))


def test_a_body_of_the_limit_is_taken(erp):
    assert len(body_of(1024**2)) == 1024**2
    assert erp.post(START, content=body_of(1024**2), headers=JSON).status_code == 201


@pytest.mark.parametrize("size", [1024**2 + 1, 60 * 1024**2])
def test_a_body_over_the_limit_is_413(erp, size):
    response = erp.post(START, content=body_of(size), headers=JSON)
    assert response.status_code == 413
    assert response.json() == {
        "error": "The body is larger than 1048576 bytes.",
        "code": "BODY_TOO_LARGE",
    }


def test_a_body_of_unknown_length_is_counted_while_it_comes(erp):
    response = erp.post(START, content=iter([b"x" * 65536] * 20), headers=JSON)
    assert response.status_code == 413


def test_an_announced_body_is_refused_before_it_is_sent(site: Site):
    with socket.create_connection(("127.0.0.1", site.port), 10) as connection:
        connection.sendall(
            f"POST {START} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {site.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n".encode()
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "key", ["x" * 5000, "%00", "%2e%2e", "expense_reimbursement_demo%20", "%ff", "list", "17",
            "Expense_Reimbursement_Demo", "'", "{}"],
)  # fmt: skip
def test_a_key_that_is_none(erp, key):
    response = erp.post(f"/processapi/{key}/start")
    assert response.status_code == 404
    assert response.json()["code"] in ("PROCESS_NOT_FOUND", "NOT_FOUND")


def test_what_was_answered_is_stored(erp):
    ids = [erp.post(START).json()["processInstanceId"] for _ in range(20)]
    assert len(set(ids)) == 20
    assert ids == sorted(ids, key=int)
    for id in ids:
        assert erp.get(f"/processapi/{id}/status").json()["status"] == "ACTIVE"
