// Elements in one call: h("button", { type: "button", onclick }, "Text", child).

/** Makes an element; `on…` are listeners, `data` and `aria` groups of attributes, null is nothing. */
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "data" || name === "aria") {
      for (const [key, text] of Object.entries(value)) if (text !== null) made.setAttribute(`${name}-${key}`, text);
    } else if (name in made && name !== "list" && name !== "form") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Calls `action` once no more calls have come for `pause` ms; `.now()` does not wait. */
export function calm(action, pause) {
  let timer;
  const calmed = () => {
    clearTimeout(timer);
    timer = setTimeout(action, pause);
  };
  calmed.now = () => {
    clearTimeout(timer);
    return action();
  };
  return calmed;
}

let pressed = false;
for (const [type, now] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  addEventListener(type, () => (pressed = now), true);
}

/** Calls `action`, which moves things, now or once nothing is being pressed. */
export function steady(action) {
  if (!pressed) return void action();
  const once = new AbortController();
  const run = () => {
    once.abort();
    setTimeout(action);
  };
  ["pointerup", "pointercancel"].forEach((type) => addEventListener(type, run, { capture: true, signal: once.signal }));
}

/** Calls `action` once the focus has moved and nothing is being pressed: what a person is about to
 * click or type into is still there then. */
export function settled(action) {
  let asked = false;
  const run = () => {
    if (!asked || pressed) return;
    asked = false;
    action();
  };
  ["pointerup", "pointercancel"].forEach((type) => addEventListener(type, () => setTimeout(run), true));
  return () => {
    asked = true;
    setTimeout(run);
  };
}

/** Draws what is in `root` again; the focus stays in the input of the same `data-key`. */
export function redrawn(root, draw) {
  const here = root.contains(document.activeElement) ? document.activeElement : null;
  const { selectionStart: start, selectionEnd: end } = here ?? {};
  const key = here?.dataset.key;
  draw();
  if (!key) return;
  const found = [...root.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
  found?.focus({ preventScroll: true });
  if (Number.isInteger(start) && /^text(area)?$/.test(found?.type)) found.setSelectionRange(start, end);
}
