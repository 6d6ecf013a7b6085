"""Forms that are refused at deployment, and what is understood of the others."""

import json
from decimal import Decimal

import pytest

from engine.errors import ModelInvalid
from engine.forms import Form, feel
from tests.forms.given import field, form

OPTIONS = [{"label": "A", "value": "a"}]


def findings(source: object) -> list[tuple[str, str, str]]:
    """Rule, element and message of what is wrong with a form."""
    with pytest.raises(ModelInvalid) as refused:
        Form.parse(source, file="bad.form")
    assert all(finding.file == "bad.form" for finding in refused.value.findings)
    return [(each.rule, each.element, each.message) for each in refused.value.findings]


@pytest.mark.parametrize("source", [None, [], "form", 3, {"id": 3}, {"id": "a", "type": "group"}])
def test_what_is_no_form_is_refused(source):
    assert findings(source)


def test_data_that_json_does_not_know_is_refused():
    assert findings({"id": "a", "components": [{1, 2}]})[0][0] == "form-json"


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[1]", b'{"id": NaN}'])
def test_a_file_that_is_no_json_is_refused(data):
    with pytest.raises(ModelInvalid):
        Form.read(data, file="bad.form")


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        ("text", "form-json"),
        ({"type": "html", "content": "<script>"}, "form-type"),
        ({"type": "iframe"}, "form-type"),
        ({"type": "button"}, "form-type"),
        ({"type": "hologram"}, "form-type"),
        ({}, "form-type"),
        ({"type": "textfield"}, "form-key"),
        ({"type": "dynamiclist", "components": []}, "form-key"),
        (field("textfield", key="initiator"), "form-key"),
        (field("textfield", key="_hidden"), "form-key"),
        (field("textfield", key="a[0]"), "form-key"),
        (field("textfield", key="a..b"), "form-key"),
        (field("textfield", label=3), "form-json"),
        (field("textfield", validate={"required": "yes"}), "form-json"),
        (field("textfield", validate=[]), "form-json"),
        (field("textfield", validate={"maxLength": "many"}), "form-json"),
        (field("textfield", validate={"pattern": "("}), "form-pattern"),
        (field("textfield", conditional={"hide": "=a +"}), "form-feel"),
        (field("textfield", label="Hello {{a +}}"), "form-feel"),
        (field("textfield", label="{{#loop items}}x{{/loop}}"), "form-template"),
        (field("number", decimalDigits=-1), "form-json"),
        (field("number", validate={"min": "=1 +"}), "form-feel"),
        (field("select"), "form-options"),
        (field("select", values=[]), "form-options"),
        (field("select", values=[*OPTIONS, *OPTIONS]), "form-options"),
        (field("select", valuesExpression="items"), "form-feel"),
        (field("select", **{"wf:choices": "planets"}), "form-options"),
        (field("expression"), "form-feel"),
        (field("expression", expression="1 + 1"), "form-feel"),
        (field("datetime", subtype="era"), "form-date"),
        (field("datetime", timeSerializingFormat="stardate"), "form-date"),
        (field("datetime", **{"wf:datePattern": "GGGG"}), "form-date"),
        ({"type": "dynamiclist", "path": "x", "isRepeating": False}, "form-list"),
        ({"type": "dynamiclist", "path": "x", "readonly": "=true"}, "form-list"),
        ({"type": "table", "columns": [{"label": "no key"}]}, "form-table"),
        ({"type": "group", "components": "none"}, "form-json"),
    ],
)
def test_a_component_that_cannot_work_is_refused(component, rule):
    assert rule in [found[0] for found in findings({"id": "a", "components": [component]})]


def test_everything_wrong_is_said_at_once_and_names_the_field():
    found = findings({
        "id": "a",
        "components": [{"type": "html", "id": "h"}, field("textfield", key="b", label=[]), {}],
        "wf:outcomes": [{"label": "no value"}],
    })  # fmt: skip
    assert [(rule, element) for rule, element, _ in found] == [
        ("form-type", "h"),
        ("form-json", "b"),
        ("form-type", "3"),
        ("form-outcomes", "a"),
    ]


@pytest.mark.parametrize(
    "outcomes",
    ["approve", [3], [""], [{}], ["a", "a"], [{"value": "a", "style": "loud"}]],
)
def test_outcomes_that_cannot_be_buttons_are_refused(outcomes):
    assert ("form-outcomes", "a") in [
        found[:2] for found in findings({"id": "a", "components": [], "wf:outcomes": outcomes})
    ]


def test_two_fields_may_not_write_the_same_variable():
    twice = [field("textfield"), {"type": "group", "components": [field("number")]}]
    assert findings({"id": "a", "components": twice})[0][:2] == ("form-key", "x")


def test_the_same_key_may_be_used_in_two_lists():
    lists = [
        {"type": "dynamiclist", "path": path, "components": [field("textfield")]}
        for path in ("one", "two")
    ]
    assert len(form(*lists).components) == 2


def test_size_has_limits():
    many = [field("textfield", key=f"x{number}") for number in range(1001)]
    assert findings({"id": "a", "components": many})[0][0] == "form-size"
    deep: dict = {"type": "group", "components": []}
    for _ in range(30):
        deep = {"type": "group", "components": [deep]}
    assert findings({"id": "a", "components": [deep]})[0][0] == "form-size"


def test_a_form_is_named_by_its_id_or_its_file():
    assert Form.parse({"id": "a", "components": []}, file="b.form").id == "a"
    assert Form.parse({"components": []}, file="b.form").id == "b"
    with pytest.raises(ModelInvalid, match="needs an id"):
        Form.parse({"components": []})


def test_outcomes_and_their_variable():
    plain = form(**{"wf:outcomes": ["yes", {"value": "no", "label": "No!", "style": "danger"}]})
    assert [(each.value, each.label, each.style) for each in plain.outcomes] == [
        ("yes", "yes", "plain"),
        ("no", "No!", "danger"),
    ]
    assert plain.outcome_variable == "form_test_outcome"
    assert form(**{"wf:outcomeVariable": "decision"}).outcome_variable == "decision"


def test_fractions_become_exact():
    parsed = form(field("number", defaultValue=0.1, validate={"min": 0.1}))
    assert parsed.components[0].default == Decimal("0.1")
    assert parsed.components[0].rules.min == Decimal("0.1")


def test_an_image_of_elsewhere_is_a_warning():
    parsed = form({"type": "image", "source": "https://elsewhere.example/a.png"})
    assert [finding.rule for finding in parsed.findings] == ["form-image"]


def test_without_the_bundle_a_form_with_feel_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(feel, "BUNDLE", tmp_path / "feel.js")
    feel.forget()
    with pytest.raises(feel.FeelMissing, match=r"feel.js is missing.*build/frontend.py"):
        form(field("expression", expression="=1"))
    assert form(field("textfield")).id == "test"
    feel.forget()


def test_every_kind_of_component_is_read():
    source = {
        "id": "all",
        "components": [
            {"type": "text", "text": "# Hello {{name}}"},
            field("textfield", key="a"),
            field("textarea", key="b"),
            field("number", key="c"),
            field("checkbox", key="d"),
            field("checklist", key="e", values=OPTIONS),
            field("radio", key="f", values=OPTIONS),
            field("select", key="g", valuesKey="choices"),
            field("taglist", key="h", valuesExpression="=choices"),
            field("datetime", key="i"),
            field("filepicker", key="j"),
            {"type": "group", "path": "k", "components": [field("textfield", key="l")]},
            {"type": "dynamiclist", "path": "m", "components": [field("textfield", key="n")]},
            {"type": "table", "dataSource": "=m", "columns": [{"key": "n", "label": "N"}]},
            {"type": "separator"},
            {"type": "spacer", "height": 20},
            field("expression", key="o", expression="=c * 2"),
            {"type": "documentPreview", "dataSource": "=j"},
            {"type": "image", "source": "data:image/png;base64,AAAA", "alt": "dots"},
        ],
    }
    parsed = Form.read(json.dumps(source).encode(), file="all.form")
    assert [each.type for each in parsed.components] == [
        component["type"] for component in source["components"]
    ]
