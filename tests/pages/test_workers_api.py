"""External workers over HTTP: take work of a topic, do it, or say why not."""

from __future__ import annotations

from itertools import count

import httpx
import pytest

from tests.pages.conftest import MadeKey
from tests.pages.test_processes import upload
from tests.play import as_xml
from tests.serving import Client, refusal

FETCH = "/api/v1/jobs/fetch"
ANSWERS = ("complete", "error", "fail")
_topics = count(1)


@pytest.fixture
def topic(kermit: Client) -> str:
    """A topic of its own, of a process that catches one error."""
    topic = f"dig{next(_topics)}"
    model = f"""<serviceTask id="dig" flowable:type="external" flowable:topic="{topic}"/>
    <boundaryEvent id="hit" attachedToRef="dig"><errorEventDefinition errorRef="rock"/>
    </boundaryEvent>
    start > dig > look > end
    hit > drill > over"""
    text = as_xml(model, topic).replace("<process", '<error id="rock" errorCode="rock"/><process')
    assert upload(kermit, (f"{topic}.bpmn", text.encode())).status_code == 303
    return topic


@pytest.fixture
def worker(key: MadeKey) -> httpx.Client:
    return key(scopes=["read", "start", "work"])


def begun(worker: httpx.Client, topic: str) -> str:
    body = {"variables": {"depth": 3}}
    return worker.post(f"/processapi/{topic}/start", json=body).json()["processInstanceId"]


def taken(worker: httpx.Client, topic: str, **more: object) -> list[dict]:
    answer = worker.post(FETCH, json={"topic": topic, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def tasks(worker: httpx.Client, instance: str) -> list[str]:
    status = worker.get(f"/processapi/{instance}/status").json()
    return [task["taskName"] for task in status["activeTasks"]]


def test_work_is_taken_and_done(worker: httpx.Client, topic: str):
    assert taken(worker, topic) == []
    instance = begun(worker, topic)
    (job,) = taken(worker, topic, maxJobs=100, lockSeconds=60)
    assert list(job) == [
        "jobId", "processInstanceId", "processDefinitionKey", "activityId", "retries",
        "lockedUntil", "variables",
    ]  # fmt: skip
    assert (job["processInstanceId"], job["processDefinitionKey"]) == (instance, topic)
    assert (job["activityId"], job["retries"]) == ("dig", 3)
    assert job["variables"]["depth"] == 3
    assert job["lockedUntil"].endswith("+00:00")
    assert taken(worker, topic) == []
    done = worker.post(f"/api/v1/jobs/{job['jobId']}/complete", json={"variables": {"found": 1.50}})
    assert (done.status_code, done.content) == (204, b"")
    assert tasks(worker, instance) == ["look"]
    status = worker.get(f"/processapi/{instance}/status").json()
    assert status["variables"]["found"] == 1.5
    again = worker.post(f"/api/v1/jobs/{job['jobId']}/complete")
    assert refusal(again) == (409, "NOT_WAITING")


def test_an_error_goes_the_way_that_catches_it(worker: httpx.Client, topic: str):
    instance = begun(worker, topic)
    (job,) = taken(worker, topic)
    address = f"/api/v1/jobs/{job['jobId']}/error"
    assert refusal(worker.post(address, json={"code": "unheard of"})) == (422, "UNCAUGHT_ERROR")
    body = {"code": "rock", "message": "It is granite", "variables": {"at": 2}}
    assert worker.post(address, json=body).status_code == 204
    assert tasks(worker, instance) == ["drill"]


def test_a_failure_is_counted(worker: httpx.Client, topic: str):
    begun(worker, topic)
    (job,) = taken(worker, topic)
    body = {"message": "The spade broke", "detail": "at line 3"}
    assert worker.post(f"/api/v1/jobs/{job['jobId']}/fail", json=body).status_code == 204
    assert taken(worker, topic) == []


def test_workers_of_one_key_have_names(worker: httpx.Client, topic: str):
    begun(worker, topic)
    (job,) = taken(worker, topic, workerId="one")
    address = f"/api/v1/jobs/{job['jobId']}/complete"
    assert refusal(worker.post(address, json={"workerId": "other"})) == (409, "NOT_WAITING")
    assert worker.post(address, json={"workerId": "one"}).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"topic": ""}', b'{"topic": 5}', b'{"topic": "a", "max": 1}',
        b'{"topic": "a", "maxJobs": 0}', b'{"topic": "a", "maxJobs": 101}',
        b'{"topic": "a", "maxJobs": true}', b'{"topic": "a", "maxJobs": 1.5}',
        b'{"topic": "a", "maxJobs": null}', b'{"topic": "a", "lockSeconds": 86401}',
        b'{"topic": "a", "lockSeconds": "60"}', b'{"topic": "a", "workerId": 5}',
    ],
)  # fmt: skip
def test_a_request_for_work_that_says_something_else_is_refused(worker, body: bytes):
    answer = worker.post(FETCH, content=body, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (422, "INVALID_INPUT")


@pytest.mark.parametrize("id", ["0", "abc", "999999999", "9" * 40, "-1"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_job_that_is_none_does_not_wait(worker, id: str, answer: str):
    body = {"complete": {}, "error": {"code": "a"}, "fail": {"message": "a"}}[answer]
    assert refusal(worker.post(f"/api/v1/jobs/{id}/{answer}", json=body)) == (409, "NOT_WAITING")


def test_an_answer_needs_its_words(worker):
    for answer, body in (("error", {}), ("fail", {}), ("fail", {"message": ""})):
        refused = worker.post(f"/api/v1/jobs/1/{answer}", json=body)
        assert refusal(refused) == (422, "INVALID_INPUT")


@pytest.mark.parametrize("address", [FETCH, *(f"/api/v1/jobs/1/{each}" for each in ANSWERS)])
def test_a_key_needs_the_right_and_all_processes(kermit: Client, key: MadeKey, address: str):
    without = key(scopes=["read", "start", "files", "send", "deploy"])
    assert refusal(without.post(address, json={"topic": "a"})) == (403, "FORBIDDEN")
    limited = key(scopes=["work"], limited="some", processes=["sampler"])
    assert refusal(limited.post(address, json={"topic": "a"})) == (403, "FORBIDDEN")
    assert refusal(httpx.post(f"{kermit.base_url}{address}")) == (401, "UNAUTHORIZED")
