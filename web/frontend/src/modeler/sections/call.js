// Call activities, and values that go in and out.
import { variables, whole } from "../completion.js";
import { line, list, note, tick } from "../fields.js";
import { _ } from "../../js/texts.js";

export const call = {
  title: () => _("Called process"),
  fits: (edits) => edits.is("bpmn:CallActivity"),
  fields: (edits, desk) => [
    line(_("Process key"), edits.get("calledElement"), (key) => edits.set({ calledElement: key }), {
      mono: true,
      options: whole(() => desk.names.processes),
      check: desk.expression,
    }),
    line(_("Business key"), edits.get("flowable:businessKey"), (text) => edits.set({ "flowable:businessKey": text }), {
      options: variables(() => desk.variables),
      check: desk.expression,
    }),
    line(_("Name of the called instance"), edits.get("flowable:processInstanceName"), (text) => edits.set({ "flowable:processInstanceName": text }), {
      options: variables(() => desk.variables),
      check: desk.expression,
    }),
    line(_("Variable for its number"), edits.get("flowable:idVariableName") ?? edits.get("flowable:processInstanceIdVariableName"), (name) => {
      edits.set({ "flowable:idVariableName": name, "flowable:processInstanceIdVariableName": "" });
    }, { mono: true }),
    truth(edits, "inheritBusinessKey", _("It has the caller's business key")),
    truth(edits, "inheritVariables", _("It gets all variables")),
    truth(edits, "sameDeployment", _("The version that was deployed together with this process")),
  ],
};

/** A word of Flowable's that is true or not there. */
export const truth = (edits, word, label) =>
  tick(label, edits.get(`flowable:${word}`) === "true", (on) => edits.set({ [`flowable:${word}`]: on ? "true" : "" }));

export const carried = {
  title: () => _("Values in and out"),
  fits: (edits) => edits.is("bpmn:CallActivity", "bpmn:ScriptTask") || brings(edits) || edits.is("bpmn:ThrowEvent") && carries(edits),
  fields: (edits, desk) => [
    !edits.is("bpmn:ThrowEvent") && mappings(edits, desk, "in", _("In")),
    brings(edits) && note(_("From what was sent or thrown. Without entries all of it comes in.")),
    edits.is("bpmn:CallActivity", "bpmn:ThrowEvent") && mappings(edits, desk, "out", _("Out")),
    edits.is("bpmn:CallActivity") && truth(edits, "useLocalScopeForOutParameters", _("What comes out stays in the subprocess around it")),
  ],
};

const CARRIERS = ["Message", "Signal", "Error", "Escalation"].map((kind) => `bpmn:${kind}EventDefinition`);

const carries = ({ bo }) => CARRIERS.includes(bo.eventDefinitions?.[0]?.$type);

const brings = (edits) => edits.is("bpmn:CatchEvent") && carries(edits);

/** A list of values that are carried from one place to another. */
export function mappings(edits, desk, word, label) {
  return pairs(label, edits.extensions(word), desk, (items) => edits.setExtensions(word, items));
}

/** The same for elements in their plain form; `within` tells the lists of one panel apart. */
export function pairs(label, items, desk, set, { within = "", ...more } = {}) {
  return list(
    label,
    items,
    (item, change, own) => {
      const key = within + own;
      const source = item.attrs.sourceExpression ?? item.attrs.source ?? "";
      const attrs = ({ from = source, to = item.attrs.target ?? "" }) => {
        const computed = /[$#]{/.test(from);
        const given = { ...item.attrs, source: undefined, sourceExpression: undefined };
        change({ ...item, attrs: { ...given, [computed ? "sourceExpression" : "source"]: from, target: to } });
      };
      return [
        line(_("From"), source, (from) => attrs({ from }), {
          mono: true,
          key: `${key} from`,
          options: (before) => variables(() => desk.variables)(before) ?? whole(() => desk.variables.map((name) => [name, ""]))(before),
          check: desk.expression,
        }),
        line(_("To"), item.attrs.target, (to) => attrs({ to }), { mono: true, key: `${key} to` }),
      ];
    },
    set,
    () => ({ attrs: { source: "value", target: "value" }, ...more }),
  );
}
