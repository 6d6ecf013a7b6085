// Where a trial stands, on the diagram: what was done, where tokens wait.
import { h } from "./dom.js";
import { _ } from "../js/texts.js";

const KINDS = ["is-active", "is-visited", "is-incident"];

/** Marks on the modeler's canvas, which are no part of the model. */
export class Marks {
  constructor(modeler) {
    this.canvas = modeler.get("canvas");
    this.registry = modeler.get("elementRegistry");
    this.overlays = modeler.get("overlays");
  }

  clear() {
    this.overlays.remove({ type: "trial" });
    this.registry.forEach((shape) => KINDS.forEach((kind) => this.canvas.removeMarker(shape.id, kind)));
  }

  show({ active, visited, flows, incidents }) {
    this.clear();
    [...Object.keys(visited), ...Object.keys(flows)].forEach((id) => this.add(id, "is-visited"));
    for (const [id, count] of Object.entries(active)) {
      const open = this.registry.get(id)?.children?.some((child) => !child.labelTarget);
      if (open) continue;
      this.add(id, "is-active");
      this.badge(id, String(count));
    }
    incidents.forEach((id) => this.add(id, "is-incident"));
  }

  add(id, kind) {
    if (this.registry.get(id)) this.canvas.addMarker(id, kind);
  }

  badge(id, text) {
    if (!this.registry.get(id)) return;
    const html = h("div", { className: "trial-token", title: _("Waiting here") }, text);
    this.overlays.add(id, "trial", { position: { top: -13, right: 13 }, html });
  }
}
