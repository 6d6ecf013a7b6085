// Try it: the draft in a sandbox with a virtual clock. Each button takes a step as scenarios have
// them; the server answers with where everything stands.
import { _ } from "../js/texts.js";
import { h } from "./dom.js";
import { area, line } from "./fields.js";
import { kindOf } from "./kinds.js";
import { post } from "./server.js";
import { answers, faulted, formFields } from "./trial_form.js";
import { Marks } from "./trial_marks.js";

/** The panel of a trial in `element`. */
export class Trial {
  constructor(element, modeler, { draft, saving, ended }) {
    Object.assign(this, { element, draft, saving, ended });
    this.marks = new Marks(modeler);
    this.registry = modeler.get("elementRegistry");
    this.user = "";
  }

  async begin() {
    this.element.replaceChildren(h("p", { className: "hint trial-part" }, _("Getting ready…")));
    try {
      await this.saving.flush();
      this.show(await post(`${this.draft}/trial`, {}));
    } catch (error) {
      this.element.replaceChildren(
        h("div", { className: "trial-part stack" }, this.refusal(error), h("div", { className: "actions" }, this.button(_("Back to drawing"), () => this.end()))),
      );
    }
  }

  // Takes a step; what its form does not accept is said at the fields.
  async step({ files, ...step }, form) {
    const by = this.user && ["start", "complete"].some((name) => name in step) ? { user: this.user } : {};
    this.element.querySelector("[role=alert]")?.remove();
    try {
      this.show(await post(`/admin/trials/${this.view.id}`, packed({ ...step, ...by }, files)));
    } catch (error) {
      if (form && faulted(form, error.fields ?? {})) return;
      this.element.prepend(this.refusal(error));
      this.element.scrollTop = 0;
    }
  }

  end() {
    if (this.view) post(`/admin/trials/${this.view.id}/end`, {}).catch(() => {});
    this.view = undefined;
    this.marks.clear();
    this.ended();
  }

  refusal(error) {
    return h("p", { className: "notice bad", role: "alert" }, h("span", {}, error.message || _("The server cannot be reached.")));
  }

  show(view) {
    this.view = view;
    this.marks.show(view.marks);
    const parts = [this.head(), this.next(), ...view.tasks.map((task) => this.task(task)), this.waiting(), this.time(), this.values(), this.happened()];
    this.element.replaceChildren(...parts.filter(Boolean));
    this.element.scrollTop = 0;
    this.element.querySelector("h2")?.focus({ preventScroll: true });
  }

  button(text, onclick, kind = "") {
    return h("button", { type: "button", className: `button small ${kind}`, onclick }, text);
  }

  part(title, ...children) {
    return h("section", { className: "trial-part stack" }, h("h3", {}, title), ...children.flat().filter(Boolean));
  }

  head() {
    const { status, now } = this.view;
    const said = { "": _("not started"), ACTIVE: _("running"), SUSPENDED: _("suspended"), COMPLETED: _("completed"), TERMINATED: _("cancelled") }[status];
    return h(
      "section",
      { className: "trial-part stack" },
      h("h2", { tabIndex: -1 }, _("Trial"), " ", h("span", { className: `badge ${{ COMPLETED: "good", ACTIVE: "info" }[status] ?? ""}` }, said)),
      h("p", { className: "trial-clock", role: "status" }, moment(now)),
      h(
        "div",
        { className: "actions" },
        this.button(_("Back to drawing"), () => this.end()),
        this.button(_("Begin again"), () => this.begin()),
        this.view.steps.length ? h("a", { className: "button small", href: `/admin/trials/${this.view.id}/scenario`, download: "" }, _("Save as scenario")) : null,
      ),
      line(_("As"), this.user, (name) => (this.user = name), { hint: _("Who starts and completes; nobody in particular if it is empty.") }),
    );
  }

  next() {
    const { status, start, process, waits } = this.view;
    const plain = !waits.some(({ kind }) => kind.startsWith("start-"));
    if (status === "ACTIVE" || (!plain && !start && !status)) return null;
    const form = start && formFields(start);
    const given = form ? null : this.json(_("Variables"));
    const begin = (outcome) => {
      const values = form ? answers(form) : given.read();
      if (values) this.step({ start: process, ...values, ...outcome }, form);
    };
    return this.part(
      status ? _("Start another") : _("Start"),
      form?.element ?? given.element,
      this.buttons(start, _("Start"), begin),
      form && this.past(_("Start"), (values) => this.step({ start: process, ...values })),
    );
  }

  task(task) {
    const form = task.form && formFields(task.form);
    const given = form ? null : this.json(_("Variables"));
    const complete = (outcome) => {
      const values = form ? answers(form) : given.read();
      if (values) this.step({ complete: { key: task.key }, ...values, ...outcome }, form);
    };
    const who = task.assignee ?? task.candidates.join(", ");
    return this.part(
      task.name,
      h("p", { className: "hint" }, [who || _("nobody in particular"), task.due && _("due %(when)s", { when: moment(task.due) })].filter(Boolean).join(" · ")),
      form?.element ?? given.element,
      this.buttons(task.form, _("Complete"), complete),
      form && this.past(_("Complete"), (values) => this.step({ complete: { key: task.key }, ...values })),
    );
  }

  // The buttons of a form, or the one that everything has; what is done gets what they say.
  buttons(form, text, act) {
    const own = (form?.outcomes ?? []).map(({ value, label, style }) => this.button(label, () => act({ outcome: value }), style === "plain" ? "" : style));
    return h("div", { className: "actions" }, own.length ? own : this.button(text, () => act({}), "primary"));
  }

  // What a form asks for can also be said as variables, as a program does.
  past(text, act) {
    const given = this.json(_("Variables"));
    const go = this.button(text, () => {
      const values = given.read();
      if (values) act(values);
    });
    return h("details", {}, h("summary", {}, _("Past the form")), h("div", { className: "stack" }, given.element, h("div", { className: "actions" }, go)));
  }

  waiting() {
    const rows = this.view.waits.map((wait) => this.wait(wait)).filter(Boolean);
    if (!rows.length) return null;
    const given = this.json(_("With these variables"));
    this.given = given;
    return this.part(_("Waiting for"), h("ul", { className: "trial-waits" }, rows.map((row) => h("li", {}, row))), given.element);
  }

  // What people know an element by, also one of another process.
  called(id) {
    const bo = this.registry.get(id)?.businessObject;
    return bo ? bo.name || kindOf(bo) : id;
  }

  wait({ kind, node, name }) {
    const send = (text, step) => this.button(text, () => {
      const values = this.given.read();
      if (values) this.step({ ...step, ...values });
    });
    if (kind === "message" || kind === "start-message") return send(_("Message %(name)s", { name }), { message: name });
    if (kind.endsWith("signal")) return send(_("Signal %(name)s", { name }), { signal: name });
    if (kind === "receive") return send(_("Trigger %(name)s", { name: this.called(node) }), { trigger: node });
    if (kind === "conditional" || kind === "start-conditional") {
      return this.button(_("Look at the conditions"), () => {
        const values = this.given.read();
        if (values) this.step({ evaluate: values.variables ?? {} });
      });
    }
    if (kind === "external") {
      return [
        send(_("Answer for %(name)s", { name }), { job: { type: name, complete: {} } }),
        this.button(_("Fail for %(name)s", { name }), () => this.step({ job: { type: name, fail: "failed" } })),
      ];
    }
    return null;
  }

  time() {
    const { due, now, waits, status } = this.view;
    const nodes = waits.filter((wait) => wait.due === due).map(({ node }) => this.called(node));
    const soon = due !== null && due <= now;
    const by = line(_("Let time pass"), "", () => {}, { hint: "PT1H, P2D" });
    const input = by.querySelector("input");
    return this.part(
      _("Time"),
      due === null || (soon && status === "") ? null : h(
        "div",
        { className: "actions" },
        soon
          ? this.button(_("Run what is due: %(nodes)s", { nodes: nodes.join(", ") }), () => this.step({ run_jobs: true }), "primary")
          : this.button(_("Jump to %(when)s: %(nodes)s", { when: moment(due), nodes: nodes.join(", ") }), () => this.step({ until: new Date(due).toISOString() }), "primary"),
      ),
      by,
      h("div", { className: "actions" }, this.button(_("Let it pass"), () => input.value.trim() && this.step({ advance: input.value.trim() }))),
    );
  }

  values() {
    const entries = Object.entries(this.view.variables);
    if (!entries.length) return null;
    const rows = entries.map(([name, value]) => [h("dt", {}, name), h("dd", { className: "mono" }, JSON.stringify(value))]).flat();
    return this.part(_("Variables"), h("dl", { className: "trial-values" }, rows));
  }

  happened() {
    const { steps, log, incidents } = this.view;
    return [
      incidents.length ? this.part(_("Problems"), h("ul", {}, incidents.map((text) => h("li", {}, text)))) : null,
      log.length ? this.part(_("Log of scripts"), h("pre", { className: "code", tabIndex: 0 }, log.join("\n"))) : null,
      steps.length ? this.part(_("Steps"), h("ol", { className: "trial-steps" }, steps.map((step) => h("li", { className: "mono" }, told(step))))) : null,
    ].filter(Boolean).reduce((box, part) => (box.append(part), box), h("div", {}));
  }

  // Variables as JSON: what is wrong with them is said there.
  json(label) {
    const element = area(label, "", () => {}, { rows: 2, mono: true, hint: '{"amount": 120}' });
    const input = element.querySelector("textarea");
    const read = () => {
      if (!input.value.trim()) return {};
      try {
        return { variables: JSON.parse(input.value) };
      } catch (error) {
        this.element.querySelector("[role=alert]")?.remove();
        this.element.prepend(this.refusal(new Error(_("The variables are no JSON: %(why)s", { why: error.message }))));
        input.focus();
        return null;
      }
    };
    return { element, read };
  }
}

// A step, with the files that its form gets if there are any.
function packed(step, files = {}) {
  const chosen = Object.entries(files).flatMap(([name, some]) => some.map((file) => [name, file]));
  if (!chosen.length) return step;
  const form = new FormData();
  form.append("step", JSON.stringify(step));
  for (const [name, file] of chosen) form.append(name, file);
  return form;
}

/** A moment of the virtual clock, which is in UTC. */
function moment(ms) {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ").replace(/:00$/, "")} UTC`;
}

function told(step) {
  const [[name, value]] = Object.entries(step);
  return `${name}: ${typeof value === "object" ? Object.values(value).join(" ") : value}`;
}
