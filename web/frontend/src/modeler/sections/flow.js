// Which way is taken: conditions of flows, defaults of gateways.
import { h } from "../dom.js";
import { Edits } from "../edits.js";
import { choice, note } from "../fields.js";
import { kindOf } from "../kinds.js";
import { _ } from "../../js/texts.js";
import { formal } from "./activity.js";

const CHOOSING = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway", "bpmn:ComplexGateway", "bpmn:Activity"];

const chooses = (bo) => CHOOSING.some((type) => bo?.$instanceOf(type));

// As drawn: a file need not say of a node where its flows lead.
const outgoing = ({ element }) => (element.outgoing ?? []).filter(({ businessObject }) => businessObject.$instanceOf("bpmn:SequenceFlow"));

export const conditions = {
  title: () => _("Condition"),
  fits: (edits) => edits.is("bpmn:SequenceFlow") && chooses(edits.bo.sourceRef),
  fields: (edits, desk) =>
    edits.bo.sourceRef.default === edits.bo
      ? [note(_("This is the default flow: it is taken when no other condition holds."))]
      : [formal(edits, desk, "conditionExpression", _("Taken when"), { hint: "${amount > 500}" })],
};

export const defaults = {
  title: () => _("Ways out"),
  fits: (edits) => chooses(edits.bo) && outgoing(edits).length > 1,
  fields(edits, desk) {
    const connections = outgoing(edits);
    const flows = connections.map(({ businessObject }) => businessObject);
    const label = (flow) => flow.name || _("to %(name)s", { name: flow.targetRef?.name || kindOf(flow.targetRef) });
    const chosen = edits.get("default");
    return [
      choice(
        _("Default flow"),
        chosen?.id,
        [["", _("none")], ...flows.map((flow) => [flow.id, label(flow)])],
        (id) => edits.set({ default: flows.find((flow) => flow.id === id) }),
      ),
      ...connections.filter(({ businessObject }) => businessObject !== chosen).map((connection) => {
        const flow = connection.businessObject;
        const condition = formal(new Edits(edits.modeler, connection), desk, "conditionExpression", _("Taken when"), { hint: "${amount > 500}", key: `${flow.id} condition` });
        return h("div", { className: "panel-list", role: "group", aria: { label: label(flow) } }, h("h3", {}, label(flow)), condition);
      }),
      edits.is("bpmn:ComplexGateway") && formal(edits, desk, "activationCondition", _("Goes on when"), { hint: "${activationCount >= 2}" }),
    ];
  },
};
