"""Every case, for administrators: lists, one of them in full, suspend, activate, cancel."""

import pytest

from tests.office import HOSTILE, Office, pages, rows, said, seen, text_of


@pytest.fixture
def errand(office: Office) -> str:
    """The address of a case that a test may change."""
    return f"/admin/instances/{office.start('errands', note='<i>now</i>')}"


def numbers(page) -> list[str]:
    return [title.removeprefix("#") for title in rows(page)]


@pytest.mark.parametrize("path", ["", "/diagram"])
def test_a_case_that_never_was(kermit, path):
    assert kermit.get(f"/admin/instances/999999999{path}").status_code == 404


def test_what_the_address_cannot_mean_is_read_as_the_default(kermit):
    page = kermit.get("/admin/instances?view=x&sort=x&process=x&page=x&q=%ff")
    assert page.status_code == 200
    assert rows(page) == []


@pytest.mark.parametrize(
    ("view", "cases", "others"),
    [
        ("open", ["report", "calm", "hostile", "broken"], ["cancelled"]),
        ("failed", ["broken"], ["report", "suspended", "cancelled"]),
        ("suspended", ["suspended"], ["report", "broken"]),
        ("ended", ["cancelled"], ["report", "suspended"]),
        ("all", ["report", "broken", "suspended", "cancelled"], []),
    ],
)
def test_views(kermit, office: Office, view, cases, others):
    found = [
        text_of(title).removeprefix("#")
        for page in pages(kermit, f"/admin/instances?view={view}")
        for title in page.cssselect(".rows .title")
    ]
    assert {str(office.cases[name]) for name in cases} <= set(found)
    assert not {str(office.cases[name]) for name in others} & set(found)
    assert len(found) == len(set(found))


def test_filters(kermit, office: Office):
    report, late = str(office.cases["report"]), str(office.cases["late"])
    assert numbers(kermit.get(f"/admin/instances?q={report}")) == [report]
    assert numbers(kermit.get("/admin/instances?view=all&q=PO-LY")) == [late]
    assert late not in numbers(kermit.get("/admin/instances?process=broken"))
    nothing = kermit.get("/admin/instances?q=no-such-thing")
    assert "No instance matches" in nothing.text


def test_names_and_values_that_want_to_be_markup_are_text(kermit, office: Office):
    page = kermit.get(f"/admin/instances/{office.cases['hostile']}")
    assert "<script>alert" not in page.text
    tree = seen(page)
    assert HOSTILE in text_of(tree.cssselect("h1")[0])
    assert HOSTILE in [text_of(value) for value in tree.cssselect(".value")]


def test_one_case_in_full(kermit, office: Office):
    page = seen(kermit.get(f"/admin/instances/{office.cases['from_api']}"))
    assert text_of(page.cssselect("h1")[0]).endswith(f"#{office.cases['from_api']}")
    assert "ERP Integration" in text_of(page.cssselect(".head .lead")[0])
    variables = page.cssselect("section[aria-labelledby=variables] tbody tr")
    assert [text_of(cell) for cell in variables[0]] == ["departmenttext", "Engineering"]
    assert "Submit Expense Report" in text_of(page.cssselect("section[aria-labelledby=active]")[0])
    assert '"submitReport":1' in page.cssselect("#marks")[0].get("data-marks")


def test_a_problem_is_named(kermit, office: Office):
    page = seen(kermit.get(f"/admin/instances/{office.cases['broken']}"))
    notice = text_of(page.cssselect(".notice.bad")[0])
    assert notice.startswith("Divide")
    assert "missing" in notice
    assert '"fails"' in page.cssselect("#marks")[0].get("data-marks")


def test_suspend_activate_cancel(kermit, errand):
    kermit.get(errand)
    assert said(kermit, kermit.submit(f"{errand}/suspend")) == "Suspended."
    page = seen(kermit.get(errand))
    assert text_of(page.cssselect(".head .badge")[0]) == "Suspended"
    assert said(kermit, kermit.submit(f"{errand}/activate")) == "Active again."
    cancelled = kermit.submit(f"{errand}/cancel", reason="<b>It rained</b>")
    assert said(kermit, cancelled) == "Cancelled."
    page = kermit.get(errand)
    assert "&lt;b&gt;It rained&lt;/b&gt;" in page.text
    assert text_of(seen(page).cssselect(".head .badge")[0]) == "Cancelled"
    assert not seen(page).cssselect(".head form")


def test_what_has_ended_cannot_be_stopped_again(kermit, office: Office):
    place = f"/admin/instances/{office.cases['cancelled']}"
    kermit.get(place)
    for action in ("suspend", "activate", "cancel"):
        assert kermit.submit(f"{place}/{action}", reason="again").status_code == 409


def test_nobody_works_on_what_is_suspended(kermit, office: Office):
    number = office.cases["suspended"]
    place = seen(kermit.get(f"/tasks?view=group&q={number}")).cssselect(".title")[0].get("href")
    page = seen(kermit.get(place))
    said = text_of(page.cssselect(".notice.warn")[0])
    assert "suspended" in said
    assert "Until then its deadline stands still." in said
    assert "paused, 30 d left" in text_of(page.cssselect("dl.facts")[0])
    assert not page.cssselect("[action$='/claim'], [commandfor='plan'], [commandfor='assign']")
    listed = seen(kermit.get(f"/tasks?view=group&q={number}")).cssselect("#rows tbody tr")[0]
    assert "Suspended" in text_of(listed)
    assert "paused, 30 d left" in text_of(listed)
    assert not listed.cssselect("button")
    assert kermit.submit(place).status_code == 422


def test_tokens_are_moved(kermit, office: Office):
    place = f"/admin/instances/{office.start('expense_reimbursement_demo')}"
    page = seen(kermit.get(place))
    [token] = page.cssselect("#move input[name=cancel]")
    starts = [option.get("value") for option in page.cssselect("#move option")]
    assert "reviseReport" in " ".join(starts) or len(starts) > 5
    assert not [each for each in starts if "late" in each.lower()]
    target = next(each for each in starts if "pay" in each.lower())
    nothing = kermit.submit(f"{place}/move")
    assert said(kermit, nothing) == "Choose what to cancel and where to start."
    answer = kermit.submit(
        f"{place}/move", cancel=token.get("value"), start=target, reason="it is urgent"
    )
    assert said(kermit, answer) == "Moved."
    page = seen(kermit.get(place))
    assert "Pay Expense" in text_of(page.cssselect("section[aria-labelledby=active]")[0])
    journal = text_of(page.cssselect("section[aria-labelledby=journal]")[0])
    assert "Changed by hand by you" in journal
    assert "it is urgent" in journal
    gone = kermit.submit(f"{place}/move", cancel=token.get("value"), start=target)
    assert "No token" in said(kermit, gone)
    back = kermit.submit(f"{place}/repeat", node="submitReport", reason="something is missing")
    assert said(kermit, back) == "Sent back."
    page = seen(kermit.get(place))
    assert "Submit Expense Report" in text_of(page.cssselect("section[aria-labelledby=active]")[0])


def test_a_move_is_undone_while_nothing_happened_since(kermit, office: Office):
    place = f"/admin/instances/{office.start('expense_reimbursement_demo')}"
    page = seen(kermit.get(place))
    assert not page.cssselect("#move-back")
    [token] = page.cssselect("#move input[name=cancel]")
    kermit.submit(f"{place}/move", cancel=token.get("value"), start="payExpense")
    dialog = seen(kermit.get(place)).cssselect("#move-back")[0]
    assert "Begins againSubmit Expense Report" in text_of(dialog)
    assert "Is cancelledPay Expense" in text_of(dialog)
    mark = dialog.cssselect("[name=mark]")[0].get("value")
    back = kermit.submit(f"{place}/move-back", mark=mark, reason="by mistake")
    assert said(kermit, back) == "Moved back."
    page = seen(kermit.get(place))
    active = text_of(page.cssselect("section[aria-labelledby=active]")[0])
    assert "Submit Expense Report" in active
    assert "Pay Expense" not in active
    assert "by mistake" in text_of(page.cssselect("section[aria-labelledby=journal]")[0])
    again = kermit.submit(f"{place}/move-back", mark=mark)
    assert "Something happened since" in said(kermit, again)


def test_a_move_is_not_undone_after_somebody_worked_on_it(kermit, office: Office):
    place = f"/admin/instances/{office.start('expense_reimbursement_demo')}"
    [token] = seen(kermit.get(place)).cssselect("#move input[name=cancel]")
    kermit.submit(f"{place}/move", cancel=token.get("value"), start="payExpense")
    page = seen(kermit.get(place))
    mark = page.cssselect("#move-back [name=mark]")[0].get("value")
    task = page.cssselect("section[aria-labelledby=active] a[href^='/tasks/']")[0].get("href")
    kermit.submit(f"{task}/claim")
    assert not seen(kermit.get(place)).cssselect("#move-back")
    late = kermit.submit(f"{place}/move-back", mark=mark)
    assert "Something happened since" in said(kermit, late)
    assert "Pay Expense" in text_of(
        seen(kermit.get(place)).cssselect("section[aria-labelledby=active]")[0]
    )


def test_nothing_moves_where_it_is_suspended(kermit, office: Office):
    place = f"/admin/instances/{office.cases['suspended']}"
    page = seen(kermit.get(place))
    assert not page.cssselect("#move")
    answer = kermit.submit(f"{place}/move", start="errand")
    assert "suspended" in said(kermit, answer)
    assert "suspended" in said(kermit, kermit.submit(f"{place}/repeat", node="errand"))


def test_the_list_marks_what_has_a_problem_or_is_overdue(kermit, office: Office):
    marked = {
        text_of(row.cssselect(".title")[0]): [text_of(badge) for badge in row.cssselect(".badge")]
        for page in pages(kermit, "/admin/instances?view=open")
        for row in page.cssselect(".rows tbody tr")
    }
    assert marked[f"#{office.cases['broken']}"] == ["Running", "Problem"]
    assert marked[f"#{office.cases['late']}"] == ["Running", "Overdue"]
    assert marked[f"#{office.cases['calm']}"] == ["Running"]


def test_a_process_says_how_many_of_it_run_and_stand_still(kermit):
    page = seen(kermit.get("/admin/processes?q=broken"))
    links = [link.get("href") for link in page.cssselect("td.number a")]
    assert links == ["/admin/instances?process=broken", "/admin/incidents?process=broken"]
