"""The pages about the server itself: its state, backups, retention, settings and log."""

import io
import shutil
import zipfile

import pytest

from tests.serving import PASSWORD, Client, Served, Site, first

BACKUPS = "/admin/system/backups"
RETENTION = "/admin/system/retention"


@pytest.fixture
def kermit(client: Client) -> Client:
    client.sign_in("kermit", PASSWORD)
    client.get("/admin/system")
    return client


def test_the_state_names_version_and_place(kermit: Client, site: Site):
    page = kermit.get("/admin/system").text
    assert str(site.served.data) in page
    assert "Free on the disk" in page


def test_a_backup_is_made_taken_away_and_deleted(kermit: Client):
    kermit.get(BACKUPS)
    assert kermit.submit(BACKUPS).status_code == 303
    while "<progress" in (page := kermit.get(BACKUPS).text) or ".zip" not in page:
        assert "The last backup failed" not in page
    name = first(r"backup-\d{8}T\d{6}Z\.zip", page)
    answer = kermit.get(f"{BACKUPS}/{name}")
    assert answer.headers["content-type"] == "application/zip"
    assert name in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
    assert kermit.submit(f"{BACKUPS}/{name}/delete").status_code == 303
    assert name not in kermit.get(BACKUPS).text
    audit = kermit.get("/admin/audit", params={"action": "backup"}).text
    assert audit.count(name) >= 3


@pytest.mark.parametrize("name", ["nothing.zip", "..%2Fsecret.key", "backup-20260501T120000Z.zip"])
def test_a_backup_that_is_none_is_404(kermit: Client, name):
    assert kermit.get(f"{BACKUPS}/{name}").status_code == 404
    assert kermit.submit(f"{BACKUPS}/{name}/delete").status_code == 404


def test_rules_are_set_shown_and_taken_away(kermit: Client):
    kermit.get(RETENTION)
    kermit.submit(RETENTION, process="at_once", days="36500")
    assert "36500 days" in kermit.get(RETENTION).text
    kermit.submit(RETENTION, process="at_once", days="")
    assert '<span class="mono">at_once' not in kermit.get(RETENTION).text


def test_what_is_old_is_removed_now_by_who_asks(kermit: Client):
    kermit.get(RETENTION)
    answer = kermit.submit(f"{RETENTION}/run")
    assert answer.headers["location"] == RETENTION
    assert "is being removed" in kermit.get(RETENTION).text


@pytest.mark.parametrize(
    "fields",
    [{"days": "-1"}, {"days": "ten"}, {"days": "9" * 30}, {"process": "none", "days": "1"}],
)
def test_rules_that_cannot_be_are_refused(kermit: Client, fields):
    answer = kermit.submit(RETENTION, **{"process": "", **fields})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_each_setting_with_its_source(pristine, tmp_path):
    data = shutil.copytree(pristine[0], tmp_path / "data")
    served = Served(data, ("--session-idle", "7h")).start()
    with Client(served.url) as client:
        client.sign_in("kermit", PASSWORD)
        page = client.get("/admin/system/settings").text
    assert "session_idle" in page
    assert "flag" in page.partition("session_idle")[2][:600]
    assert served.stop() == 0


def test_the_log_is_searched_by_request(kermit: Client):
    mark = kermit.get("/admin/no-such-page").headers["x-request-id"]
    assert "Nothing was logged" in kermit.get("/admin/system/log", params={"q": "zzz-zzz"}).text
    assert kermit.get("/admin/system/log", params={"level": "debug", "q": mark}).status_code == 200
