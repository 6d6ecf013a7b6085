// Forms: unsaved input, upload progress, files that are too large, parts that depend on answers.
import { on, whenever } from "./dom.js";

const changed = new Set();

on("input", "form[data-guard]", (_event, form) => changed.add(form));
on("submit", "form", (_event, form) => changed.delete(form));

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A form that comes back with errors puts the reader at their summary.
whenever("[data-focus]", (element) => element.focus());

on("change", "input[type=file][data-limit]", (_event, input) => {
  const limit = Number(input.dataset.limit);
  const large = [...input.files].some((file) => file.size > limit);
  input.setCustomValidity(large ? input.dataset.tooLarge : "");
  input.reportValidity();
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const { loaded, total, lengthComputable } = event.detail;
  const box = event.target.querySelector?.("[data-progress]");
  if (!box || !lengthComputable || ![...event.target.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  box.hidden = false;
  const bar = box.querySelector("progress");
  bar.max = total;
  bar.value = loaded;
  box.querySelector("span").textContent = `${Math.round((loaded / total) * 100)} %`;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const box = event.target.querySelector?.("[data-progress]");
  if (box) box.hidden = true;
  if (!event.detail.successful && event.target.matches("form[data-guard]")) changed.add(event.target);
});

// Which parts are shown, and what computed ones say, is the server's answer. Only parts whose
// state differs are exchanged, so typing, focus and chosen files stay.
async function ask(form, submitter) {
  const body = new FormData(form, submitter);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  const answer = await fetch(form.dataset.conditions, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  fresh.querySelectorAll("[data-part]").forEach((part) => {
    const old = form.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!old || old.dataset.state === part.dataset.state) return;
    if (old.querySelector("[data-part]") && old.contains(document.activeElement) && !submitter) return;
    old.replaceWith(part);
  });
}

const timers = new WeakMap();

on("change", "form[data-conditions]", (_event, form) => {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => ask(form), 200));
});

on("click", "form[data-conditions] button[data-rows]", (event, button) => {
  event.preventDefault();
  changed.add(button.form);
  ask(button.form, button);
});
