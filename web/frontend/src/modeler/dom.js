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
