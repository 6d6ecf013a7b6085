"""Form fields that stand in the model itself: Flowable form properties and Camunda form data.

They are only read here; ``engine/forms`` turns them into a form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.xml import Reader


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the model has it.

    ``options`` are pairs of value and label of an enum; ``constraints`` Camunda's validation
    constraints by name (``minlength``, ``max``, …).
    """

    id: str
    name: str
    type: str
    required: bool = False
    readable: bool = True
    writable: bool = True
    default: str | None = None
    variable: str | None = None
    expression: str | None = None
    date_pattern: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    constraints: dict[str, str] = field(default_factory=dict[str, str])


def read_form_fields(xml: Element, reader: Reader) -> tuple[FormField, ...]:
    """All form fields of a start event or user task, in order."""
    fields = [_form_property(element, reader) for element in reader.extensions(xml, "formProperty")]
    for data in reader.extensions(xml, "formData"):
        fields += [_form_data(child) for child in data if child.name == "formField"]
    return tuple(fields)


def _form_property(xml: Element, reader: Reader) -> FormField:
    kind = xml.get("type", "string")
    if kind not in ("string", "long", "double", "date", "boolean", "enum"):
        reader.report(
            "error", "form-property", xml, f"form properties of type {kind!r} are not supported"
        )
    for name in ("expression", "default"):
        reader.expression(xml, xml.get(name), f"{name} of form property {xml.get('id')}")
    return FormField(
        id=xml.get("id", ""),
        name=xml.get("name") or xml.get("id", ""),
        type=kind,
        required=xml.get("required") == "true",
        readable=xml.get("readable", "true") != "false",
        writable=xml.get("writable", xml.get("writeable", "true")) != "false",
        default=xml.get("default"),
        variable=xml.get("variable"),
        expression=xml.get("expression"),
        date_pattern=xml.get("datePattern"),
        options=_options(xml),
    )


def _form_data(xml: Element) -> FormField:
    constraints = {
        child.get("name", ""): child.get("config") or "true"
        for validation in xml
        if validation.name == "validation"
        for child in validation
    }
    return FormField(
        id=xml.get("id", ""),
        name=xml.get("label") or xml.get("id", ""),
        type=xml.get("type", "string"),
        required="required" in constraints,
        writable="readonly" not in constraints,
        default=xml.get("defaultValue"),
        date_pattern=xml.get("datePattern"),
        options=_options(xml),
        constraints=constraints,
    )


def _options(xml: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (child.get("id", ""), child.get("name") or child.get("id", ""))
        for child in xml
        if child.name == "value"
    )
