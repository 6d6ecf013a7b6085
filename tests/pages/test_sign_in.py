"""Signing in and out, being throttled, and coming back to where one was going."""

import re
import shutil

import httpx
import pytest

from tests.serving import PASSWORD, Client, Served, Site

COOKIE = re.compile(r"wf_session=([\w-]{43}); HttpOnly; Max-Age=1209600; Path=/; SameSite=lax")


@pytest.fixture
def fresh(pristine, tmp_path):
    """A server of this test's own: nobody has failed to sign in yet."""
    server = Served(shutil.copytree(pristine[0], tmp_path / "data")).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def suspicious(pristine, tmp_path_factory: pytest.TempPathFactory):
    """A server at which some have failed to sign in, though nobody too often."""
    data = tmp_path_factory.mktemp("suspicious") / "data"
    server = Served(shutil.copytree(pristine[0], data)).start()
    yield server
    server.stop()


def test_signing_in_gives_a_session_and_nothing_more(client: Client):
    response = client.sign_in("fozzie", PASSWORD)
    assert response.status_code == 303
    assert response.headers["location"] == "/"
    assert COOKIE.fullmatch(response.headers["set-cookie"])
    assert client.get("/account").status_code == 200


def test_case_does_not_matter_in_names(client: Client):
    assert client.sign_in("FOZZIE", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("fozzie", "wrong"),
        ("fozzie", ""),
        ("", ""),
        ("statler", PASSWORD),
        ("fozzie' --", PASSWORD),
        ("fozzie\x00", PASSWORD),
        ("x" * 10_000, "y" * 10_000),
        ("<script>", "<script>"),
        ("\ud83d", "\ud83d"),
    ],
    ids=repr,
)
def test_whatever_is_wrong_gets_the_same_answer(suspicious: Served, name, password):
    with Client(suspicious.url) as client:
        client.get("/login")
        fields = {"name": name, "password": password, "_csrf_token": client.token}
        body = "&".join(f"{key}={_quoted(value)}" for key, value in fields.items())
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        response = client.post("/login", content=body, headers=kind)
        assert response.status_code == 401
        assert "The user name or the password is wrong." in response.text
        assert "<script>" not in response.text
        assert "wf_session" not in response.headers.get("set-cookie", "")


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def test_after_ten_failures_one_has_to_wait(fresh: Served):
    with Client(fresh.url) as client:
        statuses = [client.sign_in("fozzie", "wrong").status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429]
        late = client.sign_in("fozzie", PASSWORD)
        assert late.status_code == 429
        assert 0 < int(late.headers["retry-after"]) <= 60
        assert "Try again in" in late.text
        assert client.sign_in("gonzo", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/admin/api-keys", "/admin/api-keys"),
        ("/tasks?view=done&q=a%20b", "/tasks?view=done&q=a%20b"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("tasks", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
def test_one_lands_only_on_pages_of_ours(client: Client, wanted, location):
    client.get("/login", params={"next": wanted})
    response = client.submit("/login", name="fozzie", password=PASSWORD, next=wanted)
    assert (response.status_code, response.headers["location"]) == (303, location)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/", "/login"),
        ("/tasks", "/login?next=%2Ftasks"),
        ("/tasks?view=done&q=x", "/login?next=%2Ftasks%3Fview%3Ddone%26q%3Dx"),
        ("/admin/api-keys", "/login?next=%2Fadmin%2Fapi-keys"),
        ("/files/1/a3f8b2c1_x.pdf", "/login?next=%2Ffiles%2F1%2Fa3f8b2c1_x.pdf"),
    ],
)
def test_who_is_not_signed_in_is_sent_there_and_back(client: Client, path, location):
    response = client.get(path)
    assert (response.status_code, response.headers["location"]) == (303, location)


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client, site: Site):
    headers = {"HX-Request": "true", "HX-Current-URL": f"{site.url}/tasks?view=done"}
    response = client.get("/frag/inbox-count", headers=headers)
    assert response.status_code == 401
    assert response.headers["hx-redirect"] == "/login?next=%2Ftasks%3Fview%3Ddone"


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "ü", "A" * 5000, "' OR 1=1"], ids=len)
def test_a_made_up_session_is_none(site: Site, cookie):
    headers = [(b"Cookie", f"wf_session={cookie}".encode("latin-1"))]
    assert httpx.get(f"{site.url}/account", headers=headers).status_code == 303


def test_who_is_signed_in_is_not_asked_again(client: Client):
    client.sign_in("fozzie", PASSWORD)
    response = client.get("/login?next=/requests")
    assert (response.status_code, response.headers["location"]) == (303, "/requests")


def test_every_sign_in_makes_a_new_session(client: Client, site: Site):
    first = client.sign_in("fozzie", PASSWORD).cookies["wf_session"]
    with Client(site.url) as other:
        assert other.sign_in("fozzie", PASSWORD).cookies["wf_session"] != first


def test_signing_out_ends_the_session_everywhere(client: Client, site: Site):
    client.sign_in("fozzie", PASSWORD)
    kept = client.cookies["wf_session"]
    response = client.submit("/logout")
    assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert "wf_session" not in client.cookies
    again = httpx.get(f"{site.url}/account", headers={"Cookie": f"wf_session={kept}"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    "path", ["/admin/api-keys", "/admin/users", "/admin/users/kermit", "/admin/groups",
             "/admin/processes", "/admin/instances", "/admin/deploy"],
)  # fmt: skip
def test_pages_for_administrators_are_for_administrators(client: Client, site: Site, path):
    client.sign_in("fozzie", PASSWORD)
    response = client.get(path)
    assert response.status_code == 403
    assert "administrators" in response.text
    with Client(site.url) as other:
        other.sign_in("kermit", PASSWORD)
        assert other.get(path).status_code == 200


def test_no_password_and_no_token_in_the_log(client: Client, site: Site):
    client.sign_in("fozzie", "a secret that is wrong")
    session = client.sign_in("fozzie", PASSWORD).cookies["wf_session"]
    for secret in ("a secret that is wrong", PASSWORD, session, client.token):
        assert secret not in site.log
