"""Comments on cases, whom they mention, and the notices of it all."""

import pytest

from tests.office import HOSTILE, begin, said, seen, text_of


@pytest.fixture
def task(kermit) -> str:
    """The address of a task that only kermit may see."""
    return begin(kermit, "sampler", subject="Dinner")


def case_of(client, task: str) -> str:
    """The number of the case of a task."""
    return seen(client.get(task)).cssselect(".facts a.mono")[0].get("href").rpartition("/")[2]


def comments(client, path: str) -> list[str]:
    return [text_of(one) for one in seen(client.get(path)).cssselect(".comments .said")]


def notices(client) -> list[str]:
    return [text_of(one) for one in seen(client.get("/notices")).cssselect(".told .title")]


def unread(client) -> int:
    count = seen(client.get("/start")).cssselect("#notice-count")[0]
    return int(text_of(count).split()[0])


def test_what_is_said_at_a_task_stands_at_its_case(kermit, task):
    case = case_of(kermit, task)
    response = kermit.submit(
        f"/comments/{case}", text="First\r\nline", task=task.rpartition("/")[2]
    )
    assert response.headers["location"] == f"{task}#comments"
    kermit.submit(f"/comments/{case}", text="Second")
    assert (
        comments(kermit, task) == comments(kermit, f"/requests/{case}") == ["First line", "Second"]
    )
    assert "at Fill everything in" in text_of(seen(kermit.get(task)).cssselect(".comments .by")[0])
    part = kermit.get(f"/comments/{case}", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "<html" in kermit.get(f"/comments/{case}").text


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "x" * 4001])
def test_what_is_no_comment(kermit, task, text):
    case = case_of(kermit, task)
    answer = kermit.submit(f"/comments/{case}", text=text)
    assert answer.status_code == 422
    assert seen(answer).cssselect("[role=alert]")
    assert comments(kermit, task) == []


def test_comments_are_for_those_who_take_part(kermit, gonzo, task):
    case = case_of(kermit, task)
    gonzo.get("/tasks")
    assert gonzo.get(f"/comments/{case}").status_code == 403
    assert gonzo.submit(f"/comments/{case}", text="Hello").status_code == 403
    assert comments(kermit, task) == []


def test_who_is_mentioned_is_told_and_sees_the_case(kermit, gonzo, fozzie, task):
    case, before = case_of(kermit, task), unread(gonzo)
    kermit.submit(f"/comments/{case}", text="@GONZO, and mail to a@fozzie or @nobody and @kermit.")
    mentions = seen(kermit.get(task)).cssselect(".mention")
    assert [text_of(one) for one in mentions] == ["@GONZO", "@kermit"]
    assert unread(gonzo) == before + 1
    assert notices(gonzo)[0] == "Kermit the Frog mentioned you"
    link = seen(gonzo.get("/notices")).cssselect(".told .title")[0].get("href")
    response = gonzo.get(link)
    assert response.headers["location"] == f"/requests/{case}#comments"
    assert unread(gonzo) == before
    assert gonzo.get(f"/requests/{case}").status_code == 200
    assert gonzo.get(task).status_code == 403
    assert fozzie.get(f"/requests/{case}").status_code == 403
    assert fozzie.get(link).status_code == 404


def test_words_that_want_to_be_markup_stay_words(kermit, gonzo, task):
    case = case_of(kermit, task)
    kermit.submit(f"/comments/{case}", text=f"{HOSTILE} @gonzo <b>")
    page = kermit.get(task)
    assert "<script>alert" not in page.text
    assert HOSTILE in comments(kermit, task)[0]
    assert "<script>alert" not in gonzo.get("/notices").text
    assert seen(page).cssselect(".comments .said")[0].get("dir") == "auto"


def test_who_is_given_a_task_is_told_until_they_look(kermit, gonzo, task):
    before = unread(gonzo)
    kermit.get(task)
    kermit.submit(f"{task}/assign", to="gonzo")
    assert notices(gonzo)[0] == "Kermit the Frog gave you “Fill everything in”"
    assert unread(gonzo) == before + 1
    gonzo.get(task)
    assert unread(gonzo) == before


def test_a_notice_leads_to_its_task_while_it_is_theirs_to_see(kermit, gonzo, task):
    kermit.get(task)
    kermit.submit(f"{task}/assign", to="gonzo")
    notice = seen(gonzo.get("/notices")).cssselect(".told a.title")[0].get("href")
    assert gonzo.get(notice).headers["location"] == task
    kermit.get(task)
    kermit.submit(f"{task}/assign", to="kermit")
    there = gonzo.get(notice)
    assert there.headers["location"] == "/notices"
    assert said(gonzo, there) == "What this was about is not open to you."


def test_nobody_is_told_what_they_did_themselves(kermit, task):
    before = unread(kermit)
    kermit.get(task)
    kermit.submit(f"{task}/unclaim")
    kermit.submit(f"{task}/assign", to="kermit")
    assert unread(kermit) == before


def test_all_notices_are_marked_as_read(kermit, fozzie, task):
    kermit.get(task)
    kermit.submit(f"/comments/{case_of(kermit, task)}", text="@fozzie and again @fozzie")
    fozzie.get("/notices")
    assert said(fozzie, fozzie.submit("/notices/read")) == "All notices are marked as read."
    assert unread(fozzie) == 0


def test_the_numbers_in_the_navigation_come_together(kermit):
    part = kermit.get("/frag/inbox-count", headers={"HX-Request": "true"})
    assert seen(part).cssselect("#notice-count")[0].get("hx-swap-oob") == "true"
