"""Links that let everybody start a process: made, replaced, expired, closed, and not too often."""

import json
from datetime import UTC, datetime

import pytest

from appliance.actor import SYSTEM, Actor
from appliance.errors import (
    InvalidInput,
    ProcessNotFound,
    PublicLinkInvalid,
    TooManyAttempts,
)
from appliance.public_starts import LOOKS, STARTS, STARTS_OF_ALL
from engine.errors import FormInvalid
from tests.appliance.given import HOUR
from tests.office import SAMPLER, SAMPLER_FORM, START_FORM

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ADMIN = Actor.user("kermit", admin=True)
HERE, THERE = "192.0.2.1", "192.0.2.2"
FORM_PROPERTIES = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:flowable="http://flowable.org/bpmn" targetNamespace="tests">
  <process id="plain" isExecutable="true">
    <startEvent id="start"><extensionElements>
      <flowable:formProperty id="subject" name="Subject"/></extensionElements></startEvent>
    <sequenceFlow id="a" sourceRef="start" targetRef="wait"/>
    <receiveTask id="wait"/>
  </process>
</definitions>"""


@pytest.fixture
def starts(box):
    """The sampler, whose start form asks for a subject, open to everybody."""
    files = {
        "sampler.bpmn": SAMPLER.encode(),
        "sampler.form": json.dumps(SAMPLER_FORM).encode(),
        "sampler-start.form": json.dumps(START_FORM).encode(),
        "plain.bpmn": FORM_PROPERTIES.encode(),
    }
    box.processes.deploy(files, SYSTEM).result()
    box.public_starts.open("sampler", None, ADMIN).result()
    return box.public_starts


def signature(starts, key="sampler"):
    return starts.of(key).signature


def begin(starts, address=HERE, key="sampler", **values):
    return starts.start(key, address, values, {}, now=NOW).result().instance_id


def test_whoever_has_the_link_starts_the_process(starts, box):
    process, form = starts.enter("sampler", signature(starts), HERE)
    assert (process.key, form.id) == ("sampler", "sampler-start")
    case = box.instances.detail(begin(starts, subject="Help"))
    assert case.variables["initiator"] == case.instance.started_by == "public"
    assert case.variables["subject"] == "Help"


@pytest.mark.parametrize("given", ["", "x", "ü" * 50, "\ud800", "' OR 1=1 --", "A" * 10_000])
def test_a_false_signature_is_refused(starts, given):
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", given, HERE)


def test_the_link_of_one_process_opens_no_other(starts):
    starts.open("plain", None, ADMIN).result()
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", signature(starts, "plain"), HERE)


@pytest.mark.parametrize("key", ["plain", "no-such-process", "", "x" * 5000])
def test_what_is_not_open_answers_as_what_is_not_there(starts, key):
    with pytest.raises(PublicLinkInvalid):
        starts.enter(key, signature(starts), HERE)


def test_a_new_link_replaces_the_old_one(starts):
    old = signature(starts)
    starts.open("sampler", None, ADMIN).result()
    assert signature(starts) != old
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", old, HERE)
    starts.enter("sampler", signature(starts), HERE)


def test_a_closed_link_is_worth_nothing_for_ever(starts):
    old = signature(starts)
    starts.close("sampler", ADMIN).result()
    assert starts.of("sampler") is None
    starts.open("sampler", None, ADMIN).result()
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", old, HERE)


def test_a_link_expires(starts, clock):
    with pytest.raises(InvalidInput, match="in the past"):
        starts.open("sampler", clock.now, ADMIN)
    starts.open("sampler", clock.now + HOUR, ADMIN).result()
    link = signature(starts)
    starts.enter("sampler", link, HERE)
    clock.advance(HOUR)
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", link, HERE)


def test_a_suspended_process_is_closed_for_so_long(starts, box):
    box.processes.suspend("sampler", ADMIN).result()
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", signature(starts), HERE)
    box.processes.activate("sampler", ADMIN).result()
    starts.enter("sampler", signature(starts), HERE)


def test_a_form_that_shows_who_works_here_cannot_be_open(starts, box):
    with_people = {**START_FORM, "components": [
        {"type": "group", "components": [
            {"type": "select", "key": "who", "label": "Who", "wf:choices": "users"}]}]}  # fmt: skip
    files = {"sampler.bpmn": SAMPLER.replace("Sampler", "Sampler 2").encode()}
    files["sampler-start.form"] = json.dumps(with_people).encode()
    files["sampler.form"] = json.dumps(SAMPLER_FORM).encode()
    box.processes.deploy(files, SYSTEM).result()
    with pytest.raises(PublicLinkInvalid):
        starts.enter("sampler", signature(starts), HERE)
    with pytest.raises(InvalidInput, match="users or groups"):
        starts.open("sampler", None, ADMIN)


def test_only_what_is_there_and_has_a_form_can_be_open(starts, box):
    with pytest.raises(ProcessNotFound):
        starts.open("no-such-process", None, ADMIN)
    plain = FORM_PROPERTIES.replace('id="plain"', 'id="bare"')
    plain = plain.replace('<flowable:formProperty id="subject" name="Subject"/>', "")
    box.processes.deploy({"bare.bpmn": plain.encode()}, SYSTEM).result()
    with pytest.raises(InvalidInput, match="with a start form"):
        starts.open("bare", None, ADMIN)


def test_what_the_form_does_not_accept_starts_nothing_and_does_not_count(starts, box):
    before = len(box.instances.list("all").items)
    for _ in range(STARTS.failures + 1):
        with pytest.raises(FormInvalid):
            begin(starts, subject="")
    assert len(box.instances.list("all").items) == before
    begin(starts, subject="Right")


def test_one_address_starts_only_so_many(starts, clock):
    for number in range(STARTS.failures):
        begin(starts, subject=str(number))
    with pytest.raises(TooManyAttempts):
        begin(starts, subject="one more")
    begin(starts, THERE, subject="somebody else")
    clock.advance(HOUR)
    begin(starts, subject="later")


def test_all_together_start_only_so_many_of_one_process(starts):
    for number in range(STARTS_OF_ALL.failures):
        begin(starts, f"198.51.100.{number}", subject=str(number))
    with pytest.raises(TooManyAttempts):
        begin(starts, THERE, subject="one more")


def test_guessing_is_slow(starts):
    for number in range(LOOKS.failures):
        with pytest.raises(PublicLinkInvalid):
            starts.enter("sampler", f"guess{number}", HERE)
    with pytest.raises(TooManyAttempts):
        starts.enter("sampler", signature(starts), HERE)
    starts.enter("sampler", signature(starts), THERE)


def test_a_receipt_proves_its_number(starts):
    receipt = starts.receipt("sampler", 4711)
    assert starts.number("sampler", receipt) == 4711
    for false in (
        "4711",
        "4711-",
        "4712-" + receipt.partition("-")[2],
        "x-y",
        "-1",
        "٣-x",
        "9" * 99,
    ):
        with pytest.raises(PublicLinkInvalid):
            starts.number("sampler", false)
    with pytest.raises(PublicLinkInvalid):
        starts.number("plain", receipt)


def test_opening_and_closing_is_kept_in_the_log(starts, box):
    starts.close("sampler", ADMIN).result()
    starts.close("sampler", ADMIN).result()
    seen = [(one.by, one.subject, one.detail["open"]) for one in box.audit.list().items
            if one.action == "process.public"]  # fmt: skip
    assert seen == [("kermit", "sampler", False), ("kermit", "sampler", True)]
