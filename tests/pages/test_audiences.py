"""Administrators name who may start a process and who is told of its incidents."""

import re

import pytest

from tests.office import Office, said, seen, text_of
from tests.pages.test_incidents import failing
from tests.serving import Client

STARTERS = "/admin/processes/growing/starters"
TOLD = "/admin/processes/broken/notify"
ALL = "/admin/incidents/notify"


def mark(client: Client, place: str) -> str:
    return re.findall(r'name="seen" value="(\w*)"', client.get(place).text)[0]


def choose(client: Client, place: str, who: str, users: str = "", groups: tuple[str, ...] = ()):
    seen_mark = mark(client, place)
    return client.submit(place, seen=seen_mark, who=who, users=users, groups=list(groups))


def titles(client: Client) -> list[str]:
    return [text_of(each) for each in seen(client.get("/start")).cssselect("h2")]


def test_who_may_start_is_set_shown_and_left_to_the_model_again(kermit, fozzie, gonzo):
    assert "Growing" in titles(gonzo)
    answer = choose(kermit, STARTERS, "named", "FOZZIE", ("hr",))
    assert said(kermit, answer) == "Saved."
    about = seen(kermit.get("/admin/processes/growing")).cssselect("section[aria-labelledby=about]")
    assert "Human resources, fozzie (set here)" in text_of(about[0])
    assert "Growing" in titles(fozzie)
    assert "Growing" not in titles(gonzo)
    assert gonzo.submit("/start/growing").status_code == 403
    choose(kermit, STARTERS, "")
    page = kermit.get("/admin/processes/growing").text
    assert "everybody who is signed in" in page
    assert "(as the model says)" in page
    assert "Growing" in titles(gonzo)


def test_two_administrators_see_what_the_other_did(kermit, gonzo):
    late = mark(kermit, STARTERS)
    choose(kermit, STARTERS, "named", "fozzie")
    answer = kermit.submit(STARTERS, seen=late, who="usual", users="", groups=[])
    assert answer.status_code == 422
    page = seen(answer)
    assert "Somebody changed this meanwhile" in text_of(page.cssselect("[role=alert]")[0])
    assert "At present: fozzie" in text_of(page.cssselect("form.form-page")[0])
    assert page.cssselect("input[value=usual][checked]")
    assert "Growing" not in titles(gonzo)
    again = page.cssselect("input[name=seen]")[0].get("value")
    kermit.submit(STARTERS, seen=again, who="", users="", groups=[])
    assert "Growing" in titles(gonzo)


@pytest.mark.parametrize("place", [STARTERS, TOLD, ALL])
def test_who_is_not_known_is_said_and_what_was_entered_is_kept(kermit, place):
    for users, groups, what in (("miss piggy", (), "miss"), ("", ("muppets",), "muppets")):
        answer = choose(kermit, place, "named", users, groups)
        assert answer.status_code == 422
        page = seen(answer)
        assert what in text_of(page.cssselect("[role=alert]")[0])
        assert page.cssselect("input[value=named][checked]")


def test_a_process_that_is_not_there(kermit):
    for what in ("starters", "notify"):
        assert kermit.get(f"/admin/processes/no_such/{what}").status_code == 404
        assert kermit.submit(f"/admin/processes/no_such/{what}", who="usual").status_code == 404


def first_notice(client: Client):
    """The newest about the incident; of what else goes on in the office, notices may come later."""
    notices = seen(client.get("/notices")).cssselect(".told .title")
    return next(title for title in notices if "Divide" in text_of(title))


def test_who_is_named_finds_a_notice_that_leads_where_they_may_look(kermit, fozzie, office: Office):
    choose(kermit, TOLD, "usual", "fozzie")
    number = failing(office, kermit)
    kermit.get(f"/admin/incidents/{number}")
    title = first_notice(fozzie)
    assert text_of(title) == "“Divide” of Broken stands still"
    assert fozzie.get(title.get("href")).headers["location"] == "/notices"
    answer = kermit.get(first_notice(kermit).get("href"))
    assert answer.headers["location"] == f"/admin/incidents/{number}"
    choose(kermit, TOLD, "")


def test_who_looks_at_the_incident_has_read_the_notice(kermit, office: Office):
    number = failing(office, kermit)
    unread = f".told .new #{first_notice(kermit).get('id')}"
    assert seen(kermit.get("/notices")).cssselect(unread)
    kermit.get(f"/admin/incidents/{number}")
    assert not seen(kermit.get("/notices")).cssselect(unread)


def test_names_under_a_choice_that_leaves_them_out_are_not_dropped(kermit):
    answer = choose(kermit, STARTERS, "", "fozzie")
    assert answer.status_code == 422
    page = seen(answer)
    assert "You named people or groups" in text_of(page.cssselect("[role=alert]")[0])
    assert page.cssselect("[name=users]")[0].get("value") == "fozzie"
    assert page.cssselect("input[value=named][checked]")


def test_the_last_name_of_a_list_is_completed(kermit):
    options = seen(kermit.get("/frag/people?users=kermit,%20foz")).cssselect("option")
    assert [each.get("value") for each in options] == ["kermit, fozzie"]
