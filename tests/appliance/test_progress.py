"""The way of a case: what is done, where it is, what lies ahead; and cancelling one's own."""

import pytest

from appliance.errors import Forbidden
from tests.appliance.given import HOUR
from tests.appliance.processes import ADMIN, FOZZIE, KERMIT, deploy, task_xml
from tests.play import as_xml


def line(box, id: int) -> list[tuple[str, str]]:
    return [(stage.label, stage.state) for stage in box.instances.progress(id)]


def finish(box, id: int, **variables: object) -> None:
    [task] = box.instances.status(id).tasks
    box.tasks.complete(task.id, ADMIN, variables, {}, now=None).result(10)


def test_a_way_straight_ahead(box):
    deploy(box, "start > submit > review > pay > end")
    id = box.instances.start("play", {}, KERMIT).result(10).instance_id
    assert line(box, id) == [("submit", "now"), ("review", "ahead"), ("pay", "ahead")]
    finish(box, id)
    assert line(box, id) == [("submit", "done"), ("review", "now"), ("pay", "ahead")]
    finish(box, id)
    finish(box, id)
    assert line(box, id) == [("submit", "done"), ("review", "done"), ("pay", "done")]


def test_what_waits_beside_is_at_hand_too(box):
    deploy(box, "start > review > end\nreview ?| late PT1H\nlate > senior > end2")
    id = box.instances.start("play", {}, KERMIT).result(10).instance_id
    box.clock.advance(2 * HOUR)
    box.clockwork.fire_due()
    assert line(box, id) == [("review", "now"), ("senior", "now")]


def test_a_loop_is_no_way_without_end(box):
    text = as_xml("start > again > more > again", "play")
    deploy(box, text)
    id = box.instances.start("play", {}, KERMIT).result(10).instance_id
    assert line(box, id) == [("again", "now")]


@pytest.mark.parametrize("allowed", [True, False])
def test_who_started_it_cancels_it_where_the_process_says_so(box, allowed):
    text = task_xml()
    if allowed:
        ours = 'xmlns:wf="https://workingflow.dev/bpmn" wf:starterMayCancel="true"'
        text = text.replace("<process ", f"<process {ours} ", 1)
    deploy(box, text, "expense")
    id = box.instances.start("expense", {}, KERMIT).result(10).instance_id
    assert box.instances.may_withdraw(id, KERMIT) == allowed
    with pytest.raises(Forbidden):
        box.instances.withdraw(id, None, FOZZIE)
    if not allowed:
        with pytest.raises(Forbidden):
            box.instances.withdraw(id, "changed my mind", KERMIT)
        return
    box.instances.withdraw(id, "changed my mind", KERMIT).result(10)
    ended = box.instances.detail(id)
    assert (ended.instance.state, ended.instance.reason) == ("TERMINATED", "changed my mind")
    assert ended.history[-1].by == "kermit"
    with pytest.raises(Forbidden):
        box.instances.withdraw(id, None, KERMIT)


def test_a_word_that_is_neither_is_an_error_of_the_model(box):
    ours = 'xmlns:wf="https://workingflow.dev/bpmn" wf:starterMayCancel="perhaps"'
    text = task_xml().replace("<process ", f"<process {ours} ", 1)
    findings = box.processes.check({"expense.bpmn": text.encode()}).findings
    assert any("starterMayCancel is true or false" in one.message for one in findings)
