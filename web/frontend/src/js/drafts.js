// A form with data-draft="URL" sends what is typed to be kept, a moment later and when it is left.
import { saved } from "./forms.js";
import { on } from "./dom.js";
import { _ } from "./texts.js";

const PAUSE = 1500;
const timers = new Map();

async function keep(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  const headers = { "HX-Request": "true" };
  const request = { method: "POST", body, headers, keepalive: true };
  const answer = await fetch(form.dataset.draft, request).catch(() => null);
  const said = form.querySelector("[data-draft-said]");
  if (!answer?.ok || timers.has(form)) return;
  saved(form);
  said.textContent = _("Draft saved. Files are not part of it.");
}

const keepAll = () => [...timers.keys()].forEach(keep);

on("input", "form[data-draft]", (_event, form) => {
  form.querySelector("[data-draft-said]").textContent = "";
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => keep(form), PAUSE));
});

on("submit", "form[data-draft]", (_event, form) => {
  clearTimeout(timers.get(form));
  timers.delete(form);
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keepAll();
});
