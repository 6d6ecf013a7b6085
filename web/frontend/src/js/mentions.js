// Names after an @ are completed: arrows choose, Enter or Tab takes, Esc closes.
import { on } from "./dom.js";

const BEGUN = /(?:^|[^\w@./+-])@([\p{L}\p{N}._+-]*)$/u;
let list;
let field;
let asked = 0;

const options = () => (list ? [...list.children] : []);
const chosen = () => options().findIndex((one) => one.getAttribute("aria-selected") === "true");

function close() {
  asked += 1;
  list?.remove();
  list = undefined;
  field?.removeAttribute("aria-activedescendant");
}

function choose(number) {
  options().forEach((one, at) => one.setAttribute("aria-selected", at === number));
  field.setAttribute("aria-activedescendant", options()[number].id);
}

function take(option) {
  const before = field.value.slice(0, field.selectionStart).replace(/[^@]*$/, `${option.dataset.name} `);
  const after = field.value.slice(field.selectionStart);
  field.value = before + after;
  field.setSelectionRange(before.length, before.length);
  close();
}

function show(people) {
  list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  people.forEach((person, at) => {
    const option = document.createElement("li");
    option.id = `mention-${at}`;
    option.setAttribute("role", "option");
    option.dataset.name = person.value;
    option.textContent = person.text === person.value ? person.value : `${person.text} (${person.value})`;
    list.append(option);
  });
  field.after(list);
  choose(0);
}

on("input", "[data-mentions]", async (_event, element) => {
  close();
  field = element;
  const begun = BEGUN.exec(element.value.slice(0, element.selectionStart));
  if (!begun) return;
  const turn = asked;
  const answer = await fetch(`${element.dataset.mentions}?q=${encodeURIComponent(begun[1])}`).catch(() => null);
  if (turn !== asked || !answer?.ok) return;
  const page = new DOMParser().parseFromString(`<select>${await answer.text()}</select>`, "text/html");
  const people = [...page.querySelectorAll("option")];
  if (turn === asked && people.length) show(people);
});

const move = (step) => choose((chosen() + step + options().length) % options().length);
const pick = () => take(options()[chosen()]);
const keys = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: pick, Tab: pick, Escape: close };

on("keydown", "[data-mentions]", (event) => {
  if (!list || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

on("pointerdown", ".suggestions li", (event, option) => {
  event.preventDefault();
  take(option);
});

on("focusout", "[data-mentions]", close);
