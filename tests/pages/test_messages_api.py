"""Messages and signals of other programs, over HTTP: who receives them, and what is refused."""

from __future__ import annotations

import httpx
import pytest

from tests.pages.conftest import MadeKey
from tests.pages.test_processes import upload
from tests.play import BPMN
from tests.serving import Client, refusal

WAITING = f"""<definitions xmlns="{BPMN}" targetNamespace="t">
<message id="m" name="invoice paid/1"/><message id="n" name="order came/1"/>
<signal id="s" name="closing/1"/>
<process id="waits_for_money" isExecutable="true"><startEvent id="begin"/>
<receiveTask id="wait" messageRef="m"/><userTask id="look"/><endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="begin" targetRef="wait"/>
<sequenceFlow id="f2" sourceRef="wait" targetRef="look"/>
<sequenceFlow id="f3" sourceRef="look" targetRef="end"/></process>
<process id="begins_by_order" isExecutable="true">
<startEvent id="came"><messageEventDefinition messageRef="n"/></startEvent><userTask id="pack"/>
<sequenceFlow id="g1" sourceRef="came" targetRef="pack"/></process>
<process id="begins_by_closing" isExecutable="true">
<startEvent id="closed"><signalEventDefinition signalRef="s"/></startEvent><userTask id="sum"/>
<sequenceFlow id="h1" sourceRef="closed" targetRef="sum"/></process>
</definitions>"""
MESSAGES, SIGNALS = "/api/v1/messages", "/api/v1/signals"


@pytest.fixture
def program(kermit: Client, key: MadeKey) -> httpx.Client:
    upload(kermit, ("waiting.bpmn", WAITING.encode()))
    return key(scopes=["read", "start", "files", "send"])


def started(program: httpx.Client) -> str:
    return program.post("/processapi/waits_for_money/start").json()["processInstanceId"]


def waiting_for(program: httpx.Client, instance: str) -> list[str]:
    return [
        task["taskName"]
        for task in program.get(f"/processapi/{instance}/status").json()["activeTasks"]
    ]


def test_a_message_has_one_receiver(program: httpx.Client):
    one, other = started(program), started(program)
    body = {"name": "invoice paid/1", "variables": {"amount": 120.5}}
    assert refusal(program.post(MESSAGES, json=body)) == (409, "AMBIGUOUS_CORRELATION")
    sent = program.post(MESSAGES, json={**body, "processInstanceId": other})
    assert (sent.status_code, sent.json()) == (
        200, {"processInstanceId": other, "started": False},
    )  # fmt: skip
    status = program.get(f"/processapi/{other}/status").json()
    assert status["variables"]["amount"] == 120.5
    assert len(status["activeTasks"]) == 1
    assert program.post(MESSAGES, json=body).json()["processInstanceId"] == one
    assert refusal(program.post(MESSAGES, json=body)) == (404, "NO_SUBSCRIBER")


def test_a_message_starts_a_process(program: httpx.Client):
    sent = program.post(
        MESSAGES, json={"name": "order came/1", "businessKey": "order-of-piggy"}
    ).json()
    assert sent["started"] is True
    assert len(waiting_for(program, sent["processInstanceId"])) == 1


def test_a_signal_starts_whatever_begins_with_it(program: httpx.Client):
    heard = program.post(SIGNALS, json={"name": "closing/1", "variables": {"year": 2026}})
    (instance,) = heard.json()["startedProcessInstanceIds"]
    assert program.get(f"/processapi/{instance}/status").json()["variables"]["year"] == 2026
    nobody = program.post(SIGNALS, json={"name": "unheard of"})
    assert (nobody.status_code, nobody.json()) == (200, {"startedProcessInstanceIds": []})


@pytest.mark.parametrize("address", [MESSAGES, SIGNALS])
@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"name": ""}', b'{"name": 5}', b'{"name": "a", "vars": {}}',
        b'{"name": "a", "variables": []}', b'{"name": "a", "processInstanceId": 5}',
    ],
)  # fmt: skip
def test_a_body_that_says_something_else_is_refused(program, address: str, body: bytes):
    answer = program.post(address, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error", "code"}


@pytest.mark.parametrize("address", [MESSAGES, SIGNALS])
def test_a_key_needs_the_right_and_all_processes(kermit: Client, key: MadeKey, address: str):
    body = {"name": "closing/1"}
    without = key(scopes=["read", "start", "files", "deploy"])
    assert refusal(without.post(address, json=body)) == (403, "FORBIDDEN")
    limited = key(scopes=["send"], limited="some", processes=["sampler"])
    assert refusal(limited.post(address, json=body)) == (403, "FORBIDDEN")
    nobody = httpx.post(f"{kermit.base_url}{address}", json=body)
    assert refusal(nobody) == (401, "UNAUTHORIZED")
