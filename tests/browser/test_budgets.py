"""What pages that are open all day transfer, packed, as the browser counts it."""

from typing import Any

import pytest

from tests.browser.conftest import Enter, Visit
from tests.office import Office, begin

pytestmark = pytest.mark.browser
KB = 1000


def finished(visit: Visit) -> list[Any]:
    """The requests of a page, as they come to their end."""
    done: list[Any] = []

    def note(request: Any) -> None:
        done.append(request)

    visit.page.on("requestfinished", note)
    return done


def test_the_first_load_of_the_inbox_is_small(enter: Enter):
    visit = enter()
    done = finished(visit)
    visit.open("/tasks")
    sizes = {each.url: each.sizes()["responseBodySize"] for each in list(done)}
    assert any("/static/dist/app-" in url for url in sizes)
    assert sum(sizes.values()) <= 40 * KB, sizes


def test_a_task_with_a_form_is_small_after_the_first_load(enter: Enter, office: Office):
    visit = enter()
    visit.open("/tasks")
    with office.client("kermit") as client:
        task = begin(client, "sampler", subject="Everything")
    done = finished(visit)
    visit.open(task)
    sizes = {each.url: max(0, each.sizes()["responseBodySize"]) for each in list(done)}
    assert any(url.endswith(task) for url in sizes)
    assert sum(sizes.values()) <= 30 * KB, sizes
