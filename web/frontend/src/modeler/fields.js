// The inputs of the panel. Each tells its change once it is complete: on leaving it, or by Enter.
import { complete } from "./completion.js";
import { h, steady } from "./dom.js";
import { _ } from "../js/texts.js";

let count = 0;

/** A label with an input and what is said about it; `key` keeps its focus when it is drawn again. */
function field(label, input, { hint, key = label } = {}) {
  const id = `wf-${count++}`;
  input.id = id;
  input.dataset.key = key;
  const notes = [];
  if (hint) notes.push(h("span", { id: `${id}-hint`, className: "hint" }, hint));
  const error = h("span", { id: `${id}-error`, className: "error", hidden: true, "aria-live": "polite" });
  input.setAttribute("aria-describedby", [...notes.map((note) => note.id), error.id].join(" "));
  return h("div", { className: "field" }, h("label", { htmlFor: id }, label), input, error, notes);
}

/** Says under an input what is wrong with it; nothing takes that back. */
export function complain(input, message) {
  const error = document.getElementById(`${input.id}-error`);
  if (!error) return;
  steady(() => {
    error.textContent = message;
    error.hidden = !message;
  });
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** One line; `options(text)` are completions, `check(text, input)` is called with each change. */
export function line(label, value, change, { options, check, mono, ...more } = {}) {
  const input = h("input", {
    type: "text",
    value: value ?? "",
    autocomplete: "off",
    spellcheck: !mono,
    className: mono ? "mono" : "",
    onchange: () => change(input.value.trim(), input),
    oninput: () => check?.(input.value, input),
  });
  if (check && value) queueMicrotask(() => check(value, input));
  const made = field(label, input, more);
  if (options) complete(input, options);
  return made;
}

/** Several lines. */
export function area(label, value, change, { rows = 3, mono, ...more } = {}) {
  const input = h("textarea", {
    value: value ?? "",
    rows,
    spellcheck: !mono,
    className: mono ? "mono" : "",
    onchange: () => change(input.value),
  });
  if (mono) input.addEventListener("keydown", indent);
  return field(label, input, more);
}

// Tab indents where it stands; Escape first lets it leave.
function indent(event) {
  const input = event.target;
  if (event.key === "Escape") input.dataset.leaving = "1";
  else if (event.key !== "Tab") delete input.dataset.leaving;
  if (event.key !== "Tab" || event.shiftKey || input.dataset.leaving) return;
  event.preventDefault();
  input.setRangeText("  ", input.selectionStart, input.selectionEnd, "end");
}

/** A choice of `[value, text]`. */
export function choice(label, value, options, change, more) {
  const input = h(
    "select",
    { onchange: () => change(input.value) },
    options.map(([key, text]) => h("option", { value: key, selected: key === (value ?? "") }, text)),
  );
  return field(label, input, more);
}

/** A box to tick. */
export function tick(label, value, change, { hint, key = label } = {}) {
  const input = h("input", { type: "checkbox", checked: value, onchange: () => change(input.checked) });
  input.dataset.key = key;
  return h("div", { className: "field" }, h("label", { className: "choice" }, input, h("span", {}, label)), hint && h("span", { className: "hint" }, hint));
}

/** Files from the disk, as `change` gets them each time they are chosen. */
export function upload(label, change, more) {
  const input = h("input", { type: "file", multiple: true, onchange: () => change([...input.files]) });
  return field(label, input, more);
}

/** A list that grows: `items` with the fields that `draw(item, change, key)` makes of each; `within`
 * tells lists of the same label apart. */
export function list(label, items, draw, change, fresh, { within = "", hint } = {}) {
  const replaced = (index, item) => items.map((each, at) => (at === index ? item : each));
  const rows = items.map((item, index) =>
    h(
      "li",
      {},
      draw(item, (changed) => change(replaced(index, changed)), `${within}${label} ${index}`),
      h(
        "button",
        { type: "button", className: "button small", onclick: () => change(items.filter((_, at) => at !== index)) },
        _("Remove"),
        h("span", { className: "unseen" }, ` ${label} ${index + 1}`),
      ),
    ),
  );
  const add = h(
    "button",
    { type: "button", className: "button small", data: { key: `add ${within}${label}` }, onclick: () => change([...items, fresh()]) },
    _("Add"),
    h("span", { className: "unseen" }, ` ${label}`),
  );
  return h("div", { className: "panel-list", role: "group", aria: { label } }, h("h3", {}, label), hint && note(hint), rows.length ? h("ol", {}, rows) : null, add);
}

/** Words that explain. */
export function note(text) {
  return h("p", { className: "hint" }, text);
}
