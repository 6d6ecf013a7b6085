// The fields of a form in a trial, simply: what is chosen and typed becomes the values of a step.
import { h } from "./dom.js";
import { area, choice, line, tick } from "./fields.js";

const LOCKED = new Set(["expression", "filepicker", "table", "dynamiclist"]);

/** Inputs for the fields of a form that can be filled in here, as `{ element, values }`. */
export function formFields({ fields }) {
  const values = {};
  const rows = fields.filter(({ writable, type }) => writable && !LOCKED.has(type)).map((field) => {
    if (field.value !== null && field.value !== "" && !Array.isArray(field.value)) values[field.id] = field.value;
    return input(field, (value) => {
      if (value === "") delete values[field.id];
      else values[field.id] = value;
    });
  });
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
