// The modeler: draws a draft, shows the properties of what is selected, saves by itself and shows
// what the linter says. Loaded by islands.js for
//   <div class="modeler" data-module data-style data-draft="URL" data-revision data-names>
// with parts by class: modeler-canvas, modeler-panel, modeler-findings, modeler-bar.
import Modeler from "bpmn-js/lib/Modeler";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import faithful, { readable } from "./modeler/faithful.js";
import flowable from "./modeler/flowable.js";
import { Findings } from "./modeler/findings.js";
import { h } from "./modeler/dom.js";
import kept from "./modeler/kept.js";
import { Desk, Panel } from "./modeler/panel.js";
import { Saving } from "./modeler/saving.js";
import placing from "./modeler/placing.js";
import { post } from "./modeler/server.js";
import { Trial } from "./modeler/trial.js";
import words from "./modeler/words.js";
import { _ } from "./js/texts.js";

const PALETTE = 100;
const EDGE = 24;
const WIDE = matchMedia("(min-width: 821px)");

/** Starts the modeler in `element`. */
export async function start(element) {
  const { draft, revision, names } = element.dataset;
  const part = (name) => element.querySelector(`.modeler-${name}`);
  const container = part("canvas");
  const xml = readable(await (await fetch(`${draft}/xml`)).text());
  if (!WIDE.matches) return look(container, xml);
  const modeler = new Modeler({ container, additionalModules: [flowable, faithful, kept, placing, words] });
  const { warnings, error } = await modeler.importXML(xml).catch((reason) => ({ error: reason }));
  if (error) return refuse(element, error);
  const lost = warnings.filter(({ context }) => !context);
  if (lost.length) tell(document.querySelector(".modeler-notes"), lost);
  show(modeler);
  const panel = new Panel(part("panel"), modeler, new Desk(JSON.parse(names)));
  const findings = new Findings(part("findings"), modeler, (shape) => panel.go(shape));
  const heard = (answer) => {
    panel.desk.variables = answer.variables;
    findings.show(answer.findings);
  };
  const saving = new Saving(modeler, {
    address: draft,
    revision: Number(revision),
    status: document.querySelector("[data-saved]"),
    conflict: (message) => meet(saving, message),
    heard,
  });
  controls(part("bar"), modeler);
  trying(element, modeler, draft, saving);
  leave(saving);
  returning(panel, saving, heard);
  element.dataset.ready = "";
  heard(await post("/admin/drafts/check", { xml }));
  return undefined;
}

// Without a diagram there is nothing to draw on.
function refuse(element, { message }) {
  tell(document.querySelector(".modeler-notes"), [{ message }]);
  element.hidden = true;
}

// On a small screen one can look, not draw.
async function look(container, xml) {
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(xml);
  viewer.get("canvas").zoom("fit-viewport", "auto");
}

// What bpmn-js cannot read it would lose.
function tell(notes, warnings) {
  notes.hidden = false;
  notes.querySelector("ul").append(...warnings.map(({ message }) => h("li", {}, message.split("\n")[0])));
}

// The whole drawing, beside the palette.
function show(modeler) {
  const canvas = modeler.get("canvas");
  canvas.resized(); // what is found under it takes room from it
  const { inner, outer } = canvas.viewbox();
  const room = { width: outer.width - PALETTE - 2 * EDGE, height: outer.height - 2 * EDGE };
  if (!inner.width || room.width <= 0 || room.height <= 0) return;
  const scale = Math.min(1, room.width / inner.width, room.height / inner.height);
  canvas.viewbox({
    x: inner.x - (PALETTE + EDGE + (room.width - inner.width * scale) / 2) / scale,
    y: inner.y - (EDGE + (room.height - inner.height * scale) / 2) / scale,
    width: outer.width / scale,
    height: outer.height / scale,
  });
}

function controls(bar, modeler) {
  const actions = modeler.get("editorActions");
  const stack = modeler.get("commandStack");
  const button = (text, label, onclick) => h("button", { type: "button", className: "button small", title: label, aria: { label }, onclick }, text);
  const undo = button("↶", _("Undo"), () => actions.trigger("undo"));
  const redo = button("↷", _("Redo"), () => actions.trigger("redo"));
  const zoom = (value) => () => actions.trigger("stepZoom", { value });
  bar.append(undo, redo, button("−", _("Smaller"), zoom(-1)), button("+", _("Larger"), zoom(1)), button("⤢", _("Whole diagram"), () => show(modeler)));
  const able = () => {
    undo.disabled = !stack.canUndo();
    redo.disabled = !stack.canRedo();
  };
  modeler.on("commandStack.changed", able);
  able();
}

// "Try it" exchanges the properties for the trial, and the drawing stays as it is meanwhile.
function trying(element, modeler, draft, saving) {
  const [panel, trial] = ["panel", "trial"].map((name) => element.querySelector(`.modeler-${name}`));
  const button = document.querySelector("[data-try]");
  const turn = (on) => {
    panel.hidden = on;
    trial.hidden = !on;
    button.disabled = on;
    element.classList.toggle("trying", on);
  };
  const run = new Trial(trial, modeler, {
    draft,
    saving,
    ended: () => {
      turn(false);
      button.focus();
    },
  });
  button.hidden = false;
  button.addEventListener("click", () => {
    turn(true);
    run.begin();
  });
}

// While one was elsewhere, such as in the form editor, there may have come to be more to choose from.
function returning(panel, saving, heard) {
  addEventListener("focus", async () => {
    const answer = await fetch("/admin/drafts/names").catch(() => null);
    if (!answer?.ok) return;
    panel.names(await answer.json());
    heard(await post("/admin/drafts/check", { xml: await saving.drawn() }));
  });
}

// Links that need what is drawn wait until it is saved.
function leave(saving) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-after-saving]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    await saving.flush().then(() => location.assign(link.href), () => {});
  });
}

// Somebody else saved this draft: theirs or mine, never one over the other.
function meet(saving, message) {
  const dialog = document.getElementById("conflict");
  dialog.querySelector("[data-message]").textContent = message;
  dialog.querySelector("[data-mine]").addEventListener("click", async () => {
    const xml = await saving.drawn();
    const { address } = await post("/admin/drafts/copy", { xml });
    saving.dirty = false;
    location.assign(address);
  });
  dialog.showModal();
}
