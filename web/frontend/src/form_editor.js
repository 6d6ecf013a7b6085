// The editor of forms: a list of components, the properties of the chosen one, and what the server
// makes of it all. Loaded by islands.js for
//   <div class="form-editor" data-module data-style data-address data-version data-revision data-source>
// What is changed is kept as a draft by itself; saving makes it a version.
// The source is the form-js JSON itself: what the editor has no field for stays in it as it is.
import { _ } from "./js/texts.js";
import { calm, h, redrawn, settled } from "./modeler/dom.js";
import { post } from "./modeler/server.js";
import { KINDS, fresh, titleOf } from "./forms/kinds.js";
import { formProperties, properties } from "./forms/properties.js";

const PAUSE = 400;
const CONTAINERS = ["group", "dynamiclist"];

/** Starts the editor in `element`. */
export function start(element) {
  new Editor(element);
}

class Editor {
  constructor(element) {
    this.element = element;
    this.form = JSON.parse(element.dataset.source);
    this.form.components ??= [];
    this.address = element.dataset.address;
    this.version = Number(element.dataset.version);
    this.revision = Number(element.dataset.revision);
    this.parts = Object.fromEntries(["fields", "properties", "preview"].map((name) => [name, element.querySelector(`[data-${name}]`)]));
    this.status = document.querySelector("[data-saved]");
    this.button = document.querySelector("[data-save]");
    this.chosen = null;
    this.dirty = false;
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.save());
    this.look = calm(() => this.preview(), PAUSE);
    this.keep = calm(() => (this.kept = Promise.resolve(this.kept).then(() => this.keepNow())), PAUSE);
    this.redraw = settled(() => this.draw());
    addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
    this.draw();
    this.preview();
    element.dataset.ready = "";
  }

  changed() {
    this.dirty = true;
    this.say(_("Not kept yet"));
    this.redraw();
    this.look();
    this.keep();
  }

  draw() {
    redrawn(this.element, () => {
      const { fields, properties: chosen } = this.parts;
      fields.replaceChildren(this.list(this.form.components), this.adder(this.form.components));
      const change = () => this.changed();
      chosen.replaceChildren(...(this.chosen ? properties(this.chosen, change) : formProperties(this.form, change)));
    });
  }

  list(components) {
    const rows = components.map((component, index) =>
      h("li", {}, this.row(components, component, index), CONTAINERS.includes(component.type) ? this.inner(component) : null),
    );
    const whole = components === this.form.components
      ? h("button", { type: "button", className: "form-row", aria: { pressed: String(!this.chosen) }, data: { key: "whole" }, onclick: () => this.choose(null) }, _("The whole form"))
      : null;
    return h("div", {}, whole, h("ol", { className: "form-rows" }, rows));
  }

  inner(component) {
    component.components ??= [];
    return h("div", { className: "form-inner" }, this.list(component.components), this.adder(component.components));
  }

  row(components, component, index) {
    const name = titleOf(component);
    const key = component.key ?? component.path ?? component.id ?? `${component.type} ${index}`;
    const icon = (text, label, able, act) =>
      h("button", { type: "button", className: "icon-button", disabled: !able, title: label, aria: { label: `${label}: ${name}` }, data: { key: `${label} ${key}` }, onclick: act }, text);
    const move = (by) => () => {
      components.splice(index, 1);
      components.splice(index + by, 0, component);
      this.changed();
    };
    return h(
      "div",
      { className: "form-line" },
      h("button", { type: "button", className: "form-row", aria: { pressed: String(this.chosen === component) }, data: { key: `row ${key}` }, onclick: () => this.choose(component) }, h("span", {}, name), h("small", {}, KINDS[component.type]?.() ?? component.type)),
      icon("↑", _("Up"), index > 0, move(-1)),
      icon("↓", _("Down"), index < components.length - 1, move(1)),
      icon("×", _("Remove"), true, () => {
        components.splice(index, 1);
        if (this.chosen === component) this.chosen = null;
        this.changed();
      }),
    );
  }

  adder(components) {
    const input = h(
      "select",
      {
        aria: { label: _("Add a field") },
        onchange: () => {
          if (!input.value) return;
          this.chosen = fresh(input.value, this.form);
          components.push(this.chosen);
          this.changed();
          this.draw();
          this.parts.properties.querySelector("input, textarea, select")?.focus();
        },
      },
      h("option", { value: "" }, _("Add a field…")),
      Object.entries(KINDS).map(([type, name]) => h("option", { value: type }, name())),
    );
    return h("div", { className: "field" }, input);
  }

  choose(component) {
    this.chosen = component;
    this.draw();
  }

  get source() {
    return JSON.stringify(this.form, null, 2);
  }

  async preview() {
    const headers = { "content-type": "application/json", "x-csrf-token": document.querySelector("meta[name=csrf-token]").content, "hx-request": "true" };
    const answer = await fetch("/admin/form-preview", { method: "POST", headers, body: JSON.stringify({ source: this.source }) }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.parts.preview.replaceChildren(...page.body.childNodes);
  }

  async keepNow() {
    if (!this.dirty || this.lost) return;
    this.dirty = false;
    try {
      ({ revision: this.revision } = await post(`${this.address}/draft`, this.edited));
      if (!this.dirty) this.say(_("Draft kept"));
    } catch (error) {
      this.dirty = true;
      this.lost = error.code === "DRAFT_CHANGED";
      this.failed(error);
    }
  }

  async save() {
    document.activeElement?.blur();
    this.keep.now();
    await this.kept;
    if (this.lost) return;
    try {
      const { version } = await post(this.address, this.edited);
      Object.assign(this, { dirty: false, version, revision: 0 });
      this.say(_("Saved as version %(num)s", { num: version }));
      document.querySelector("[data-edits]").textContent = _("edits version %(num)s", { num: version });
      this.button.lastChild.textContent = _("Save as version %(num)s", { num: version + 1 });
    } catch (error) {
      this.failed(error);
      if (error.code === "CONFLICT") meet(error.message);
    }
  }

  get edited() {
    return { source: this.source, version: this.version, revision: this.revision };
  }

  failed(error) {
    this.say(error.message || _("The server cannot be reached."), true);
  }

  say(text, bad = false) {
    this.status.textContent = text;
    this.status.classList.toggle("bad", bad);
  }
}

// Somebody else saved this form: theirs or mine, never one over the other.
function meet(message) {
  const dialog = document.getElementById("conflict");
  dialog.querySelector("[data-message]").textContent = message;
  dialog.showModal();
}
