// Toasts that close, buttons that copy, and what to say when a request fails.
import { on, whenever } from "./dom.js";

const LONG_ENOUGH = 7000;

whenever("[data-toast]", (toast) => {
  const button = toast.querySelector("[data-close]");
  button.hidden = false;
  button.addEventListener("click", () => toast.remove());
  if (!toast.classList.contains("bad")) setTimeout(() => toast.remove(), LONG_ENOUGH);
});

/** Shows a text as a toast, with a link that opens in a tab of its own; failures stay until they
 * are closed, or something else is to be said. */
function say(text, kind = "bad", link) {
  document.querySelectorAll(".toasts .toast").forEach((old) => old.remove());
  const template = document.getElementById("toast");
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.remove("good");
  toast.classList.add(kind);
  toast.querySelector("span").textContent = text;
  if (link) toast.querySelector("span").append(" ", Object.assign(document.createElement("a"), link));
  toast.querySelector("[data-close]").addEventListener("click", () => toast.remove());
  document.querySelector(".toasts").append(toast);
}

const words = (name) => document.getElementById("toast").dataset[name];

document.addEventListener("htmx:sendError", () => say(words("offline")));
document.addEventListener("htmx:responseError", (event) => {
  const { status, response } = event.detail.xhr;
  const told = new DOMParser().parseFromString(response, "text/html").querySelector("[role=alert]");
  say(told?.textContent ?? (status === 413 ? words("tooLarge") : words("failed").replace("0", status)));
});

// A page with input in it does not go to the sign-in page, whatever was fetched for it; a form does
// not fail for being of an earlier session: it gets the token of the new one, and can be sent again.
let waiting;

const guarded = () => document.querySelector("form[data-guard]");
const unsaved = () => !dispatchEvent(new Event("beforeunload", { cancelable: true }));

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  const status = event.detail.xhr.status;
  if (status !== 401 && !(form && status === 403)) return;
  if (status === 401 && !form && !unsaved()) return;
  event.preventDefault();
  if (status === 401) ask(form ?? guarded());
  else renew(form);
});

// Nobody is signed in here now, or somebody else.
document.body.addEventListener("wf:ended", () => (unsaved() ? ask(guarded()) : location.reload()));

function ask(form) {
  waiting = form;
  say(words("signedOut"), "bad", { href: "/login", target: "_blank", textContent: words("signIn") });
}

// Back from the tab where they signed in, or not yet.
document.addEventListener("visibilitychange", () => {
  if (waiting && document.visibilityState === "visible") renew(waiting, () => {});
});

async function renew(form, signedOut = ask) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer) return say(words("offline"));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (document.body.dataset.live !== page.body.dataset.live) return signedOut(form);
  waiting = undefined;
  const token = page.querySelector("meta[name=csrf-token]")?.content;
  const renewed = answer.ok && token && token !== form.elements._csrf_token.value;
  if (renewed) document.querySelectorAll("[name=_csrf_token]").forEach((one) => (one.value = token));
  say(renewed ? words("signedIn") : words("failed").replace("0", 403), renewed ? "good" : "bad");
}

// On a phone the current one of many tabs may lie beyond the edge.
whenever(".tabs [aria-current]", (tab) => {
  tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.clientWidth / 2 + tab.clientWidth / 2;
});

whenever("[data-copy]", (button) => {
  button.hidden = false;
});

on("click", "[data-copy]", async (_event, button) => {
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = (await copy(button.dataset.copy)) ? words("copied") : words("copyByHand");
  setTimeout(() => {
    label.textContent = before;
  }, 2000);
});

// Appliances run on plain http in a LAN, where the clipboard interface does not exist.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
