// Drawing without a mouse: what comes after an element, what leads where, what goes.
import { h } from "./dom.js";
import { _ } from "../js/texts.js";

const KINDS = [
  ["bpmn:UserTask", () => _("User task")],
  ["bpmn:ServiceTask", () => _("Service task")],
  ["bpmn:ScriptTask", () => _("Script task")],
  ["bpmn:CallActivity", () => _("Call activity")],
  ["bpmn:ExclusiveGateway", () => _("Exclusive gateway")],
  ["bpmn:ParallelGateway", () => _("Parallel gateway")],
  ["bpmn:IntermediateCatchEvent", () => _("Timer"), "bpmn:TimerEventDefinition"],
  ["bpmn:EndEvent", () => _("End event")],
];

// What is drawn less often: after an element, and on the edge of an activity.
const MORE = [
  ["bpmn:InclusiveGateway", () => _("Inclusive gateway")],
  ["bpmn:EventBasedGateway", () => _("Event based gateway")],
  ["bpmn:SendTask", () => _("Send task")],
  ["bpmn:ReceiveTask", () => _("Receive task")],
  ["bpmn:IntermediateCatchEvent", () => _("Wait for a message"), "bpmn:MessageEventDefinition"],
  ["bpmn:IntermediateCatchEvent", () => _("Wait for a signal"), "bpmn:SignalEventDefinition"],
  ["bpmn:IntermediateCatchEvent", () => _("Wait for a condition"), "bpmn:ConditionalEventDefinition"],
  ["bpmn:IntermediateThrowEvent", () => _("Send a message"), "bpmn:MessageEventDefinition"],
  ["bpmn:IntermediateThrowEvent", () => _("Send a signal"), "bpmn:SignalEventDefinition"],
  ["bpmn:EndEvent", () => _("End with an error"), "bpmn:ErrorEventDefinition"],
  ["bpmn:EndEvent", () => _("End everything"), "bpmn:TerminateEventDefinition"],
];
const EDGE = [
  ["bpmn:BoundaryEvent", () => _("Error"), "bpmn:ErrorEventDefinition"],
  ["bpmn:BoundaryEvent", () => _("Message"), "bpmn:MessageEventDefinition"],
  ["bpmn:BoundaryEvent", () => _("Signal"), "bpmn:SignalEventDefinition"],
  ["bpmn:BoundaryEvent", () => _("Condition"), "bpmn:ConditionalEventDefinition"],
  ["bpmn:BoundaryEvent", () => _("Escalation"), "bpmn:EscalationEventDefinition"],
];
const TIMER = ["bpmn:BoundaryEvent", () => _("Timer on its edge"), "bpmn:TimerEventDefinition"];

// After an event based gateway comes only what is waited for.
const follows = (bo) => ([type]) => !bo.$instanceOf("bpmn:EventBasedGateway") || ["bpmn:IntermediateCatchEvent", "bpmn:ReceiveTask"].includes(type);

/** The section with buttons that add (and then tell `drawn`), connect and remove; nothing where that
 * makes no sense. */
export function appending(modeler, element, drawn) {
  const bo = element.businessObject;
  const isNode = bo.$instanceOf("bpmn:FlowNode");
  if (!isNode && !element.waypoints && element.type !== "label") return null;
  const goesOn = isNode && !bo.$instanceOf("bpmn:EndEvent");
  const hosts = bo.$instanceOf("bpmn:Activity");
  const add = (kind) => (kind[0] === "bpmn:BoundaryEvent" ? attach : append)(modeler, element, kind, drawn);
  const buttons = [...(goesOn ? KINDS.filter(follows(bo)) : []), ...(hosts ? [TIMER] : [])].map((kind) => button(kind[1](), () => add(kind)));
  const more = [
    goesOn && others([[_("Afterwards"), MORE.filter(follows(bo))], [_("On its edge"), hosts ? EDGE : []]], add),
    isNode && connector(modeler, element),
    h("div", { className: "actions" }, button(_("Remove from the diagram"), () => modeler.get("modeling").removeElements([element]), "danger")),
  ];
  return h(
    "details",
    { className: "panel-section", open: true },
    h("summary", {}, h("h2", {}, _("Draw on"))),
    h("div", { className: "stack" }, buttons.length ? h("div", { className: "actions" }, buttons) : null, more.filter(Boolean)),
  );
}

const button = (text, onclick, kind = "") => h("button", { type: "button", className: `button small ${kind}`, onclick, data: { key: text } }, text);

// A choice of what has no button.
function others(groups, add) {
  const kinds = groups.flatMap(([, some]) => some);
  const input = h(
    "select",
    { aria: { label: _("More to draw") }, data: { key: "more" }, onchange: () => input.value && add(kinds[Number(input.value)]) },
    h("option", { value: "" }, _("More to draw…")),
    groups.filter(([, some]) => some.length).map(([label, some]) => h("optgroup", { label }, some.map((kind) => h("option", { value: String(kinds.indexOf(kind)) }, kind[1]())))),
  );
  return h("div", { className: "field" }, input);
}

function append(modeler, element, [type, , eventDefinitionType], drawn) {
  const shape = modeler.get("elementFactory").createShape({ type, eventDefinitionType });
  modeler.get("selection").select(modeler.get("autoPlace").append(element, shape));
  drawn();
}

// The first stands at the right of the lower edge, others to its left.
function attach(modeler, host, [type, , eventDefinitionType], drawn) {
  const shape = modeler.get("elementFactory").createShape({ type, eventDefinitionType });
  const there = host.attachers?.length ?? 0;
  const at = { x: host.x + host.width * Math.max(0.75 - there * 0.5, 0.25), y: host.y + host.height };
  modeler.get("selection").select(modeler.get("modeling").createShape(shape, at, host, { attach: true }));
  drawn();
}

function connector(modeler, element) {
  const modeling = modeler.get("modeling");
  const rules = modeler.get("bpmnRules");
  const targets = modeler.get("elementRegistry").filter((other) =>
    other !== element && other.parent && !other.labelTarget && !other.waypoints && rules.canConnect(element, other)?.type === "bpmn:SequenceFlow");
  if (!targets.length) return null;
  const name = (other) => other.businessObject.name || other.id;
  const input = h(
    "select",
    {
      aria: { label: _("Connect to") },
      data: { key: "connect" },
      onchange: () => input.value && modeling.connect(element, modeler.get("elementRegistry").get(input.value)),
    },
    h("option", { value: "" }, _("Connect to…")),
    targets.map((other) => h("option", { value: other.id }, name(other))),
  );
  return h("div", { className: "field" }, input);
}
