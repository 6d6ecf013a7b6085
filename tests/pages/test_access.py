"""Who may open what: every page × nobody, a member, another member, an administrator."""

import pytest

from tests.office import Office, seen
from tests.serving import Client

PEOPLE_PAGES = [
    "/help",
    "/help/about",
    "/tasks",
    "/frag/inbox-count",
    "/start",
    "/start/sampler",
    "/requests",
    "/account",
    "/notices",
    "/frag/people",
    "/people/gonzo/substitutes",
]
ADMIN_PAGES = [
    "/admin",
    "/admin/processes",
    "/admin/processes/sampler",
    "/admin/processes/sampler/1",
    "/admin/processes/sampler/starters",
    "/admin/processes/sampler/notify",
    "/admin/incidents/notify",
    "/admin/processes/sampler/1/xml",
    "/admin/processes/sampler/1/diagram",
    "/admin/processes/growing/compare",
    "/admin/processes/growing/migrate",
    "/admin/deploy",
    "/admin/forms",
    "/admin/forms/sampler",
    "/admin/forms/sampler/edit",
    "/admin/forms/sampler/file",
    "/admin/drafts",
    "/admin/drafts/{draft}",
    "/admin/drafts/{draft}/xml",
    "/admin/drafts/{draft}/deploy",
    "/admin/api-keys",
    "/admin/api-keys/1",
    "/admin/users/fozzie/leave",
    "/admin/import-people",
    "/admin/audit",
    "/admin/audit/audit.csv",
    "/admin/system",
    "/admin/system/backups",
    "/admin/system/retention",
    "/admin/system/settings",
    "/admin/system/log",
    "/admin/instances",
    "/admin/instances.csv",
    "/admin/instances/bulk?id={report}",
    "/admin/instances/{report}",
    "/admin/instances/{report}/diagram",
    "/admin/instances/{report}/case.zip",
    "/admin/instances/{report}/variable?name=initiator",
    "/admin/incidents",
    "/admin/incidents?view=each",
    "/frag/incident-count",
    "/admin/timers",
    "/admin/timers?view=starts",
    "/admin/batches",
]
OWN_PAGES = ["/people/fozzie/substitutes"]
CASE_PAGES = ["/requests/{report}", "/requests/{report}/diagram", "/comments/{report}"]
PEOPLE_ACTIONS = [
    "/start/sampler",
    "/start/errands",
    "/tasks/1",
    "/tasks/1/claim",
    "/tasks/1/assign",
    "/tasks/1/resolve",
    "/tasks/1/plan",
    "/tasks/1/draft",
    "/tasks/1/draft/discard",
    "/requests/{report}/cancel",
    "/tasks/bulk",
    "/tasks/filters",
    "/tasks/filters/1/remove",
    "/comments/{report}",
    "/notices/read",
    "/people/fozzie/substitutes",
    "/people/fozzie/substitutes/1/end",
]
ADMIN_ACTIONS = [
    "/admin/deploy",
    "/admin/drafts",
    "/admin/forms",
    "/admin/forms/sampler",
    "/admin/form-preview",
    "/admin/drafts/check",
    "/admin/drafts/copy",
    "/admin/drafts/expression",
    "/admin/drafts/firings",
    "/admin/drafts/{draft}",
    "/admin/drafts/{draft}/delete",
    "/admin/drafts/{draft}/trial",
    "/admin/trials/nobody",
    "/admin/trials/nobody/end",
    "/admin/drafts/{draft}/deploy",
    "/admin/processes/sampler/draft",
    "/admin/api-keys",
    "/admin/api-keys/1",
    "/admin/api-keys/1/rotate",
    "/admin/api-keys/1/end-overlap",
    "/admin/users/fozzie/leave",
    "/admin/import-people",
    "/admin/import-people/take",
    "/admin/audit/verify",
    "/admin/system/backups",
    "/admin/system/backups/backup-20260501T120000Z.zip/delete",
    "/admin/system/retention",
    "/admin/processes/sampler/suspend",
    "/admin/processes/sampler/activate",
    "/admin/processes/sampler/starters",
    "/admin/processes/sampler/notify",
    "/admin/incidents/notify",
    "/admin/processes/sampler/public",
    "/admin/processes/sampler/public/close",
    "/admin/instances/bulk",
    "/admin/instances/{report}/suspend",
    "/admin/instances/{report}/activate",
    "/admin/instances/{report}/cancel",
    "/admin/instances/{report}/move",
    "/admin/instances/{report}/repeat",
    "/admin/instances/{report}/variable",
    "/admin/processes/growing/migrate",
    "/admin/moves/1/undo",
    "/admin/incidents/retry",
    "/admin/incidents/1/retry",
    "/admin/timers/1/reschedule",
    "/admin/timers/starts/1/reschedule",
]


@pytest.mark.parametrize("path", PEOPLE_PAGES + ADMIN_PAGES + CASE_PAGES + OWN_PAGES)
def test_nobody_gets_in_without_signing_in(office: Office, path):
    path = path.format(**office.cases)
    with Client(office.url) as nobody:
        answer = nobody.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", PEOPLE_ACTIONS + ADMIN_ACTIONS)
def test_nobody_does_anything_without_signing_in(office: Office, path):
    with Client(office.url) as nobody:
        nobody.get("/login")
        assert nobody.submit(path.format(**office.cases)).status_code in (303, 401)


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_administration_is_for_administrators(kermit, fozzie, office: Office, path):
    path = path.format(**office.cases)
    assert kermit.get(path).status_code == 200
    assert fozzie.get(path).status_code == 403


@pytest.mark.parametrize("path", ADMIN_ACTIONS)
def test_administrators_alone_act(fozzie, office: Office, path):
    fozzie.get("/tasks")
    assert fozzie.submit(path.format(**office.cases)).status_code == 403


@pytest.mark.parametrize("path", PEOPLE_PAGES)
def test_members_have_their_pages(gonzo, path):
    assert gonzo.get(path).status_code == 200


@pytest.mark.parametrize("path", OWN_PAGES)
def test_some_pages_are_for_the_person_and_administrators(kermit, fozzie, gonzo, path):
    assert kermit.get(path).status_code == 200
    assert fozzie.get(path).status_code == 200
    assert gonzo.get(path).status_code == 403


@pytest.mark.parametrize("path", CASE_PAGES)
def test_a_case_is_for_those_who_take_part(kermit, gonzo, office: Office, path):
    path = path.format(**office.cases)
    assert kermit.get(path).status_code == 200
    assert gonzo.get(path).status_code == 403


@pytest.mark.parametrize("path", PEOPLE_ACTIONS + ADMIN_ACTIONS)
def test_a_form_from_elsewhere_does_nothing(kermit, office: Office, path):
    kermit.get("/tasks")
    path = path.format(**office.cases)
    assert kermit.post(path, data={"_csrf_token": "forged"}).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = kermit.post(path, data={"_csrf_token": kermit.token}, headers=foreign)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", PEOPLE_PAGES + ADMIN_PAGES + CASE_PAGES)
def test_no_page_has_a_script_or_style_of_its_own(kermit, office: Office, path):
    answer = kermit.get(path.format(**office.cases))
    if not answer.headers["content-type"].startswith("text/html"):
        return
    tree = seen(answer)
    assert not tree.xpath("//style | //*[@style] | //script[not(@src)]")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert answer.headers["cache-control"] == "no-store"
