"""Every rule that a check of models and forms knows: what it means and what to do about it.

A table of facts for people: the help and ``workingflow lint --rules`` are made from it. What is
found, and where, is told by whoever reads: ``engine/xml.py``, the elements, ``engine/lint``,
``engine/forms`` and ``appliance/deployment.py``. A test holds the table against all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id; ``severity`` is error, warning or hint, or two of them, the worse first."""

    id: str
    severity: str
    meaning: str
    remedy: str


def _rules(*rows: tuple[str, str, str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(*row) for row in rows)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "What may get stuck": _rules(
        ("unreachable", "warning", "No way leads to the element: it never runs.",
         "Draw a flow to it, or delete it."),
        ("no-way-on", "warning",
         "A gateway has no outgoing flow: whatever comes to it ends there.",
         "Draw a flow to what follows; if nothing does, to an end event."),
        ("missing-default", "warning",
         ("An exclusive or inclusive gateway has conditions on all its flows, and all may be "
         "false: then the instance cannot go on."),
         "Make one of the flows the default flow."),
        ("always-taken", "warning",
         ("A flow without a condition leaves an exclusive gateway before others, which are "
         "therefore never taken."),
         "Give it a condition, or make it the default flow."),
        ("stranded-join", "warning",
         ("A parallel gateway waits for several ways, but some of them may be left while others "
         "are taken: it may wait for ever."),
         ("Join with an exclusive or inclusive gateway, split with a parallel one, or lead every "
         "way to the join.")),
        ("loop-without-wait", "warning",
         ("A loop has no user task, event or other element that waits: it may spin until the step "
         "limit makes it an incident."),
         "Put something into it that waits, or see to it that its condition ends it."),
        ("dead-flow", "warning",
         "A flow leaves where no token goes on: behind a compensation, or a link that throws.",
         "Delete the flow."),
        ("ignored-condition", "warning",
         ("A condition is never looked at: it is on a default flow, or behind a parallel or "
         "event-based gateway."),
         "Delete the condition, or use an exclusive or inclusive gateway."),
        ("waits-for-nothing", "warning",
         "A catch event has no event definition, so it is passed at once.",
         "Give it a message, a timer or another trigger."),
        ("never-caught", "warning",
         ("A boundary event or event subprocess waits for an error, escalation or cancellation "
         "that never comes to it: nothing inside throws it, or another event catches it first."),
         "Compare the codes, throw it inside, or delete the event."),
        ("never-waits", "warning",
         ("A boundary event waits for a time, message or signal at an activity that is done at "
         "once, like a manual task."),
         "Put it at an activity that waits, or delete it."),
        ("never-compensated", "hint",
         "An activity has a compensation handler that nothing calls.",
         "Throw a compensation event somewhere, or delete the handler."),
        ("nobodys-task", "hint",
         "A user task has no assignee and no candidates: only administrators see it.",
         "Give it an assignee, candidate users or candidate groups."),
        ("unset-variable", "hint",
         ("An expression reads a variable that nothing in the model sets. Where forms, messages, "
         "workers or calls may bring variables, nothing is said."),
         "Give the variable when an instance starts, or correct its name."),
        ("ad-hoc-start", "warning",
         "An ad-hoc subprocess has a start event, which gives its activities an order again.",
         "Delete the start event."),
        ("flow-into-link", "warning",
         "A flow leads into a link event that catches, which is reached by its link.",
         "Delete the flow, or lead it to what follows the event."),
    ),
    "How elements belong together": _rules(
        ("no-id", "error", "A process has no id, by which it would be started.", "Give it an id."),
        ("duplicate-id", "error", "Two elements have the same id.", "Give one of them another id."),
        ("dangling-reference", "error",
         "An attribute names an element, message, signal or event definition that is not there.",
         "Correct the name, or add what it names."),
        ("flow-crosses-scope", "error",
         "A sequence flow crosses the border of a subprocess.",
         "Lead it to the subprocess itself, or leave it by an end or boundary event."),
        ("flow-into-start", "error", "A flow leads into a start event.",
         "Lead it to what follows the start event."),
        ("flow-from-end", "error", "A flow leaves an end event.",
         "Make it an intermediate event, or delete the flow."),
        ("flow-into-boundary", "error", "A flow leads into a boundary event.",
         "Lead it to the activity."),
        ("several-starts", "error", "There is more than one start event without a trigger.",
         "Keep one of them."),
        ("start-trigger", "error", "The start event of an embedded subprocess has a trigger.",
         "Make it an event subprocess, or take the trigger away."),
        ("event-subprocess-start", "error warning",
         ("An event subprocess needs exactly one start event, with a trigger; one that an error "
         "starts always interrupts."),
         "Keep one start event and give it a trigger; let the one of an error interrupt."),
        ("event-subprocess-flow", "error",
         "A flow leads to an event subprocess or leaves it, but it begins by its event.",
         "Delete the flow."),
        ("event-gateway", "error",
         ("An event-based gateway needs catch events or receive tasks behind it. One that begins "
         "an instance has no incoming flow, and only such a one can be parallel."),
         "Put events behind it; check instantiate and its type."),
        ("boundary", "error warning",
         ("A boundary event needs an event definition; one of an error or cancel event always "
         "interrupts."),
         "Give it a trigger; let it interrupt."),
        ("contested-message", "error",
         ("Two events that wait side by side, or two processes that start, wait for the same "
         "message, which has only one receiver."),
         "Give the messages different names, or suspend the other process."),
        ("link", "error", "A link event has no name, or not exactly one event catches its link.",
         "Give both ends the same name, which no other pair has."),
        ("cancel", "error",
         "A cancel event stands outside of a transaction, or is there twice.",
         "Put it at a transaction, or into one."),
        ("compensation", "error warning",
         "A compensation boundary event has no association to a handler, or is there twice.",
         "Draw an association to an activity that is for compensation."),
        ("empty", "error", "A process or subprocess holds nothing.",
         "Draw what is to happen in it, or delete it."),
    ),
    "What an element needs": _rules(
        ("expression", "error",
         "An expression cannot be read; the message names the place in it.",
         "Correct the expression."),
        ("script", "error warning",
         ("A script cannot be read, is in a language that does not run here, or uses classes of "
         "Java; without a script, the task does nothing."),
         "Write it in JavaScript."),
        ("timer", "error",
         "A timer has no time or more than one, or its date, duration or cycle cannot be read.",
         "Write one of them as ISO 8601 (PT15M, 2026-05-01T09:00:00, R3/PT1H) or as cron."),
        ("calendar", "error", "The business calendar of a timer or due date is not known.",
         "Use dueDate, duration or cycle."),
        ("message", "error", "A message event or receive task names no message.",
         "Give it a messageRef."),
        ("signal", "error",
         ("A signal event names no signal, a signal lacks an id or a name, or two have the same "
         "name."),
         "Give it a signalRef; name each signal once."),
        ("error", "error warning", "An error end event names no error with a code.",
         "Give it an errorRef, to an error with an errorCode."),
        ("escalation", "error", "An escalation that is thrown names none.",
         "Give it an escalationRef."),
        ("conditional", "error", "A conditional event has no condition, or more than one.",
         "Give it one condition; && and || join several."),
        ("call", "error", "A call activity does not say which process it calls.",
         "Give it a calledElement."),
        ("topic", "error", "A task for external workers has no topic.", "Give it a topic."),
        ("listener", "error", "A listener listens to an event that its element does not have.",
         "Use one of the events in the message."),
        ("mapping", "error", "An in or out mapping lacks its source or its target.",
         "Give it both."),
        ("multi-instance", "error warning",
         ("A multi-instance activity does not say how often, or its aggregations or events "
         "cannot be read."),
         "Give it a loopCardinality or a collection; the message names what else is wrong."),
        ("loop", "error", "A standard loop has no condition and no maximum, or is two loops.",
         "Give it a loopCondition or a loopMaximum, a whole number."),
        ("quantity", "error", "A start or completion quantity is no number from 1 to 1,000.",
         "Write a whole number, or leave it out."),
        ("data-object", "error", "The value of a data object does not fit its type.",
         "Correct the value, or the itemSubjectRef."),
        ("form-property", "error", "A form property in the model has an unknown type.",
         "Use string, long, double, boolean, date or enum."),
        ("suspension", "error", "wf:onSuspend has an unknown value.",
         "Use stop-timers or keep-running."),
        ("cancelling", "error", "wf:starterMayCancel has an unknown value.",
         "Use true or false."),
    ),
    "What is not there or not supported": _rules(
        ("unsupported", "error",
         "An element, attribute or value cannot run here; the message says why.",
         "Do what the message proposes; the pages about conformance and dialects tell all."),
        ("ignored", "warning", "A word of a dialect has no effect here; the message says why.",
         "Nothing, unless you count on it."),
        ("unknown-attribute", "warning",
         "An attribute of a dialect is not known, or not on this element.",
         "Correct its name, or delete it."),
        ("unknown-extension", "warning",
         "An extension element of a dialect is not known, or not in this place.",
         "Correct its name, or put it into extensionElements of the right element."),
        ("unknown-form", "warning",
         "A form key names a form that is neither deployed nor in the same deployment.",
         "Deploy the form beside the model."),
        ("unknown-group", "warning",
         "A candidate group does not exist: nobody is in it.",
         "Make the group, or correct its name."),
        ("translated", "hint",
         "The modeler wrote a word of another dialect in that of Flowable; it means the same.",
         "Nothing."),
    ),
    "Files and deployments": _rules(
        ("not-xml", "error", "The file is no XML.", "Export it from the modeler again."),
        ("not-bpmn", "error", "The file is XML, but no BPMN 2.0.",
         "Export it as BPMN 2.0 XML."),
        ("doctype", "error", "The file has a document type or declares entities.",
         "Delete the declaration."),
        ("too-large", "error", "The file is larger than what is read.",
         "Divide the model, or raise the setting model_limit."),
        ("too-deep", "error", "Elements are nested too deeply.",
         "Divide the model with call activities."),
        ("no-process", "error", "The file holds no process.",
         "Export a process, not only a collaboration or choreography."),
        ("not-executable", "error warning",
         "No process in the file is executable: it is kept for viewing only.",
         'Set isExecutable="true" to let it run.'),
        ("process-key", "error",
         ("The id of the process cannot be a key: it has other characters, is a number, or a word "
         "of the API's addresses."),
         "Give the process another id."),
        ("duplicate-process", "error", "Two processes of a deployment have the same key.",
         "Give one of them another id."),
        ("duplicate-form", "error", "Two forms of a deployment have the same key.",
         "Give one of them another id."),
        ("file-kind", "error", "The name of the file says that it is neither a model nor a form.",
         "Name it .bpmn, .bpmn20.xml or .form."),
        ("no-file", "error", "No file was chosen.", "Choose at least one."),
        ("files", "error", "Two files of a deployment have the same name.",
         "Rename one of them, or deploy them one after the other."),
    ),
    "Forms": _rules(
        ("form-json", "error", "The form is no JSON, or a part of it is of the wrong kind.",
         "Export it from the form editor again."),
        ("form-id", "error", "A form or component has no id, or one that is used twice.",
         "Give it an id of its own."),
        ("form-key", "error",
         "A field has no key, one that cannot be a variable's name, or one that is used twice.",
         "Give it a key of its own, of letters, digits and underscores."),
        ("form-type", "error", "A component of this type is not supported.",
         "Use one of those in the form editor."),
        ("form-size", "error", "The form has too many components, or is nested too deeply.",
         "Divide it among several tasks."),
        ("form-options", "error", "The choices of a field are missing or not told apart.",
         "Give each choice a value of its own, or use wf:choices."),
        ("form-outcomes", "error", "The outcomes of a form cannot be read.",
         "Write a list of texts, or of objects with a value, a label and a known style."),
        ("form-feel", "error", "A FEEL expression cannot be read.", "Correct the expression."),
        ("form-expression", "error", "The expression of a form property cannot be read.",
         "Correct the expression."),
        ("form-template", "error", "A text has a template that is more than expressions.",
         "Use only expressions in double braces."),
        ("form-pattern", "error", "The pattern of a field is no regular expression.",
         "Correct the pattern."),
        ("form-date", "error", "The kind of a date field, or how it is written, is not known.",
         "Use date, time or datetime, and a pattern of year, month and day."),
        ("form-list", "error", "A dynamic list does not repeat, or is read-only only sometimes.",
         "Make it a group, or always or never read-only."),
        ("form-table", "error", "A column of a table has no key.", "Give it a key."),
        ("form-image", "warning", "An image comes from another site, which pages never load.",
         "Use an image of this server."),
        ("form-convert", "error", "A form of Flowable cannot be made one of ours.",
         "Draw it again in the form editor; the message names the field."),
    ),
}  # fmt: skip
"""All rules, by what they are about."""

BY_ID: Mapping[str, Rule] = {rule.id: rule for rules in RULES.values() for rule in rules}
"""All rules by their ids."""
