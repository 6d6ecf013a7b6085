// Changes of the model as one step each, so that undo takes back what a person did.
import { FLOWABLE, generic, OURS, plain, spaces } from "./flowable.js";

const SPACES = { flowable: FLOWABLE, wf: OURS };

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
      Object.entries(properties).map(([name, value]) => [this.declared(name), value === "" ? undefined : value]),
    );
    if (this.bo === this.element.businessObject) this.modeling.updateProperties(this.element, named);
    else this.modeling.updateModdleProperties(this.element, this.bo, named);
  }

  /** A word as the file has it, which may call the namespace otherwise or not know it. */
  named(name) {
    const [usual, word] = name.split(":");
    return word === undefined ? name : `${this.prefix(SPACES[usual]) ?? usual}:${word}`;
  }

  /** The same to be written: the file knows the namespace then. One that spoke no dialect says that
   * it is drawn here, so that it does not become a model of Flowable's. */
  declared(name) {
    const [usual, word] = name.split(":");
    if (word !== undefined && !this.prefix(SPACES[usual])) {
      const attrs = this.definitions.$attrs;
      const dialect = Object.values(attrs).some((address) => /flowable|activiti|camunda|operaton/.test(address));
      if (!dialect) attrs["xmlns:wf"] = OURS;
      attrs[`xmlns:${usual}`] = SPACES[usual];
    }
    return this.named(name);
  }

  prefix(address) {
    const attrs = this.definitions.$attrs;
    return Object.keys(attrs).find((name) => name.startsWith("xmlns:") && attrs[name] === address)?.slice("xmlns:".length);
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
    return value.$type.split(":").pop() === word && spaces(word).includes(value.$descriptor.ns?.uri);
  }

  /** Exchanges the extension elements of a kind; all others stay where they are. */
  setExtensions(word, items) {
    const holder = this.bo.get("extensionElements");
    const made = holder ?? this.child("bpmn:ExtensionElements", { values: [] });
    const [ns] = spaces(word);
    const type = () => this.declared(`${ns === OURS ? "wf" : "flowable"}:${word}`);
    const fresh = items.map((item) => generic(this.moddle, { ns, ...item, type: item.type ?? type() }, made));
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
