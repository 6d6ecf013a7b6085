"""One's own account: name, zone, password, look, sessions."""

import re
import shutil

import pytest

from tests.serving import PASSWORD, Client, Served


@pytest.fixture
def own(pristine, tmp_path):
    """A server of this test's own: it changes passwords."""
    server = Served(shutil.copytree(pristine[0], tmp_path / "data")).start()
    yield server
    server.stop()


@pytest.fixture
def fozzie(client: Client) -> Client:
    client.sign_in("fozzie", PASSWORD)
    return client


def test_name_address_and_zone(fozzie: Client):
    fields = {"display_name": "Fozzie Bear", "email": "fozzie@example.com", "zone": "Asia/Tokyo"}
    assert fozzie.submit("/account", **fields).status_code == 303
    page = fozzie.get("/account").text
    assert not {"Factory", "localtime", "Etc/GMT+1", "EST"} & set(
        re.findall(r'<option value="([^"]+)"', page)
    )
    for value in ("Fozzie Bear", "fozzie@example.com", '<option value="Asia/Tokyo" selected>'):
        assert value in page
    assert "Saved." in page
    assert "Saved." not in fozzie.get("/account").text
    assert fozzie.submit("/account", display_name="", email="", zone="").status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "no address"},
        {"zone": "Mars/Base"},
        {"zone": "../../etc/passwd"},
        {"display_name": "a\x00b"},
        {"display_name": "x" * 101},
    ],
    ids=str,
)
def test_what_cannot_be_is_said_and_not_stored(fozzie: Client, fields):
    given = {"display_name": "Other", "email": "", "zone": ""} | fields
    response = fozzie.submit("/account", **given)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert 'value="Other"' not in fozzie.get("/account").text


def test_a_name_may_look_like_a_tag_and_is_none(fozzie: Client):
    fozzie.submit("/account", display_name="<img src=x>", email="", zone="")
    page = fozzie.get("/account").text
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page
    fozzie.submit("/account", display_name="", email="", zone="")


@pytest.mark.parametrize(("theme", "kept"), [("dark", "dark"), ("light", "light"), ("x", "auto")])
def test_light_or_dark(fozzie: Client, theme, kept):
    fozzie.submit("/account/theme", theme=theme)
    assert f'data-theme="{kept}"' in fozzie.get("/account").text


def test_a_new_password_signs_all_other_browsers_out(own: Served):
    with Client(own.url) as here, Client(own.url) as there:
        here.sign_in("fozzie", PASSWORD)
        there.sign_in("fozzie", PASSWORD)
        fields = {"old": PASSWORD, "new": "a new long password", "again": "a new long password"}
        assert here.submit("/account/password", **fields).status_code == 303
        assert here.get("/account").status_code == 200
        assert there.get("/account").status_code == 303
        assert there.sign_in("fozzie", PASSWORD).status_code == 401
        assert there.sign_in("fozzie", "a new long password").status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "wrong", "new": "a new long password"}, "old password is wrong"),
        ({"old": "", "new": "a new long password"}, "old password is wrong"),
        ({"old": PASSWORD, "new": "short"}, "at least 8"),
        ({"old": PASSWORD, "new": "a new long password", "again": "another"}, "not the same"),
    ],
    ids=str,
)
def test_a_password_that_cannot_be_changes_nothing(own: Served, fields, said):
    with Client(own.url) as client:
        client.sign_in("fozzie", PASSWORD)
        response = client.submit("/account/password", **{"again": fields["new"]} | fields)
        assert response.status_code == 422
        assert said in response.text
        assert client.get("/account").status_code == 200


def test_sessions_are_listed_and_signed_out(own: Served):
    with Client(own.url) as here, Client(own.url) as there:
        there.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
        here.sign_in("fozzie", PASSWORD)
        there.sign_in("fozzie", PASSWORD)
        page = here.get("/account").text
        assert "Firefox on Linux" in page
        assert "This one" in page
        (action,) = re.findall(r"/account/sessions/\d+/revoke", page)
        assert here.submit(action).status_code == 303
        assert there.get("/account").status_code == 303
        assert here.submit(action).status_code == 404


def test_all_others_at_once(own: Served):
    with Client(own.url) as here, Client(own.url) as there, Client(own.url) as elsewhere:
        for client in (there, elsewhere, here):
            client.sign_in("fozzie", PASSWORD)
        here.submit("/account/sessions/revoke-others")
        assert [each.get("/account").status_code for each in (here, there, elsewhere)] == [
            200,
            303,
            303,
        ]


def test_nobody_signs_out_somebody_else(own: Served):
    with Client(own.url) as fozzie, Client(own.url) as gonzo, Client(own.url) as third:
        fozzie.sign_in("fozzie", PASSWORD)
        gonzo.sign_in("gonzo", PASSWORD)
        third.sign_in("fozzie", PASSWORD)
        (last,) = re.findall(r"/account/sessions/(\d+)/revoke", fozzie.get("/account").text)
        gonzos = int(last) - 1
        assert fozzie.submit(f"/account/sessions/{gonzos}/revoke").status_code == 404
        assert gonzo.get("/account").status_code == 200


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 30])
def test_a_session_that_is_none_is_404(fozzie: Client, number):
    assert fozzie.submit(f"/account/sessions/{number}/revoke").status_code == 404


def test_notices_keys_and_language_are_chosen(fozzie: Client):
    fozzie.get("/account")
    assert fozzie.submit("/account/notices", kind=["mentioned"]).status_code == 303
    page = fozzie.get("/account").text
    assert re.search(r'value="mentioned" checked', page)
    assert not re.search(r'value="overdue" checked', page)
    fozzie.submit("/account/notices", kind=["assigned", "mentioned", "overdue", "escalated"])
    fozzie.submit("/account/theme", theme="auto")
    assert 'data-keys="off"' in fozzie.get("/account").text
    fozzie.submit("/account/theme", theme="auto", keys="true")
    assert 'data-keys="off"' not in fozzie.get("/account").text
    fozzie.submit("/account", display_name="", email="", zone="", language="de")
    assert '<html lang="de"' in fozzie.get("/account").text
    fozzie.submit("/account", display_name="", email="", zone="", language="")
