"""Forms by their keys: versions, who uses them, saving."""

from __future__ import annotations

import json
from typing import Any

import pytest

from appliance.actor import SYSTEM, Actor
from appliance.box import Box
from appliance.errors import Conflict, FormNotFound, InvalidInput
from appliance.forms import sample
from engine.errors import ModelInvalid
from engine.forms import Form
from tests.play import as_xml

KERMIT = Actor.user("kermit", admin=True)


def form(*components: dict[str, Any], key: str = "leave") -> bytes:
    return json.dumps({"type": "default", "id": key, "components": components}).encode()


def text(key: str) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key.title()}


def model(form_key: str = "leave") -> bytes:
    task = f'<userTask id="a" flowable:formKey="{form_key}"/>'
    return as_xml(f"{task}\nstart > a > end", "asks").encode()


def test_each_save_is_a_version(box: Box):
    box.forms.save("leave", form(text("why")), 0, KERMIT).result(10)
    box.forms.save("leave", form(text("why"), text("when")), 1, KERMIT).result(10)
    assert [(one.version, one.fields) for one in box.forms.versions("leave")] == [(2, 2), (1, 1)]
    (latest,) = box.forms.list()
    assert (latest.key, latest.version, latest.deployed_by) == ("leave", 2, "kermit")
    assert box.forms.content("leave", 1) == form(text("why"))


def test_nobody_overwrites_anybody(box: Box):
    box.forms.save("leave", form(text("theirs")), 0, SYSTEM).result(10)
    with pytest.raises(Conflict, match="Version 1"):
        box.forms.save("leave", form(text("mine")), 0, KERMIT)


def test_what_is_no_form_of_this_key_is_refused(box: Box):
    with pytest.raises(InvalidInput, match="its id is 'other'"):
        box.forms.save("leave", form(key="other"), 0, KERMIT)
    with pytest.raises(ModelInvalid):
        box.forms.save("leave", form({"type": "nonsense"}), 0, KERMIT)
    with pytest.raises(FormNotFound):
        box.forms.get("leave")


def test_a_process_shows_the_form_that_came_with_it(box: Box):
    files = {"asks.bpmn": model(), "leave.form": form(text("why"))}
    box.processes.deploy(files, SYSTEM).result(10)
    box.forms.save("leave", form(text("new")), 1, KERMIT).result(10)
    (use,) = box.forms.uses("leave")
    assert (use.process, use.version) == ("asks", 1)
    box.processes.deploy({"asks.bpmn": model()}, SYSTEM).result(10)
    assert [one.version for one in box.forms.uses("leave")] == [2]


def test_versions_that_are_not_there(box: Box):
    box.forms.save("leave", form(), 0, KERMIT).result(10)
    with pytest.raises(FormNotFound):
        box.forms.get("leave", 2)
    assert box.forms.latest("other") is None


def test_sample_data_fill_a_form_in():
    choice = {"type": "select", "key": "kind", "label": "Kind",
              "values": [{"value": "x", "label": "X"}]}  # fmt: skip
    group = {"type": "group", "label": "G", "components": [{"type": "number", "key": "amount"}]}
    found = Form.read(form(text("why"), choice, group))
    assert sample(found) == {"why": "Why", "kind": "x", "amount": 120}
