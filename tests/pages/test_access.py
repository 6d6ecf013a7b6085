"""Who may do what: every page and action × nobody, members, who takes part, an administrator."""

import re

import pytest

from tests.office import Office, seen
from tests.serving import Client
from web.app import ADMIN_PAGES as ADMINISTRATION
from web.app import PAGES as SITE

PEOPLE_PAGES = [
    "/help",
    "/help/about",
    "/tasks",
    "/frag/inbox-count",
    "/start",
    "/start/sampler",
    "/start/leave_request_demo/help",
    "/search",
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
    "/admin/drafts/names",
    "/admin/drafts/{draft}",
    "/admin/drafts/{draft}/xml",
    "/admin/drafts/{draft}/deploy",
    "/admin/api-keys",
    "/admin/api-keys/1",
    "/admin/users",
    "/admin/users/new",
    "/admin/users/fozzie",
    "/admin/groups",
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
TASK_PAGES = ["", "/standing", "/case", "/diagram"]
OTHERWISE_TESTED = {
    "/account/second-factor",  # test_second_factor.py
    "/admin/batches/[^/?]+",  # test_incidents.py
    "/admin/moves/[^/?]+",  # test_versions.py
    "/admin/system/backups/[^/?]+",  # test_system.py
    "/admin/trials/[^/?]+/scenario",  # test_trials.py: it is its maker's
    "/files/[^/?]+/[^/?]+",  # test_files.py
    "/instances/[^/?]+",  # leads to a page of these
    "/notices/[^/?]+",  # test_comments.py
}
OWN_PAGES = ["/people/fozzie/substitutes"]
CASE_PAGES = ["/requests/{report}", "/requests/{report}/diagram", "/comments/{report}"]
PEOPLE_ACTIONS = [
    "/start/sampler",
    "/start/errands",
    "/tasks/1",
    "/tasks/1/claim",
    "/tasks/1/unclaim",
    "/tasks/1/form",
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
    "/start/sampler/form",
    "/account",
    "/account/password",
    "/account/theme",
    "/account/notices",
    "/account/sessions/1/revoke",
    "/account/sessions/revoke-others",
    "/account/second-factor",
    "/account/second-factor/confirm",
    "/account/second-factor/remove",
    "/logout",
]
ADMIN_ACTIONS = [
    "/admin/deploy",
    "/admin/drafts",
    "/admin/forms",
    "/admin/forms/sampler",
    "/admin/forms/sampler/draft",
    "/admin/forms/sampler/draft/delete",
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
    "/admin/api-keys/1/deactivate",
    "/admin/api-keys/1/activate",
    "/admin/api-keys/1/delete",
    "/admin/users/new",
    "/admin/users/fozzie",
    "/admin/users/fozzie/link",
    "/admin/users/fozzie/disable",
    "/admin/users/fozzie/enable",
    "/admin/users/fozzie/second-factor/remove",
    "/admin/users/fozzie/leave",
    "/admin/groups",
    "/admin/groups/employees/join",
    "/admin/groups/employees/leave",
    "/admin/groups/employees/delete",
    "/admin/import-people",
    "/admin/import-people/take",
    "/admin/audit/verify",
    "/admin/system/backups",
    "/admin/system/backups/backup-20260501T120000Z.zip/delete",
    "/admin/system/retention",
    "/admin/system/retention/run",
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
    "/admin/instances/{report}/move-back",
    "/admin/instances/{report}/repeat",
    "/admin/instances/{report}/variable",
    "/admin/processes/growing/migrate",
    "/admin/moves/1/undo",
    "/admin/incidents/retry",
    "/admin/incidents/1/retry",
    "/admin/timers/1/reschedule",
    "/admin/timers/starts/1/reschedule",
]


TASK_ACTIONS = {
    "complete": ("", {}),
    "claim": ("/claim", {}),
    "give back": ("/unclaim", {}),
    "assign": ("/assign", {"to": "kermit"}),
    "delegate": ("/assign", {"to": "kermit", "how": "delegate"}),
    "hand back": ("/resolve", {}),
    "plan": ("/plan", {"due": "", "priority": "70"}),
    "keep a draft": ("/draft", {"title": "Half"}),
    "comment": ("/comments", {"text": "Hello"}),
}
DONE, FORBIDDEN, CONFLICT, REFUSED = 303, 403, 409, 422
OPEN_TASK = {
    "complete": {"gonzo": FORBIDDEN, "fozzie": DONE, "kermit": DONE},
    "claim": {"gonzo": FORBIDDEN, "fozzie": DONE, "kermit": DONE},
    "give back": {"gonzo": FORBIDDEN, "fozzie": FORBIDDEN, "kermit": DONE},
    "assign": {"gonzo": FORBIDDEN, "fozzie": FORBIDDEN, "kermit": DONE},
    "delegate": {"gonzo": FORBIDDEN, "fozzie": FORBIDDEN, "kermit": DONE},
    "hand back": {"gonzo": FORBIDDEN, "fozzie": CONFLICT, "kermit": CONFLICT},
    "plan": {"gonzo": FORBIDDEN, "fozzie": FORBIDDEN, "kermit": DONE},
    "keep a draft": {"gonzo": FORBIDDEN, "fozzie": DONE, "kermit": DONE},
    "comment": {"gonzo": FORBIDDEN, "fozzie": DONE, "kermit": DONE},
}
"""Of a task that is open to the group of ``fozzie``; ``kermit`` administers."""

GONZOS_TASK = {
    "complete": {"gonzo": DONE, "fozzie": REFUSED, "kermit": DONE},
    "claim": {"gonzo": DONE, "fozzie": CONFLICT, "kermit": CONFLICT},
    "give back": {"gonzo": DONE, "fozzie": FORBIDDEN, "kermit": DONE},
    "assign": {"gonzo": DONE, "fozzie": FORBIDDEN, "kermit": DONE},
    "delegate": {"gonzo": DONE, "fozzie": FORBIDDEN, "kermit": DONE},
    "hand back": {"gonzo": CONFLICT, "fozzie": FORBIDDEN, "kermit": CONFLICT},
    "plan": {"gonzo": FORBIDDEN, "fozzie": FORBIDDEN, "kermit": DONE},
    "keep a draft": {"gonzo": DONE, "fozzie": DONE, "kermit": DONE},
    "comment": {"gonzo": DONE, "fozzie": DONE, "kermit": DONE},
}
"""Of a task of that group which ``gonzo`` was given."""


def answers(office: Office, action: str, holder: str) -> dict[str, int]:
    """What everybody gets who does this, each to an errand of its own."""
    path, fields = TASK_ACTIONS[action]
    found = {}
    with office.client("kermit") as kermit:
        for name in ("gonzo", "fozzie", "kermit"):
            number = office.start("errands")
            listed = seen(kermit.get(f"/tasks?view=group&q={number}"))
            task = listed.cssselect(".rows .title")[0].get("href")
            if holder:
                kermit.submit(f"{task}/assign", to=holder)
            with office.client(name) as client:
                client.get("/tasks")
                place = f"{path}/{number}" if action == "comment" else task + path
                found[name] = client.submit(place, **fields).status_code
    return found


@pytest.mark.parametrize("action", TASK_ACTIONS)
def test_a_task_of_a_group_is_for_its_members(office: Office, action):
    assert answers(office, action, holder="") == OPEN_TASK[action]


@pytest.mark.parametrize("action", TASK_ACTIONS)
def test_a_task_that_was_given_to_somebody_is_theirs(office: Office, action):
    assert answers(office, action, holder="gonzo") == GONZOS_TASK[action]


def test_nobody_ends_the_session_of_another(kermit, gonzo):
    kermit.get("/account")
    revoke = seen(kermit.get("/account")).xpath("//form[contains(@action, '/revoke')]/@action")
    own = [path for path in revoke if path.rpartition("/sessions/")[2][0].isdigit()]
    gonzo.get("/account")
    for path in own:
        assert gonzo.submit(path).status_code == 404
    assert kermit.get("/account").status_code == 200


def _rows_of(modules, method: str = "POST") -> set[str]:
    """The addresses of what these pages do, or show, as patterns."""
    return {
        re.sub(r"\{[^}]+\}", "[^/?]+", path)
        for module in modules
        for handler in module.handlers
        if method in getattr(handler, "http_methods", ())
        for path in handler.paths
    }


@pytest.mark.parametrize(
    ("modules", "rows"), [(SITE, PEOPLE_ACTIONS), (ADMINISTRATION, ADMIN_ACTIONS)]
)
def test_every_action_has_a_row(modules, rows):
    patterns = _rows_of(modules)
    assert patterns
    missing = {one for one in patterns if not any(re.fullmatch(one, row) for row in rows)}
    assert missing == set()


def test_every_page_has_a_row():
    tasks = [f"/tasks/1{part}" for part in TASK_PAGES]
    known = [*PEOPLE_PAGES, *ADMIN_PAGES, *CASE_PAGES, *OWN_PAGES, *tasks]
    rows = [row.partition("?")[0] for row in known]
    patterns = _rows_of([*SITE, *ADMINISTRATION], "GET")
    missing = {one for one in patterns if not any(re.fullmatch(one, row) for row in rows)}
    assert missing == OTHERWISE_TESTED


@pytest.mark.parametrize("part", TASK_PAGES)
def test_a_task_is_seen_by_those_who_may_do_it(office: Office, kermit, fozzie, gonzo, part):
    number = office.start("errands")
    listed = seen(fozzie.get(f"/tasks?view=group&q={number}"))
    path = listed.cssselect(".rows .title")[0].get("href") + part
    assert [each.get(path).status_code for each in (kermit, fozzie, gonzo)] == [200, 200, 403]
    with Client(office.url) as nobody:
        assert nobody.get(path).headers["location"].startswith("/login")


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
