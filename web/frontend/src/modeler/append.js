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

/** The section with buttons that add (and then tell `drawn`), connect and remove; nothing where that
 * makes no sense. */
export function appending(modeler, element, drawn) {
  const bo = element.businessObject;
  const isNode = bo.$instanceOf("bpmn:FlowNode");
  if (!isNode && !element.waypoints && element.type !== "label") return null;
  const buttons = [
    ...(isNode && !bo.$instanceOf("bpmn:EndEvent") ? KINDS.map((kind) => adder(modeler, element, kind, drawn)) : []),
    bo.$instanceOf("bpmn:Activity") && button(_("Timer on its edge"), () => attach(modeler, element, drawn)),
  ].filter(Boolean);
  const more = [
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

function adder(modeler, element, [type, name, eventDefinitionType], drawn) {
  return button(name(), () => {
    const shape = modeler.get("elementFactory").createShape({ type, eventDefinitionType });
    modeler.get("selection").select(modeler.get("autoPlace").append(element, shape));
    drawn();
  });
}

function attach(modeler, host, drawn) {
  const shape = modeler.get("elementFactory").createShape({ type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:TimerEventDefinition" });
  const at = { x: host.x + host.width * 0.75, y: host.y + host.height };
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
