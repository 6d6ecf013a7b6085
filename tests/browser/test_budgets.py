"""What pages that are open all day transfer, packed, as the browser counts it."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.browser.conftest import ALONE, Enter, Visit
from tests.office import Office, begin

pytestmark = pytest.mark.browser
KB = 1000
ROWS = 50
"""Of a whole page."""
DIAGRAM = ":is(.diagram, .modeler) .djs-element"


class Transfer:
    """What a browser has transferred since this began."""

    def __init__(self, visit: Visit) -> None:
        self._done: list[Any] = []
        self._page = visit.page
        visit.page.on("requestfinished", self._note)

    def _note(self, request: Any) -> None:
        self._done.append(request)

    def sizes(self) -> dict[str, int]:
        """The bytes of each answer, when the page is quiet; none for what the browser had kept."""
        self._page.wait_for_load_state("networkidle")
        return {each.url: max(0, each.sizes()["responseBodySize"]) for each in list(self._done)}


def gzipped(office: Office, urls: Iterable[str]) -> int:
    """The bytes of these answers for a browser that does not ask for Brotli.

    That is every Chromium and Firefox on a site without HTTPS.
    """
    total = 0
    with office.client("kermit") as client:
        for url in urls:
            with client.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
                assert answer.headers.get("Content-Encoding", "gzip") == "gzip"
                total += sum(map(len, answer.iter_raw()))
    return total


def alone(enter: Enter, **options: Any) -> Visit:
    """A browser whose pages come to be quiet, and count the script that hears signals."""
    visit = enter(**options)
    visit.page.add_init_script(ALONE)
    return visit


def test_the_first_load_of_the_inbox_is_small(enter: Enter, office: Office):
    for _ in range(ROWS):
        office.start("errands")
    visit = alone(enter)
    transfer = Transfer(visit)
    visit.open("/tasks?view=group")
    assert visit.page.locator(".rows tbody tr").count() == ROWS
    sizes = transfer.sizes()
    assert any("/static/dist/app-" in url for url in sizes)
    assert any("/static/dist/signals-" in url for url in sizes)
    assert sum(sizes.values()) <= 40 * KB, sizes
    assert gzipped(office, sizes) <= 40 * KB


def test_a_task_with_a_form_is_small_after_the_first_load(enter: Enter, office: Office):
    visit = alone(
        enter, service_workers="block"
    )  # the browser counts nothing that went through one
    visit.open("/tasks")
    with office.client("kermit") as client:
        task = begin(client, "sampler", subject="Everything")
    transfer = Transfer(visit)
    visit.open(task)
    sizes = transfer.sizes()
    assert sizes[office.url + task] > 0
    assert sum(sizes.values()) <= 30 * KB, sizes
    assert gzipped(office, [url for url in sizes if "/static/" not in url]) <= 30 * KB


@pytest.mark.parametrize(
    ("place", "most"),
    [
        ("/admin/instances/{report}", 110),
        ("/requests/{report}", 110),
        ("/admin/drafts/{draft}", 260),
    ],
    ids=["instance", "request", "modeler"],
)
def test_the_first_load_of_a_page_with_a_diagram_is_small(
    enter: Enter, office: Office, place, most
):
    visit = alone(enter)
    transfer = Transfer(visit)
    visit.open(place.format(**office.cases)).wait_for_selector(DIAGRAM)
    sizes = transfer.sizes()
    assert any("/static/dist/chunk-" in url for url in sizes)
    assert sum(sizes.values()) <= most * KB, sizes
    assert gzipped(office, sizes) <= most * KB
