"""An office at work for tests of pages: people, processes, and cases in every state.

``kermit`` administers and is in all groups, ``fozzie`` is a manager, ``gonzo`` in no group. The
sampler is a process whose forms have every kind of field; the hostile one has names that want to be
markup.

All tests of a worker share one, and nobody knows in which order: a test finds what it made by its
number, whatever else lies in the lists, and takes nothing from what is here from the beginning. The
processes get no further version: who needs one deploys a process of their own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import lxml.html

from appliance.actor import SYSTEM, Actor
from appliance.box import Box
from appliance.config import Config
from tests.serving import PASSWORD, Client, Served

GROUPS = ("employees", "managers", "senior-managers", "finance", "hr")
DAY = 86_400_000
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'too' \u202eevil {{ 7*7 }}"

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:flowable="http://flowable.org/bpmn" targetNamespace="tests">"""

SAMPLER = f"""{_HEAD}
  <process id="sampler" name="Sampler" isExecutable="true">
    <documentation>Every kind of field in one form.</documentation>
    <startEvent id="start" flowable:formKey="sampler-start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="first"/>
    <userTask id="first" name="Fill everything in" flowable:formKey="sampler"
              flowable:assignee="${{initiator}}"/>
    <sequenceFlow id="b" sourceRef="first" targetRef="second"/>
    <userTask id="second" name="Look once more" flowable:assignee="${{initiator}}"/>
    <sequenceFlow id="c" sourceRef="second" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""

ERRANDS = f"""{_HEAD}
  <process id="errands" name="Errands" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="errand"/>
    <userTask id="errand" name="Run an errand${{vars:getOrDefault(where, '')}}"
              flowable:candidateGroups="employees"
              flowable:dueDate="${{vars:getOrDefault(due, null)}}"
              flowable:priority="${{vars:getOrDefault(priority, 50)}}"/>
    <sequenceFlow id="b" sourceRef="errand" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""

NIGHTLY = f"""{_HEAD}
  <process id="nightly" name="Nightly report" isExecutable="true">
    <startEvent id="start">
      <timerEventDefinition><timeCycle>R/PT24H</timeCycle></timerEventDefinition>
    </startEvent>
    <sequenceFlow id="a" sourceRef="start" targetRef="look"/>
    <userTask id="look" name="Look at the report" flowable:candidateGroups="finance"/>
    <boundaryEvent id="late" name="Nobody looked" attachedToRef="look" cancelActivity="false">
      <timerEventDefinition><timeDuration>P30D</timeDuration></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="b" sourceRef="look" targetRef="end"/>
    <sequenceFlow id="c" sourceRef="late" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""

GROWING = f"""{_HEAD}
  <process id="growing" name="Growing" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="grown"/>
    <userTask id="grown" name="Wait" flowable:candidateGroups="finance"/>
    <sequenceFlow id="b" sourceRef="grown" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""

BROKEN = f"""{_HEAD}
  <process id="broken" name="Broken" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="a" sourceRef="start" targetRef="fails"/>
    <serviceTask id="fails" name="Divide" flowable:async="true" flowable:expression="${{missing}}"/>
    <sequenceFlow id="b" sourceRef="fails" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""

SAMPLER_FORM: dict[str, Any] = {
    "type": "default",
    "id": "sampler",
    "components": [
        {"type": "text", "text": "## Everything\nOne of **each** kind. <b>No markup.</b>"},
        {"type": "textfield", "key": "title", "label": "Title", "layout": {"row": "1"},
         "validate": {"required": True, "minLength": 3}},
        {"type": "number", "key": "amount", "label": "Amount", "decimalDigits": 2,
         "layout": {"row": "1"}, "appearance": {"suffixAdorner": "EUR"},
         "validate": {"required": True, "min": 0}},
        {"type": "select", "key": "category", "label": "Category", "layout": {"row": "2"},
         "values": [{"value": "travel", "label": "Travel"}, {"value": "meal", "label": "Meal"}]},
        {"type": "datetime", "key": "spent", "subtype": "date", "dateLabel": "Spent on",
         "layout": {"row": "2"}},
        {"type": "textarea", "key": "why", "label": "Justification",
         "conditional": {"hide": "=amount = null or amount <= 500"},
         "validate": {"required": True}},
        {"type": "radio", "key": "paid", "label": "Paid with", "defaultValue": "own",
         "values": [{"value": "own", "label": "My money"}, {"value": "card", "label": "Card"}]},
        {"type": "checklist", "key": "centres", "label": "Cost centres",
         "values": [{"value": "a", "label": "Sales"}, {"value": "b", "label": "Research"}]},
        {"type": "taglist", "key": "tags", "label": "Tags",
         "values": [{"value": "x", "label": "Urgent"}, {"value": "y", "label": "Secret"}]},
        {"type": "checkbox", "key": "agreed", "label": "I agree"},
        {"type": "select", "key": "colleague", "label": "Colleague", "wf:choices": "users"},
        {"type": "dynamiclist", "path": "items", "label": "Items", "defaultRepetitions": 1,
         "allowAddRemove": True, "components": [
             {"type": "textfield", "key": "item", "label": "Item", "layout": {"row": "3"}},
             {"type": "number", "key": "cost", "label": "Cost", "layout": {"row": "3"}}]},
        {"type": "expression", "key": "double", "label": "Twice the amount",
         "expression": "=if amount = null then 0 else amount * 2"},
        {"type": "group", "label": "Trip", "components": [
            {"type": "textfield", "key": "city", "label": "City", "readonly": True,
             "defaultValue": "Lyon"},
            {"type": "datetime", "key": "meeting", "subtype": "datetime", "dateLabel": "Meeting"}]},
        {"type": "separator"},
        {"type": "filepicker", "key": "receipt", "label": "Receipt", "multiple": True,
         "accept": ".pdf,image/*"},
    ],
    "wf:outcomes": [
        {"value": "submit", "label": "Submit"},
        {"value": "withdraw", "label": "Withdraw", "style": "danger", "checked": False},
    ],
}  # fmt: skip

START_FORM = {
    "type": "default",
    "id": "sampler-start",
    "components": [
        {"type": "textfield", "key": "subject", "label": "Subject", "validate": {"required": True}},
        {"type": "filepicker", "key": "papers", "label": "Papers", "multiple": True},
    ],
}


@dataclass(frozen=True, slots=True)
class Office:
    """A server at work. ``key`` lets a program in, ``signed_in`` are people with their cookies.

    ``cases`` has instances by what is special, the open ``incident`` of the broken one
    and a ``draft``.
    """

    served: Served
    cases: dict[str, int]
    key: str
    signed_in: dict[str, httpx.Cookies] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.served.url

    def start(self, key: str, **variables: Any) -> int:
        """Start a process as a program does; the instance's number."""
        answer = httpx.post(
            f"{self.url}/processapi/{key}/start",
            headers={"Authorization": f"Bearer {self.key}"},
            json={"variables": variables},
        )
        assert answer.status_code == 201, answer.text
        return int(answer.json()["processInstanceId"])

    @contextmanager
    def client(self, name: str) -> Iterator[Client]:
        """The browser without scripts of a person who is signed in.

        They sign in once, since passwords are made to be slow, and again when that was undone.
        """
        with Client(self.url) as client:
            client.cookies = self.signed_in.get(name, httpx.Cookies())
            if client.get("/account").status_code != 200:
                client.cookies.clear()
                assert client.sign_in(name, PASSWORD).status_code == 303
                self.signed_in[name] = httpx.Cookies(client.cookies)
            yield client


def furnished(data: Path) -> dict[str, Any]:
    """Fill a new data directory; the answer is what ``Office`` has to know of it."""
    moment = [time.time_ns() // 1_000_000 - 3 * DAY]
    box = Box(Config(data=data), lambda: moment[0])
    try:
        _people(box)
        _deploy(box)
        cases = _cases(box, moment)
        for _ in range(9):
            moment[0] += 60_000
            box.clockwork.fire_due()
        [incident] = box.incidents.list("broken").items
        cases["incident"] = incident.id
        key = box.keys.create("ERP Integration").result().text
        return {"cases": cases, "key": key}
    finally:
        box.close()


def _people(box: Box) -> None:
    for group in set(GROUPS) - {group.name for group in box.people.groups()}:
        box.people.add_group(group).result()
    add = box.people.add
    add("kermit", PASSWORD, display_name="Kermit the Frog", admin=True, groups=GROUPS).result()
    add("fozzie", PASSWORD, groups=["employees", "managers"]).result()
    add("gonzo", PASSWORD).result()


def _deploy(box: Box) -> None:
    hostile = ERRANDS.replace("errands", "hostile").replace("Run an errand", _attribute(HOSTILE))
    files = {
        "sampler.bpmn": SAMPLER.encode(),
        "sampler.form": json.dumps(SAMPLER_FORM).encode(),
        "sampler-start.form": json.dumps(START_FORM).encode(),
        "errands.bpmn": ERRANDS.encode(),
        "broken.bpmn": BROKEN.encode(),
        "nightly.bpmn": NIGHTLY.encode(),
        "growing.bpmn": GROWING.encode(),
        "hostile.bpmn": hostile.replace("Errands", _attribute(HOSTILE)).encode(),
    }
    box.processes.deploy(files, SYSTEM).result()


def _attribute(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text


def _cases(box: Box, moment: list[int]) -> dict[str, int]:
    kermit = Actor.user("kermit", frozenset(GROUPS), admin=True)
    erp = Actor.api("ERP Integration")

    def start(key: str, by: Actor, variables: dict[str, Any] | None = None, **more: Any) -> int:
        moment[0] += 1000
        return box.instances.start(key, variables or {}, by, **more).result().instance_id

    late = datetime.fromtimestamp(moment[0] / 1000 + 3600, UTC).isoformat()
    soon = datetime.fromtimestamp((moment[0] + 30 * DAY) / 1000, UTC).isoformat()
    cases = {
        "report": start("expense_reimbursement_demo", kermit),
        "from_api": start("expense_reimbursement_demo", erp, {"department": "Engineering"}),
        "late": start("errands", kermit, {"due": late, "priority": 80}, business_key="PO-LYON"),
        "calm": start("errands", kermit, {"due": soon, "priority": 10}),
        "suspended": start("errands", kermit, {"due": soon, "priority": 50}),
        "cancelled": start("errands", kermit, {"due": soon, "priority": 50}),
        "hostile": start(
            "hostile", kermit, {"due": soon, "priority": 50, "note": HOSTILE},
            business_key=HOSTILE, name=HOSTILE,
        ),
        "growing": start("growing", erp),
        "broken": start("broken", erp),
    }  # fmt: skip
    model = box.processes.xml("expense_reimbursement_demo")
    cases["draft"] = box.drafts.create(model, kermit, 1).result().id
    grown = GROWING.replace("grown", "tall").replace("Wait", "Wait longer")
    box.processes.deploy({"growing.bpmn": grown.encode()}, SYSTEM).result()
    box.instances.suspend(cases["suspended"], kermit).result()
    box.instances.cancel(cases["cancelled"], "It rained", kermit).result()
    return cases


def seen(response: httpx.Response) -> Any:
    """The page that came back, as a tree."""
    return lxml.html.fromstring(response.content)


def text_of(node: Any) -> str:
    """The text of a part of a page, its white space as a browser shows it."""
    return " ".join(node.text_content().split())


def rows(response: httpx.Response) -> list[str]:
    """The titles in the list of a page, in order."""
    return [text_of(link) for link in seen(response).cssselect(".rows .title, .cards h2")]


def pages(client: Client, address: str) -> Iterator[Any]:
    """Every page of a list, as trees."""
    while address:
        page = seen(client.get(address))
        yield page
        following = page.cssselect("a[rel=next]")
        address = following[0].get("href") if following else ""


def said(client: Client, response: httpx.Response) -> str:
    """Follow a redirect; what the next page says as a toast."""
    assert response.status_code == 303, response.text
    page = client.get(response.headers["location"])
    assert page.status_code == 200
    return " ".join(text_of(toast) for toast in seen(page).cssselect(".toasts .toast > span"))


def begin(client: Client, key: str, **fields: object) -> str:
    """Start a process as a person does; the address that follows."""
    client.get("/start")
    response = client.submit(f"/start/{key}", **fields)
    assert response.status_code == 303, response.text
    return response.headers["location"]
