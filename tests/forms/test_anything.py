"""Whatever is thrown at a form: it answers with errors, never with a crash, and keeps its word."""

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ModelInvalid
from engine.forms import Form
from engine.values import decode, encode
from tests.forms.given import check, field, form, view

AB = [{"value": "a"}, {"label": "Two", "value": 2}, {"value": True}]
EVERYTHING = form(
    field("textfield", key="line", validate={"maxLength": 50}),
    field("textarea", key="text"),
    field("number", key="number", validate={"max": "=most"}),
    field("checkbox", key="check"),
    field("checklist", key="several", values=AB),
    field("radio", key="one", values=AB),
    field("select", key="computed", valuesExpression="=several"),
    field("datetime", key="date"),
    field("datetime", key="time", subtype="time"),
    field("datetime", key="moment", subtype="datetime", timeSerializingFormat="utc_offset"),
    field("filepicker", key="files"),
    field("expression", key="sum", expression="=number + 1"),
    {
        "type": "dynamiclist",
        "path": "rows",
        "components": [
            field("number", key="n", conditional={"hide": '=line = "x"'}),
            field("textfield", key="t"),
        ],
    },
    {"type": "group", "path": "group", "components": [field("textfield", key="inner")]},
)
NAMES = [
    "line",
    "text",
    "number",
    "check",
    "several",
    "one",
    "computed",
    "date",
    "time",
    "moment",
    "files",
    "sum",
    "rows",
    "group",
    "rows[0].n",
    "rows[2].t",
    "group.inner",
    "other",
]

plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["a", "2", "true", "2026-01-05", "08:30", "2026-01-05T08:30", "1.10", "1e9"])
)
json_values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
anything = st.dictionaries(st.sampled_from(NAMES), json_values, max_size=8)


@settings(max_examples=60)
@given(anything, anything)
def test_values_are_refused_or_kept_as_json(values: dict[str, Any], data: dict[str, Any]):
    checked = check(EVERYTHING, values, data)
    for messages in checked.errors.values():
        assert all(messages)
    if not checked.errors:
        assert decode(encode(checked.values)) == checked.values
        again = check(EVERYTHING, {}, {**data, **checked.values})
        assert again.errors == {}
        assert again.values == checked.values


@settings(max_examples=60)
@given(anything, anything)
def test_any_state_can_be_shown(values: dict[str, Any], data: dict[str, Any]):
    shown = view(EVERYTHING, data, values=values, errors=check(EVERYTHING, values, data).errors)
    ids = [each.id for each in shown.items()]
    assert len(ids) == len(set(ids))


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=10), st.text(max_size=10))))
def test_any_html_form_can_be_read(pairs: list[tuple[str, str]]):
    check(EVERYTHING, EVERYTHING.posted(pairs))


fitting = st.fixed_dictionaries({
    "line": st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=25),
    "number": st.none() | st.integers(-(10**9), 10**9) | st.decimals(-1000, 1000, places=2),
    "check": st.booleans(),
    "several": st.sampled_from([[], ["a"], [2], ["a", 2], [2, True], ["a", 2, True]]),
    "one": st.sampled_from([None, "a", 2, True]),
    "date": st.none() | st.dates().map(str),
    "time": st.none() | st.times().map(lambda time: f"{time:%H:%M}"),
})  # fmt: skip


@settings(max_examples=60)
@given(fitting)
def test_what_a_page_shows_and_sends_back_stays_the_same(data: dict[str, Any]):
    pairs: list[tuple[str, str]] = []
    for item in view(EVERYTHING, data).items():
        if item.type in ("checklist", "taglist"):
            pairs += [(item.name, choice.key) for choice in item.choices if choice.selected]
        elif item.type == "checkbox":
            pairs += [(item.name, "on")] if item.checked else []
        elif item.name and item.type not in ("dynamiclist", "filepicker", "expression"):
            pairs.append((item.name, item.text))
    checked = check(EVERYTHING, EVERYTHING.posted(pairs), data)
    assert checked.errors == {}
    assert {name: checked.values[name] for name in data} == data


ATTRIBUTES = [
    "type",
    "key",
    "path",
    "components",
    "values",
    "validate",
    "label",
    "required",
    "conditional",
    "hide",
    "id",
    "min",
    "text",
    "wf:outcomes",
]
schemas = st.recursive(
    plain | st.just("=a + 1") | st.sampled_from(["textfield", "number", "group", "dynamiclist"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(ATTRIBUTES), inner, max_size=6)
    ),
    max_leaves=20,
)


@settings(max_examples=100)
@given(schemas)
def test_any_json_is_a_form_or_refused(source: Any):
    with suppress(ModelInvalid):
        view(Form.parse(source, file="any.form"))
