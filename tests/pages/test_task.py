"""A task without scripts: filled in, refused with all that was typed, lost to somebody, done."""

import json

import pytest
from markupsafe import escape

from tests.office import HOSTILE, Office, begin, said, seen, text_of
from tests.serving import PASSWORD, RECEIPT, Client

FILLED = {"title": "Client dinner", "amount": "120.50", "category": "meal", "paid": "card"}


@pytest.fixture
def sampler(kermit) -> str:
    """The address of a fresh task with every kind of field, assigned to kermit."""
    place = begin(kermit, "sampler", subject="Dinner")
    kermit.get(place)
    return place


def complete(client: Client, place: str, outcome: str = "submit", **fields: object):
    return client.submit(place, _outcome=outcome, **fields)


def errors(page) -> list[str]:
    return [text_of(link) for link in seen(page).cssselect(".summary a")]


@pytest.mark.parametrize("place", ["/tasks/999999999", "/tasks/0", "/tasks/99999999999999999999"])
def test_a_task_that_never_was(kermit, place):
    page = kermit.get(place)
    assert page.status_code == 404
    assert "<h1>" in page.text


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(kermit, sampler):
    page = complete(kermit, sampler, title="ab", amount="much", why="<b>", agreed="true")
    assert page.status_code == 422
    assert errors(page) == [
        "Title must have at least 3 characters.",
        "Amount is not a number.",
    ]
    tree = seen(page)
    title, amount = tree.cssselect("[name=title]")[0], tree.cssselect("[name=amount]")[0]
    assert (title.get("value"), amount.get("value")) == ("ab", "much")
    assert title.get("aria-invalid") == "true"
    assert tree.cssselect(f"#{title.get('aria-describedby').split()[0]}.error")
    assert tree.cssselect("[name=agreed]")[0].get("checked") is not None
    assert tree.cssselect(".summary a")[0].get("href") == f"#{title.get('id')}"


def test_a_read_only_value_that_is_sent_is_ignored(kermit, sampler, office: Office):
    response = complete(kermit, sampler, **FILLED, city="Paris")
    assert response.status_code == 303
    instance = response.headers["location"]
    assert kermit.get(instance).status_code == 200


@pytest.mark.parametrize("outcome", ["", "approve", "<script>"])
def test_an_outcome_that_is_none(kermit, sampler, outcome):
    page = complete(kermit, sampler, outcome, **FILLED)
    assert page.status_code == 422
    assert "choose one of the outcomes" in text_of(seen(page).cssselect(".summary")[0])


def test_an_outcome_that_needs_nothing(kermit, sampler):
    assert complete(kermit, sampler, "withdraw", title="").status_code == 303


def test_a_condition_without_scripts(kermit, sampler):
    assert not seen(kermit.get(sampler)).cssselect("[name=why]")
    again = kermit.submit(sampler, _again="1", **FILLED | {"amount": "501"})
    assert again.status_code == 200
    tree = seen(again)
    assert tree.cssselect("[name=why]")
    assert text_of(tree.cssselect("output")[0]) == "1002"
    assert tree.cssselect("[name=title]")[0].get("value") == "Client dinner"
    page = complete(kermit, sampler, **FILLED | {"amount": "501"})
    assert errors(page) == ["Justification is required."]


def test_rows_come_and_go_without_scripts(kermit, sampler):
    row = {"items[0]": "", "items[0].item": "Taxi", "items[0].cost": "20"}
    more = seen(kermit.submit(sampler, _add="items", **FILLED, **row))
    names = [field.get("name") for field in more.cssselect("[name^='items['][name$='.item']")]
    assert names == ["items[0].item", "items[1].item"]
    assert more.cssselect("[name='items[0].item']")[0].get("value") == "Taxi"
    second = {"items[1]": "", "items[1].item": "Hotel", "items[1].cost": "99"}
    less = seen(kermit.submit(sampler, _remove="items[0]", **FILLED, **row, **second))
    fields = less.cssselect("[name^='items['][name$='.item']")
    assert [(field.get("name"), field.get("value")) for field in fields] == [
        ("items[1].item", "Hotel")
    ]


def test_the_script_gets_only_the_parts(kermit, sampler):
    page = kermit.submit(sampler + "/form", **FILLED | {"amount": "700"})
    assert page.status_code == 200
    assert "<html" not in page.text
    assert seen(page).cssselect("[data-part] [name=why]")


def test_files_come_with_the_form_stay_and_go(kermit, sampler):
    token = {"_csrf_token": kermit.token, "_outcome": "submit"}
    uploads = [
        ("receipt", ("receipt.pdf", RECEIPT, "application/pdf")),
        ("receipt", ("Überweisung März.pdf", RECEIPT, "application/pdf")),
    ]
    page = kermit.post(sampler, data=token | FILLED | {"title": "x"}, files=uploads)
    assert page.status_code == 422
    response = kermit.post(sampler, data=token | FILLED, files=uploads)
    assert response.status_code == 303
    task = seen(kermit.get(response.headers["location"]))
    links = task.cssselect(".files a")
    assert [text_of(link) for link in links] == ["receipt.pdf", "Überweisung März.pdf"]
    assert kermit.get(links[0].get("href")).content == RECEIPT


def test_a_file_stays_through_a_revision_until_it_is_removed(kermit):
    place = begin(kermit, "expense_reimbursement_demo")
    kermit.get(place)
    number = text_of(seen(kermit.get(place)).cssselect("dl a")[0]).removeprefix("#")
    report = {"title": "Dinner", "amount": "12", "currency": "EUR", "category": "meals"}
    report |= {"expenseDate": "2026-11-20"}
    token = {"_csrf_token": kermit.token}
    nothing = [("receipt", ("", b"", "application/octet-stream"))]

    def send_back() -> str:
        task = seen(kermit.get(f"/tasks?view=group&q={number}")).cssselect(".title")[0].get("href")
        kermit.get(task)
        response = kermit.submit(task, _outcome="revise", reviewComment="Why?")
        kermit.get(response.headers["location"])
        return response.headers["location"]

    kermit.post(place, data=token | report, files={"receipt": ("receipt.pdf", RECEIPT)})
    revision = send_back()
    assert kermit.post(revision, data=token | report, files=nothing).status_code == 303
    revision = send_back()
    box = seen(kermit.get(revision)).cssselect("[name='receipt:remove']")[0]
    remove = {"receipt:remove": box.get("value")}
    assert kermit.post(revision, data=token | report | remove, files=nothing).status_code == 303
    revision = send_back()
    assert not seen(kermit.get(revision)).cssselect("[name='receipt:remove']")


def test_people_read_what_groups_and_buttons_are_called(kermit, fozzie):
    place = begin(kermit, "expense_reimbursement_demo")
    report = {"title": "Dinner", "amount": "12", "currency": "EUR", "category": "meals"}
    case = text_of(seen(kermit.get(place)).cssselect("dl a")[0]).removeprefix("#")
    kermit.submit(place, **report, expenseDate="2026-11-20")
    review = seen(fozzie.get(f"/tasks?view=group&q={case}")).cssselect(".title")[0].get("href")
    assert "Open toManagers" in text_of(seen(fozzie.get(review)).cssselect("dl.facts")[0])
    assert "Managers" in text_of(seen(kermit.get(f"/requests/{case}")).cssselect("#live table")[0])
    history = seen(kermit.get(f"{review}/case")).cssselect(".steps")[0]
    assert "for \u2068Managers\u2069" in text_of(history)
    fozzie.get(review)
    assert fozzie.submit(review, _outcome="revise", reviewComment="Why?").status_code == 303
    history = seen(kermit.get(f"/requests/{case}")).cssselect(".steps")[0]
    assert "Send back for revision" in text_of(history)
    assert "revise" not in text_of(history)


def test_a_fault_of_no_field_is_said_too(kermit, sampler):
    page = complete(kermit, sampler, **FILLED, salary="1000000")
    assert "salary is not a field of this form." in text_of(seen(page).cssselect(".summary")[0])


@pytest.mark.parametrize(
    ("name", "content", "type_", "message"),
    [
        ("virus.exe", b"MZ" + b"\0" * 100, "application/pdf", "Receipt"),
        ("fake.pdf", b"<html><script>alert(1)</script>", "application/pdf", "Receipt"),
        ("empty.pdf", b"", "application/pdf", "Receipt"),
    ],
)
def test_a_file_of_the_wrong_kind(kermit, sampler, name, content, type_, message):
    token = {"_csrf_token": kermit.token, "_outcome": "submit"}
    page = kermit.post(sampler, data=token | FILLED, files={"receipt": (name, content, type_)})
    assert page.status_code == 422
    assert message in text_of(seen(page).cssselect(".summary")[0])


def test_a_file_where_the_form_has_none(kermit, sampler):
    token = {"_csrf_token": kermit.token, "_outcome": "submit"}
    page = kermit.post(sampler, data=token | FILLED, files={"title": ("a.pdf", RECEIPT)})
    assert page.status_code == 422


def test_after_a_task_comes_the_next_of_the_case_if_it_is_mine(kermit, sampler):
    response = complete(kermit, sampler, **FILLED)
    following = response.headers["location"]
    assert following.startswith("/tasks/")
    assert following != sampler
    assert said(kermit, response).endswith("Here is your next task of this case.")
    last = kermit.submit(following)
    assert last.headers["location"] == "/tasks"
    assert said(kermit, last) == "Done: Look once more."


def test_a_finished_task_can_be_read(kermit, sampler):
    complete(kermit, sampler, **FILLED)
    page = seen(kermit.get(sampler))
    assert "Done" in text_of(page.cssselect(".notice.good")[0])
    assert "Submit" in text_of(page.cssselect(".notice.good")[0])
    assert "Client dinner" in text_of(page.cssselect(".answers")[0])
    assert not page.cssselect("main form[action^='/tasks']")
    again = complete(kermit, sampler, **FILLED)
    assert again.status_code == 422
    assert "completed by kermit already" in again.text


def test_who_is_second_is_told_and_keeps_what_they_typed(kermit, office: Office, fozzie):
    instance = office.start("errands", priority=50)
    place = seen(kermit.get(f"/tasks?view=group&q={instance}")).cssselect(".title")[0].get("href")
    fozzie.get(place)
    kermit.get(place)
    assert kermit.submit(place).status_code == 303
    page = fozzie.submit(place)
    assert page.status_code == 422
    assert "completed by kermit already" in text_of(seen(page).cssselect(".notice.warn")[0])


def test_somebody_elses_task_is_shown_but_not_offered(kermit, fozzie, office: Office):
    instance = office.start("errands", priority=50)
    place = seen(kermit.get(f"/tasks?view=group&q={instance}")).cssselect(".title")[0].get("href")
    kermit.submit(f"{place}/claim")
    page = seen(fozzie.get(place))
    assert "Kermit the Frog has this task." in text_of(page.cssselect(".notice.info")[0])
    assert not page.cssselect(f"main form[action^='{place}']")
    assert fozzie.submit(place).status_code == 422


def test_passing_on_and_giving_back(kermit, fozzie, gonzo, sampler):
    response = kermit.submit(f"{sampler}/assign", to="gonzo")
    assert said(kermit, response) == "Assigned to gonzo."
    assert gonzo.get(sampler).status_code == 200
    assert fozzie.get(sampler).status_code == 403
    assert fozzie.submit(f"{sampler}/assign", to="fozzie").status_code == 403
    response = gonzo.submit(f"{sampler}/unclaim")
    assert response.status_code == 303
    response = kermit.submit(f"{sampler}/assign", to="nobody at all")
    assert said(kermit, response) == "There is no user nobody at all."


def test_a_delegated_task_goes_back_to_be_completed(kermit, gonzo, sampler):
    response = kermit.submit(f"{sampler}/assign", to="gonzo", how="delegate")
    assert said(kermit, response) == "Delegated to gonzo, who hands it back."
    page = seen(gonzo.get(sampler))
    assert "Kermit the Frog has delegated this task to you." in text_of(
        page.cssselect(".notice.info")[0]
    )
    buttons = [text_of(one) for one in page.cssselect(".filled .outcomes button:not([hidden])")]
    assert "Hand back to Kermit the Frog" in buttons
    assert "Submit" not in buttons
    inbox = gonzo.get("/tasks", params={"q": sampler.rpartition("/")[2]})
    assert "for Kermit the Frog" in text_of(seen(inbox).cssselect(".rows .since")[0])
    gonzo.get(sampler)
    response = gonzo.submit(sampler, **FILLED)
    assert said(gonzo, response) == "Handed back to Kermit the Frog."
    page = seen(kermit.get(sampler))
    assert page.cssselect("[name=title]")[0].get("value") == FILLED["title"]
    steps = text_of(seen(kermit.get(f"{sampler}/case")).cssselect(".steps")[0])
    assert "Fill everything in\u2069: delegated to \u2068gonzo\u2069 by you" in steps
    assert "handed back to you by \u2068gonzo\u2069" in steps
    assert kermit.submit(sampler, **FILLED, _outcome="submit").status_code == 303


def test_what_nobody_had_is_delegated_and_goes_back_to_those_it_is_open_to(kermit, gonzo, sampler):
    kermit.get(sampler)
    kermit.submit(f"{sampler}/unclaim")
    kermit.submit(f"{sampler}/assign", to="gonzo", how="delegate")
    page = seen(gonzo.get(sampler))
    assert "goes back to those it is open to" in text_of(page.cssselect(".notice.info")[0])
    assert said(gonzo, gonzo.submit(sampler, **FILLED)) == "Handed back."


def test_a_delegated_task_may_be_handed_back_or_taken_back_as_it_is(kermit, gonzo, sampler):
    kermit.submit(f"{sampler}/assign", to="gonzo", how="delegate")
    gonzo.get(sampler)
    assert said(gonzo, gonzo.submit(f"{sampler}/resolve")) == "Handed back."
    kermit.submit(f"{sampler}/assign", to="gonzo", how="delegate")
    kermit.submit(f"{sampler}/assign", to="kermit")
    assert "is back" in text_of(seen(kermit.get(sampler)).cssselect(".notice.info")[0])
    assert kermit.submit(f"{sampler}/resolve").status_code == 409


def test_owners_and_administrators_plan_a_task(kermit, gonzo, sampler):
    response = kermit.submit(f"{sampler}/plan", due="2031-05-01T12:30", priority="80")
    assert said(kermit, response) == "Changed."
    facts = text_of(seen(kermit.get(sampler)).cssselect("dl.facts")[0])
    assert "80" in facts
    assert seen(kermit.get(sampler)).cssselect("#due")[0].get("value") == "2031-05-01T12:30"
    assert "due date, priority" in kermit.get(f"{sampler}/case").text
    for wrong in ({"due": "soon", "priority": "1"}, {"due": "", "priority": "101"},
                  {"due": "", "priority": "x"}):  # fmt: skip
        response = kermit.submit(f"{sampler}/plan", **wrong)
        assert "Changed." not in said(kermit, response)
    kermit.submit(f"{sampler}/assign", to="gonzo")
    gonzo.get(sampler)
    assert gonzo.submit(f"{sampler}/plan", due="", priority="1").status_code == 403


def test_where_it_is_and_what_happened(kermit, sampler):
    part = kermit.get(f"{sampler}/case", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert '"here":"first"' in seen(part).cssselect("#marks")[0].get("data-marks")
    assert "Started by you" in text_of(seen(part).cssselect(".steps")[0])
    whole = kermit.get(f"{sampler}/case")
    assert "<html" in whole.text


def test_a_drawing_tells_nothing_of_what_a_model_does(kermit, sampler):
    drawing = kermit.get(f"{sampler}/diagram")
    assert drawing.headers["content-type"].startswith("application/xml")
    assert b"userTask" in drawing.content
    for secret in (b"initiator", b"formKey", b"documentation", b"flowable:"):
        assert secret not in drawing.content


def test_a_session_that_is_over_says_so_to_a_script(office: Office, sampler):
    with Client(office.url) as stranger:
        answer = stranger.post(
            sampler,
            data={"_csrf_token": "", **FILLED},
            headers={"HX-Request": "true", "HX-Boosted": "true"},
        )
        assert answer.status_code in (401, 403)
        assert stranger.sign_in("kermit", PASSWORD).status_code == 303


def test_numbers_and_dates_of_a_form_are_those_of_its_reader(kermit):
    german = {"Accept-Language": "de"}
    place = begin(kermit, "sampler", subject="Zahlen")
    kermit.get(place)
    sent = {"amount": "1.234,5", "items[0].cost": "0,25", "title": "", "_outcome": "submit"}
    page = kermit.post(place, data={"_csrf_token": kermit.token, **sent}, headers=german)
    assert page.status_code == 422
    form = seen(page)
    assert form.cssselect("[name=amount]")[0].get("value") == "1234,5"
    assert form.cssselect("[name='items[0].cost']")[0].get("value") == "0,25"
    assert text_of(form.cssselect("output")[0]) == "2469"
    assert "ist keine Zahl" not in page.text


COSTS = {
    "type": "default",
    "id": "costs",
    "components": [
        {"type": "table", "label": "Costs", "dataSource": "=costs", "columns": [
            {"key": "what", "label": "What"}, {"key": "cost", "label": "Cost"},
            {"key": "day", "label": "Day"}, {"key": "ours", "label": "Ours"}]},
        {"type": "expression", "key": "total", "label": "Total", "expression": "=sum(costs.cost)"},
    ],
}  # fmt: skip


def test_what_a_form_lists_and_computes_is_written_for_its_reader(kermit):
    kermit.get("/admin/forms/costs/edit")
    headers = {"X-CSRF-Token": kermit.token}
    edited = {"source": json.dumps(COSTS), "version": 0}
    assert kermit.post("/admin/forms/costs", json=edited, headers=headers).status_code == 201
    rows = [
        {"what": "Hotel", "cost": 1234.5, "day": "2026-05-01", "ours": True},
        {"what": "2026", "cost": 12000, "day": "soon", "ours": None},
    ]
    asked = {"data": json.dumps({"costs": rows})}
    page = kermit.get("/admin/forms/costs", params=asked, headers={"Accept-Language": "de"})
    table = seen(page).cssselect(".scroll table")[0]
    cells = [[text_of(cell) for cell in row] for row in table.cssselect("tbody tr")]
    assert cells == [["Hotel", "1.234,5", "01.05.2026", "ja"], ["2026", "12.000", "soon", ""]]
    assert text_of(seen(page).cssselect("output")[0]) == "13.234,5"


def test_what_people_call_themselves_is_shown_and_stays_text(kermit, newcomer, office):
    somebody = newcomer("employees")
    assert somebody.submit("/account", display_name=HOSTILE, email="", zone="").status_code == 303
    number = office.start("errands")
    [row] = seen(somebody.get(f"/tasks?view=group&q={number}")).cssselect(".rows .title")
    task = row.get("href")
    somebody.submit(f"{task}/claim")
    somebody.submit(f"/comments/{number}", text="I do it.")
    for place in (task, f"{task}/case", f"/admin/instances/{number}"):
        page = kermit.get(place)
        assert "<script>alert" not in page.text
        assert HOSTILE in text_of(seen(page).cssselect("body")[0])
    assert kermit.get(task).text.count(f"<bdi>{escape(HOSTILE)}</bdi>") >= 2
