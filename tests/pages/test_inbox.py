"""The inbox: its views, what the address says, claiming."""

import pytest

from tests.office import HOSTILE, Office, rows, said, seen, text_of

NONSENSE = "view=nonsense&sort=nonsense&process=no-such&page=nonsense&q=%00%ff&unknown=1"


def test_what_the_address_cannot_mean_is_read_as_the_default(kermit):
    page = kermit.get(f"/tasks?{NONSENSE}")
    assert page.status_code == 200
    assert text_of(seen(page).cssselect(".tabs [aria-current]")[0]).startswith("Mine")


def test_names_that_want_to_be_markup_are_text(kermit, office: Office):
    page = kermit.get("/tasks?view=group&process=hostile")
    assert "<script>alert" not in page.text
    assert rows(page) == [HOSTILE]
    assert HOSTILE in text_of(seen(page).cssselect(".rows .process")[0])


@pytest.mark.parametrize("word", ["%", "_", "\\", "'", '"', "<", "x" * 500])
def test_signs_of_a_search_are_nothing_but_signs(kermit, word):
    page = kermit.get("/tasks", params={"view": "group", "q": word})
    assert page.status_code == 200
    assert "Run an errand" not in rows(page)


def test_views(kermit, fozzie, gonzo):
    assert "Submit Expense Report" in rows(kermit.get("/tasks"))
    assert "Run an errand" in rows(fozzie.get("/tasks?view=group"))
    assert "Run an errand" in rows(fozzie.get("/tasks?view=overdue"))
    assert "Nothing to do" in gonzo.get("/tasks").text
    assert "Nothing waits for your groups" in gonzo.get("/tasks?view=group").text
    assert "Nothing is late" in gonzo.get("/tasks?view=overdue").text
    assert "Nothing done yet" in gonzo.get("/tasks?view=done").text


def test_an_empty_inbox_points_to_the_work_of_the_groups(fozzie):
    page = fozzie.get("/tasks?q=&process=")
    assert seen(page).cssselect('.empty a[href="/tasks?view=group"]')


def test_a_search_finds_names_keys_and_numbers(kermit, office: Office):
    for word in ("errand", "PO-4711", str(office.cases["late"])):
        assert "Run an errand" in rows(kermit.get("/tasks", params={"view": "group", "q": word}))
    nothing = kermit.get("/tasks?view=group&q=no-such-word")
    assert rows(nothing) == []
    clear = seen(nothing).cssselect(".empty a")[0]
    assert clear.get("href") == "/tasks?view=group"


def test_sorting_by_a_column_and_back(kermit):
    page = kermit.get("/tasks?view=group&process=errands")
    assert [head.get("aria-sort") for head in seen(page).cssselect("th") if head.get("aria-sort")]
    link = next(a for a in seen(page).cssselect("thead a") if text_of(a) == "Priority")
    low = kermit.get(link.get("href"))
    priorities = [int(text_of(cell)) for cell in seen(low).cssselect("td.priority")]
    assert priorities == sorted(priorities)
    link = next(a for a in seen(low).cssselect("thead a") if text_of(a) == "Priority")
    high = kermit.get(link.get("href"))
    assert [int(text_of(cell)) for cell in seen(high).cssselect("td.priority")] == priorities[::-1]
    assert "view=group" in link.get("href")
    assert "process=errands" in link.get("href")


def test_pages_of_a_long_list_have_every_task_once(office: Office, kermit):
    for _ in range(55):
        office.start("errands", priority=5)
    ids: list[str] = []
    address = "/tasks?view=group&process=errands&sort=priority"
    while address:
        page = seen(kermit.get(address))
        ids += [link.get("id") for link in page.cssselect(".rows .title")]
        following = page.cssselect("a[rel=next]")
        address = following[0].get("href") if following else ""
    assert len(ids) >= 57
    assert len(ids) == len(set(ids))


@pytest.fixture
def errand(office: Office, kermit) -> str:
    """The number of a task that a manager may claim."""
    instance = office.start("errands", priority=50)
    page = kermit.get("/tasks", params={"view": "group", "q": str(instance)})
    return seen(page).cssselect(".rows .title")[0].get("id").removeprefix("task-")


def test_claiming_stays_in_the_list_and_says_so(fozzie, kermit, errand):
    fozzie.get("/tasks?view=group")
    response = fozzie.submit(f"/tasks/{errand}/claim", back="/tasks?view=group")
    assert response.headers["location"] == "/tasks?view=group"
    assert said(fozzie, response) == "Claimed: the task is yours now."
    late = kermit.submit(f"/tasks/{errand}/claim")
    assert late.status_code == 409
    assert "fozzie" in late.text


@pytest.mark.parametrize("back", ["https://evil.example/tasks", "//evil.example", "/tasks@evil"])
def test_a_way_back_that_leads_elsewhere_is_not_taken(fozzie, errand, back):
    fozzie.get("/tasks?view=group")
    response = fozzie.submit(f"/tasks/{errand}/claim", back=back)
    assert response.headers["location"] == f"/tasks/{errand}"


def test_nobody_claims_what_is_not_open_to_them(gonzo, errand):
    assert gonzo.submit(f"/tasks/{errand}/claim").status_code == 403
    assert gonzo.get(f"/tasks/{errand}").status_code == 403


def test_the_number_in_the_navigation_is_fetched_by_itself(kermit):
    part = kermit.get("/frag/inbox-count", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<span")
    assert 'hx-trigger="wf:tasks from:body"' in part.text


def test_the_address_bar_gets_the_tidy_address(kermit):
    page = kermit.get("/tasks?view=mine&q=&process=&sort=-due", headers={"HX-Request": "true"})
    assert page.headers["hx-replace-url"] == "/tasks?sort=-due"
