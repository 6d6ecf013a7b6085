// Keys: j k rows, x pick, c claim, / search, ? help, g then i s r to go somewhere. Never while typing.
// Esc leaves the search and keeps what it found, so that j goes on from there.
const places = { i: "/tasks", s: "/start", r: "/requests" };
let going = 0;

const typing = (element) =>
  element.isContentEditable || element.matches("input, select, textarea, [role=application] *");

function row(step) {
  const titles = [...document.querySelectorAll(".rows .title")];
  const here = document.activeElement?.closest(".rows tr");
  const now = titles.findIndex((title) => title.closest("tr") === here);
  const next = now < 0 ? (step > 0 ? 0 : titles.length - 1) : now + step;
  titles[Math.max(0, Math.min(next, titles.length - 1))]?.focus();
}

function claim() {
  const scope = document.activeElement?.closest(".rows tr") ?? document.querySelector(".head");
  scope?.querySelector("[data-claim]")?.click();
}

const actions = {
  x: () => document.activeElement?.closest(".rows tr")?.querySelector("[data-pick]")?.click(),
  j: () => row(1),
  k: () => row(-1),
  c: claim,
  "/": () => document.querySelector("[data-search]")?.select(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
  g: () => {
    going = Date.now();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !event.target.matches("[data-search]")) return;
  event.preventDefault(); // else the browser empties it
  event.target.blur();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.body.dataset.keys === "off" || typing(event.target) || document.querySelector("dialog[open]")) return;
  const place = Date.now() - going < 1500 && document.getElementById("shortcuts") && places[event.key];
  going = 0;
  if (place) {
    location.assign(place);
  } else if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  }
});
