"""What Flowable, Activiti and Camunda 7 add to BPMN, word by word, and what becomes of it here.

One row per attribute or extension element (``<in>``) and the elements that may have it. The rows
are facts from the published schemas and readers of the three engines. ``engine/dialect.py`` checks
models by this table, and the help page about dialects is made from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.conversion import KINDS

Status = Literal["supported", "ignored", "refused"]

GROUPS = {
    "task": "task manualTask userTask scriptTask serviceTask sendTask receiveTask businessRuleTask",
    "service": "serviceTask sendTask businessRuleTask",
    "activity": "@task callActivity subProcess transaction adHocSubProcess",
    "gateway": "exclusiveGateway parallelGateway inclusiveGateway complexGateway eventBasedGateway",
    "event": "startEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent endEvent",
    "node": "@activity @gateway @event",
    "form": "startEvent userTask",
    "loop": "multiInstanceLoopCharacteristics",
    "listener": "<executionListener> <taskListener>",
    "parameter": "<inputParameter> <outputParameter>",
    "formal": "conditionExpression condition completionCondition activationCondition"
    " loopCondition loopCardinality timeDate timeDuration timeCycle",
}
"""Kinds of elements that share words; ``@name`` means all of another group."""


@dataclass(frozen=True, slots=True)
class Word:
    """One row. ``where`` are elements and groups (``@activity``), ``places`` all that they mean;
    ``harmless`` are values that ask for nothing but what happens anyway."""

    name: str
    dialects: tuple[str, ...]
    where: tuple[str, ...]
    status: Status
    note: str
    harmless: frozenset[str] = frozenset()

    @property
    def places(self) -> tuple[str, ...]:
        """The elements that may have it."""
        return spread(self.where)


def spread(where: Sequence[str]) -> tuple[str, ...]:
    """The elements that a list of elements and groups (``@activity``) means."""
    found: list[str] = []
    for place in where:
        found += spread(GROUPS[place[1:]].split()) if place.startswith("@") else [place]
    return tuple(dict.fromkeys(found))


_DIALECTS = {"F": "flowable", "A": "activiti", "C": "camunda", "W": "wf"}
_JAVA = "it needs Java, which is not here: use an expression, a script or an external worker"
_ONE_BY_ONE = "jobs of one instance never run at the same time"
_TENANT = "there are no tenants"
_CMMN = "CMMN cases are not supported"
_DMN = "decision tables are not supported: use a script or an external worker"
_REGISTRY = "the event registry is not supported: use messages or signals"
_NOTES = "properties are notes for other programs"
_MODELER = "it only matters to a modeler"
_FILE = "scripts in files of their own are not supported: put the script into the model"
_NOT_HERE = "there are no Java exceptions"
_KIND = f"what it becomes: {', '.join(KINDS)}"
_ON_SUSPEND = "what suspending does to timers: stop-timers (if nothing is said) or keep-running"


def _rows(dialects: str, places: str, status: Status, rows: dict[str, str]) -> tuple[Word, ...]:
    """Words of the same dialects, places and status; ``name=value|value`` has harmless values."""
    spoken = tuple(_DIALECTS[letter] for letter in dialects)
    found: list[Word] = []
    for key, note in rows.items():
        name, _, values = key.partition("=")
        harmless = frozenset(values.split("|")) if values else frozenset[str]()
        found.append(Word(name, spoken, tuple(places.split()), status, note, harmless))
    return tuple(found)


WORDS: tuple[Word, ...] = (
    # The file and the process.
    *_rows("C", "definitions", "ignored", {"diagramRelationId": _MODELER}),
    *_rows("FAC", "process", "supported", {
        "candidateStarterUsers": "who may start it, besides administrators",
        "candidateStarterGroups": "whose members may start it",
        "<potentialStarter>": "who may start it: user(name), group(name) or a group's name",
    }),
    *_rows("W", "process", "supported", {
        "onSuspend": _ON_SUSPEND, "starterMayCancel": "with true, who started it may cancel it",
        "instanceName": "what each instance is called in lists and at its top: an expression",
    }),
    *_rows("C", "process", "ignored", {
        "versionTag": "versions are counted by deployment",
        "historyTimeToLive": "how long history is kept is a setting of the appliance",
        "isStartableInTasklist=true": "say who may start it with candidate starters",
        "taskPriority": "workers get jobs in the order in which they are due",
    }),
    *_rows("FA", "process", "ignored", {"history=audit|full": "history always keeps everything"}),
    *_rows("F", "process", "ignored", {"isEagerExecutionFetching": "it tunes another database"}),
    *_rows("F", "process sequenceFlow @node", "ignored", {"<localization>": "names stay the same"}),
    *_rows("FA", "process", "refused", {
        "<eventListener>": "the engine's own events have no listeners: use those of elements",
    }),
    # Everywhere in a diagram.
    *_rows("C", "collaboration participant process sequenceFlow dataObject @node", "ignored", {
        "modelerTemplate": _MODELER, "modelerTemplateVersion": _MODELER,
        "modelerTemplateIcon": _MODELER,
    }),
    *_rows("C", "definitions collaboration participant lane process sequenceFlow @node @loop",
           "ignored", {"<properties>": _NOTES}),
    *_rows("F", "@node sequenceFlow", "ignored", {"<customProperties>": _NOTES}),
    *_rows("FAC", "process sequenceFlow @node", "supported", {
        "<executionListener>": "an expression or script at start, end or take",
    }),
    *_rows("FAC", "@node", "supported", {
        "async": "the work begins in a job of its own",
        "<failedJobRetryTimeCycle>": "how often and how far apart failed jobs are tried again",
    }),
    *_rows("C", "@node", "supported", {
        "asyncBefore": "the work begins in a job of its own",
        "asyncAfter": "leaving is a job of its own",
    }),
    *_rows("CW", "@node", "supported", {"<inputOutput>": "local values before and after it"}),
    *_rows("F", "@node", "supported", {"asyncLeave": "leaving is a job of its own"}),
    *_rows("FAC", "@node", "ignored", {"exclusive=true": _ONE_BY_ONE}),
    *_rows("F", "@node", "ignored", {
        "asyncLeaveExclusive=true": _ONE_BY_ONE, "exclusiveLeave=true": _ONE_BY_ONE,
        "jobCategory": "every job is run by the same appliance",
        "<jobCategory>": "every job is run by the same appliance",
    }),
    *_rows("C", "process @node", "ignored", {
        "jobPriority": "jobs run in the order in which they are due",
    }),
    *_rows("FA", "sequenceFlow userTask scriptTask @service", "supported", {
        "skipExpression": "passed when true, where skipping is switched on by a variable",
    }),
    *_rows("C", "@formal", "refused", {"resource": _FILE}),
    # Forms.
    *_rows("FAC", "startEvent", "supported", {
        "initiator": "the variable that gets the name of who started it",
    }),
    *_rows("FAC", "@form", "supported", {
        "formKey": "the form, by its key",
        "<formProperty>": "a field of a form that stands in the model",
    }),
    *_rows("C", "@form", "supported", {
        "formRef": "the form, by its id",
        "<formData>": "fields of a form that stand in the model",
    }),
    *_rows("C", "@form", "ignored", {
        "formRefBinding=deployment": "a form of the same deployment comes first, then the latest",
        "formRefVersion": "a form of the same deployment comes first, then the latest",
    }),
    *_rows("F", "@form", "ignored", {
        "formFieldValidation=true": "forms are always checked",
        "sameDeployment=true": "a form of the same deployment comes first, then the latest",
    }),
    *_rows("FAC", "@form", "refused", {"formHandlerClass": _JAVA}),
    # User tasks.
    *_rows("FAC", "userTask", "supported", {
        "assignee": "who has the task",
        "candidateUsers": "who may take it",
        "candidateGroups": "whose members may take it",
        "dueDate": "when it is due: a date or a duration from now",
        "priority": "a number, 50 if nothing is said",
        "<taskListener>": "an expression or script at create, assignment, complete or delete",
    }),
    *_rows("FA", "userTask", "supported", {
        "owner": "who is responsible for it",
        "category": "a word to sort tasks by",
        "businessCalendarName": "how dueDate is read: dueDate, duration or cycle",
    }),
    *_rows("F", "userTask", "supported", {
        "taskIdVariableName": "the variable that gets the task's id",
        "activeTaskIdVariableName": "the variable that gets the task's id",
        "taskCompleterVariableName": "the variable that gets the name of who completed it",
    }),
    *_rows("C", "userTask", "ignored", {"followUpDate": "a follow-up date has no effect"}),
    *_rows("FA", "userTask", "ignored", {
        "extensionId": _MODELER,
        "<customResource>": "people are linked to a task as assignee, owner or candidates only",
    }),
    # Service, send and business rule tasks.
    *_rows("FAC", "@service", "supported", {
        "expression": "what is evaluated",
        "type": "external or external-worker; every other type is refused",
        "resultVariable": "the variable that gets the result",
    }),
    *_rows("FA", "@service", "supported", {
        "resultVariableName": "the variable that gets the result",
    }),
    *_rows("FC", "@service", "supported", {"topic": "what external workers ask for"}),
    *_rows("F", "@service scriptTask", "supported", {
        "useLocalScopeForResultVariable": "the result stays in the scope around the task",
        "storeResultVariableAsTransient": "the result is forgotten at the next wait",
    }),
    *_rows("F", "@service", "supported", {
        "triggerable": "after its expression the task waits to be triggered",
        "<externalWorkerInParameter>": "a value that the worker gets as a local variable",
        "<externalWorkerOutParameter>": "what becomes of the worker's answer",
    }),
    *_rows("FAC", "@service", "refused", {"class": _JAVA, "delegateExpression": _JAVA}),
    *_rows("FA", "@service", "refused", {"extensionId": _JAVA}),
    *_rows("C", "@service", "refused", {
        "<connector>": "connectors are not supported: use an external worker",
        "<errorEventDefinition>": "it is not supported: let the worker answer with the error",
    }),
    *_rows("F", "@service", "refused", {
        "caseDefinitionKey": _CMMN, "caseInstanceName": _CMMN, "idVariableName": _CMMN,
        "<eventType>": _REGISTRY, "<triggerEventType>": _REGISTRY, "<httpRequestHandler>": _JAVA,
        "<httpResponseHandler>": _JAVA,
    }),
    *_rows("FAC", "@service", "ignored", {
        "<field>": "fields belong to Java classes and built-in service types",
    }),
    *_rows("C", "@service", "ignored", {
        "taskPriority": "workers get jobs in the order in which they are due",
    }),
    *_rows("F", "@service scriptTask", "ignored", {
        "doNotIncludeVariables=false": "variables are always there",
    }),
    *_rows("F", "@service", "ignored", {
        "parallelInSameTransaction": "it belongs to HTTP tasks of Flowable",
        "sameDeployment=true": "it belongs to decision and case tasks",
        "fallbackToDefaultTenant=false": _TENANT,
        "<sendSynchronously>": "it belongs to the event registry",
        "<eventInParameter>": "it belongs to the event registry",
        "<eventOutParameter>": "it belongs to the event registry",
        "<triggerEventCorrelationParameter>": "it belongs to the event registry",
    }),
    *_rows("FA", "@service", "ignored", {"<mapException>": _NOT_HERE}),
    *_rows("C", "businessRuleTask", "refused", {
        "decisionRef": _DMN, "decisionRefBinding": _DMN, "decisionRefVersion": _DMN,
        "decisionRefTenantId": _DMN, "mapDecisionResult": _DMN,
    }),
    *_rows("FA", "businessRuleTask", "refused", {
        "ruleVariablesInput": _DMN, "rules": _DMN, "exclude": _DMN,
    }),
    # Script tasks.
    *_rows("FAC", "scriptTask", "supported", {
        "resultVariable": "the variable that gets the script's last value",
    }),
    *_rows("FA", "scriptTask", "supported", {
        "autoStoreVariables": "global variables of the script become variables of the instance",
    }),
    *_rows("F", "scriptTask", "supported", {
        "<in>": "a value that the script gets as a local variable",
    }),
    *_rows("F", "scriptTask", "ignored", {
        "resultVariableName": "a script task calls it resultVariable",
        "<mapException>": _NOT_HERE,
    }),
    *_rows("C", "scriptTask", "refused", {"resource": _FILE}),
    # Call activities.
    *_rows("FAC", "callActivity", "supported", {
        "<in>": "a value for the called process",
        "<out>": "a value that the called process gives back",
    }),
    *_rows("F", "callActivity", "supported", {
        "businessKey": "the business key of the called instance",
        "inheritBusinessKey": "the called instance has the caller's business key",
        "inheritVariables": "the called process gets all variables",
        "sameDeployment": "the process of the same deployment is called",
        "processInstanceName": "the name of the called instance",
        "idVariableName": "the variable that gets the id of the called instance",
        "processInstanceIdVariableName": "the variable that gets the id of the called instance",
        "useLocalScopeForOutParameters": "what it gives back stays in the scope around the call",
    }),
    *_rows("C", "callActivity", "supported", {
        "calledElementBinding": "latest, deployment or version",
        "calledElementVersion": "the version to call",
    }),
    *_rows("F", "callActivity", "ignored", {
        "fallbackToDefaultTenant=false": _TENANT,
        "completeAsync=false": "the caller goes on at once",
    }),
    *_rows("C", "callActivity", "ignored", {
        "calledElementTenantId": _TENANT, "caseTenantId": _TENANT,
    }),
    *_rows("F", "callActivity", "refused", {
        "calledElementType=key": "a process is called by its key, not by an id",
    }),
    *_rows("C", "callActivity", "refused", {
        "calledElementVersionTag": "there are no version tags: call the latest or a number",
        "caseRef": _CMMN, "caseBinding": _CMMN, "caseVersion": _CMMN, "variableMappingClass": _JAVA,
        "variableMappingDelegateExpression": _JAVA,
    }),
    *_rows("FAC", "<in> <out>", "supported", {
        "source": "the variable it comes from",
        "sourceExpression": "the expression it comes from",
        "target": "the variable it becomes",
    }),
    *_rows("FC", "<in> <out>", "supported", {"variables": "all: every variable"}),
    *_rows("C", "<in>", "supported", {"businessKey": "the business key of the called instance"}),
    *_rows("C", "<out>", "supported", {"local": "it stays in the scope around the call"}),
    *_rows("C", "<in>", "ignored", {"local=false": "variables are found from the call outwards"}),
    *_rows("F", "<in> <out>", "supported", {
        "targetExpression": "an expression that gives the name of the variable it becomes",
        "transient": "with true it is forgotten at the next wait",
    }),
    *_rows("F", "<in>", "supported", {"targetType": _KIND}),
    *_rows("F", "<out>", "supported", {"sourceType": _KIND}),
    *_rows("F", "<externalWorkerInParameter> <externalWorkerOutParameter>", "ignored", {
        "transient=false": "what is copied is stored",
    }),
    *_rows("F", "<externalWorkerInParameter> <externalWorkerOutParameter>", "supported", {
        "source": "the variable it comes from",
        "sourceExpression": "the expression it comes from",
        "target": "the variable it becomes",
        "targetExpression": "an expression that gives the name of the variable it becomes",
    }),
    # Loops.
    *_rows("FAC", "@loop", "supported", {
        "collection": "a variable or expression with the list of items",
        "elementVariable": "the variable that gets the item",
    }),
    *_rows("FA", "@loop", "supported", {
        "elementIndexVariable": "the variable that gets the number of the iteration",
    }),
    *_rows("F", "@loop", "supported", {
        "<variableAggregation>": "a list of what the iterations give",
    }),
    *_rows("F", "@loop", "refused", {
        "<collection>": "it needs Java: make the list with an expression or a script before",
    }),
    *_rows("C", "@loop", "ignored", {
        "asyncBefore=false": "iterations begin at once: put it on the activity",
        "asyncAfter=false": "iterations end at once: put it on the activity",
        "exclusive=true": _ONE_BY_ONE,
        "async=false": "iterations begin at once: put it on the activity",
        "<failedJobRetryTimeCycle>": "put it on the activity",
    }),
    *_rows("F", "@loop", "ignored", {
        "noWaitStatesAsyncLeave=false": "it tunes a lock that is not here",
    }),
    *_rows("F", "<variableAggregation>", "supported", {
        "target": "the variable that gets the list",
        "<variable>": "what each iteration gives",
    }),
    *_rows("F", "<variableAggregation>", "supported", {
        "targetExpression": "an expression that gives the name of the variable",
        "storeAsTransientVariable": "with true the list is forgotten at the next wait",
        "createOverviewVariable": "with true the list has what each iteration has so far, at once",
    }),
    *_rows("F", "<variableAggregation>", "refused", {"class": _JAVA, "delegateExpression": _JAVA}),
    *_rows("F", "<variable>", "supported", {
        "source": "the variable it comes from",
        "sourceExpression": "the expression it comes from",
        "target": "its name in the list",
        "targetExpression": "an expression that gives its name in the list",
    }),
    # Events and what they refer to.
    *_rows("FA", "messageEventDefinition", "supported", {"messageExpression": "a computed name"}),
    *_rows("FA", "signalEventDefinition", "supported", {"signalExpression": "a computed name"}),
    *_rows("FA", "signal", "supported", {"scope": "processInstance: nobody else hears it"}),
    *_rows("C", "signalEventDefinition", "supported", {"<in>": "a value that the signal carries"}),
    *_rows("FAC", "signalEventDefinition", "supported", {"async": "it is thrown asynchronously"}),
    *_rows("F", "startEvent intermediateCatchEvent boundaryEvent", "supported", {
        "<in>": "a value taken from what was sent or thrown; with one, all others are not",
    }),
    *_rows("F", "intermediateThrowEvent endEvent", "supported", {"<out>": "a value it sends"}),
    *_rows("C", "messageEventDefinition", "refused", {
        "class": _JAVA, "delegateExpression": _JAVA,
        "expression": "put a service task with this expression before the event",
        "type": "put an external worker task before the event",
        "topic": "put an external worker task before the event",
        "<connector>": "connectors are not supported: use an external worker",
    }),
    *_rows("C", "messageEventDefinition", "ignored", {
        "resultVariable": "sending a message has no result",
        "taskPriority": "workers get jobs in the order in which they are due",
        "<field>": "fields belong to Java classes",
    }),
    *_rows("FA", "timerEventDefinition", "supported", {
        "businessCalendarName": "how the time is read: dueDate, duration or cycle",
    }),
    *_rows("FA", "timeCycle", "supported", {"endDate": "when the cycle ends"}),
    *_rows("C", "errorEventDefinition", "supported", {
        "errorCodeVariable": "the variable that gets the code",
        "errorMessageVariable": "the variable that gets the message",
    }),
    *_rows("F", "errorEventDefinition", "supported", {
        "errorVariableName": "the variable that gets the code",
    }),
    *_rows("F", "errorEventDefinition", "ignored", {
        "errorVariableTransient=false": "the variable is stored",
        "errorVariableLocalScope=false": "the variable is set where the error was caught",
    }),
    *_rows("C", "error", "supported", {"errorMessage": "the message of the error"}),
    *_rows("C", "escalationEventDefinition", "supported", {
        "escalationCodeVariable": "the variable that gets the code",
    }),
    *_rows("F", "terminateEventDefinition", "supported", {
        "terminateAll": "the whole instance ends, callers included",
        "terminateMultiInstance": "all iterations around it end",
    }),
    *_rows("C", "conditionalEventDefinition", "ignored", {
        "variableName": "the condition is looked at whenever a variable changes",
        "variableEvents": "the condition is looked at whenever a variable changes",
    }),
    *_rows("F", "@event receiveTask process", "refused", {
        "<eventType>": _REGISTRY, "<eventCorrelationParameter>": _REGISTRY,
        "<startEventCorrelationConfiguration>": _REGISTRY, "<channelKey>": _REGISTRY,
        "<variableListenerEventDefinition>": "use a conditional event",
    }),
    *_rows("F", "@event receiveTask process", "ignored", {
        "<eventInParameter>": "it belongs to the event registry",
        "<eventOutParameter>": "it belongs to the event registry",
    }),
    # Data.
    *_rows("FA", "dataObject property", "supported", {"<value>": "what it is in the beginning"}),
    # Inside listeners.
    *_rows("FAC", "@listener", "supported", {
        "event": "what it listens to",
        "expression": "what is evaluated",
    }),
    *_rows("FC", "@listener", "supported", {"<script>": "a script to run"}),
    *_rows("F", "@listener", "ignored", {"type=script": "what is in it says what it does"}),
    *_rows("C", "<taskListener>", "ignored", {"id": _MODELER}),
    *_rows("FAC", "@listener", "refused", {"class": _JAVA, "delegateExpression": _JAVA}),
    *_rows("FAC", "@listener", "ignored", {"<field>": "fields belong to Java classes"}),
    *_rows("FA", "@listener", "refused", {
        "onTransaction=before-commit": "a listener is part of the change that it listens to",
    }),
    *_rows("FA", "@listener", "ignored", {
        "customPropertiesResolverClass": _JAVA,
        "customPropertiesResolverExpression": "it belongs to onTransaction",
        "customPropertiesResolverDelegateExpression": _JAVA,
    }),
    *_rows("FC", "<script>", "supported", {"scriptFormat": "the language"}),
    *_rows("F", "<script>", "supported", {
        "language": "the language",
        "resultVariable": "the variable that gets the script's last value",
    }),
    *_rows("C", "<script>", "refused", {"resource": _FILE}),
    # Inputs and outputs.
    *_rows("CW", "<inputOutput>", "supported", {
        "<inputParameter>": "a local variable made before the work",
        "<outputParameter>": "a variable set after the work",
    }),
    *_rows("CW", "@parameter", "supported", {"name": "the variable it becomes"}),
    *_rows("CW", "@parameter <list> <entry>", "supported", {
        "<script>": "the value, by a script",
        "<list>": "a list of values",
        "<map>": "values by name",
    }),
    *_rows("CW", "<list>", "supported", {"<value>": "one value of a list"}),
    *_rows("C", "<list>/<value>", "ignored", {"id": _MODELER, "name": _MODELER}),
    *_rows("CW", "<map>", "supported", {"<entry>": "one value with its name"}),
    *_rows("CW", "<entry>", "supported", {"key": "the name of the value"}),
    # Fields of forms.
    *_rows("FAC", "<formProperty>", "supported", {
        "id": "the name of the field",
        "name": "its label",
        "type": "string, long, double, boolean, date or enum",
        "required": "whether it must be filled in",
        "readable": "whether it is shown",
        "writable": "whether it may be changed",
        "variable": "the variable it belongs to",
        "expression": "the expression it is read from and written to",
        "default": "its first value",
        "datePattern": "how a date is written",
        "<value>": "a choice of an enum",
    }),
    *_rows("F", "<formProperty>", "supported", {"writeable": "the same as writable"}),
    *_rows("FA", "<formProperty>", "ignored", {"value": "the first value is called default"}),
    *_rows("FAC", "<formProperty>/<value> <formField>/<value>", "supported", {
        "id": "the value",
        "name": "its label",
    }),
    *_rows("C", "<formData>", "supported", {"<formField>": "a field"}),
    *_rows("C", "<formData>", "ignored", {
        "businessKey": "the business key is given when an instance is started",
    }),
    *_rows("C", "<formField>", "supported", {
        "id": "the name of the field",
        "label": "its label",
        "type": "string, long, boolean, date or enum",
        "defaultValue": "its first value",
        "datePattern": "how a date is written",
        "<value>": "a choice of an enum",
        "<validation>": "what is checked",
    }),
    *_rows("C", "<formField>", "ignored", {"<properties>": _NOTES}),
    *_rows("C", "<validation>", "supported", {"<constraint>": "one check"}),
    *_rows("C", "<constraint>", "supported", {
        "name": "required, readonly, min, max, minlength or maxlength",
        "config": "its limit",
    }),
)  # fmt: skip
"""Every word of the three dialects."""
