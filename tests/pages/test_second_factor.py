"""Codes of an authenticator app: turning them on, signing in with them, losing them."""

import re
import shutil
import time
from collections.abc import Iterator

import pytest
from pyotp.totp import TOTP

from tests.office import seen, text_of
from tests.serving import PASSWORD, Client, Served


@pytest.fixture
def own(pristine, tmp_path) -> Iterator[Served]:
    """A server of this test's own."""
    server = Served(shutil.copytree(pristine[0], tmp_path / "data")).start()
    yield server
    server.stop()


def turned_on(client: Client) -> tuple[TOTP, list[str]]:
    """Set it up as a person does: their app, and their recovery codes."""
    client.get("/account")
    client.submit("/account/second-factor")
    page = client.get("/account/second-factor")
    assert "<svg" in page.text
    app = TOTP(text_of(seen(page).cssselect("pre")[0]))
    wrong = client.submit("/account/second-factor/confirm", code="000000")
    assert wrong.status_code == 422
    done = client.submit("/account/second-factor/confirm", code=app.now())
    codes = str(seen(done).cssselect("pre")[0].text_content()).split()
    assert len(set(codes)) == 10
    return app, codes


def ticket(client: Client) -> str:
    """Sign in with the password alone; what comes back asks for a code."""
    client.get("/login")
    page = client.submit("/login", name="fozzie", password=PASSWORD, next="/notices")
    assert page.status_code == 200
    assert client.get("/account").status_code == 303
    client.get("/login")
    return seen(page).cssselect("[name=ticket]")[0].get("value")


def sign_out(client: Client) -> None:
    client.get("/account")
    assert client.submit("/logout").status_code == 303


def test_a_password_alone_lets_nobody_in(own: Served):
    with Client(own.url) as here, Client(own.url) as there:
        here.sign_in("fozzie", PASSWORD)
        app, codes = turned_on(here)
        token = ticket(there)
        code = app.at(time.time(), counter_offset=1)  # the one of now was used
        right = there.submit("/login/code", ticket=token, code=f" {code} ", next="/notices")
        assert right.headers["location"] == "/notices"
        assert there.get("/account").status_code == 200
        sign_out(there)
        token = ticket(there)
        assert there.submit("/login/code", ticket=token, code=code).status_code == 401
        assert there.submit("/login/code", ticket=token, code=codes[0]).status_code == 303
        sign_out(there)
        token = ticket(there)
        assert there.submit("/login/code", ticket=token, code=codes[0]).status_code == 401
        assert there.submit("/login/code", ticket="forged", code=codes[1]).status_code == 410
        assert "9 recovery codes are left." in here.get("/account").text


def test_codes_cannot_be_guessed(own: Served):
    with Client(own.url) as here, Client(own.url) as there:
        here.sign_in("fozzie", PASSWORD)
        _, codes = turned_on(here)
        token = ticket(there)
        tried = [there.submit("/login/code", ticket=token, code=str(n)) for n in range(6)]
        assert [one.status_code for one in tried] == [401] * 5 + [429]
        assert "Retry-After" in tried[-1].headers
        assert there.submit("/login/code", ticket=token, code=codes[0]).status_code == 429


def test_it_is_turned_off_with_a_code_or_by_an_administrator(own: Served):
    with Client(own.url) as fozzie, Client(own.url) as kermit:
        fozzie.sign_in("fozzie", PASSWORD)
        _, codes = turned_on(fozzie)
        fozzie.get("/account")
        fozzie.submit("/account/second-factor/remove", code="123456")
        assert "recovery codes are left" in fozzie.get("/account").text
        fozzie.submit("/account/second-factor/remove", code=codes[3])
        assert "recovery codes are left" not in fozzie.get("/account").text
        turned_on(fozzie)
        path = "/admin/users/fozzie/second-factor/remove"
        assert fozzie.submit(path).status_code == 403
        kermit.sign_in("kermit", PASSWORD)
        asked = seen(kermit.get("/admin/users/fozzie")).cssselect("dialog#second-factor form")
        assert [form.get("action") for form in asked] == [path]
        assert kermit.submit(path).status_code == 303
        with Client(own.url) as there:
            assert there.sign_in("fozzie", PASSWORD).status_code == 303


def test_a_link_for_a_new_password_asks_for_the_code_too(own: Served):
    with Client(own.url) as fozzie, Client(own.url) as kermit, Client(own.url) as there:
        fozzie.sign_in("fozzie", PASSWORD)
        turned_on(fozzie)
        kermit.sign_in("kermit", PASSWORD)
        kermit.get("/admin/users/fozzie")
        page = kermit.submit("/admin/users/fozzie/link").text
        found = re.search(r"/password/[\w-]+", page)
        assert found
        there.get(found[0])
        answer = there.submit(found[0], password="another long one", again="another long one")
        assert seen(answer).cssselect("[name=ticket]")
        assert there.get("/account").status_code == 303
