// The draft on the server follows what is drawn; the answer to each save is what the linter says.
import { calm } from "./dom.js";
import { writable } from "./faithful.js";
import { post } from "./server.js";
import { _ } from "../js/texts.js";

const PAUSE = 700;

/** Saves on changes. `heard({findings, variables})` gets each answer. */
export class Saving {
  constructor(modeler, { address, revision, status, conflict, heard }) {
    Object.assign(this, { modeler, address, revision, status, conflict, heard });
    this.dirty = false;
    this.lost = false;
    this.later = calm(() => this.save(), PAUSE);
    modeler.on("commandStack.changed", () => {
      this.dirty = true;
      this.say(_("Not saved yet"));
      this.later();
    });
    addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
  }

  /** Everything that is drawn is on the server once this is done, or it raises what hindered it. */
  async flush() {
    document.activeElement?.blur();
    await this.running;
    if (this.dirty) await this.later.now();
    if (this.dirty) throw new Error(this.status.textContent);
  }

  /** The model as it is now. */
  async drawn() {
    const { xml } = await this.modeler.saveXML({ format: true });
    return writable(xml);
  }

  // One after the other: each save has the revision that the one before it made.
  save() {
    const saved = Promise.resolve(this.running).then(() => this.attempt()).finally(() => {
      if (this.running === saved) this.running = undefined;
    });
    this.running = saved;
    return saved;
  }

  async attempt() {
    if (this.lost) return;
    this.dirty = false;
    this.say(_("Saving…"));
    try {
      const answer = await post(this.address, { xml: await this.drawn(), revision: this.revision });
      this.revision = answer.revision;
      this.say(this.dirty ? _("Not saved yet") : _("Saved"));
      this.heard(answer);
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error) {
    this.dirty = true;
    this.lost = error.code === "DRAFT_CHANGED";
    this.say(this.lost ? _("Not saved: somebody else changed this draft") : error.message || _("Not saved: the server cannot be reached"), true);
    if (this.lost) this.conflict(error.message);
    else if (error.status === 0 || error.status >= 500) setTimeout(() => this.later(), 5000);
  }

  say(text, bad = false) {
    this.status.textContent = text;
    this.status.classList.toggle("bad", bad);
  }
}
