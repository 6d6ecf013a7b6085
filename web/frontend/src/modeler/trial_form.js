// The fields of a form in a trial, simply: what is chosen and typed becomes the values of a step.
import { h } from "./dom.js";
import { area, choice, complain, line, tick, upload } from "./fields.js";
import { _ } from "../js/texts.js";

const LOCKED = new Set(["expression", "table"]);

/** Inputs for the fields of a form that can be filled in here, as `{ element, values, files }`. */
export function formFields({ fields }) {
  const values = {};
  const files = {};
  const rows = fields.filter(({ writable, type }) => writable && !LOCKED.has(type)).map((field) => {
    if (field.type === "filepicker") return upload(title(field), (chosen) => (files[field.id] = chosen), { key: `field ${field.id}` });
    if (field.value !== null && field.value !== "" && (field.type === "dynamiclist" || !Array.isArray(field.value))) values[field.id] = field.value;
    return input(field, (value) => {
      if (value === "") delete values[field.id];
      else values[field.id] = value;
    });
  });
  return { element: h("div", { className: "stack" }, rows), values, files };
}

/** What was filled in, as a step has it; what stands in no input yet is left first. */
export function answers({ element, values, files }) {
  if (element.contains(document.activeElement)) document.activeElement.blur();
  return { form: { ...values }, files };
}

/** Says at the fields what is wrong with them, which `wrong` has by their names, and leads to the
 * first; false when something could not be said so. */
export function faulted({ element }, wrong) {
  const left = new Map(Object.entries(wrong));
  for (const input of element.querySelectorAll("[data-key^='field ']")) {
    const name = input.dataset.key.slice("field ".length);
    complain(input, left.get(name) ?? "");
    if (input.matches("[aria-invalid]")) left.delete(name);
  }
  const first = element.querySelector("[aria-invalid]");
  first?.focus();
  return Boolean(first) && !left.size;
}

const title = ({ id, label, required }) => `${label || id}${required ? " *" : ""}`;

function input(field, change) {
  const { id, type, value, options } = field;
  const said = title(field);
  const key = `field ${id}`;
  if (type === "dynamiclist") return rowsOf(said, value, change, key);
  if (type === "checkbox" || type === "boolean") return tick(said, value === true, change, { key });
  if (options.length && !Array.isArray(value)) {
    return choice(said, value, [["", ""], ...options.map((option) => [String(option.value), option.label])], change, { key });
  }
  if (options.length) {
    const hint = options.map((option) => option.value).join(", ");
    return line(said, (value ?? []).join(", "), (text) => change(text ? text.split(",").map((each) => each.trim()) : ""), { key, hint });
  }
  if (type === "textarea") return area(said, value ?? "", change, { key });
  return line(said, value === null ? "" : String(value), change, { key, hint: { datetime: "2026-01-05", date: "2026-01-05" }[type] });
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
