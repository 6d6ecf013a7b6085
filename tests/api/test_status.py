"""How instances stand: every status, called instances, and ids that are none."""

import httpx
import pytest

from tests.serving import Site


def status(erp: httpx.Client, id: str | int) -> dict:
    response = erp.get(f"/processapi/{id}/status")
    assert response.status_code == 200, response.text
    return response.json()


def test_an_instance_that_ended_keeps_its_last_variables(erp):
    started = erp.post("/processapi/at_once/start", json={"variables": {"a": 1}})
    assert started.status_code == 201, started.text
    found = status(erp, started.json()["processInstanceId"])
    assert found["status"] == "COMPLETED"
    assert found["endTime"] >= found["startTime"]
    assert found["activeTasks"] == []
    assert found["variables"] == {"a": 1, "b": 2, "initiator": "api:ERP Integration"}


@pytest.mark.parametrize("name", ["SUSPENDED", "TERMINATED"])
def test_an_instance_that_somebody_stopped(erp, site: Site, name):
    assert status(erp, site.stopped[name])["status"] == name


def test_tasks_of_called_instances_are_active_tasks(erp):
    started = erp.post("/processapi/caller/start").json()["processInstanceId"]
    tasks = status(erp, started)["activeTasks"]
    assert sorted(task["taskName"] for task in tasks) == ["Asked here", "Asked there"]


@pytest.mark.parametrize(
    "id",
    ["0", "-1", "1.0", "01", "abc", "1e3", "٣", "%20", "999999999999999999", "9" * 19, "9" * 400,
     "1%00", "expense_reimbursement_demo"],
)  # fmt: skip
@pytest.mark.parametrize("rest", ["status", "files/a3f8b2c1_receipt.pdf"])
def test_an_id_that_is_none(erp, id, rest):
    response = erp.get(f"/processapi/{id}/{rest}")
    assert response.status_code == 404
    assert response.json()["code"] == "INSTANCE_NOT_FOUND"


def test_nothing_is_kept_by_caches(erp, site: Site):
    response = erp.get(f"/processapi/{site.instance}/status")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
