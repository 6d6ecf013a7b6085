// Call activities, and values that go in and out.
import { variables, whole } from "../completion.js";
import { line, list, tick } from "../fields.js";
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
    truth(edits, "inheritBusinessKey", _("It has the caller's business key")),
    truth(edits, "inheritVariables", _("It gets all variables")),
    truth(edits, "sameDeployment", _("The version that was deployed together with this process")),
  ],
};

const truth = (edits, word, label) =>
  tick(label, edits.get(`flowable:${word}`) === "true", (on) => edits.set({ [`flowable:${word}`]: on ? "true" : "" }));

export const carried = {
  title: () => _("Values in and out"),
  fits: (edits) => edits.is("bpmn:CallActivity"),
  fields: (edits, desk) => [mappings(edits, desk, "in", _("In")), mappings(edits, desk, "out", _("Out"))],
};

/** A list of values that are carried from one place to another. */
export function mappings(edits, desk, word, label) {
  return list(
    label,
    edits.extensions(word),
    (item, change, key) => {
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
    (items) => edits.setExtensions(word, items),
    () => ({ attrs: { source: "value", target: "value" } }),
  );
}
