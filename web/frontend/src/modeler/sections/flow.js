// Which way is taken: conditions of flows, defaults of gateways.
import { choice, note } from "../fields.js";
import { _ } from "../../js/texts.js";
import { formal } from "./activity.js";

const CHOOSING = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway", "bpmn:ComplexGateway", "bpmn:Activity"];

const chooses = (bo) => CHOOSING.some((type) => bo?.$instanceOf(type));

// As drawn: a file need not say of a node where its flows lead.
const outgoing = ({ element }) => (element.outgoing ?? []).map(({ businessObject }) => businessObject).filter((bo) => bo.$instanceOf("bpmn:SequenceFlow"));

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
    const flows = outgoing(edits);
    const label = (flow) => flow.name || _("to %(name)s", { name: flow.targetRef?.name || flow.targetRef?.id });
    return [
      choice(
        _("Default flow"),
        edits.get("default")?.id,
        [["", _("none")], ...flows.map((flow) => [flow.id, label(flow)])],
        (id) => edits.set({ default: flows.find((flow) => flow.id === id) }),
      ),
      edits.is("bpmn:ComplexGateway") && formal(edits, desk, "activationCondition", _("Goes on when"), { hint: "${activationCount >= 2}" }),
    ];
  },
};
