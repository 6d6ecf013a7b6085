// Expressions and scripts that run when something begins, ends or changes.
import { variables } from "../completion.js";
import { area, choice, line, list } from "../fields.js";
import { _ } from "../../js/texts.js";

export const executionListeners = {
  title: () => _("Listeners"),
  rare: true,
  fits: (edits) => edits.is("bpmn:FlowNode", "bpmn:SequenceFlow", "bpmn:Process"),
  fields: (edits, desk) => {
    const flow = edits.is("bpmn:SequenceFlow");
    const events = flow ? [["take", _("when it is taken")]] : [["start", _("at the beginning")], ["end", _("at the end")]];
    return [listeners(edits, desk, "executionListener", _("Listener"), events)];
  },
};

export const taskListeners = {
  title: () => _("Task listeners"),
  rare: true,
  fits: (edits) => edits.is("bpmn:UserTask"),
  fields: (edits, desk) => [
    listeners(edits, desk, "taskListener", _("Task listener"), [
      ["create", _("when it is there")],
      ["assignment", _("when somebody gets it")],
      ["complete", _("when it is completed")],
      ["delete", _("when it is gone")],
    ]),
  ],
};

function listeners(edits, desk, word, label, events) {
  return list(
    label,
    edits.extensions(word),
    (item, change, key) => {
      const script = item.children.find(({ type }) => type.endsWith(":script"));
      const attr = (name, value) => change({ ...item, attrs: { ...item.attrs, [name]: value } });
      const known = events.some(([event]) => event === item.attrs.event);
      return [
        choice(_("When"), item.attrs.event, known || !item.attrs.event ? events : [[item.attrs.event, item.attrs.event], ...events], (event) => attr("event", event), { key: `${key} when` }),
        choice(_("What"), script ? "script" : "expression", [["expression", _("an expression")], ["script", _("a script")]], (kind) => change(kind === "script" ? scripted(edits, item, "") : expressed(item, "")), { key: `${key} what` }),
        script
          ? area(_("Script"), script.body, (text) => change(scripted(edits, item, text)), { mono: true, rows: 5, key: `${key} script` })
          : line(_("Expression"), item.attrs.expression, (text) => attr("expression", text), { mono: true, key: `${key} expression`, options: variables(() => desk.variables), check: desk.expression }),
      ];
    },
    (items) => edits.setExtensions(word, items),
    () => ({ attrs: { event: events[0][0], expression: "${execution.setVariable('name', 'value')}" } }),
  );
}

function scripted(edits, item, body) {
  const script = item.children.find(({ type }) => type.endsWith(":script"));
  const type = edits.named("flowable:script");
  const made = { attrs: { language: "javascript" }, ns: item.ns, ...script, type, body };
  const others = item.children.filter((child) => child !== script);
  return { ...item, attrs: { ...item.attrs, expression: undefined }, children: [...others, made] };
}

const expressed = (item, expression) => ({
  ...item,
  attrs: { ...item.attrs, expression },
  children: item.children.filter(({ type }) => !type.endsWith(":script")),
});
