"""Processes that these tests deploy, and the people who work on them."""

from appliance.actor import Actor
from appliance.box import Box
from tests.play import BPMN, as_xml

ADMIN = Actor.user("admin", admin=True)
KERMIT = Actor.user("kermit", frozenset({"managers"}))
GONZO = Actor.user("gonzo", frozenset({"managers", "finance"}))
FOZZIE = Actor.user("fozzie", frozenset({"jokes"}))
ERP = Actor.api("ERP Integration")

FORM = b"""{"type": "default", "id": "expense", "components": [
  {"type": "textfield", "key": "title", "label": "Title", "validate": {"required": true}},
  {"type": "number", "key": "amount", "label": "Amount"},
  {"type": "filepicker", "key": "receipt", "label": "Receipt", "multiple": true}]}"""


def task_xml(key: str = "expense", attributes: str = "", start: str = "") -> str:
    """One user task between start and end."""
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn"'
        f' targetNamespace="test"><process id="{key}" name="Expenses" isExecutable="true">'
        f'<documentation>What it is for</documentation><startEvent id="start" {start}/>'
        f'<userTask id="review" name="Review" {attributes}/><endEvent id="end"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="review"/>'
        '<sequenceFlow id="f2" sourceRef="review" targetRef="end"/></process></definitions>'
    )


FOR_MANAGERS = 'flowable:candidateGroups="managers"'
WITH_FORM = f'{FOR_MANAGERS} flowable:formKey="expense"'


def deploy(box: Box, text: str, key: str = "play", **files: bytes) -> None:
    """Deploy a process, as text of ``tests/play.py`` or XML, with forms beside it."""
    forms = {f"{name}.form": data for name, data in files.items()}
    box.processes.deploy({f"{key}.bpmn": as_xml(text, key).encode(), **forms}, ADMIN).result(10)


def start(box: Box, text: str, key: str = "play", by: Actor = ERP, **variables: object) -> int:
    """Deploy a process and start it."""
    deploy(box, text, key)
    return box.instances.start(key, variables, by).result(10).instance_id


def names(box: Box, instance: int) -> list[str]:
    """The open tasks of an instance."""
    return [task.name for task in box.instances.status(instance).tasks]
