// The properties of a component, and of the whole form. Each change is written into the JSON.
import { _ } from "../js/texts.js";
import { area, choice, line, list, tick } from "../modeler/fields.js";
import { chooses, isField } from "./kinds.js";

/** The fields for one component. */
export function properties(component, changed) {
  const at = new Place(component, changed);
  const { type } = component;
  return [
    type === "text" ? at.area("text", _("Words (Markdown)"), 6) : null,
    type === "datetime" ? at.line("dateLabel", _("Label")) : null,
    !["text", "separator", "spacer", "datetime"].includes(type) ? at.line("label", _("Label")) : null,
    isField(type) ? at.line("key", _("Variable"), { mono: true }) : null,
    type === "dynamiclist" ? at.line("path", _("Variable"), { mono: true }) : null,
    isField(type) ? at.line("description", _("Hint")) : null,
    isField(type) && type !== "expression" ? at.inner("validate").tick("required", _("Must be filled in")) : null,
    isField(type) && type !== "expression" ? at.tick("readonly", _("Can only be read")) : null,
    ...own(type, at),
    at.inner("conditional").line("hide", _("Hidden when"), { mono: true, hint: "=amount < 500" }),
    at.inner("layout").line("row", _("Row"), { hint: _("Components with the same word here stand beside each other.") }),
    at.inner("layout").number("columns", _("Width, of 16 columns")),
  ].filter(Boolean);
}

function own(type, at) {
  const rules = at.inner("validate");
  if (type === "textfield" || type === "textarea") return [rules.number("minLength", _("At least so many letters")), rules.number("maxLength", _("At most so many letters")), rules.line("pattern", _("Pattern"), { mono: true })];
  if (type === "number") return [rules.number("min", _("At least")), rules.number("max", _("At most")), at.number("decimalDigits", _("Digits after the point")), at.inner("appearance").line("suffixAdorner", _("Unit"))];
  if (type === "datetime") return [at.choice("subtype", _("What"), [["date", _("a day")], ["time", _("a time")], ["datetime", _("a day and a time")]])];
  if (chooses(type)) return [at.choice("wf:choices", _("From"), [["", _("these choices")], ["users", _("all people")], ["groups", _("all groups")]]), at.component["wf:choices"] ? null : choices(at)];
  if (type === "filepicker") return [at.tick("multiple", _("Several files")), at.line("accept", _("Kinds of files"), { hint: ".pdf,image/*" })];
  if (type === "expression") return [at.line("expression", _("Computed by"), { mono: true, hint: "=amount * 2" })];
  if (type === "dynamiclist") return [at.tick("allowAddRemove", _("Rows can be added and removed")), at.number("defaultRepetitions", _("Rows at the beginning"))];
  return [];
}

function choices(at) {
  return list(
    _("Choice"),
    at.component.values ?? [],
    (item, change, key) => [
      line(_("Value"), item.value, (value) => change({ ...item, value }), { mono: true, key: `${key} value` }),
      line(_("Label"), item.label, (label) => change({ ...item, label }), { key: `${key} label` }),
    ],
    (values) => at.set("values", values),
    () => ({ value: `choice${(at.component.values ?? []).length + 1}`, label: "" }),
  );
}

/** The fields for the form itself: its title and the buttons that complete the task. */
export function formProperties(form, changed) {
  const at = new Place(form, changed);
  const outcomes = (form["wf:outcomes"] ?? []).map((one) => (typeof one === "string" ? { value: one, label: one } : one));
  return [
    at.line("name", _("Title")),
    list(
      _("Button"),
      outcomes,
      (item, change, key) => [
        line(_("Value"), item.value, (value) => change({ ...item, value }), { mono: true, key: `${key} value` }),
        line(_("Label"), item.label, (label) => change({ ...item, label }), { key: `${key} label` }),
        choice(_("Looks"), item.style ?? "plain", [["plain", _("plain")], ["primary", _("like the usual way")], ["danger", _("like a warning")]], (style) => change({ ...item, style }), { key: `${key} style` }),
        tick(_("Fields must be filled in for it"), item.checked !== false, (checked) => change({ ...item, checked }), { key: `${key} checked` }),
      ],
      (changedOutcomes) => at.set("wf:outcomes", changedOutcomes.length ? changedOutcomes : undefined),
      () => ({ value: `outcome${outcomes.length + 1}`, label: _("Done") }),
    ),
    at.line("wf:outcomeVariable", _("Variable for the button"), { mono: true }),
  ];
}

// Where values are written: an object of the form's JSON, or one inside it that is made when needed.
class Place {
  constructor(component, changed, name) {
    Object.assign(this, { component, changed, name });
  }

  inner(name) {
    return new Place(this.component, this.changed, name);
  }

  get(key) {
    return (this.name ? this.component[this.name] : this.component)?.[key];
  }

  set(key, value) {
    const target = this.name ? (this.component[this.name] ??= {}) : this.component;
    if (value === undefined || value === "" || value === false) delete target[key];
    else target[key] = value;
    if (this.name && !Object.keys(target).length) delete this.component[this.name];
    this.changed();
  }

  line(key, label, more) {
    return line(label, this.get(key), (text) => this.set(key, text), { key: `${this.name} ${key}`, ...more });
  }

  area(key, label, rows) {
    return area(label, this.get(key), (text) => this.set(key, text), { key, rows });
  }

  number(key, label) {
    return line(label, this.get(key) ?? "", (text) => this.set(key, text === "" || Number.isNaN(Number(text)) ? undefined : Number(text)), { key: `${this.name} ${key}` });
  }

  tick(key, label) {
    return tick(label, this.get(key) === true, (on) => this.set(key, on), { key: `${this.name} ${key}` });
  }

  choice(key, label, options) {
    return choice(label, this.get(key), options, (value) => this.set(key, value), { key });
  }
}
