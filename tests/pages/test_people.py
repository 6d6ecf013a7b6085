"""People and groups: who may sign in, who belongs where, and how they get a password."""

import re

import pytest

from tests.serving import PASSWORD, Client, Site, first

HOME = "/admin/users"


@pytest.fixture
def kermit(client: Client) -> Client:
    client.sign_in("kermit", PASSWORD)
    return client


def link_in(text: str) -> str:
    """The path of the password link on a page."""
    return first(r"/password/[\w-]{43}", text)


def test_a_new_person_chooses_a_password_by_a_link(kermit: Client, site: Site):
    page = kermit.submit(f"{HOME}/new", name="rowlf", groups="employees")
    assert page.status_code == 200
    link = link_in(page.text)
    with Client(site.url) as rowlf:
        assert "rowlf" in rowlf.get(link).text
        chosen = rowlf.submit(link, password="piano and bass", again="piano and bass")
        assert chosen.status_code == 303
        assert rowlf.get("/account").status_code == 200
        assert rowlf.get(HOME).status_code == 403
    assert "Employees" in kermit.get(f"{HOME}?q=rowlf").text
    with Client(site.url) as late:
        assert late.get(link).status_code == 410


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "short", "again": "short"}, "at least 8"),
        ({"password": PASSWORD, "again": "x"}, "not the same"),
    ],
)
def test_a_password_that_cannot_be_keeps_the_link(kermit: Client, site: Site, fields, said):
    link = link_in(kermit.submit(f"{HOME}/gonzo/link").text)
    with Client(site.url) as gonzo:
        gonzo.get(link)
        response = gonzo.submit(link, **fields)
        assert response.status_code == 422
        assert said in response.text
        assert gonzo.get(link).status_code == 200


@pytest.mark.parametrize("token", ["x", "%00", "A" * 43, "ü"])
def test_a_link_that_is_none_is_410(client: Client, token):
    response = client.get(f"/password/{token}")
    assert response.status_code == 410
    assert "administrator" in response.text


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "fozzie"},
        {"name": "FOZZIE"},
        {"name": "a b"},
        {"name": "../x"},
        {"name": "<b>"},
        {"name": "system"},
        {"name": "beaker", "email": "none"},
        {"name": "beaker", "groups": "no-such-group"},
    ],
    ids=str,
)
def test_a_person_that_cannot_be_is_not_added(kermit: Client, fields):
    response = kermit.submit(f"{HOME}/new", **fields)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert "beaker" not in kermit.get(HOME).text


def test_a_person_is_changed(kermit: Client):
    kermit.submit(f"{HOME}/new", name="scooter")
    kermit.get(f"{HOME}/scooter")
    fields = {"display_name": "Scooter", "email": "s@example.com", "groups": ["employees"]}
    assert kermit.submit(f"{HOME}/scooter", admin="true", **fields).status_code == 303
    page = kermit.get(f"{HOME}/scooter").text
    assert 'value="Scooter"' in page
    assert len(re.findall(r"<input[^>]* checked", page)) == 2
    assert kermit.submit(f"{HOME}/scooter", display_name="", email="").status_code == 303
    assert not re.findall(r"<input[^>]* checked", kermit.get(f"{HOME}/scooter").text)


def test_a_disabled_person_is_out_at_once(kermit: Client, site: Site):
    link = link_in(kermit.submit(f"{HOME}/new", name="animal").text)
    with Client(site.url) as animal:
        animal.get(link)
        animal.submit(link, password="drums drums drums", again="drums drums drums")
        assert animal.get("/account").status_code == 200
        kermit.submit(f"{HOME}/animal/disable")
        assert animal.get("/account").status_code == 303
        assert animal.sign_in("animal", "drums drums drums").status_code == 401
        kermit.submit(f"{HOME}/animal/enable")
        assert animal.sign_in("animal", "drums drums drums").status_code == 303


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [(f"{HOME}/kermit/disable", {}, 303), (f"{HOME}/kermit", {"display_name": ""}, 422)],
)
def test_the_last_administrator_stays(kermit: Client, path, fields, status):
    for name in ("scooter",):
        kermit.submit(f"{HOME}/{name}", display_name="", email="")
    assert kermit.submit(path, **fields).status_code == status
    assert kermit.get(HOME).status_code == 200
    assert "administrator" in kermit.get(f"{HOME}/kermit").text.lower()


@pytest.mark.parametrize("name", ["statler", "%00", "x" * 500, "<b>", "..."])
def test_a_person_who_is_none_is_404(kermit: Client, name):
    assert kermit.get(f"{HOME}/{name}").status_code == 404
    assert kermit.submit(f"{HOME}/{name}/disable").status_code == 404


@pytest.mark.parametrize(
    ("word", "found"),
    [("FOZ", True), ("employees", True), ("nobody at all", False), ("%", False), ("<b>", False)],
)
def test_people_are_found(kermit: Client, word, found):
    page = kermit.get(HOME, params={"q": word})
    assert (f'href="{HOME}/fozzie"' in page.text) == found
    assert "<b>" not in page.text


def test_a_group_comes_and_goes(kermit: Client):
    groups = "/admin/groups"
    assert kermit.submit(groups, name="band", title="The Band").status_code == 303
    assert kermit.submit(f"{groups}/band/join", user="gonzo").status_code == 303
    assert "The Band" in kermit.get(f"{HOME}?q=gonzo").text
    kermit.submit(f"{groups}/band/leave", user="gonzo")
    assert "The Band" not in kermit.get(f"{HOME}?q=gonzo").text
    assert kermit.submit(f"{groups}/band/delete").status_code == 303
    assert "The Band" not in kermit.get(groups).text
    assert kermit.submit(f"{groups}/band/delete").status_code == 404


@pytest.mark.parametrize("name", ["", "employees", "EMPLOYEES", "a,b", "a b", "<b>", "x" * 65])
def test_a_group_that_cannot_be_is_not_added(kermit: Client, name):
    response = kermit.submit("/admin/groups", name=name)
    assert response.status_code == 422
    assert 'role="alert"' in response.text


@pytest.mark.parametrize(("group", "user"), [("none", "gonzo"), ("employees", "statler")])
def test_nobody_joins_what_is_not_there(kermit: Client, group, user):
    kermit.get("/admin/groups")
    assert kermit.submit(f"/admin/groups/{group}/join", user=user).status_code == 303
    assert "toast bad" in kermit.get("/admin/groups").text
