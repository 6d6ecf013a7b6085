"""Search over everything: what it finds, and for whom."""

import pytest

from tests.office import HOSTILE, Office, begin, seen, text_of


def found(client, q: str) -> dict[str, list[str]]:
    """The entries by kind, as texts with their addresses."""
    page = seen(client.get("/search", params={"q": q}))
    return {
        text_of(section.cssselect("h2")[0]): [
            f"{text_of(link.cssselect('bdi')[0])} {link.get('href')}"
            for link in section.cssselect("a")
        ]
        for section in page.cssselect("#found section")
    }


def test_a_task_is_found_by_the_number_of_its_case(fozzie, office: Office):
    number = office.start("errands")
    tasks = found(fozzie, str(number))["Tasks"]
    assert len(tasks) == 1
    assert "/tasks/" in tasks[0]


def test_administrators_find_every_case_others_their_own(kermit, fozzie, gonzo, office: Office):
    begin(fozzie, "errands")
    newest = seen(fozzie.get("/requests")).cssselect(".rows .title")[0]
    number = newest.get("href").rpartition("/")[2]
    assert found(kermit, str(number))["Instances"] == [f"Errands /admin/instances/{number}"]
    assert found(fozzie, str(number))["My requests"] == [f"Errands /requests/{number}"]
    assert "My requests" not in found(gonzo, str(number))


@pytest.mark.parametrize("kind", ["People", "Processes", "Instances"])
def test_what_is_for_administrators_is_not_found_by_others(kermit, fozzie, office: Office, kind):
    for q in ("kermit", "expense", str(office.cases["report"])):
        assert kind not in found(fozzie, q)
    assert not any("/admin/" in entry for each in found(fozzie, "").values() for entry in each)


def test_people_processes_pages_and_help(kermit):
    assert found(kermit, "KERMIT")["People"][0].endswith("/admin/users/kermit")
    expense = found(kermit, "expense reimb")
    assert expense["Processes"][0].endswith("/admin/processes/expense_reimbursement_demo")
    assert expense["Start"][0].endswith("/start/expense_reimbursement_demo")
    assert "API keys /admin/api-keys" in found(kermit, "api")["Go to"]
    assert found(kermit, "upload_lim")["Settings"][0].endswith("/settings#upload_limit")
    assert found(kermit, "expense-report")["Forms"][0].endswith("/admin/forms/expense-report")
    assert "/help/rest-api" in found(kermit, "rest api")["Help"][0]


def test_without_words_it_is_the_map_of_the_site(fozzie):
    kinds = found(fozzie, "")
    assert list(kinds) == ["Start", "Go to"]
    assert "Inbox /tasks" in kinds["Go to"]


def test_nothing_found_says_so(kermit):
    page = kermit.get("/search", params={"q": "qqqq <b>zzzz</b>"})
    assert "Nothing found" in page.text
    assert "<b>zzzz" not in page.text


@pytest.mark.parametrize(
    "q", ["%", "_", "\\", "'", '"', "\x00", "a" * 5000, "9" * 40, "-1", HOSTILE]
)
def test_odd_words_harm_nothing(kermit, fozzie, q):
    for client in (kermit, fozzie):
        page = client.get("/search", params={"q": q})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_everything_found_opens(kermit, office: Office):
    for q in ("", "expense", "kermit", str(office.cases["report"])):
        for entries in found(kermit, q).values():
            for entry in entries:
                assert kermit.get(entry.rpartition(" ")[2]).status_code == 200, entry


def test_strangers_sign_in_first(client):
    assert client.get("/search?q=expense").headers["location"].startswith("/login")
