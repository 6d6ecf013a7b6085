"""The inbox: its views, what the address says, claiming."""

from urllib.parse import quote

import pytest

from tests.office import HOSTILE, Office, pages, rows, said, seen, text_of

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


def test_views(kermit, fozzie, newcomer):
    nobody = newcomer()
    assert "Submit Expense Report" in rows(kermit.get("/tasks"))
    assert "Run an errand" in rows(fozzie.get("/tasks?view=group"))
    assert "Run an errand" in rows(fozzie.get("/tasks?view=overdue"))
    assert "Nothing to do" in nobody.get("/tasks").text
    assert "Nothing waits for your groups" in nobody.get("/tasks?view=group").text
    assert "Nothing is late" in nobody.get("/tasks?view=overdue").text
    assert "Nothing done yet" in nobody.get("/tasks?view=done").text


def test_an_empty_inbox_points_to_the_work_of_the_groups(newcomer):
    page = newcomer("employees").get("/tasks?q=&process=")
    assert seen(page).cssselect('.empty a[href="/tasks?view=group"]')


def test_a_search_finds_names_keys_and_numbers(kermit, office: Office):
    for word in ("errand", "PO-LYON", str(office.cases["late"])):
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
    rising = [int(text_of(cell)) for cell in seen(low).cssselect("td.priority")]
    assert rising == sorted(rising)
    link = next(a for a in seen(low).cssselect("thead a") if text_of(a) == "Priority")
    high = kermit.get(link.get("href"))
    falling = [int(text_of(cell)) for cell in seen(high).cssselect("td.priority")]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > rising[0]
    assert "view=group" in link.get("href")
    assert "process=errands" in link.get("href")


def test_pages_of_a_long_list_have_every_task_once(office: Office, kermit):
    for _ in range(55):
        office.start("errands", priority=5)
    ids = [
        link.get("id")
        for page in pages(kermit, "/tasks?view=group&process=errands&sort=priority")
        for link in page.cssselect(".rows .title")
    ]
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
    assert said(fozzie, response) == "Claimed: the task is yours now. Open it"
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
    assert 'hx-trigger="wf:tasks from:body, ' in part.text


def test_the_address_bar_gets_the_tidy_address(kermit):
    page = kermit.get("/tasks?view=mine&q=&process=&sort=-due", headers={"HX-Request": "true"})
    assert page.headers["hx-replace-url"] == "/tasks?sort=-due"


def errands(office: Office, kermit, count: int) -> list[str]:
    """Numbers of new tasks that the employees may claim."""
    instances = {f"#{office.start('errands', priority=50)}" for _ in range(count)}
    page = seen(kermit.get("/tasks?view=group&sort=-created"))
    found = [
        row.cssselect("[name=task]")[0].get("value")
        for row in page.cssselect(".rows tbody tr")
        if not instances.isdisjoint(text_of(row).split())
    ]
    assert len(found) == count
    return found


def test_several_tasks_are_claimed_given_back_and_assigned_at_once(office: Office, kermit, fozzie):
    picked = errands(office, kermit, 3)
    fozzie.get("/tasks?view=group")
    back = "/tasks?view=group"
    response = fozzie.submit("/tasks/bulk", task=picked, action="claim", back=back)
    assert response.headers["location"] == back
    assert said(fozzie, response) == "3 tasks claimed."
    mine = {
        box.get("value")
        for box in seen(fozzie.get("/tasks?sort=-created")).cssselect("[data-pick]")
    }
    assert mine >= set(picked)
    response = fozzie.submit("/tasks/bulk", task=picked[:2], action="assign", to="gonzo")
    assert said(fozzie, response) == "2 tasks assigned to gonzo."
    response = fozzie.submit("/tasks/bulk", task=picked[2:], action="unclaim")
    assert said(fozzie, response) == "1 task given back."
    response = fozzie.submit("/tasks/bulk", task=picked, action="claim")
    assert said(fozzie, response) == (
        f"1 task claimed. 2 are left: Task {picked[0]} is already claimed by gonzo."
    )
    response = fozzie.submit("/tasks/bulk", task=["x", ""], action="claim")
    assert said(fozzie, response) == "Pick some tasks first."
    response = fozzie.submit("/tasks/bulk", task=picked[2:], action="assign", to="nobody")
    assert said(fozzie, response) == "There is no user nobody."
    response = fozzie.submit("/tasks/bulk", task=picked[2:], action="assign", to=" ")
    assert said(fozzie, response) == "Name whom to assign them to."
    response = fozzie.submit("/tasks/bulk", task=picked[2:], action="claim")
    response = fozzie.submit("/tasks/bulk", task=picked[2:], action="assign", to="kermit")
    assert said(fozzie, response) == "1 task assigned to Kermit the Frog."


def test_of_several_tasks_each_is_refused_for_itself(office: Office, kermit, fozzie):
    first, second = errands(office, kermit, 2)
    kermit.submit(f"/tasks/{first}/claim")
    fozzie.get("/tasks?view=group")
    response = fozzie.submit("/tasks/bulk", task=[first, second], action="claim")
    assert said(fozzie, response).startswith("1 task claimed. ")
    assert fozzie.get(f"/tasks/{second}").status_code == 200


def test_a_part_of_a_process_name_is_enough(kermit):
    for word in ("errand", "ERRANDS", "Errands", "errands"):
        page = kermit.get("/tasks", params={"view": "group", "process": word})
        assert set(rows(page)) == {"Run an errand"}


def test_a_filter_is_kept_under_a_name(fozzie, gonzo):
    fozzie.get("/tasks?view=group&process=errands")
    query = "view=group&process=errands&page=7&evil=1"
    response = fozzie.submit("/tasks/filters", name="My <b>errands</b>", query=query)
    assert response.headers["location"] == "/tasks?view=group&process=errands"
    page = seen(fozzie.get(response.headers["location"]))
    [chip] = page.cssselect(".chip")
    assert (text_of(chip), chip.get("aria-current")) == ("My <b>errands</b>", "true")
    assert not seen(gonzo.get("/tasks")).cssselect(".chip")
    [form] = page.cssselect(".saved form")
    gonzo.get("/tasks")
    assert gonzo.submit(form.get("action")).status_code == 404
    assert said(fozzie, fozzie.submit(form.get("action"))) == "The filter is removed."
    assert not seen(fozzie.get("/tasks")).cssselect(".chip")


def test_administrators_share_filters(kermit, fozzie):
    fozzie.get("/tasks?q=errand")
    assert fozzie.submit("/tasks/filters", name="x", query="q=e", shared="true").status_code == 403
    kermit.get("/tasks?q=errand")
    kermit.submit("/tasks/filters", name="For all", query="q=errand", shared="true")
    page = seen(fozzie.get("/tasks?q=errand"))
    assert text_of(page.cssselect(".chip")[0]) == "For all (shared)"
    assert not page.cssselect(".saved form")
    page = seen(kermit.get("/tasks?q=errand"))
    kermit.submit(page.cssselect(".saved form")[0].get("action"))
    for wrong in ("", "x" * 61, "a\nb"):
        response = kermit.submit("/tasks/filters", name=wrong, query="q=errand")
        assert "saved" not in said(kermit, response)


def test_fields_for_people_suggest_them(gonzo):
    page = gonzo.get("/frag/people?to=FROG")
    assert page.text.strip() == '<option value="kermit">Kermit the Frog</option>'
    assert gonzo.get("/frag/people?to=zzz").text.strip() == ""


def test_what_was_claimed_in_the_list_is_one_step_away(fozzie, office: Office):
    number = office.start("errands")
    listed = seen(fozzie.get(f"/tasks?view=group&q={number}"))
    task = listed.cssselect(".rows .title")[0].get("href")
    answer = fozzie.submit(f"{task}/claim", back="/tasks?view=group&q=none-such")
    page = seen(fozzie.get(answer.headers["location"]))
    assert [link.get("href") for link in page.cssselect(".toast a")] == [task]
    empty = seen(fozzie.get("/tasks?view=overdue"))
    assert empty.cssselect(".toast a") == []


@pytest.mark.parametrize(
    "about", ["https://evil.example/", "//evil.example", "/logout", "javascript:1"]
)
def test_what_somebody_else_put_into_the_cookie_is_no_link(fozzie, about):
    fozzie.cookies.set("wf_said", quote(f"good:{about}:<b>Click</b>", safe=""))
    page = fozzie.get("/tasks")
    assert seen(page).cssselect(".toast a") == []
    assert "<b>Click" not in page.text
