// What the server's linter says, on the diagram and as a list that leads to the element.
import { h } from "./dom.js";
import { _ } from "../js/texts.js";

const ORDER = ["error", "warning", "hint"];

/** Shows findings: `show([{severity, rule, message, element}])`; `go(element)` leads there. */
export class Findings {
  constructor(element, modeler, go) {
    this.element = element;
    this.modeler = modeler;
    this.go = go;
    this.shown = "";
  }

  show(findings) {
    const text = JSON.stringify(findings);
    if (text === this.shown) return;
    this.shown = text;
    const sorted = [...findings].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
    this.list(sorted);
    this.mark(sorted);
  }

  list(findings) {
    const open = this.element.querySelector("details")?.open;
    const counts = ORDER.map((severity) => [severity, findings.filter((one) => one.severity === severity).length]);
    const badges = counts.filter(([, number]) => number).map(([severity, number]) => h("span", { className: `badge ${KIND[severity]}` }, said(severity, number)));
    this.element.replaceChildren(
      findings.length
        ? h("details", { open }, h("summary", {}, h("h2", {}, _("Findings")), badges), h("ul", {}, findings.map((one) => h("li", {}, this.row(one), h("a", { className: "mono", href: `/help/rules#${one.rule}`, target: "_blank" }, one.rule)))))
        : h("p", { className: "modeler-fine" }, _("Nothing to complain about")),
    );
  }

  row({ severity, message, element }) {
    const shape = this.modeler.get("elementRegistry").get(element);
    const inside = [h("span", { className: `badge ${KIND[severity]}` }, WORD[severity]()), h("span", {}, message)];
    return shape ? h("button", { type: "button", className: "finding", onclick: () => this.go(shape) }, inside) : h("span", { className: "finding" }, inside);
  }

  mark(findings) {
    const overlays = this.modeler.get("overlays");
    const registry = this.modeler.get("elementRegistry");
    overlays.remove({ type: "lint" });
    const worst = new Map();
    for (const one of findings) if (!worst.has(one.element)) worst.set(one.element, one);
    for (const [id, { severity, message }] of worst) {
      const shape = registry.get(id);
      if (!shape || shape === this.modeler.get("canvas").getRootElement() || severity === "hint") continue;
      const place = shape.waypoints ? { top: -9, left: 0 } : { top: -9, left: -9 };
      overlays.add(id, "lint", { position: place, html: h("div", { className: `lint-mark ${severity}`, title: message }, "!") });
    }
  }
}

const KIND = { error: "bad", warning: "warn", hint: "info" };
const WORD = { error: () => _("error"), warning: () => _("warning"), hint: () => _("hint") };

const said = (severity, number) =>
  ({
    error: number === 1 ? _("1 error") : _("%(number)s errors", { number }),
    warning: number === 1 ? _("1 warning") : _("%(number)s warnings", { number }),
    hint: number === 1 ? _("1 hint") : _("%(number)s hints", { number }),
  })[severity];
