"""Every page, light and dark, wide and on a phone: accessible, within the policy, no errors."""

import json

import pytest

from tests.browser.conftest import PHONE, WIDE, Enter, box_of
from tests.office import Office

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DIAGRAM = ":is(.diagram, .modeler) .djs-element"
PAGES = {
    "inbox": "/tasks",
    "inbox of the groups": "/tasks?view=group",
    "inbox of a substitute": "/tasks?view=substituting",
    "inbox without a match": "/tasks?q=no-such-word",
    "task": "/tasks/{task}",
    "start": "/start",
    "start form": "/start/leave_request_demo",
    "help of a process": "/start/leave_request_demo/help",
    "requests": "/requests?view=all",
    "request": "/requests/{report}",
    "comments": "/comments/{report}",
    "notices": "/notices",
    "overview": "/admin",
    "processes": "/admin/processes",
    "process": "/admin/processes/expense_reimbursement_demo",
    "process with heat": "/admin/processes/errands?mode=count&period=all",
    "starters": "/admin/processes/expense_reimbursement_demo/starters",
    "who is told": "/admin/processes/expense_reimbursement_demo/notify",
    "who is told of all": "/admin/incidents/notify",
    "comparison": "/admin/processes/growing/compare",
    "migration": "/admin/processes/growing/migrate?old=1&new=2",
    "deploy": "/admin/deploy",
    "drafts": "/admin/drafts",
    "forms": "/admin/forms",
    "form": "/admin/forms/sampler?theme=dark",
    "form editor": "/admin/forms/sampler/edit",
    "modeler": "/admin/drafts/{draft}",
    "deploying a draft": "/admin/drafts/{draft}/deploy",
    "instances": "/admin/instances?view=all",
    "instances with filters": "/admin/instances?view=all&variable=note&overdue=yes",
    "many instances": "/admin/instances/bulk?id={report}&id={from_api}",
    "instance with a problem": "/admin/instances/{broken}",
    "instance with markup": "/admin/instances/{hostile}",
    "instance": "/admin/instances/{report}",
    "variable": "/admin/instances/{from_api}/variable?name=department",
    "new variable": "/admin/instances/{report}/variable",
    "incidents": "/admin/incidents",
    "incidents one by one": "/admin/incidents?view=each",
    "incident": "/admin/incidents/{incident}",
    "no incident": "/admin/incidents?process=sampler",
    "timers": "/admin/timers",
    "failing jobs": "/admin/timers?view=failing",
    "starts by timers": "/admin/timers?view=starts",
    "batches": "/admin/batches",
    "people": "/admin/users",
    "person": "/admin/users/fozzie",
    "person who leaves": "/admin/users/fozzie/leave",
    "import of people": "/admin/import-people",
    "groups": "/admin/groups",
    "api keys": "/admin/api-keys",
    "api key": "/admin/api-keys/1",
    "audit": "/admin/audit",
    "audit without a match": "/admin/audit?subject=nobody",
    "system": "/admin/system",
    "backups": "/admin/system/backups",
    "retention": "/admin/system/retention",
    "settings": "/admin/system/settings",
    "log": "/admin/system/log?level=debug",
    "account": "/account",
    "substitutes": "/people/kermit/substitutes",
    "search": "/search?q=expense",
    "search without a match": "/search?q=no-such-word",
    "help": "/help",
    "help with tables": "/help/conformance",
    "help with long tables": "/help/dialects",
    "help with code": "/help/rest-api",
    "nothing": "/no/such/page",
}
_WAIT = {"request", "process", "instance", "modeler"}


@pytest.fixture(scope="module")
def task(office: Office) -> int:
    """A task with a form of every kind of field, assigned to kermit."""
    with office.client("kermit") as client:
        client.get("/start")
        response = client.submit("/start/sampler", subject="Everything")
        return int(response.headers["location"].rpartition("/")[2])


def violations(page, axe: str) -> list[str]:
    page.evaluate(axe)
    options = json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then((result) => result.violations)")
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_page(enter: Enter, office: Office, task: int, axe: str, name, size, theme):
    visit = enter(viewport=size)
    visit.cookie("wf_theme", theme)
    page = visit.open(PAGES[name].format(task=task, **office.cases))
    if name in _WAIT:
        page.wait_for_selector(DIAGRAM)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    assert violations(page, axe) == []
    assert visit.faults() == []


@pytest.mark.parametrize("name", [name for name in PAGES if name != "nothing"])
def test_the_first_key_leads_past_the_navigation(enter: Enter, office: Office, task: int, name):
    page = enter().open(PAGES[name].format(task=task, **office.cases))
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    if first == "Skip to content":  # else the page has put the reader at what matters
        assert box_of(page.locator(".skip:focus"))["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert page.locator("nav [aria-current=page].nav-item").count() == 1


@pytest.mark.parametrize("name", ["inbox", "task", "start", "requests", "account", "instances"])
def test_german_words_fit_a_phone_too(enter: Enter, office: Office, task: int, name):
    page = enter(viewport=PHONE, locale="de-DE").open(PAGES[name].format(task=task, **office.cases))
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
