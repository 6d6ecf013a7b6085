// Completion of the word before the caret: a listbox under the input (ARIA combobox pattern).
// `options(before)` gives `{ start, options: [[value, text]] }`, where `start` is where the word
// that is completed begins, or null when there is nothing to complete.
import { h } from "./dom.js";

const MOST = 8;
let open;

/** Lets an input complete what is typed into it. */
export function complete(input, options) {
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  const show = () => new List(input, options(input.value.slice(0, input.selectionStart)));
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (open?.input === input) open.key(event);
    else if (event.key === "ArrowDown" && input.tagName === "INPUT") {
      event.preventDefault();
      show();
    }
  });
  input.addEventListener("blur", () => open?.close());
}

class List {
  constructor(input, found) {
    open?.close();
    if (!found?.options.length) return;
    this.input = input;
    this.start = found.start;
    this.at = -1;
    this.rows = found.options.slice(0, MOST).map(([value, text], index) =>
      h("li", {
        id: `${input.id}-option-${index}`,
        role: "option",
        data: { value },
        onmousedown: (event) => {
          event.preventDefault();
          this.take(index);
        },
      }, h("span", {}, value), text && text !== value ? h("small", {}, text) : null),
    );
    this.element = h("ul", { className: "completions", role: "listbox", id: `${input.id}-options` }, this.rows);
    input.after(this.element);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", this.element.id);
    open = this;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.move((this.at + step + this.rows.length) % this.rows.length);
    else if (event.key === "Enter" && this.at >= 0) this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(to) {
    this.at = to;
    this.rows.forEach((row, index) => row.setAttribute("aria-selected", index === to));
    this.input.setAttribute("aria-activedescendant", this.rows[to].id);
    this.rows[to].scrollIntoView({ block: "nearest" });
  }

  take(index) {
    const { input } = this;
    input.setRangeText(this.rows[index].dataset.value, this.start, input.selectionStart, "end");
    this.close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    open?.close();
  }

  close() {
    this.element.remove();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-controls");
    this.input.removeAttribute("aria-activedescendant");
    open = undefined;
  }
}

/** How well a text fits: 0 when it begins with the word, 1 when it has it inside, else 2. */
const fit = (text, wanted) => {
  const at = text.toLowerCase().indexOf(wanted);
  return at < 0 ? 2 : Math.min(at, 1);
};

const matching = (options, word) => {
  const wanted = word.toLowerCase();
  const rank = ([value, text]) => Math.min(fit(value, wanted), fit(text ?? "", wanted));
  return options
    .filter((each) => each[0] !== word && rank(each) < 2)
    .sort((one, other) => rank(one) - rank(other));
};

/** Completes the whole value. */
export const whole = (options) => (before) => ({ start: 0, options: matching(options(), before.trim()) });

/** Completes the last entry of a list with commas. */
export const listed = (options) => (before) => {
  const start = before.length - before.match(/[^,]*$/)[0].trimStart().length;
  return { start, options: matching(options(), before.slice(start)) };
};

/** Completes the names of variables within `${…}`. */
export const variables = (names) => (before) => {
  const opened = Math.max(before.lastIndexOf("${"), before.lastIndexOf("#{"));
  if (opened < 0 || before.indexOf("}", opened) >= 0) return null;
  const word = before.match(/[A-Za-z_]\w*$/)?.[0] ?? "";
  if (!word && !/[{\s(,!&|=<>+*/-]$/.test(before)) return null;
  return { start: before.length - word.length, options: matching(names().map((name) => [name, ""]), word) };
};
