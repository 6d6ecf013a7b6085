"""Starting instances, following them, stopping them."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import (
    InstanceNotFound,
    ProcessNotFound,
    StartFormNotSupported,
)
from appliance.store import queries
from engine.errors import (
    ExpressionFailed,
    FormInvalid,
    InstanceEnded,
    InstanceSuspended,
    InvalidVariables,
)
from tests.appliance.given import HOUR, MINUTE
from tests.appliance.processes import (
    ADMIN,
    ERP,
    FOR_MANAGERS,
    FORM,
    FOZZIE,
    KERMIT,
    deploy,
    names,
    start,
    task_xml,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def complete(box: Box, instance: int, name: str, **values: object) -> None:
    task = next(t for t in box.instances.status(instance).tasks if t.name == name)
    box.tasks.complete(task.id, ADMIN, values, {}, now=NOW).result(10)


def test_a_started_instance_is_there_with_its_facts(box):
    id = start(box, task_xml(), "expense", department="Engineering")
    status = box.instances.status(id)
    assert (status.id, status.process_key, status.process_name) == (id, "expense", "Expenses")
    assert (status.started, status.ended, status.status) == (box.clock(), None, "ACTIVE")
    assert status.variables == {"department": "Engineering", "initiator": "api:ERP Integration"}
    [task] = status.tasks
    assert (task.name, task.assignee, task.created) == ("Review", None, box.clock())
    assert status.files == []


def test_the_initiator_is_the_person_who_started(box):
    id = start(box, "start > a > end", by=KERMIT)
    assert box.instances.status(id).variables == {"initiator": "kermit"}


def test_an_unknown_process_is_not_found(box):
    with pytest.raises(ProcessNotFound, match="nope"):
        box.instances.start("nope", {}, ERP).result(10)


@pytest.mark.parametrize(
    "variables", [{"initiator": "me"}, {"": 1}, {"x": float("nan")}, {"x": {1}}, {5: 1}]
)
def test_variables_that_are_not_allowed_start_nothing(box, variables):
    deploy(box, "start > a > end")
    with pytest.raises(InvalidVariables):
        box.instances.start("play", variables, ERP).result(10)
    assert box.instances.list("all").items == []


def test_an_expression_that_fails_at_the_start_leaves_nothing(box):
    deploy(box, "start > x? >[amount > 1] a > end\nx? >[] b > end")
    with pytest.raises(ExpressionFailed, match="amount"):
        box.instances.start("play", {}, ERP).result(10)
    assert box.instances.list("all").items == []
    with pytest.raises(InstanceNotFound):
        box.instances.status(1)


def test_a_start_form_is_not_for_programs(box):
    deploy(box, task_xml(start='flowable:formKey="expense"'), "expense", expense=FORM)
    with pytest.raises(StartFormNotSupported) as refused:
        box.instances.start("expense", {}, ERP).result(10)
    assert str(refused.value) == "Processes with start forms cannot be started via API: expense"


def test_a_person_starts_with_a_form(box):
    deploy(box, task_xml(start='flowable:formKey="expense"'), "expense", expense=FORM)
    with pytest.raises(FormInvalid) as refused:
        box.instances.start_with_form("expense", {"title": ""}, {}, KERMIT, now=NOW)
    assert "title" in refused.value.errors
    entered = {"title": "Train", "amount": "12.50"}
    started = box.instances.start_with_form("expense", entered, {}, KERMIT, now=NOW).result(10)
    variables = box.instances.status(started.instance_id).variables
    assert (variables["title"], variables["amount"]) == ("Train", Decimal("12.50"))
    assert variables["initiator"] == "kermit"


def test_who_starts_is_led_to_their_own_task(box):
    deploy(box, task_xml(attributes='flowable:assignee="${initiator}"'), "expense")
    started = box.instances.start("expense", {}, KERMIT).result(10)
    assert started.next_task_id == box.instances.status(started.instance_id).tasks[0].id
    assert box.instances.start("expense", {}, ERP).result(10).next_task_id is None


def test_an_ended_instance_answers_for_ever(box):
    id = start(box, "start > a > end", amount=1)
    box.clock.advance(MINUTE)
    complete(box, id, "a", amount=2)
    status = box.instances.status(id)
    assert (status.status, status.ended) == ("COMPLETED", box.clock())
    assert status.tasks == []
    assert status.variables == {"amount": 2, "initiator": "api:ERP Integration"}


def test_an_instance_that_ends_at_once_answers_too(box):
    id = start(box, "start > end")
    assert box.instances.status(id).status == "COMPLETED"


def test_ids_never_come_back(box, tmp_path):
    first = [start(box, "start > a > end") for _ in range(3)]
    for id in first:
        box.instances.cancel(id, None, ADMIN).result(10)
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), box.clock)
    later = again.instances.start("play", {}, ERP).result(10).instance_id
    assert later > max(first)
    again.close()


def test_a_restart_finds_everything_as_it_was(box, tmp_path):
    id = start(box, "start > f+ > a > j+ > end\nf+ > b > j+", n=Decimal("1.10"))
    complete(box, id, "a")
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), box.clock)
    assert names(again, id) == ["b"]
    complete(again, id, "b")
    status = again.instances.status(id)
    assert (status.status, str(status.variables["n"])) == ("COMPLETED", "1.10")
    again.close()


def test_tasks_and_files_of_called_instances_are_the_callers_too(box):
    deploy(box, "start > deep > end", "inner")
    call = '<callActivity id="call" calledElement="inner"/>'
    id = start(box, f"{call}\nstart > call > end", "outer")
    status = box.instances.status(id)
    assert [task.name for task in status.tasks] == ["deep"]
    inner = status.tasks[0].instance_id
    assert inner != id
    assert [task.name for task in box.instances.status(inner).tasks] == ["deep"]
    detail = box.instances.detail(id)
    assert [other.id for other in detail.called] == [inner]
    assert box.instances.detail(inner).instance.called_by == id


def test_many_start_at_once_and_all_are_there(box):
    deploy(box, "start > a > end")

    async def main() -> list[int]:
        pending = [box.instances.start("play", {"n": n}, ERP) for n in range(300)]
        return [(await each).instance_id for each in pending]

    ids = asyncio.run(main())
    assert len(set(ids)) == 300
    assert [box.instances.status(id).variables["n"] for id in ids] == list(range(300))


def test_an_inbox_is_counted_no_further_than_pages_tell(box, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 2)
    for number in (1, 2, 2):
        start(box, task_xml(attributes=FOR_MANAGERS), "expense")
        assert box.inbox.counts(KERMIT).group == number


# --- stopping


def test_a_cancelled_instance_says_so_and_why(box):
    id = start(box, task_xml(attributes=FOR_MANAGERS), "expense")
    box.instances.cancel(id, "entered twice", ADMIN).result(10)
    detail = box.instances.detail(id)
    assert (detail.instance.state, detail.instance.reason) == ("TERMINATED", "entered twice")
    assert box.inbox.counts(KERMIT).group == 0
    with pytest.raises(InstanceEnded):
        box.instances.cancel(id, "again", ADMIN).result(10)


def test_what_is_not_there_cannot_be_stopped(box):
    for act in (box.instances.suspend, box.instances.activate):
        with pytest.raises(InstanceNotFound):
            act(99, ADMIN)
    with pytest.raises(InstanceNotFound):
        box.instances.cancel(99, None, ADMIN)


def test_a_suspended_instance_stands_still(box):
    id = start(box, "start > a > end")
    box.instances.suspend(id, ADMIN).result(10)
    assert box.instances.status(id).status == "SUSPENDED"
    with pytest.raises(InstanceSuspended):
        complete(box, id, "a")
    box.instances.activate(id, ADMIN).result(10)
    complete(box, id, "a")
    assert box.instances.status(id).status == "COMPLETED"


def test_variables_are_set_from_outside(box):
    id = start(box, "start > a > end", n=1)
    box.instances.set_variables(id, {"n": 2, "m": [1]}, ADMIN).result(10)
    assert box.instances.status(id).variables["n"] == 2
    with pytest.raises(InvalidVariables):
        box.instances.set_variables(id, {"initiator": "x"}, ADMIN)


# --- looking


def test_the_details_tell_where_it_is_and_what_happened(box):
    id = start(box, "start > a > b > end\nb ?| late PT1H\nlate > remind. > end2")
    box.clock.advance(MINUTE)
    complete(box, id, "a")
    detail = box.instances.detail(id)
    assert detail.marks.active == {"b": 1}
    assert detail.marks.visited == {"start": 1, "a": 1}
    assert set(detail.marks.flows) == {"flow1", "flow2"}
    [timer] = detail.timers
    assert (timer.node_id, timer.kind, timer.due) == ("late", "timer", box.clock() + HOUR)
    assert [(line.what, line.name, line.by) for line in detail.history] == [
        ("started", "play", "api:ERP Integration"),
        ("task", "a", "api:ERP Integration"),
        ("task-completed", "a", "admin"),
        ("task", "b", "admin"),
    ]
    box.clock.advance(HOUR)
    box.clockwork.fire_due()
    detail = box.instances.detail(id)
    assert ("timer", "late") in [(line.what, line.node_id) for line in detail.history]
    assert detail.marks.visited["remind"] == 1


def test_a_failed_job_is_an_incident_that_can_be_retried(box):
    work = '<task id="work" flowable:async="true"/>'
    id = start(box, f"{work}\nstart > work > x? >[go] a > end\nx? >[] b > end")
    for _ in range(3):
        box.clockwork.fire_due()
        box.clock.advance(MINUTE)
    [incident] = box.instances.detail(id).incidents
    assert incident.node_id == "work"
    assert "go" in incident.message
    assert [row.id for row in box.instances.list("failed").items] == [id]
    box.instances.set_variables(id, {"go": True}, ADMIN).result(10)
    box.instances.retry(id, incident.id, ADMIN).result(10)
    box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    whats = [line.what for line in box.instances.detail(id).history]
    assert whats.count("incident") == whats.count("incident-resolved") == 1
    assert box.instances.list("failed").items == []


def test_lists_are_read_page_by_page_and_by_state(box):
    deploy(box, task_xml(), "expense")
    deploy(box, "start > a > end", "other")
    ids = [box.instances.start("expense", {}, ERP).result(10).instance_id for _ in range(120)]
    other = box.instances.start("other", {}, KERMIT).result(10).instance_id
    box.instances.cancel(ids[0], None, ADMIN).result(10)
    box.instances.suspend(ids[1], ADMIN).result(10)

    def every(**asked: str) -> list[int]:
        found, page = [], ""
        while page is not None:
            got = box.instances.list(page=page, **asked)
            found += [row.id for row in got.items]
            page = got.next
        return found

    assert every(view="all") == [other, *reversed(ids)]
    assert every(view="all", sort="id") == [*ids, other]
    assert every(view="open") == [other, *reversed(ids[1:])]
    assert every(view="ended") == [ids[0]]
    assert every(view="suspended") == [ids[1]]
    assert every(view="open", process="other") == [other]
    assert every(view="open", process="nope") == []
    assert every(view="all", sort="process") == [*ids, other]
    assert every(view="all", sort="-process", process="expense") == ids[::-1]
    assert every(view="all", q=str(ids[5])) == [ids[5]]
    assert every(view="all", q="kermit") == [other]
    assert every(view="all", q="%") == []
    row = box.instances.list("open", process="other").items[0]
    assert (row.waiting, row.started_by, row.state) == (["a"], "kermit", "ACTIVE")


def test_a_business_key_is_found_by_its_beginning(box):
    deploy(box, "start > a > end")
    id = box.instances.start("play", {}, ERP, business_key="ORDER-17").result(10).instance_id
    box.instances.start("play", {}, ERP, business_key="INVOICE-1").result(10)
    assert [row.id for row in box.instances.list("all", q="ORDER").items] == [id]
    assert box.instances.list("all", q="17").items == []


def test_people_find_what_they_started(box):
    deploy(box, "start > a > end")
    mine = box.instances.start("play", {}, KERMIT).result(10).instance_id
    box.instances.start("play", {}, FOZZIE).result(10)
    box.instances.start("play", {}, ERP).result(10)
    assert [row.id for row in box.instances.requests_of("kermit").items] == [mine]
    assert [row.id for row in box.instances.requests_of("kermit", q="pla").items] == [mine]
    assert box.instances.requests_of("kermit", q="nope").items == []
    complete(box, mine, "a")
    assert box.instances.requests_of("kermit").items == []
    assert [row.id for row in box.instances.requests_of("kermit", "ended").items] == [mine]
