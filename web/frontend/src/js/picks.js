// Picked rows of a list: all at once, how many they are, and they stay picked when it is fetched anew.
import { on, whenever } from "./dom.js";

const boxes = () => [...document.querySelectorAll("[data-pick]")];

function count() {
  const picked = boxes().filter((box) => box.checked);
  const all = document.querySelector("[data-pick-all]");
  const said = document.querySelector("[data-picked]");
  if (!all || !said) return;
  all.checked = picked.length > 0 && picked.length === boxes().length;
  all.indeterminate = picked.length > 0 && !all.checked;
  const { one, many } = said.dataset;
  said.textContent = picked.length === 1 ? one : many.replace("0", picked.length);
}

whenever("[data-pick-all]", (all) => {
  all.hidden = false;
});

on("change", "[data-pick-all]", (_event, all) => {
  for (const box of boxes()) box.checked = all.checked;
  count();
});

on("change", "[data-pick]", count);

const REFUSED = "picks";
const picked = () => boxes().filter((box) => box.checked).map((box) => box.value);

function restore(values) {
  for (const box of boxes()) if (values.includes(box.value)) box.checked = true;
  count();
}

const typed = () => document.querySelector(".bulk [name=to]");
let kept = [];
let to = "";

document.addEventListener("htmx:beforeSwap", () => {
  kept = picked();
  to = typed()?.value ?? "";
});

document.addEventListener("htmx:afterSwap", () => {
  restore(kept);
  if (typed() && !typed().value) typed().value = to;
});

// What was refused for a wrong name, say, is tried again without picking all of it again.
on("submit", "form.bulk", () => sessionStorage.setItem(REFUSED, JSON.stringify(picked())));

const before = sessionStorage.getItem(REFUSED);
sessionStorage.removeItem(REFUSED);
if (before && document.querySelector(".toast.bad")) restore(JSON.parse(before));
