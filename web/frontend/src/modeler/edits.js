// Changes of the model as one step each, so that undo takes back what a person did.
import { FLOWABLE, generic, OURS, plain } from "./flowable.js";

/** What the panel can read and change of one selected element. */
export class Edits {
  constructor(modeler, element, owner = element.businessObject) {
    this.modeler = modeler;
    this.element = element;
    this.bo = owner;
    this.modeling = modeler.get("modeling");
    this.moddle = modeler.get("moddle");
    this.factory = modeler.get("bpmnFactory");
    this.definitions = modeler.getDefinitions();
  }

  /** The same for something inside the element that has attributes and extensions of its own. */
  of(owner) {
    return new Edits(this.modeler, this.element, owner);
  }

  is(...types) {
    return types.some((type) => this.bo.$instanceOf(type));
  }

  /** A BPMN property, or a word of Flowable's as "flowable:word". */
  get(name) {
    return this.bo.get(this.named(name));
  }

  set(properties) {
    const named = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [this.named(name), value === "" ? undefined : value]),
    );
    if (this.bo === this.element.businessObject) this.modeling.updateProperties(this.element, named);
    else this.modeling.updateModdleProperties(this.element, this.bo, named);
  }

  // A file may call the namespace otherwise, or not know it yet.
  named(name) {
    const [prefix, word] = name.split(":");
    if (word === undefined) return name;
    return `${this.prefix(prefix === "wf" ? OURS : FLOWABLE, prefix)}:${word}`;
  }

  prefix(address, usual) {
    const attrs = this.definitions.$attrs;
    const found = Object.keys(attrs).find((name) => name.startsWith("xmlns:") && attrs[name] === address);
    if (found) return found.slice("xmlns:".length);
    attrs[`xmlns:${usual}`] = address;
    return usual;
  }

  /** The text of a formal expression such as a condition. */
  text(name) {
    return this.bo.get(name)?.body ?? "";
  }

  setText(name, body) {
    const old = this.bo.get(name);
    if (!body) this.set({ [name]: undefined });
    else if (old) this.of(old).set({ body });
    else this.set({ [name]: this.child("bpmn:FormalExpression", { body }) });
  }

  child(type, properties = {}) {
    const made = this.factory.create(type, properties);
    made.$parent = this.bo;
    return made;
  }

  /** The extension elements of a kind, in their plain form. */
  extensions(word) {
    return this.values().filter((value) => this.isWord(value, word)).map(plain);
  }

  values() {
    return this.bo.get("extensionElements")?.get("values") ?? [];
  }

  isWord(value, word) {
    return value.$type.split(":").pop() === word && value.$descriptor.ns?.uri === FLOWABLE;
  }

  /** Exchanges the extension elements of a kind; all others stay where they are. */
  setExtensions(word, items) {
    const holder = this.bo.get("extensionElements");
    const made = holder ?? this.child("bpmn:ExtensionElements", { values: [] });
    const type = this.named(`flowable:${word}`);
    const fresh = items.map((item) => generic(this.moddle, { ns: FLOWABLE, ...item, type }, made));
    const values = [...this.values().filter((value) => !this.isWord(value, word)), ...fresh];
    if (!values.length) {
      if (holder) this.set({ extensionElements: undefined });
    } else if (holder) {
      this.modeling.updateModdleProperties(this.element, holder, { values });
    } else {
      made.values = values;
      this.set({ extensionElements: made });
    }
  }

  /** Messages, signals, errors and escalations of the file. */
  roots(type) {
    return this.definitions.get("rootElements").filter((root) => root.$instanceOf(type));
  }

  /** The root element of a name, made when there is none. */
  root(type, properties) {
    const [key, value] = Object.entries(properties)[0];
    const found = this.roots(type).find((root) => root.get(key) === value);
    if (found) return found;
    const made = this.factory.create(type, properties);
    made.$parent = this.definitions;
    const rootElements = [...this.definitions.get("rootElements"), made];
    this.modeling.updateModdleProperties(this.element, this.definitions, { rootElements });
    return made;
  }
}
