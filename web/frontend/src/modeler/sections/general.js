// Name, id and description of everything; keys and starters of a process.
import { listed, variables } from "../completion.js";
import { area, choice, complain, line, tick } from "../fields.js";
import { _ } from "../../js/texts.js";

const ID = /^[A-Za-z_][\w.-]*$/;

export const general = {
  title: () => _("General"),
  fits: () => true,
  fields(edits, desk) {
    const process = edits.is("bpmn:Process");
    return [
      line(_("Name"), edits.get("name"), (name) => edits.set({ name }), { key: "name" }),
      line(process ? _("Key") : _("Id"), edits.get("id"), (id, input) => rename(edits, id, input), {
        key: "id",
        mono: true,
        hint: process ? _("Programs start the process by this key.") : null,
      }),
      area(_("Description"), documentation(edits), (text) => describe(edits, text), { key: "documentation" }),
      process && line(_("Name of each instance"), edits.get("wf:instanceName"), (text) => edits.set({ "wf:instanceName": text }), {
        options: variables(() => desk.variables),
        check: desk.expression,
        hint: _("An expression such as ${title}, by which people tell their tasks and requests apart."),
      }),
      process && tick(_("Can be run"), edits.get("isExecutable") === true, (isExecutable) => edits.set({ isExecutable })),
    ];
  },
};

const documentation = (edits) => edits.get("documentation")?.[0]?.text ?? "";

function describe(edits, text) {
  const rest = edits.get("documentation").slice(1);
  const first = text.trim() ? [edits.child("bpmn:Documentation", { text: text.trim() })] : [];
  edits.set({ documentation: [...first, ...rest] });
}

function rename(edits, id, input) {
  if (id === edits.get("id")) return complain(input, "");
  if (!ID.test(id)) return complain(input, _("It begins with a letter and has letters, digits, - _ and . only."));
  if (edits.moddle.ids.assigned(id)) return complain(input, _("Something else has this id."));
  if (edits.bo !== edits.element.businessObject) {
    edits.moddle.ids.unclaim(edits.bo.id);
    edits.moddle.ids.claim(id, edits.bo);
  }
  return edits.set({ id });
}

export const starters = {
  title: () => _("Who starts it"),
  fits: (edits) => edits.is("bpmn:Process"),
  fields: (edits, desk) => [
    line(_("People"), edits.get("flowable:candidateStarterUsers"), (text) => edits.set({ "flowable:candidateStarterUsers": text }), {
      options: listed(() => desk.names.users),
      hint: _("Names with commas between them. Without people and groups everybody may start it."),
    }),
    line(_("Groups"), edits.get("flowable:candidateStarterGroups"), (text) => edits.set({ "flowable:candidateStarterGroups": text }), {
      options: listed(() => desk.names.groups),
    }),
    choice(
      _("While an instance is suspended"),
      edits.get("wf:onSuspend"),
      [
        ["", _("timers stop, and go on with what was left")],
        ["keep-running", _("timers keep running")],
      ],
      (word) => edits.set({ "wf:onSuspend": word }),
    ),
    tick(_("Who started it may cancel it"), edits.get("wf:starterMayCancel") === "true", (on) => edits.set({ "wf:starterMayCancel": on ? "true" : "" })),
  ],
};
