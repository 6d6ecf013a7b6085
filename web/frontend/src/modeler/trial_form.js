// The fields of a form in a trial, simply: what is chosen and typed becomes the values of a step.
import { h } from "./dom.js";
import { area, choice, complain, line, note, tick } from "./fields.js";
import { _ } from "../js/texts.js";

const LOCKED = new Set(["expression", "filepicker", "table"]);

/** Inputs for the fields of a form that can be filled in here, as `{ element, values }`. */
export function formFields({ fields }) {
  const values = {};
  const rows = fields.filter(({ writable, type }) => writable && !LOCKED.has(type)).map((field) => {
    if (field.value !== null && field.value !== "" && (field.type === "dynamiclist" || !Array.isArray(field.value))) values[field.id] = field.value;
    return input(field, (value) => {
      if (value === "") delete values[field.id];
      else values[field.id] = value;
    });
  });
  if (fields.some(({ type }) => type === "filepicker")) rows.push(note(_("Files cannot be chosen here. Where one must be, go past the form.")));
  return { element: h("div", { className: "stack" }, rows), values };
}

/** What was filled in, by the names of the fields; what stands in no input yet is left first. */
export function answers({ element, values }) {
  if (element.contains(document.activeElement)) document.activeElement.blur();
  return { ...values };
}

function input({ id, type, label, value, required, options }, change) {
  const title = `${label || id}${required ? " *" : ""}`;
  const key = `field ${id}`;
  if (type === "dynamiclist") return rowsOf(title, value, change, key);
  if (type === "checkbox" || type === "boolean") return tick(title, value === true, change, { key });
  if (options.length && !Array.isArray(value)) {
    return choice(title, value, [["", ""], ...options.map((option) => [String(option.value), option.label])], change, { key });
  }
  if (options.length) {
    const hint = options.map((option) => option.value).join(", ");
    return line(title, (value ?? []).join(", "), (text) => change(text ? text.split(",").map((each) => each.trim()) : ""), { key, hint });
  }
  if (type === "textarea") return area(title, value ?? "", change, { key });
  return line(title, value === null ? "" : String(value), change, { key, hint: { datetime: "2026-01-05", date: "2026-01-05" }[type] });
}

// The rows of a list as JSON.
function rowsOf(title, value, change, key) {
  const made = area(title, JSON.stringify(value ?? [], null, 1), (text) => {
    const box = made.querySelector("textarea");
    try {
      change(JSON.parse(text || "[]"));
      complain(box, "");
    } catch (error) {
      complain(box, error.message);
    }
  }, { key, mono: true, rows: 4, hint: _("Rows as JSON.") });
  return made;
}
