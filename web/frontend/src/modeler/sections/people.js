// Who does a task, until when, and with which form.
import { listed, variables, whole } from "../completion.js";
import { h } from "../dom.js";
import { line, list, choice, tick } from "../fields.js";
import { _ } from "../../js/texts.js";

const NARROWEST = 640;

const word = (edits, name, label, more) =>
  line(label, edits.get(`flowable:${name}`), (text) => edits.set({ [`flowable:${name}`]: text }), { key: name, ...more });

// A name, or an expression that gives one.
const either = (options, desk, names) => (before) => options(names)(before).options.length && !/[$#]{[^}]*$/.test(before)
  ? options(names)(before)
  : variables(() => desk.variables)(before);

export const people = {
  title: () => _("People"),
  fits: (edits) => edits.is("bpmn:UserTask"),
  fields: (edits, desk) => [
    word(edits, "assignee", _("Assignee"), {
      options: either(whole, desk, () => [...desk.names.users, ["${initiator}", _("whoever started it")]]),
      check: desk.expression,
      hint: _("Who has the task from the beginning."),
    }),
    word(edits, "candidateUsers", _("Candidate users"), { options: either(listed, desk, () => desk.names.users), check: desk.expression }),
    word(edits, "candidateGroups", _("Candidate groups"), { options: either(listed, desk, () => desk.names.groups), check: desk.expression }),
    word(edits, "dueDate", _("Due"), {
      options: variables(() => desk.variables),
      check: (text, input) => desk.firings(/^[$#]|^\d/.test(text) ? "timeDate" : "timeDuration", text, input),
      hint: _("A duration such as P2D or PT8H, a date, or an expression."),
    }),
    word(edits, "priority", _("Priority"), { check: desk.expression, hint: _("A number; 50 if nothing is said.") }),
    word(edits, "category", _("Category"), { check: desk.expression }),
    word(edits, "owner", _("Owner"), {
      options: either(whole, desk, () => desk.names.users),
      check: desk.expression,
      hint: _("Who is responsible for it, whoever does it."),
    }),
    word(edits, "taskIdVariableName", _("Variable for the number of the task"), { mono: true }),
    word(edits, "taskCompleterVariableName", _("Variable for who completed it"), { mono: true }),
  ],
};

export const taskForm = {
  title: () => _("Form"),
  fits: (edits) => edits.is("bpmn:UserTask", "bpmn:StartEvent") && !inEventSubProcess(edits),
  fields(edits, desk) {
    const key = edits.get("flowable:formKey") ?? "";
    const known = desk.names.forms.some(([name]) => name === key);
    return [
      word(edits, "formKey", _("Form key"), { options: whole(() => desk.names.forms), check: desk.expression }),
      key && !key.includes("{") && h(
        "a",
        { className: "button small", target: "_blank", href: `/admin/forms/${encodeURIComponent(key)}/edit`, onclick: beside },
        known ? _("Edit the form") : _("Draw this form"),
        h("span", { className: "unseen" }, " (", _("in a window beside"), ")"),
      ),
      !key && formProperties(edits),
    ];
  },
};

// Where a browser lets no window open, the link leads into a tab.
function beside(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const { availWidth, availHeight } = screen;
  const width = Math.max(NARROWEST, Math.round(availWidth / 2));
  const features = `popup,width=${width},height=${availHeight},left=${availWidth - width},top=0`;
  if (open(event.currentTarget.href, "form-editor", features)) event.preventDefault();
}

const inEventSubProcess = (edits) => edits.is("bpmn:StartEvent") && edits.bo.$parent?.triggeredByEvent;

const TYPES = () => [
  ["string", _("a text")],
  ["long", _("a whole number")],
  ["double", _("a number")],
  ["boolean", _("yes or no")],
  ["date", _("a day")],
  ["enum", _("a choice")],
];

function formProperties(edits) {
  const items = edits.extensions("formProperty");
  return list(
    _("Fields in the model"),
    items,
    (item, change, key) => {
      const attr = (name, value) => change({ ...item, attrs: { ...item.attrs, [name]: value } });
      return [
        line(_("Name of the variable"), item.attrs.id, (id) => attr("id", id), { mono: true, key: `${key} id` }),
        line(_("Label"), item.attrs.name, (name) => attr("name", name), { key: `${key} name` }),
        choice(_("Type"), item.attrs.type ?? "string", TYPES(), (type) => attr("type", type), { key: `${key} type` }),
        tick(_("Required"), item.attrs.required === "true", (on) => attr("required", on ? "true" : undefined), { key: `${key} required` }),
        tick(_("Only to be read"), item.attrs.writable === "false", (on) => attr("writable", on ? "false" : undefined), { key: `${key} writable` }),
        tick(_("Not shown"), item.attrs.readable === "false", (on) => attr("readable", on ? "false" : undefined), { key: `${key} readable` }),
        item.attrs.type === "date" && line(_("Written as"), item.attrs.datePattern, (text) => attr("datePattern", text || undefined), { mono: true, key: `${key} pattern`, hint: "dd.MM.yyyy" }),
        item.attrs.type === "enum" && choices(item, change, key),
      ];
    },
    (changed) => edits.setExtensions("formProperty", changed),
    () => ({ attrs: { id: `field${items.length + 1}`, name: "", type: "string" } }),
  );
}

function choices(item, change, key) {
  const text = item.children.map(({ attrs }) => (attrs.name && attrs.name !== attrs.id ? `${attrs.id}: ${attrs.name}` : attrs.id)).join(", ");
  return line(_("Choices"), text, (said) => {
    const children = said.split(",").map((each) => each.trim()).filter(Boolean).map((each) => {
      const [id, name = id] = each.split(":").map((part) => part.trim());
      return { type: `${item.type.split(":")[0]}:value`, ns: item.ns, attrs: { id, name } };
    });
    change({ ...item, children });
  }, { key: `${key} choices`, hint: _("value: label, value: label") });
}

export const start = {
  title: () => _("Start"),
  fits: (edits) => edits.is("bpmn:StartEvent") && !edits.bo.eventDefinitions?.length,
  fields: (edits) => [
    word(edits, "initiator", _("Variable for who started it"), { mono: true, hint: _("“initiator” if nothing is said.") }),
  ],
};
