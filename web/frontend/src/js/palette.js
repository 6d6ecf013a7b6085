// The command palette: Ctrl+K (or Cmd+K) opens it anywhere, arrows move, Enter opens, Esc closes.
import htmx from "htmx.org";
import { on } from "./dom.js";

const palette = document.getElementById("palette");

function open() {
  const field = palette.querySelector("input");
  palette.showModal();
  field.select();
  htmx.trigger(palette.querySelector("form"), "opened");
}

function step(by) {
  const entries = [...palette.querySelectorAll("[data-entry]")];
  const now = entries.indexOf(document.activeElement) + by;
  (entries[now] ?? (by > 0 ? entries.at(-1) : palette.querySelector("input")))?.focus();
}

if (palette) {
  on("click", "[data-palette]", (event) => {
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (document.querySelector("dialog[open]:not(#palette)")) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  palette.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.isComposing) return;
    event.preventDefault();
    step(by);
  });

  // Enter means the first of what fits all that was typed, be it on its way or there already.
  const field = palette.querySelector("input");
  let asked;
  let shown;
  let entered = false;
  const go = () => {
    const first = palette.querySelector("[data-entry]");
    if (first) location.assign(first.href);
  };
  field.addEventListener("input", () => {
    entered = false;
  });
  palette.addEventListener("htmx:beforeRequest", () => {
    asked = field.value;
  });
  palette.addEventListener("htmx:afterSwap", () => {
    shown = asked;
    if (entered && shown === field.value) go();
  });
  palette.querySelector("form").addEventListener("submit", (event) => {
    if (shown === field.value && !palette.querySelector("[data-entry]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    entered = true;
    if (shown === field.value) go();
  });
}
