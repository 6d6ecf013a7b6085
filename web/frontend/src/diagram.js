// A BPMN diagram with where its instance is. Loaded by islands.js for
//   <div data-module data-style data-xml="URL" data-marks-id="ID" aria-label>
// and the element ID holds data-marks: {active: {node: count}, visited: {node: count},
// flows: {flow: count}, incidents: [node], here: node, heat: {node: 1 to 5}, kinds: {node: class},
// badges: {node: text}}, each of it or not. When htmx exchanges it, the marks follow.
//   data-move="DIALOG"   tokens can be dragged: see diagram/drag.js
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { draggable } from "./diagram/drag.js";
import { _ } from "./js/texts.js";

const WALKED = "#1a7f4b";
const HEAT = [1, 2, 3, 4, 5].map((level) => `heat-${level}`);
const CHANGES = ["added", "removed", "changed", "mapped", "lost"];
const KINDS = ["active", "within", "visited", "incident", ...HEAT, ...CHANGES];

/** Draws the diagram into `element`. */
export async function start(element) {
  const response = await fetch(element.dataset.xml);
  const words = element.dataset;
  if (!response.ok) return fail(element, words.failed);
  const canvasElement = Object.assign(document.createElement("div"), { className: "diagram-canvas" });
  element.replaceChildren(canvasElement);
  const viewer = new NavigatedViewer({ container: canvasElement, zoomScroll: { enabled: false } });
  try {
    await viewer.importXML(await response.text());
  } catch {
    viewer.destroy();
    return fail(element, words.failed);
  }
  const drawing = new Drawing(element, viewer);
  drawing.trim();
  drawing.fit();
  drawing.mark();
  drawing.addControls();
  document.addEventListener("htmx:afterSettle", () => {
    if (element.isConnected) drawing.mark();
  });
  return undefined;
}

function fail(element, text) {
  const note = Object.assign(document.createElement("p"), { className: "diagram-note", textContent: text });
  element.replaceChildren(note);
  element.classList.add("none");
}

class Drawing {
  constructor(element, viewer) {
    this.element = element;
    this.viewer = viewer;
    this.canvas = viewer.get("canvas");
    this.registry = viewer.get("elementRegistry");
    this.overlays = viewer.get("overlays");
    this.zoomer = viewer.get("zoomScroll");
    this.last = "";
    const svg = element.querySelector("svg");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("tabindex", "-1");
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    new ResizeObserver(() => this.canvas.resized()).observe(element);
  }

  // The panel is no higher than its drawing needs; app.css says how high it may be.
  trim() {
    const { inner } = this.canvas.viewbox();
    const room = this.element.clientWidth;
    const scale = Math.min(1.15, room / inner.width);
    const height = Math.max(inner.height * scale * 1.1 + 96, 200);
    if (height < this.element.clientHeight) this.element.style.blockSize = `${Math.round(height)}px`;
    this.canvas.resized();
  }

  fit() {
    this.canvas.zoom("fit-viewport", "auto");
    if (this.canvas.zoom() > 1.15) this.canvas.zoom(1.15, "auto");
    const box = this.canvas.viewbox();
    const margin = 0.04;
    this.canvas.viewbox({
      x: box.x - box.width * margin,
      y: box.y - box.height * margin,
      width: box.width * (1 + 2 * margin),
      height: box.height * (1 + 2 * margin),
    });
  }

  mark() {
    const source = document.getElementById(this.element.dataset.marksId);
    const text = source?.dataset.marks ?? "{}";
    if (text === this.last) return;
    this.last = text;
    this.clear();
    const { active = {}, visited = {}, flows = {}, incidents = [], here, ...more } = JSON.parse(text);
    const words = this.element.dataset;
    Object.keys(visited).filter((id) => !(id in active)).forEach((id) => this.add(id, "visited"));
    Object.keys(flows).forEach((id) => this.walk(id));
    for (const [id, count] of Object.entries(active)) {
      if (incidents.includes(id)) continue;
      if (this.isOpenContainer(id)) {
        this.add(id, "within");
      } else {
        this.add(id, "active");
        this.badge(id, id === here ? words.here : String(count), "active", id === here ? words.here : words.active);
      }
    }
    for (const id of incidents) {
      this.add(id, "incident");
      this.badge(id, "!", "incident", words.incident);
    }
    this.markMore(more);
  }

  markMore({ heat = {}, kinds = {}, badges = {} }) {
    for (const [id, level] of Object.entries(heat)) this.add(id, `heat-${level}`);
    for (const [id, kind] of Object.entries(kinds)) this.add(id, kind);
    for (const [id, text] of Object.entries(badges)) this.badge(id, text, kinds[id] ?? "note", text);
  }

  clear() {
    this.overlays.clear();
    this.registry.forEach((shape) => {
      KINDS.forEach((kind) => this.canvas.removeMarker(shape.id, `is-${kind}`));
    });
  }

  add(id, kind) {
    if (this.registry.get(id)) this.canvas.addMarker(id, `is-${kind}`);
  }

  // A subprocess that shows its inside is not where something waits; that is inside.
  isOpenContainer(id) {
    const shape = this.registry.get(id);
    return Boolean(shape?.children?.some((child) => !child.labelTarget)) && !shape.collapsed;
  }

  badge(id, text, kind, note) {
    if (!this.registry.get(id)) return;
    const html = document.createElement("div");
    html.className = `diagram-badge ${kind}`;
    html.title = note;
    html.textContent = text;
    const { move, drag } = this.element.dataset;
    if (move && kind === "active") {
      html.title = `${note}. ${drag}`;
      draggable(html, id, move);
    }
    this.overlays.add(id, { position: { top: -13, right: 14 }, show: { minZoom: 0.2 }, html });
  }

  // The arrow head of a flow takes its colour from the diagram's data, not from a style sheet.
  walk(id) {
    const flow = this.registry.get(id);
    if (!flow?.waypoints) return;
    flow.di.set("border-color", WALKED);
    this.viewer.get("graphicsFactory").update("connection", flow, this.registry.getGraphics(flow));
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = this.element.getBoundingClientRect();
    const position = { x: event.clientX - left, y: event.clientY - top };
    this.zoomer.stepZoom(event.deltaY < 0 ? 1 : -1, position);
  }

  addControls() {
    const bar = Object.assign(document.createElement("div"), { className: "diagram-controls" });
    bar.append(
      control("+", _("Larger"), () => this.zoomer.stepZoom(1)),
      control("−", _("Smaller"), () => this.zoomer.stepZoom(-1)),
      control("⤢", _("Whole diagram"), () => this.fit()),
    );
    this.element.append(bar);
  }
}

function control(sign, label, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = sign;
  button.setAttribute("aria-label", label);
  button.title = label;
  button.addEventListener("click", action);
  return button;
}
