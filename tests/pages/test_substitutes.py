"""Somebody chooses who does their tasks while they are away, and that person does one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.office import Office, seen, text_of
from tests.serving import Client

PAGE = "/people/fozzie/substitutes"
TODAY = datetime.now(UTC).date()
FROM, TO = str(TODAY - timedelta(days=1)), str(TODAY + timedelta(days=1))


def choose(client: Client, page: str = PAGE, **fields: object):
    client.get(page)
    return client.submit(page, **{"first": FROM, "last": TO, "limited": "all", **fields})


def end_all(client: Client, page: str = PAGE) -> None:
    """What holds ends, and is deleted then."""
    for _ in range(2):
        for action in re.findall(rf'action="({page}/\d+/end)"', client.get(page).text):
            client.submit(action)


@pytest.fixture
def away(fozzie: Client) -> Iterator[Client]:
    """Fozzie, for whom gonzo stands in."""
    assert choose(fozzie, to="gonzo").status_code == 303
    yield fozzie
    end_all(fozzie)


def sampler(client: Client) -> str:
    """The address of a task of this person."""
    client.get("/start")
    return client.submit("/start/sampler", subject="Away").headers["location"]


def told(client: Client, page: str) -> str:
    """What a page says, without the marks that keep names apart."""
    return re.sub("[\u2068\u2069]", "", text_of(seen(client.get(page))))


def row(client: Client, view: str, task: str) -> str:
    """What a view of the inbox says of a task; empty when it is not there."""
    page = seen(client.get(f"/tasks?view={view}&q={task.rpartition('/')[2]}"))
    found = page.cssselect("table.inbox tbody tr")
    return " ".join(text_of(row) for row in found if row.cssselect(f"a.title[href='{task}']"))


def test_the_substitute_finds_the_task_takes_it_over_and_the_history_says_so(
    away: Client, gonzo: Client, kermit: Client
):
    task = sampler(away)
    assert not row(gonzo, "mine", task)
    assert "for fozzie" in row(gonzo, "substituting", task)
    page = gonzo.get(task)
    assert "fozzie is away, and you stand in" in text_of(seen(page))
    assert gonzo.submit(f"{task}/claim").status_code == 303
    assert row(gonzo, "mine", task)
    assert "claimed by you for fozzie" in told(gonzo, f"{task}/case")
    assert "claimed by gonzo for fozzie" in told(kermit, f"{task}/case")


def test_the_view_is_there_only_while_somebody_is_away(fozzie: Client, gonzo: Client):
    task = sampler(fozzie)
    assert "Substituting" not in gonzo.get("/tasks").text
    choose(fozzie, to="gonzo")
    assert "Substituting" in gonzo.get("/tasks").text
    assert "Away" in gonzo.get("/search?q=Away").text
    assert "gonzo" in text_of(seen(fozzie.get("/account")).cssselect("[aria-labelledby=away]")[0])
    assert "fozzie" in gonzo.get("/people/gonzo/substitutes").text
    end_all(fozzie)
    assert "Substituting" not in gonzo.get("/tasks").text
    assert "Nothing to do for others" in gonzo.get("/tasks?view=substituting").text
    assert gonzo.get(task).status_code == 403
    assert "No substitute" in fozzie.get(PAGE).text


def test_some_processes_alone(fozzie: Client, gonzo: Client):
    task = sampler(fozzie)
    choose(fozzie, to="gonzo", limited="some", processes=["errands"])
    assert "Errands" in text_of(seen(fozzie.get(PAGE)).cssselect("table")[0])
    assert gonzo.get(task).status_code == 403
    end_all(fozzie)


def test_an_administrator_does_it_for_somebody_and_others_may_not(
    kermit: Client, gonzo: Client, office: Office
):
    assert PAGE in kermit.get("/admin/users/fozzie").text
    assert choose(kermit, to="gonzo").status_code == 303
    assert "gonzo" in kermit.get("/admin/users/fozzie").text
    assert "gonzo for fozzie" in text_of(seen(kermit.get("/admin/users/fozzie/leave")))
    action = re.findall(rf'action="({PAGE}/\d+/end)"', kermit.get(PAGE).text)[0]
    gonzo.get("/tasks")
    assert gonzo.submit(action).status_code == 403
    assert gonzo.submit(PAGE, first=FROM, last=TO, to="gonzo").status_code == 403
    assert gonzo.get(PAGE).status_code == 403
    assert kermit.get("/people/nobody/substitutes").status_code == 404
    end_all(kermit)
    assert kermit.submit(action).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to": "nobody"}, "There is no user nobody."),
        ({"first": "soon"}, "must look like"),
        ({"last": "2020-01-01"}, "must not be before"),
        ({"limited": "some"}, "Choose some processes"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(fozzie: Client, wrong, said):
    answer = choose(fozzie, **{"to": "gonzo", **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    typed = {"to": "gonzo", "first": FROM, "last": TO, **wrong}
    for field in ("to", "first", "last"):
        assert f'name="{field}" ' in answer.text
        assert f'value="{typed[field]}"' in answer.text
    assert "No substitute" in answer.text
