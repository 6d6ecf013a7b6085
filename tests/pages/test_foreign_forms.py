"""Forms that are not ours: from other sites, without the token, with somebody else's."""

import httpx
import pytest

from tests.serving import PASSWORD, Client, Site

FORMS = [
    "/account",
    "/account/password",
    "/account/theme",
    "/account/sessions/1/revoke",
    "/account/sessions/revoke-others",
    "/logout",
    "/admin/api-keys",
    "/admin/api-keys/1/delete",
    "/admin/api-keys/1/deactivate",
    "/admin/users/new",
    "/admin/users/gonzo",
    "/admin/users/gonzo/disable",
    "/admin/users/gonzo/link",
    "/admin/groups",
    "/admin/groups/employees/delete",
    "/admin/processes/papers/suspend",
    "/admin/deploy",
    "/start/papers",
    "/tasks/1",
    "/tasks/1/claim",
]
PART = b"--a\r\nContent-Disposition: form-data; name=x"
OPEN_FORMS = ["/login", "/setup", "/password/x"]


@pytest.fixture
def kermit(client: Client) -> Client:
    client.sign_in("kermit", PASSWORD)
    return client


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", [None, "", "x", "ü", "A" * 32])
def test_a_form_without_our_token_changes_nothing(kermit: Client, path, token):
    fields = {} if token is None else {"_csrf_token": token}
    response = kermit.post(path, data=fields)
    assert response.status_code == 403
    assert "reload the page" in response.text
    assert kermit.get("/account").status_code == 200


@pytest.mark.parametrize("path", OPEN_FORMS)
@pytest.mark.parametrize("token", [None, "", "x"])
def test_the_same_before_the_sign_in(client: Client, path, token):
    client.get("/login")
    fields = {"name": "kermit", "password": PASSWORD}
    response = client.post(path, data=fields if token is None else {"_csrf_token": token, **fields})
    assert response.status_code == 403


def test_without_a_cookie_no_token_is_right(site: Site, client: Client):
    client.get("/login")
    fields = {"_csrf_token": client.token, "name": "kermit", "password": PASSWORD}
    assert httpx.post(f"{site.url}/login", data=fields).status_code == 403


def test_a_visitors_token_is_worth_nothing_after_the_sign_in(client: Client):
    client.get("/login")
    visitors = client.token
    client.sign_in("kermit", PASSWORD)
    assert client.post("/account/theme", data={"_csrf_token": visitors}).status_code == 403


def test_another_sessions_token_is_refused(kermit: Client, site: Site):
    with Client(site.url) as other:
        other.sign_in("fozzie", PASSWORD)
        assert other.post("/logout", data={"_csrf_token": kermit.token}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Origin": "{url}"}, 303),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "{url}.evil.example"}, 403),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "{url}", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "nonsense"}, 403),
    ],
    ids=str,
)
def test_where_a_form_comes_from(kermit: Client, site: Site, headers, status):
    given = {name: value.format(url=site.url) for name, value in headers.items()}
    fields = {"_csrf_token": kermit.token, "theme": "dark"}
    response = kermit.post("/account/theme", data=fields, headers=given)
    assert response.status_code == status


def test_the_answer_helps_whoever_has_a_proxy(kermit: Client, site: Site):
    fields = {"_csrf_token": kermit.token}
    headers = {"Origin": "https://flow.example.com"}
    response = kermit.post("/account/theme", data=fields, headers=headers)
    for word in ("https://flow.example.com", f"127.0.0.1:{site.port}", "base_url"):
        assert word in response.text


def test_scripts_send_the_token_as_a_header(kermit: Client):
    headers = {"X-CSRF-Token": kermit.token}
    assert kermit.post("/account/theme", headers=headers).status_code == 303


def test_the_token_of_a_form_with_files(kermit: Client):
    files = {"files": ("x.bpmn", b"no model", "text/xml")}
    token = {"_csrf_token": kermit.token}
    assert kermit.post("/admin/deploy", files=files).status_code == 403
    assert kermit.post("/admin/deploy", data=token, files=files).status_code == 422


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"x", 422),
        ("multipart/form-data; boundary=a", b"", 403),
        ("multipart/form-data; boundary=a", b"x", 422),
        ("multipart/form-data; boundary=a", b"--a\r\n", 422),
        (
            "multipart/form-data; boundary=a",
            PART + b"\r\n\r\n1",
            422,
        ),
        (
            "multipart/form-data; boundary=a",
            PART + b"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n1\r\n--a--\r\n",
            422,
        ),
        (
            "multipart/form-data; boundary=a",
            PART + b"\r\n\r\n\xff\r\n--a--\r\n",
            422,
        ),
        (
            "multipart/form-data; boundary=a",
            (PART + b"\r\n\r\n1\r\n") * 1001 + b"--a--\r\n",
            413,
        ),
        ("application/x-www-form-urlencoded", b"\xff=%ff&%", 403),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 50_000), 403),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 300_000, 413),
        ("application/json", b'{"_csrf_token": 1}', 403),
        ("text/plain", b"_csrf_token=1", 403),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_body_that_is_hardly_a_form(client: Client, content_type, body, status):
    client.get("/login")
    response = client.post("/login", content=body, headers={"Content-Type": content_type})
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
