"""Drafts of forms: kept for their writer, filled in again, gone when the task is done."""

import pytest

from tests.office import HOSTILE, Office, begin, said, seen, text_of

TYPED = {"title": "Half a", "amount": "12", "items[0].item": "Taxi", "agreed": "true"}
FILLED = {"title": "Client dinner", "amount": "120.50", "category": "meal", "paid": "card"}


@pytest.fixture
def sampler(kermit) -> str:
    """The address of a fresh task with every kind of field, assigned to kermit."""
    place = begin(kermit, "sampler", subject="Dinner")
    kermit.get(place)
    return place


def title(client, place: str) -> str:
    return seen(client.get(place)).cssselect("[name=title]")[0].get("value", "")


def test_a_draft_is_filled_in_again_until_it_is_discarded(kermit, sampler):
    answer = kermit.post(
        f"{sampler}/draft",
        data={"_csrf_token": kermit.token, **TYPED},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    page = seen(kermit.get(sampler))
    assert "Your draft of" in text_of(page.cssselect(".notice.info")[0])
    assert page.cssselect("[name=title]")[0].get("value") == "Half a"
    assert page.cssselect("[name='items[0].item']")[0].get("value") == "Taxi"
    assert not page.cssselect(".summary")
    assert said(kermit, kermit.submit(f"{sampler}/draft/discard")) == "The draft is discarded."
    assert title(kermit, sampler) == ""


def test_without_scripts_a_button_saves_it(kermit, sampler):
    page = seen(kermit.get(sampler))
    assert page.cssselect("noscript button")[-1].get("formaction") == f"{sampler}/draft"
    assert said(kermit, kermit.submit(f"{sampler}/draft", **TYPED)) == "The draft is saved."


def test_a_draft_is_its_writers_alone_and_never_markup(kermit, gonzo, sampler):
    kermit.submit(f"{sampler}/draft", title=HOSTILE)
    page = kermit.get(sampler)
    assert "<script>alert" not in page.text
    gonzo.get("/tasks")
    assert gonzo.submit(f"{sampler}/draft", title="mine").status_code == 403
    kermit.submit(f"{sampler}/assign", to="gonzo")
    assert title(gonzo, sampler) == ""
    gonzo.submit(f"{sampler}/draft", title="by gonzo")
    assert title(kermit, sampler) == HOSTILE
    assert title(gonzo, sampler) == "by gonzo"


def test_a_draft_goes_when_the_task_is_done(kermit, sampler):
    kermit.submit(f"{sampler}/draft", **TYPED)
    assert kermit.submit(sampler, **FILLED, _outcome="submit").status_code == 303
    page = text_of(seen(kermit.get(sampler)).cssselect("main")[0])
    assert "Your draft" not in page
    assert "Half a" not in page


def test_a_draft_has_a_limit(kermit, sampler):
    assert kermit.submit(f"{sampler}/draft", title="x" * 200_001).status_code == 413


def test_who_has_a_task_is_told_to_an_open_page(kermit, fozzie, office: Office):
    instance = office.start("errands", priority=50)
    place = seen(kermit.get(f"/tasks?view=group&q={instance}")).cssselect(".title")[0].get("href")
    fozzie.get(place)

    def told() -> str:
        page = seen(fozzie.get(f"{place}/standing"))
        return text_of(page.cssselect("#standing")[0])

    assert told() == ""
    kermit.submit(f"{place}/claim")
    assert "Kermit the Frog has this task." in told()
    kermit.get(place)
    kermit.submit(place)
    assert "by Kermit the Frog" in told()
