"""Deploying: versions, forms, what is refused, suspension, who may start."""

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import Conflict, InvalidInput, ProcessNotFound, ProcessSuspended
from engine.errors import CalledProcessNotFound, ModelInvalid
from tests.appliance.given import Clock
from tests.appliance.processes import (
    ADMIN,
    ERP,
    FORM,
    FOZZIE,
    KERMIT,
    WITH_FORM,
    deploy,
    names,
    task_xml,
)
from tests.play import as_xml


def rules(error: ModelInvalid) -> set[str]:
    return {finding.rule for finding in error.findings if finding.severity == "error"}


def test_what_is_deployed_is_listed_by_key(box):
    deploy(box, task_xml("zebra"), "zebra")
    deploy(box, task_xml("ant"), "ant")
    listed = box.processes.list()
    assert [each.key for each in listed] == ["ant", "zebra"]
    assert (listed[0].name, listed[0].description) == ("Expenses", "What it is for")
    assert (listed[0].version, listed[0].has_start_form, listed[0].suspended) == (1, False, False)
    assert (listed[0].deployed_by, listed[0].deployed_at) == ("admin", box.clock())


def test_a_process_without_a_name_is_called_by_its_key(box):
    deploy(box, "start > end")
    assert box.processes.get("play").name == "play"


def test_a_change_is_a_new_version_and_the_latest_is_started(box):
    deploy(box, "start > old > end")
    deploy(box, "start > new > end")
    assert [each.version for each in box.processes.versions("play")] == [2, 1]
    assert box.processes.list()[0].version == 2
    id = box.instances.start("play", {}, ERP).result(10).instance_id
    assert names(box, id) == ["new"]
    assert b'name="old"' in box.processes.xml("play", 1)


def test_the_same_file_again_is_no_new_version(box):
    files = {"play.bpmn": as_xml("start > end").encode()}
    [first] = box.processes.deploy(files, ADMIN).result(10)
    [again] = box.processes.deploy(files, KERMIT).result(10)
    assert (first.unchanged, again.unchanged) == (False, True)
    assert again.id == first.id
    assert len(box.processes.versions("play")) == 1
    assert box.store.read().execute("SELECT count(*) FROM deployment").fetchone() == (1,)


def test_going_back_to_an_earlier_file_is_a_new_version(box):
    for text in ("start > a > end", "start > b > end", "start > a > end"):
        deploy(box, text)
    assert len(box.processes.versions("play")) == 3


def test_versions_go_on_after_a_restart(box, tmp_path):
    deploy(box, "start > a > end")
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False), Clock())
    deploy(again, "start > b > end")
    assert again.processes.get("play").version == 2
    again.close()


@pytest.mark.parametrize(
    "key", ["list", "Tasks", "openapi.json", "12345", "a/b", "a b", "größe", ".."]
)
def test_a_key_that_cannot_stand_in_an_address_is_refused(box, key):
    with pytest.raises(ModelInvalid) as refused:
        deploy(box, task_xml(key), "file")
    assert "process-key" in rules(refused.value)
    assert box.processes.list() == []


def test_two_processes_of_one_key_are_refused(box):
    files = {"a.bpmn": task_xml().encode(), "b.bpmn": task_xml().encode()}
    with pytest.raises(ModelInvalid) as refused:
        box.processes.deploy(files, ADMIN)
    assert rules(refused.value) == {"duplicate-process"}


def test_all_findings_of_all_files_come_at_once(box):
    files = {
        "a.bpmn": b"<no xml",
        "b.form": b"{",
        "c.txt": b"",
        "d.bpmn": task_xml("list").encode(),
    }
    with pytest.raises(ModelInvalid) as refused:
        box.processes.deploy(files, ADMIN)
    found = {finding.file for finding in refused.value.findings}
    assert found == {"a.bpmn", "b.form", "c.txt", "d.bpmn"}
    assert {finding.file for finding in box.processes.check(files).findings} == found


def test_one_bad_file_deploys_nothing_of_the_others(box):
    with pytest.raises(ModelInvalid):
        box.processes.deploy({"a.bpmn": task_xml().encode(), "b.bpmn": b"<no xml"}, ADMIN)
    assert box.processes.list() == []


def test_nothing_and_names_that_meet_are_refused(box):
    with pytest.raises(InvalidInput):
        box.processes.deploy({}, ADMIN)
    with pytest.raises(InvalidInput, match="Two files"):
        box.processes.deploy({"x/a.bpmn": b"", "y/a.bpmn": b""}, ADMIN)


def test_a_file_over_the_limit_is_refused(tmp_path):
    box = Box(Config(data=tmp_path / "data", demos=False, model_limit=100))
    with pytest.raises(ModelInvalid) as refused:
        deploy(box, task_xml())
    assert rules(refused.value) == {"too-large"}
    box.close()


def test_unknown_keys_and_versions_are_not_found(box):
    deploy(box, "start > end")
    for ask in (
        lambda: box.processes.get("nope"),
        lambda: box.processes.get("play", 2),
        lambda: box.processes.versions("nope"),
        lambda: box.processes.xml("nope"),
        lambda: box.processes.start_form("nope"),
        lambda: box.processes.suspend("nope", ADMIN),
    ):
        with pytest.raises(ProcessNotFound):
            ask()


# --- suspension


def test_a_suspended_process_is_listed_and_not_started(box):
    deploy(box, "start > a > end")
    running = box.instances.start("play", {}, ERP).result(10).instance_id
    box.processes.suspend("play", ADMIN).result(10)
    assert box.processes.list()[0].suspended
    with pytest.raises(ProcessSuspended):
        box.instances.start("play", {}, ERP).result(10)
    assert box.instances.status(running).status == "ACTIVE"
    assert box.processes.startable(KERMIT) == []
    box.processes.activate("play", ADMIN).result(10)
    box.instances.start("play", {}, ERP).result(10)


def test_a_suspended_process_is_not_called(box):
    deploy(box, "start > a > end", "inner")
    call = '<callActivity id="call" calledElement="inner"/>'
    deploy(box, f"{call}\nstart > call > end", "outer")
    box.processes.suspend("inner", ADMIN).result(10)
    with pytest.raises(CalledProcessNotFound):
        box.instances.start("outer", {}, ERP).result(10)


def test_who_suspended_what_is_audited(box):
    deploy(box, "start > end")
    box.processes.suspend("play", ADMIN).result(10)
    box.processes.activate("play", ERP).result(10)
    assert [(each.action, each.by, each.subject) for each in box.audit.export()] == [
        ("process.deploy", "admin", "play:1"),
        ("process.suspend", "admin", "play"),
        ("process.activate", str(ERP), "play"),
    ]


# --- forms


def test_a_form_beside_the_process_belongs_to_it(box):
    deploy(box, task_xml(attributes=WITH_FORM), "expense", expense=FORM)
    id = box.instances.start("expense", {}, ERP).result(10).instance_id
    [task] = box.instances.status(id).tasks
    other = FORM.replace(b"Title", b"Other title")
    box.processes.deploy({"expense.form": other}, ADMIN).result(10)
    form = box.tasks.get(task.id, KERMIT).form
    assert form is not None
    assert form.components[0].label == "Title"


def test_without_one_of_its_own_the_latest_form_of_the_key_is_taken(box):
    deploy(box, task_xml(attributes=WITH_FORM), "expense")
    id = box.instances.start("expense", {}, ERP).result(10).instance_id
    [task] = box.instances.status(id).tasks
    assert box.tasks.get(task.id, KERMIT).form is None
    for label in (b"Title", b"Subject"):
        box.processes.deploy({"e.form": FORM.replace(b"Title", label)}, ADMIN).result(10)
    form = box.tasks.get(task.id, KERMIT).form
    assert form is not None
    assert form.components[0].label == "Subject"


FOREIGN = (
    b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- drawn elsewhere -->\r\n'
    b'<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"\r\n'
    b'  xmlns:x="http://example.com/other" x:saved="yes"'
    b' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"><?other note?>'
    b'<b:process id="play" isExecutable="true"><b:extensionElements><x:cost>12</x:cost>'
    b'</b:extensionElements><b:startEvent id="s" x:colour="red"/>'
    b'<b:userTask id="t" name="\xc3\x84"/>'
    b'<b:sequenceFlow id="f" sourceRef="s" targetRef="t"/></b:process>'
    b'<b:process id="drawn" isExecutable="false"><b:callChoreography id="c"/></b:process>'
    b'<di:BPMNDiagram id="one"/><di:BPMNDiagram id="two"/></b:definitions>\r\n\r\n'
)


def test_what_was_deployed_is_given_back_byte_by_byte(box):
    box.processes.deploy({"play.bpmn": FOREIGN}, ADMIN).result(10)
    assert box.processes.xml("play") == FOREIGN
    assert [view.key for view in box.processes.list()] == ["play"]


def test_a_form_key_that_nobody_knows_is_a_warning(box):
    files = {"expense.bpmn": task_xml(attributes=WITH_FORM).encode()}
    [finding] = [f for f in box.processes.check(files).findings if f.rule == "unknown-form"]
    assert (finding.severity, finding.element) == ("warning", "review")
    box.processes.deploy({"e.form": FORM}, ADMIN).result(10)
    assert [f for f in box.processes.check(files).findings if f.rule == "unknown-form"] == []


def test_a_group_that_nobody_made_is_a_warning(box):
    starters = 'flowable:candidateStarterGroups="clerks"'
    tasks = 'flowable:candidateGroups="crew, ${team}, clerks"'
    model = task_xml(attributes=tasks).replace(
        '<process id="expense"', f'<process id="expense" {starters}'
    )
    files = {"expense.bpmn": model.encode()}

    def missing():
        found = [f for f in box.processes.check(files).findings if f.rule == "unknown-group"]
        assert all(f.severity == "warning" for f in found)
        return [(f.element, f.message.split("'")[1]) for f in found]

    assert missing() == [("expense", "clerks"), ("review", "crew"), ("review", "clerks")]
    box.people.add_group("clerks", by=ADMIN).result(10)
    assert missing() == [("review", "crew")]


def test_a_changed_form_beside_the_process_is_a_new_version(box):
    deploy(box, task_xml(attributes=WITH_FORM), "expense", expense=FORM)
    deploy(box, task_xml(attributes=WITH_FORM), "expense", expense=FORM)
    assert box.processes.get("expense").version == 1
    deploy(box, task_xml(attributes=WITH_FORM), "expense", expense=FORM.replace(b"Title", b"New"))
    assert box.processes.get("expense").version == 2


def test_a_start_form_is_known(box):
    deploy(box, task_xml(start='flowable:formKey="expense"'), "expense", expense=FORM)
    assert box.processes.get("expense").has_start_form
    form = box.processes.start_form("expense")
    assert form is not None
    assert form.id == "expense"


def test_a_start_form_that_is_missing_is_told(box):
    deploy(box, task_xml(start='flowable:formKey="expense"'), "expense")
    with pytest.raises(Conflict, match="expense"):
        box.processes.start_form("expense")


# --- who may start


def test_a_process_that_names_starters_is_open_to_them(box):
    attributes = 'flowable:candidateStarterGroups="managers" flowable:candidateStarterUsers="rizzo"'
    deploy(box, task_xml().replace('isExecutable="true"', f'isExecutable="true" {attributes}'))
    deploy(box, "start > end", "open")
    assert [each.key for each in box.processes.startable(KERMIT)] == ["expense", "open"]
    assert [each.key for each in box.processes.startable(FOZZIE)] == ["open"]
    assert [each.key for each in box.processes.startable(ADMIN)] == ["expense", "open"]


def test_a_global_task_is_only_called(box):
    text = task_xml().replace("<process ", '<globalTask id="check"/><process ', 1)
    deploy(box, text)
    assert [each.key for each in box.processes.list()] == ["check", "expense"]
    assert [each.key for each in box.processes.startable(ADMIN)] == ["expense"]


# --- what ships


def test_the_processes_that_ship_are_deployed_into_an_empty_store_only(tmp_path):
    config = Config(data=tmp_path / "data")
    box = Box(config)
    keys = {each.key: each for each in box.processes.list()}
    assert set(keys) == {"expense_reimbursement_demo", "leave_request_demo"}
    assert (keys["expense_reimbursement_demo"].version, keys["leave_request_demo"].version) == (
        1,
        1,
    )
    deploy(box, task_xml("leave_request_demo"), "leave_request_demo")
    box.close()
    again = Box(config)
    assert again.processes.get("leave_request_demo").version == 2
    assert again.processes.get("leave_request_demo").name == "Expenses"
    again.close()
