// The kinds of components that a form may have here, and what a new one of each is.
import { _ } from "../js/texts.js";

export const KINDS = {
  textfield: () => _("Text"),
  textarea: () => _("Long text"),
  number: () => _("Number"),
  checkbox: () => _("Box to tick"),
  datetime: () => _("Date or time"),
  select: () => _("Choice of a list"),
  radio: () => _("Choice of buttons"),
  checklist: () => _("Several boxes"),
  taglist: () => _("Several tags"),
  filepicker: () => _("Files"),
  expression: () => _("Computed value"),
  text: () => _("Words to read"),
  group: () => _("Group of fields"),
  dynamiclist: () => _("List of rows"),
  separator: () => _("Line"),
  spacer: () => _("Space"),
};

const CHOOSING = ["select", "radio", "checklist", "taglist"];
const SILENT = ["text", "separator", "spacer", "group"];

/** What a component is called in the list. */
export function titleOf({ type, label, dateLabel, text, key, path }) {
  return label || dateLabel || key || path || (text ?? "").replace(/[#*_]/g, "").trim().split("\n")[0] || (KINDS[type]?.() ?? type);
}

/** A new component of a kind, with a key that the form does not have yet. */
export function fresh(type, form) {
  const made = { type, id: free("Field_", (id) => JSON.stringify(form).includes(`"${id}"`)) };
  if (type === "text") return { ...made, text: _("Words to read") };
  if (type === "separator" || type === "spacer") return made;
  const taken = (name) => JSON.stringify(form).includes(`"${name}"`);
  const label = KINDS[type]();
  if (type === "group") return { ...made, label, components: [] };
  if (type === "dynamiclist") return { ...made, label, path: free("rows", taken), allowAddRemove: true, defaultRepetitions: 1, components: [] };
  const field = { ...made, key: free("field", taken) };
  if (type === "datetime") return { ...field, dateLabel: label, subtype: "date" };
  if (type === "expression") return { ...field, label, expression: "=1 + 1" };
  if (CHOOSING.includes(type)) return { ...field, label, values: [{ value: "one", label: _("One") }, { value: "two", label: _("Two") }] };
  return { ...field, label };
}

function free(stem, taken) {
  let number = 1;
  while (taken(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

export const chooses = (type) => CHOOSING.includes(type);
export const isField = (type) => !SILENT.includes(type) && type !== "dynamiclist";
