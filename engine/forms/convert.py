"""Other people's forms as form-js JSON: properties of Flowable, data of Camunda 7, ``.form`` files.

All functions return a schema for ``Form.parse``; what cannot be converted is a ModelInvalid that
names the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import Finding, ModelInvalid
from engine.form_fields import FormField
from engine.forms.narrow import dict_of, list_of

Field = Mapping[str, Any]
DEFAULT_DATE_PATTERN = "dd/MM/yyyy"

_PROPERTY_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "textfield"},
    "long": {"type": "number", "decimalDigits": 0},
    "integer": {"type": "number", "decimalDigits": 0},
    "double": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime"},
    "enum": {"type": "select"},
}
_NAME = re.compile(r"[$#]\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}")


def from_form_fields(fields: Sequence[FormField], *, key: str, file: str = "") -> dict[str, Any]:
    """A form from the form properties or form data of the element ``key``."""
    components = [_property(item, key, file) for item in fields]
    return _form(key, components, **{"wf:acceptsExtras": True})


def is_flowable_form(source: Any) -> bool:
    """Whether JSON is a form of Flowable's own designer."""
    return isinstance(source, dict) and "fields" in source and "components" not in source


def from_flowable_form(source: Field, *, file: str = "") -> dict[str, Any]:
    """A form from the JSON of a Flowable ``.form`` file."""
    key = str(source.get("key") or "")
    components = [
        component
        for item in _list(source.get("fields"))
        for component in _flowable_field(item, key, file)
    ]
    extra: dict[str, Any] = {}
    outcomes = [
        {"value": str(item.get("name") or item.get("id"))} for item in _list(source.get("outcomes"))
    ]
    if outcomes:
        extra["wf:outcomes"] = outcomes
    if source.get("outcomeVariableName"):
        extra["wf:outcomeVariable"] = source["outcomeVariableName"]
    return _form(key, components, name=str(source.get("name") or ""), **extra)


def _form(key: str, components: Sequence[Field], **more: Any) -> dict[str, Any]:
    return {"type": "default", "id": key, "components": list(components), **more}


def _property(item: FormField, key: str, file: str) -> dict[str, Any]:
    if not item.id:
        raise _refused("a form field needs an id", key, file)
    if item.type not in _PROPERTY_TYPES:
        raise _refused(f"the form field '{item.id}' has an unknown type '{item.type}'", key, file)
    validate: dict[str, Any] = {"required": item.required}
    for name, config in item.constraints.items():
        if name in _CONSTRAINTS:
            validate[_CONSTRAINTS[name]] = config
        elif name not in ("required", "readonly"):
            raise _refused(f"the constraint '{name}' is not supported", key, file)
    component: dict[str, Any] = {
        **_PROPERTY_TYPES[item.type],
        "id": item.id,
        "key": item.id,
        "label": item.name or item.id,
        "readonly": not item.writable,
        "validate": validate,
        "wf:property": {
            "type": item.type,
            "variable": item.variable,
            "expression": item.expression,
            "default": item.default,
            "readable": item.readable,
            "writable": item.writable,
        },
    }
    if item.type == "enum":
        component["values"] = [{"value": value, "label": label} for value, label in item.options]
    if item.type == "date":
        component["wf:datePattern"] = item.date_pattern or DEFAULT_DATE_PATTERN
    return component


_CONSTRAINTS = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}


def _flowable_field(item: Field, key: str, file: str) -> list[dict[str, Any]]:
    """The components for one field of a Flowable form; a container gives one for each of its."""
    kind = str(item.get("type") or "")
    if kind == "container":
        columns = _mapping(item.get("fields")).values()
        inner = [field for column in columns for field in _list(column)]
        layout = {"row": f"row-{item.get('id')}"}
        return [
            {**component, "layout": layout}
            for field in inner
            for component in _flowable_field(field, key, file)
        ]
    convert = _FLOWABLE.get(kind)
    if convert is None:
        raise _refused(f"a field of type '{kind}' is not supported", key, file)
    try:
        return [convert(item)]
    except ValueError as error:
        raise _refused(str(error), key, file) from None


def _input(**fixed: Any) -> Callable[[Field], dict[str, Any]]:
    """A converter for a field that holds a value."""

    def convert(item: Field) -> dict[str, Any]:
        params = _mapping(item.get("params"))
        validate = {
            ours: params[theirs]
            for theirs, ours in _PARAMS.items()
            if params.get(theirs) not in (None, "")
        }
        validate["required"] = item.get("required") is True
        component = {
            **fixed,
            "id": str(item.get("id")),
            "key": str(item.get("id")),
            "label": str(item.get("name") or item.get("id")),
            "readonly": item.get("readOnly") is True,
            "validate": validate,
        }
        if item.get("placeholder"):
            component["placeholder"] = str(item["placeholder"])
        if fixed["type"] in ("select", "radio") and "wf:choices" not in fixed:
            component["values"] = _options(item)
        if fixed["type"] == "filepicker":
            component["multiple"] = params.get("multiple") is True
        elif item.get("value") not in (None, ""):
            component["defaultValue"] = item["value"]
        return component

    return convert


_PARAMS = {
    "minLength": "minLength",
    "maxLength": "maxLength",
    "minValue": "min",
    "maxValue": "max",
    "regexPattern": "pattern",
}


def _options(item: Field) -> list[dict[str, Any]]:
    options = _list(item.get("options"))
    if item.get("hasEmptyValue") is True:
        options = options[1:]
    return [
        {
            "value": str(option.get("id") or option.get("name")),
            "label": str(option.get("name") or option.get("id")),
        }
        for option in options
    ]


def _headline(item: Field) -> dict[str, Any]:
    return {"type": "text", "text": f"## {item.get('name') or ''}"}


def _expression(item: Field) -> dict[str, Any]:
    text = str(item.get("expression") or item.get("value") or "")
    template = _NAME.sub(r"{{\1}}", text)
    if "${" in template or "#{" in template:
        raise ValueError(f"the expression '{text}' must only name variables")
    return {"type": "text", "text": template}


def _hyperlink(item: Field) -> dict[str, Any]:
    url = _mapping(item.get("params")).get("hyperlinkUrl") or item.get("value") or ""
    return {"type": "text", "text": f"[{item.get('name') or url}]({url})"}


def _plain(kind: str) -> Callable[[Field], dict[str, Any]]:
    return lambda _item: {"type": kind}


_FLOWABLE: Mapping[str, Callable[[Field], dict[str, Any]]] = {
    "text": _input(type="textfield"),
    "multi-line-text": _input(type="textarea"),
    "integer": _input(type="number", decimalDigits=0),
    "decimal": _input(type="number"),
    "amount": _input(type="number", decimalDigits=2),
    "date": _input(type="datetime", subtype="date"),
    "boolean": _input(type="checkbox"),
    "radio-buttons": _input(type="radio"),
    "dropdown": _input(type="select"),
    "upload": _input(type="filepicker"),
    "people": _input(type="select", **{"wf:choices": "users"}),
    "functional-group": _input(type="select", **{"wf:choices": "groups"}),
    "expression": _expression,
    "hyperlink": _hyperlink,
    "spacer": _plain("spacer"),
    "horizontal-line": _plain("separator"),
    "headline": _headline,
    "headline-with-line": _headline,
}


def _refused(message: str, key: str, file: str) -> ModelInvalid:
    return ModelInvalid([Finding("error", "form-convert", message, key, 0, file)])


def _list(value: Any) -> list[Field]:
    fields = (dict_of(item) for item in list_of(value) or [])
    return [field for field in fields if field is not None]


def _mapping(value: Any) -> Field:
    return dict_of(value) or {}
