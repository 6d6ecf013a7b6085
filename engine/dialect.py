"""The attributes and extension elements of Flowable, Activiti and Camunda 7, in one place.

Elements ask for an attribute by its plain name; here it is found in whatever dialect the file uses.
What no element understands is reported: with a reason when it is known, else as unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.markup import Element
    from engine.xml import Reader

JAVA_HINT = (
    "{name} needs Java, which is not here: use an expression, a script or an external worker"
)

SUPPORTED = frozenset(
    [
        "assignee",
        "async",
        "asyncAfter",
        "asyncBefore",
        "asyncLeave",
        "businessKey",
        "calledElementBinding",
        "calledElementVersion",
        "candidateGroups",
        "candidateStarterGroups",
        "candidateStarterUsers",
        "candidateUsers",
        "category",
        "collection",
        "dueDate",
        "elementIndexVariable",
        "elementVariable",
        "endDate",
        "errorCodeVariable",
        "errorMessageVariable",
        "errorVariableName",
        "exclusive",
        "expression",
        "formFieldValidation",
        "formKey",
        "formRef",
        "formRefBinding",
        "inheritVariables",
        "inheritBusinessKey",
        "initiator",
        "isStartable",
        "owner",
        "priority",
        "resultVariable",
        "resultVariableName",
        "skipExpression",
        "taskPriority",
        "terminateAll",
        "useLocalScopeForResultVariable",
        "terminateMultiInstance",
        "type",
        "topic",
        "cycle",
        "scope",
    ]
)
IGNORED = {
    "historyTimeToLive": "retention is a setting of the appliance",
    "versionTag": "versions are counted by deployment",
    "jobPriority": "jobs run in the order in which they are due",
    "followUpDate": "a follow-up date has no effect",
    "isForCompensation": "it has no effect here",
    "modelerTemplate": "templates only matter to a modeler",
    "modelerTemplateVersion": "templates only matter to a modeler",
    "diagramRelationId": "it only matters to a modeler",
    "isStartableInTasklist": "use candidate starters",
    "triggerable": "a service task never waits",
    "includeInHistory": "history keeps every node",
    "businessCalendarName": "only the standard calendar is known",
    "sourceValue": "it has no effect here",
}
REFUSED = {
    "class": JAVA_HINT.format(name="class"),
    "delegateExpression": JAVA_HINT.format(name="delegateExpression"),
    "decisionRef": "decision tables are not supported yet",
    "caseRef": "CMMN cases are not supported",
}
EXTENSIONS = frozenset(
    [
        "executionListener",
        "taskListener",
        "formProperty",
        "formData",
        "formField",
        "in",
        "out",
        "failedJobRetryTimeCycle",
        "inputOutput",
        "field",
        "value",
        "properties",
        "property",
        "customProperties",
        "potentialStarter",
    ]
)


def check_attributes(reader: Reader, xml: Element) -> None:
    """Report the dialect attributes of an element that have no effect or cannot be had."""
    for name in xml.own:
        if name in SUPPORTED:
            continue
        if name in REFUSED:
            reader.report("error", "unsupported", xml, f"{name}: {REFUSED[name]}")
        elif name in IGNORED:
            reader.report("warning", "ignored", xml, f"{name} is ignored: {IGNORED[name]}")
        else:
            reader.report("warning", "unknown-attribute", xml, f"the attribute {name} is not known")


def has_refused(xml: Element) -> bool:
    """Whether an element has an attribute that is refused (and reported) anyway."""
    return not REFUSED.keys().isdisjoint(xml.own)


def check_extension(reader: Reader, xml: Element) -> None:
    """Report an extension element of a dialect that nothing reads."""
    if xml.dialect is not None and xml.name not in EXTENSIONS:
        reader.report(
            "warning", "unknown-extension", xml, f"<{xml.name}> is not known and has no effect"
        )


def typed_value(reader: Reader, xml: Element, text: str) -> Any:
    """The initial value of a data object, by its item type (xsd:int, xsd:boolean, …)."""
    from decimal import Decimal, InvalidOperation

    kind = (xml.get("itemSubjectRef") or "").rpartition(":")[2].lower()
    try:
        if kind in ("int", "integer", "long", "short"):
            return int(text)
        if kind in ("double", "float", "decimal"):
            return Decimal(text)
        if kind == "boolean":
            return text.strip().lower() == "true"
    except (ValueError, InvalidOperation):
        reader.report("error", "data-object", xml, f"{text!r} is no {kind}")
    return text
