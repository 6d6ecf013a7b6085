"""My requests: what I started, whoever else may look, where it is."""

from tests.office import HOSTILE, Office, begin, rows, seen, text_of


def test_what_others_started_is_not_in_my_list(fozzie, newcomer):
    somebody = newcomer()
    begin(fozzie, "errands")
    assert "Errands" in rows(fozzie.get("/requests"))
    assert rows(somebody.get("/requests")) == []
    assert "You have nothing under way" in somebody.get("/requests").text


def test_a_strangers_request_is_closed(gonzo, office: Office):
    for path in ("", "/diagram"):
        assert gonzo.get(f"/requests/{office.cases['report']}{path}").status_code == 403
    assert gonzo.get("/requests/999999999").status_code == 404


def test_who_might_take_its_task_may_look(fozzie, office: Office):
    assert fozzie.get(f"/requests/{office.cases['calm']}").status_code == 200


def test_names_that_want_to_be_markup_are_text(kermit, office: Office):
    page = kermit.get(f"/requests/{office.cases['hostile']}")
    assert "<script>alert" not in page.text
    assert HOSTILE in text_of(seen(page).cssselect("h1")[0])


def test_views_search_and_order(kermit, office: Office):
    number = office.cases["cancelled"]
    assert f'id="request-{number}"' not in kermit.get(f"/requests?view=open&q={number}").text
    assert f'id="request-{number}"' in kermit.get(f"/requests?view=ended&q={number}").text
    assert "Expense Reimbursement Demo" in rows(kermit.get("/requests?view=all&q=expense"))
    newest = seen(kermit.get("/requests?view=all")).cssselect(".rows .title")
    oldest = seen(kermit.get("/requests?view=all&sort=started")).cssselect(".rows .title")
    assert oldest[0].get("id") == f"request-{office.cases['report']}"
    assert newest[0].get("id") != oldest[0].get("id")


def test_one_request(kermit, office: Office):
    page = seen(kermit.get(f"/requests/{office.cases['report']}"))
    assert "Submit Expense Report" in text_of(page.cssselect("#live table")[0])
    assert page.cssselect("#live table a")[0].get("href").startswith("/tasks/")
    assert "Started by you" in text_of(page.cssselect(".steps")[0])
    assert page.cssselect(".diagram")[0].get("data-xml").startswith("/requests/")


def test_a_cancelled_request_says_why(kermit, office: Office):
    page = kermit.get(f"/requests/{office.cases['cancelled']}")
    assert "Cancelled by you" in page.text
    assert "It rained" in page.text


def test_the_short_link_leads_each_to_their_page(kermit, fozzie, office: Office):
    number = office.cases["calm"]
    assert kermit.get(f"/instances/{number}").headers["location"] == f"/admin/instances/{number}"
    assert fozzie.get(f"/instances/{number}").headers["location"] == f"/requests/{number}"
