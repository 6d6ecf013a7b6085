"""Messages, signals and answers of workers reach who they are for, or nobody at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appliance.actor import SYSTEM, Actor
from appliance.errors import ProcessSuspended
from appliance.scenario.stage import Stage, stages
from engine.errors import (
    AmbiguousCorrelation,
    InstanceSuspended,
    InvalidVariables,
    NoSubscriber,
    NotWaiting,
    Refused,
    UncaughtError,
)

NOON = 1_767_610_800_000
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"
    xmlns:flowable="http://flowable.org/bpmn">
  <message id="m" name="order"/><message id="r" name="reply"/><message id="own" name="own"/>
  <signal id="s" name="gong"/><signal id="echo" name="echo"/>
  <process id="waiter" isExecutable="true">
    <startEvent id="begin"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="fork"/><parallelGateway id="fork"/>
    <sequenceFlow id="f2" sourceRef="fork" targetRef="hearOrder"/>
    <sequenceFlow id="f3" sourceRef="fork" targetRef="hearGong"/>
    <intermediateCatchEvent id="hearOrder"><messageEventDefinition messageRef="m"/>
    </intermediateCatchEvent>
    <intermediateCatchEvent id="hearGong"><signalEventDefinition signalRef="s"/>
    </intermediateCatchEvent>
    <sequenceFlow id="f4" sourceRef="hearOrder" targetRef="after"/>
    <userTask id="after" name="${word}"/>
    <sequenceFlow id="f5" sourceRef="hearGong" targetRef="say"/>
    <intermediateThrowEvent id="say"><signalEventDefinition signalRef="echo"/>
    </intermediateThrowEvent>
  </process>
  <process id="starter" isExecutable="true">
    <startEvent id="byReply"><messageEventDefinition messageRef="r"/></startEvent>
    <sequenceFlow id="g1" sourceRef="byReply" targetRef="think"/><userTask id="think"/>
  </process>
  <process id="listener" isExecutable="true">
    <startEvent id="byEcho"><signalEventDefinition signalRef="echo"/></startEvent>
    <sequenceFlow id="h1" sourceRef="byEcho" targetRef="wonder"/><userTask id="wonder"/>
  </process>
  <process id="breaks" isExecutable="true">
    <startEvent id="byEchoToo"><signalEventDefinition signalRef="echo"/></startEvent>
    <sequenceFlow id="i1" sourceRef="byEchoToo" targetRef="broken"/>
    <serviceTask id="broken" flowable:expression="${nothing}"/>
  </process>
  <process id="sender" isExecutable="true">
    <startEvent id="go"/><sequenceFlow id="j1" sourceRef="go" targetRef="send"/>
    <sendTask id="send" messageRef="m"/>
    <sequenceFlow id="j2" sourceRef="send" targetRef="sendOwn"/>
    <intermediateThrowEvent id="sendOwn"><messageEventDefinition messageRef="own"/>
    </intermediateThrowEvent>
    <sequenceFlow id="j3" sourceRef="sendOwn" targetRef="hearOwn"/>
    <receiveTask id="hearOwn" messageRef="own"/>
  </process>
  <process id="worker" isExecutable="true">
    <startEvent id="w0"/><sequenceFlow id="k1" sourceRef="w0" targetRef="work"/>
    <serviceTask id="work" flowable:type="external-worker" flowable:topic="dig"/>
    <sequenceFlow id="k2" sourceRef="work" targetRef="rest"/><userTask id="rest"/>
  </process>
</definitions>"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Callable[[int], Any]]:
    with stages() as opened:
        yield opened


@pytest.fixture
def stage(opened: Callable[[int], Any]) -> Iterator[Stage]:
    with opened(NOON) as stage:
        stage.box.processes.deploy({"m.bpmn20.xml": MODEL.encode()}, SYSTEM).result()
        yield stage


def started(stage: Stage, key: str = "waiter", word: str = "hello", **more: Any) -> int:
    return stage.box.instances.start(key, {"word": word}, SYSTEM, **more).result().instance_id


def test_a_message_has_exactly_one_receiver(stage: Stage):
    send = stage.box.messages.send
    with pytest.raises(NoSubscriber, match="Nothing waits for the message order"):
        send("order", {}, SYSTEM).result()
    first = started(stage, business_key="a")
    second = started(stage, business_key="b")
    with pytest.raises(AmbiguousCorrelation, match="More than one instance"):
        send("order", {}, SYSTEM).result()
    with pytest.raises(NoSubscriber):
        send("order", {}, SYSTEM, business_key="c").result()
    sent = send("order", {"n": 1}, SYSTEM, business_key="b").result()
    assert (sent.instance_id, sent.started) == (second, False)
    assert stage.look.variables(second)["n"] == 1
    assert send("order", {}, SYSTEM).result().instance_id == first
    assert "n" not in stage.look.variables(first)


def test_a_message_for_one_instance_starts_no_other(stage: Stage):
    other = started(stage)
    with pytest.raises(NoSubscriber):
        stage.box.messages.send("reply", {}, SYSTEM, instance=other).result()
    assert stage.look.instances() == 1


def test_a_message_starts_a_process_in_the_name_of_who_sent_it(stage: Stage):
    by = Actor.api("ERP")
    sent = stage.box.messages.send("reply", {"n": 1}, by, business_key="K").result()
    assert sent.started
    status = stage.box.instances.status(sent.instance_id)
    assert status.variables == {"n": 1, "initiator": "api:ERP"}
    assert stage.box.instances.detail(sent.instance_id).instance.business_key == "K"
    stage.box.processes.suspend("starter", SYSTEM).result()
    with pytest.raises(ProcessSuspended):
        stage.box.messages.send("reply", {}, SYSTEM).result()


def test_a_refused_message_changes_nothing(stage: Stage):
    id = stage.box.instances.start("waiter", {}, SYSTEM).result().instance_id
    with pytest.raises(InvalidVariables):
        stage.box.messages.send("order", {"": 1}, SYSTEM)
    before = stage.look.mark()
    with pytest.raises(Refused, match="word"):
        stage.box.messages.send("order", {"n": 1}, SYSTEM).result()
    assert stage.look.mark() == before
    assert stage.look.subscriptions(id) == 2
    stage.box.instances.suspend(id, SYSTEM).result()
    with pytest.raises(InstanceSuspended):
        stage.box.messages.send("order", {}, SYSTEM).result()


def test_a_signal_reaches_all_and_what_they_throw_reaches_others(stage: Stage):
    one, two, asleep = started(stage), started(stage), started(stage)
    stage.box.instances.suspend(asleep, SYSTEM).result()
    new = stage.box.signals.send("gong", {"loud": True}, SYSTEM).result()
    assert stage.look.visited(one)["say"] == stage.look.visited(two)["say"] == 1
    assert "say" not in stage.look.visited(asleep)
    assert stage.look.variables(one)["loud"] is True
    # Each echo starts the listener; the process that breaks does not keep it from that.
    assert len(new) == stage.look.instances(key="listener") == 2
    assert stage.look.instances(key="breaks") == 0


def test_a_signal_may_be_for_one_instance_only(stage: Stage):
    one, two = started(stage), started(stage)
    assert stage.box.signals.send("gong", {}, SYSTEM, instance=two).result() != []
    assert "say" in stage.look.visited(two)
    assert "say" not in stage.look.visited(one)
    assert stage.box.signals.send("echo", {}, SYSTEM, instance=one).result() == []
    assert stage.box.signals.send("unheard", {}, SYSTEM).result() == []


def test_a_message_that_a_process_sends_goes_to_the_first_who_waits(stage: Stage):
    one, two = started(stage), started(stage)
    sender = started(stage, "sender")
    assert "hearOrder" in stage.look.visited(one)
    assert "hearOrder" not in stage.look.visited(two)
    # It was sent before the receive task waited, so the sender has missed its own message.
    assert stage.look.active(sender) == ["hearOwn"]


def test_a_new_version_starts_by_its_own_triggers_only(stage: Stage):
    changed = MODEL.replace('name="reply"', 'name="answer"').encode()
    stage.box.processes.deploy({"m.bpmn20.xml": changed}, SYSTEM).result()
    with pytest.raises(NoSubscriber):
        stage.box.messages.send("reply", {}, SYSTEM).result()
    assert stage.box.messages.send("answer", {}, SYSTEM).result().started


def test_a_worker_answers_once(stage: Stage):
    jobs = stage.box.jobs
    one, two = started(stage, "worker"), started(stage, "worker")
    (first, _), (second, _) = stage.look.external_jobs("dig")
    with pytest.raises(NotWaiting):
        jobs.complete(999_999, {}, SYSTEM).result()
    with pytest.raises(InvalidVariables):
        jobs.complete(first, {"": 1}, SYSTEM).result()
    jobs.complete(first, {"depth": 3}, SYSTEM).result()
    assert stage.look.variables(one)["depth"] == 3
    with pytest.raises(NotWaiting):
        jobs.complete(first, {}, SYSTEM).result()
    with pytest.raises(UncaughtError):
        jobs.error(second, "stone", "hit a stone", {"depth": 1}, SYSTEM).result()
    assert "depth" not in stage.look.variables(two)
    stage.box.instances.cancel(two, None, SYSTEM).result()
    with pytest.raises(NotWaiting):
        jobs.fail(second, "gone", SYSTEM).result()


def test_a_worker_that_fails_too_often_needs_a_person(stage: Stage):
    id = started(stage, "worker")
    [(job, _)] = stage.look.external_jobs("dig")
    for number in range(3):
        assert stage.look.incidents() == []
        stage.box.jobs.fail(job, f"failure {number}", SYSTEM).result()
    [(incident, node, root)] = stage.look.incidents()
    assert (node, root) == ("work", id)
    with pytest.raises(NotWaiting, match="incident"):
        stage.box.jobs.complete(job, {}, SYSTEM).result()
    assert stage.box.clockwork.fire_due() == 0
    stage.box.instances.retry(id, incident, SYSTEM).result()
    stage.box.jobs.complete(job, {}, SYSTEM).result()
    assert [task.key for task in stage.look.tasks()] == ["rest"]
