// The properties of what is selected: all of BPMN's and Flowable's that mean something here.
import { appending } from "./append.js";
import { h, redrawn, settled, steady } from "./dom.js";
import { Edits } from "./edits.js";
import { complain } from "./fields.js";
import { kindOf } from "./kinds.js";
import sections from "./sections/index.js";
import { post, Refusal } from "./server.js";
import { _ } from "../js/texts.js";

const PAUSE = 300;
const folded = new Map();

/** Draws the panel into `element` and keeps it true. */
export class Panel {
  constructor(element, modeler, desk) {
    this.element = element;
    this.modeler = modeler;
    this.desk = desk;
    this.draw();
    this.redraw = settled(() => this.draw());
    for (const event of ["selection.changed", "commandStack.changed", "import.done"]) modeler.on(event, this.redraw);
  }

  /** Takes other names to choose from. */
  names(names) {
    if (JSON.stringify(names) === JSON.stringify(this.desk.names)) return;
    this.desk.names = names;
    this.redraw();
  }

  get selected() {
    const [only, ...others] = this.modeler.get("selection").get();
    const found = others.length ? null : (only ?? this.modeler.get("canvas").getRootElement());
    return found?.labelTarget ?? found;
  }

  draw() {
    const element = this.selected;
    const content = () => (element?.businessObject ? this.content(element) : [h("p", { className: "hint" }, _("Several elements are selected."))]);
    redrawn(this.element, () => this.element.replaceChildren(...content()));
    if (element !== this.shown) this.arrive();
    this.shown = element;
  }

  // At something else one begins at its top; what was just drawn here wants a name first.
  arrive() {
    this.element.scrollTop = 0;
    if (this.drawn) this.element.querySelector("[data-key=name]")?.focus();
    this.drawn = false;
  }

  content(element) {
    const edits = new Edits(this.modeler, element, element.businessObject.processRef ?? element.businessObject);
    const shown = sections.filter((section) => section.fits(edits)).map((section) => this.section(section, edits));
    return [this.chooser(element), ...shown, appending(this.modeler, element, () => (this.drawn = true))].filter(Boolean);
  }

  // Open as a person left it; what is rare waits closed until something is filled in.
  section({ title, fields, rare }, edits) {
    const name = title(edits);
    const content = h("div", { className: "stack" }, fields(edits, this.desk).filter(Boolean));
    const open = folded.get(name) ?? (!rare || isFilled(content));
    const note = ({ currentTarget }) => folded.set(name, !currentTarget.parentElement.open);
    return h("details", { className: "panel-section", open }, h("summary", { onclick: note }, h("h2", {}, name)), content);
  }

  // Every element by its name: the way to what is drawn that needs no mouse.
  chooser(current) {
    const registry = this.modeler.get("elementRegistry");
    const root = this.modeler.get("canvas").getRootElement();
    const all = registry.filter((element) => element === root || (element.parent && !element.labelTarget && element.businessObject));
    const input = h(
      "select",
      {
        aria: { label: _("Element") },
        data: { key: "element" },
        onchange: () => this.go(registry.get(input.value)),
      },
      all.map((element) => h("option", { value: element.id, selected: element === current }, label(element))),
    );
    return h("div", { className: "field panel-head" }, input);
  }

  go(element) {
    const canvas = this.modeler.get("canvas");
    if (element === canvas.getRootElement()) this.modeler.get("selection").select([]);
    else {
      this.modeler.get("selection").select(element);
      canvas.scrollToElement(element, 60);
    }
  }
}

const isFilled = (content) =>
  [...content.querySelectorAll("input, select, textarea")].some((input) => (input.type === "checkbox" ? input.checked : input.value));

function label({ businessObject: bo, source, target }) {
  const ends = source && target && [source, target].map(({ businessObject: end }) => end.name || kindOf(end));
  const name = bo.name || ends?.join(" → ");
  return name ? `${name} (${kindOf(bo)})` : `${kindOf(bo)} ${bo.id}`;
}

/** What sections ask the server: names to choose from, whether an expression is one, times. */
export class Desk {
  constructor(names) {
    this.names = names;
    this.variables = [];
    this.expression = this.later(async (text) => (await post("/admin/drafts/expression", { text })).wrong);
  }

  /** Asks once typing pauses, and says under the input what is wrong. */
  later(ask) {
    const timers = new WeakMap();
    return (text, input) => {
      clearTimeout(timers.get(input));
      if (!/[{}]/.test(text)) return complain(input, "");
      timers.set(input, setTimeout(async () => {
        const wrong = await ask(text).catch((error) => refused(error));
        if (input.value === text) complain(input, wrong);
      }, PAUSE));
      return undefined;
    };
  }

  /** Shows the next times of a timer under its input. */
  firings(kind, text, input, more = {}) {
    clearTimeout(input.timer);
    input.timer = setTimeout(() => this.showFirings(kind, text, input, more), PAUSE);
  }

  async showFirings(kind, text, input, more) {
    const field = input.closest(".field");
    const found = text.trim() ? await post("/admin/drafts/firings", { kind, text, ...more }).catch((error) => ({ times: [], wrong: refused(error) })) : { times: [] };
    if (!field || input.value !== text) return;
    complain(input, found.wrong ?? "");
    steady(() => {
      field.querySelector(".firings")?.remove();
      field.append(...told(found));
    });
  }
}

function told({ computed, times }) {
  if (computed) return [h("p", { className: "firings hint" }, _("Its time is computed when it is set."))];
  if (!times.length) return [];
  return [h("div", { className: "firings" }, h("p", { className: "hint" }, _("If it were set now:")), h("ol", {}, times.map((time) => h("li", {}, time))))];
}

const refused = (error) => {
  if (error instanceof Refusal) return error.message;
  throw error;
};
