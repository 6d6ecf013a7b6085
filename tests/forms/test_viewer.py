"""The server accepts exactly what the form-js viewer accepts: the same forms, filled in alike.

The viewer runs in Chromium, the values are what it holds after it took them over. Three
differences are meant and kept out: the viewer checks read-only fields, which nobody can mend; it
takes a text of nothing but spaces for an answer; and it lets conditions see what a hidden field
held, which a page does not send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import frontend
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from engine.forms import Form
from engine.values import decode
from tests.forms.given import check

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ASK = """
async ([schema, data]) => {
  document.body.replaceChildren(document.createElement("div"));
  const form = await viewer.createForm({ container: document.body.firstChild, schema, data });
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const { data: held } = form._getState();
  const found = form.validate();
  const paths = [];
  const walk = (errors, path) => {
    if (typeof errors?.[0] === "string") return paths.push(path);
    for (const [key, inner] of Object.entries(errors ?? {})) walk(inner, [...path, key]);
  };
  walk(found, []);
  form.destroy();
  return { held: JSON.stringify(held), paths };
}
"""

Viewer = Callable[[dict[str, Any], dict[str, Any]], tuple[dict[str, Any], set[str]]]


@pytest.fixture(scope="module")
def viewer(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    """Fills a form in; the answer is what the viewer holds, and the fields that it complains of."""
    frontend.fetch_packages()
    bundle = tmp_path_factory.mktemp("viewer") / "viewer.js"
    source = frontend.PACKAGES / "@bpmn-io/form-js-viewer/dist/index.es.js"
    frontend.esbuild(str(source), f"--outfile={bundle}", "--format=iife", "--global-name=viewer")
    page = chromium.new_page()
    page.add_script_tag(path=Path(bundle))

    def ask(schema: dict[str, Any], data: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
        answer = page.evaluate(ASK, [schema, data])
        return decode(answer["held"].encode()), {_path(steps) for steps in answer["paths"]}

    yield ask
    page.close()


def _path(steps: list[str]) -> str:
    """A field of the viewer as the server names it: ``["cost", "2"]`` is ``rows[2].cost``."""
    name, *row = steps
    return f"rows[{row[0]}].{name}" if row else name


def texts(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    rules = st.fixed_dictionaries({}, optional={
        "required": st.booleans(),
        "minLength": st.integers(0, 4),
        "maxLength": st.integers(0, 4),
        "pattern": st.sampled_from(["^a", "\\d+", "^[A-Z]{2}$", "b$|c", "é"]),
        "validationType": st.sampled_from(["email", "phone"]),
    })  # fmt: skip
    return st.fixed_dictionaries({"type": st.just(kind), "validate": rules})


NUMBERS = st.fixed_dictionaries(
    {
        "type": st.just("number"),
        "validate": st.fixed_dictionaries({}, optional={
            "required": st.booleans(), "min": st.integers(-3, 3), "max": st.integers(-3, 3),
        }),
    },
    optional={
        "decimalDigits": st.integers(0, 2),
        "increment": st.sampled_from(["0.5", "2", "0.01", "3"]),
    },
)  # fmt: skip
REQUIRED = st.fixed_dictionaries({"required": st.booleans()})
AB = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]


def choices(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just(kind), "values": st.just(AB), "validate": REQUIRED}
    )


CHECKBOX = st.fixed_dictionaries({"type": st.just("checkbox"), "validate": REQUIRED})
DATE = st.fixed_dictionaries(
    {"type": st.just("datetime"), "subtype": st.just("date"), "validate": REQUIRED}
)
FIELDS = st.one_of(
    texts("textfield"), texts("textarea"), NUMBERS, CHECKBOX, DATE,
    *map(choices, ("select", "radio", "checklist", "taglist")),
)  # fmt: skip
CONDITIONS = [
    "={one} = null", '={one} = "a"', "={one} > 1", "={other} = true", "=count({one}) > 0",
    "=not({other} = null)", "=missing", '={one} != "" and {other} > 0', "={one}",
]  # fmt: skip
"""Of two fields that come before: what depends on itself has no answer."""

TEXT_VALUES = st.sampled_from(
    ["", "a", "ab", "abc", "abcde", " a ", "12", "AB", "é", "\U0001f600", "a@b.example",
     "kermit@", "+4930664040900", "030 66"]
)  # fmt: skip
NUMBER_VALUES = st.none() | st.sampled_from([-4, -3, 0, 1, 2, 3, 4, 0.5, 1.25, 2.505, 1e-7])
MANY = st.lists(st.sampled_from(["a", "b"]), unique=True)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "textfield": TEXT_VALUES,
    "textarea": TEXT_VALUES | st.just("a\nb"),
    "number": NUMBER_VALUES,
    "checkbox": st.booleans(),
    "datetime": st.sampled_from([None, "2026-01-05"]),
    "select": st.sampled_from([None, "a", "b", "z"]),
    "radio": st.sampled_from([None, "a", "b", "z"]),
    "checklist": MANY,
    "taglist": MANY,
}


@st.composite
def named(draw: st.DrawFn, name: str, before: list[str]) -> dict[str, Any]:
    """A field of this key, which may be disabled or depend on some that come before it."""
    made = {**draw(FIELDS), "id": name, "key": name, "label": name}
    if draw(st.integers(0, 9)) == 0:
        made["disabled"] = True
    if before and draw(st.integers(0, 2)) == 0:
        one, other = draw(st.sampled_from(before)), draw(st.sampled_from(before))
        hide = draw(st.sampled_from(CONDITIONS)).format(one=one, other=other)
        made["conditional"] = {"hide": hide}
    return made


def _surely_shown(fields: list[dict[str, Any]]) -> list[str]:
    return [one["key"] for one in fields if "conditional" not in one]


@st.composite
def filled(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A form, and what was entered."""
    names = [f"f{number}" for number in range(draw(st.integers(1, 5)))]
    fields: list[dict[str, Any]] = []
    for name in names:
        fields.append(draw(named(name, _surely_shown(fields))))
    data = {one["key"]: draw(VALUES[one["type"]]) for one in fields}
    components = list(fields)
    if draw(st.booleans()):
        components = [components[0], {"type": "group", "id": "g", "components": components[1:]}]
    if draw(st.booleans()):
        inner = [
            draw(named(name, _surely_shown(fields)))
            for name in ("r0", "r1")[: draw(st.integers(1, 2))]
        ]
        components.append({
            "type": "dynamiclist", "id": "rows", "path": "rows", "isRepeating": True,
            "allowAddRemove": True, "defaultRepetitions": 1, "components": inner,
        })  # fmt: skip
        data["rows"] = [
            {one["key"]: draw(VALUES[one["type"]]) for one in inner}
            for _ in range(draw(st.integers(1, 3)))
        ]
    return {"type": "default", "id": "test", "components": components}, data


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=filled())
def test_both_complain_of_the_same_fields(
    viewer: Viewer, case: tuple[dict[str, Any], dict[str, Any]]
):
    schema, data = case
    held, complaints = viewer(schema, data)
    checked = check(Form.parse(schema), held, held)
    note(f"held {held}\nviewer {complaints}\nserver {checked.errors}")
    assert set(checked.errors) == complaints
