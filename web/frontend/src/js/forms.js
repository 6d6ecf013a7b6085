// Forms: unsaved input, upload progress, files that are too large, parts that depend on answers.
import { on, whenever } from "./dom.js";

const changed = new Set();

on("input", "form[data-guard]", (_event, form) => changed.add(form));
on("submit", "form", (_event, form) => changed.delete(form));

/** What was typed into a form is kept: it may be left. Chosen files are not. */
export function saved(form) {
  const files = [...form.querySelectorAll("input[type=file]")];
  if (!files.some((input) => input.files.length)) changed.delete(form);
}

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A form that comes back with errors puts the reader at their summary.
whenever("[data-focus]", (element) => element.focus());

// What is wrong with a field is said until it is changed; whether it is right now, the server says.
on("input", ".filled .field:has([aria-invalid])", (_event, field) => {
  for (const input of field.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const error of field.querySelectorAll(".error")) error.replaceChildren();
  settle(field.closest("form").querySelector(".summary"), field);
});

// In the summary it is crossed out; when that is all, nothing needs attention any more.
function settle(summary, field) {
  const links = [...(summary?.querySelectorAll("a") ?? [])];
  for (const link of links) {
    if (field.contains(document.getElementById(link.hash.slice(1)))) link.parentElement.className = "settled";
  }
  if (summary && !summary.querySelector("li:not(.settled)")) summary.remove();
}

on("change", "input[type=file][data-limit]", (_event, input) => {
  const limit = Number(input.dataset.limit);
  const large = [...input.files].some((file) => file.size > limit);
  input.setCustomValidity(large ? input.dataset.tooLarge : "");
  input.reportValidity();
});

// Before htmx sees it: a file that is too large does not travel.
addEventListener(
  "submit",
  (event) => {
    const large = [...event.target.querySelectorAll("input[data-limit]")].find((input) => input.validity.customError);
    if (!large) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    large.reportValidity();
  },
  true,
);

document.addEventListener("htmx:xhr:progress", (event) => {
  const { loaded, total, lengthComputable } = event.detail;
  const box = event.target.querySelector?.("[data-progress]");
  const files = event.target.querySelectorAll?.("input[type=file]") ?? [];
  if (!box || !lengthComputable || ![...files].some((input) => input.files.length)) return;
  box.hidden = false;
  const bar = box.querySelector("progress");
  bar.max = total;
  bar.value = loaded;
  box.querySelector("span").textContent = `${Math.round((loaded / total) * 100)} %`;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const box = event.target.querySelector?.("[data-progress]");
  if (box) box.hidden = true;
  if (event.detail.successful && event.target.matches("form[data-reset]")) event.target.reset();
  if (!event.detail.successful && event.target.matches("form[data-guard]")) changed.add(event.target);
});

// Which parts are shown, and what computed ones say, is the server's answer. Only parts whose
// state differs are exchanged, so typing, focus and chosen files stay.
async function ask(form, submitter) {
  const body = new FormData(form, submitter);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  const answer = await fetch(form.dataset.conditions, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-parts]"); // none when the session is over: sending it says so
  if (fresh) exchange(form.querySelector("[data-parts]"), fresh, !submitter);
}

// Both have their parts in the same order; `gently` leaves alone the part that has the focus.
function exchange(grid, fresh, gently) {
  let at = grid.firstElementChild;
  const skip = (until) => {
    while (at !== until) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
  };
  for (const part of [...fresh.children]) {
    const old = grid.querySelector(`:scope > [data-part="${CSS.escape(part.dataset.part)}"]`);
    const busy = gently && old?.contains(document.activeElement);
    if (old) skip(old);
    if (old && (busy || old.dataset.state === part.dataset.state)) {
      at = old.nextElementSibling;
    } else {
      grid.insertBefore(part, at);
      if (old) skip(old.nextElementSibling);
    }
  }
  skip(null);
}

const timers = new WeakMap();

on("change", "form[data-conditions] [data-asks]", (_event, part) => {
  const form = part.closest("form");
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => ask(form), 200));
});

on("click", "form[data-conditions] button[data-rows]", (event, button) => {
  event.preventDefault();
  changed.add(button.form);
  ask(button.form, button);
});

// A form that comes back with errors has lost the chosen files, if they are not carried over.
let chosen = [];

document.addEventListener("htmx:beforeSwap", (event) => {
  const inputs = event.detail.xhr.status === 422 ? document.querySelectorAll("input[type=file]") : [];
  chosen = [...inputs].filter((input) => input.files.length);
});

document.addEventListener("htmx:afterSwap", () => {
  for (const input of chosen) {
    const fresh = document.getElementById(input.id);
    if (fresh?.type === "file") fresh.files = input.files;
  }
  chosen = [];
});
