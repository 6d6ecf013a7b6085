// What moddle does not read and would lose: comments and processing instructions, elements that BPMN
// does not have where they stand, one of two attributes that only their prefix tells apart. All that
// is taken from the file and put back where it stood, as long as what it stood in is still there.

import { FLOWABLE } from "./flowable.js";

function keepRest(eventBus, moddle) {
  let kept = [];
  let twins = [];
  eventBus.on("import.parse.start", ({ xml }) => {
    const document = new DOMParser().parseFromString(xml, "application/xml");
    kept = [...rest(document, vocabulary(moddle))];
    twins = [...doubled(document)];
  });
  eventBus.on("import.parse.complete", ({ error, warnings, definitions }) => {
    const tags = new Set(kept.flatMap(({ node, nodes = [node] }) => nodes.map(({ tagName }) => tagName)));
    const lost = ({ message }) => !tags.has(message?.match(/^unparsable content <(\S+)> detected/)?.[1]);
    if (error) return;
    warnings.splice(0, warnings.length, ...warnings.filter(lost));
    if (twins.length) moddle.toXML(definitions).then(({ xml }) => note(twins, xml));
  });
  eventBus.on("saveXML.serialized", ({ xml }) => (kept.length || twins.length ? together(xml, kept, twins) : undefined));
}
keepRest.$inject = ["eventBus", "moddle"];

// The namespaces and names of elements that moddle reads.
function vocabulary({ registry }) {
  const local = (name) => name.split(":").pop();
  const types = Object.entries(registry.typeMap);
  const names = types.flatMap(([name, { properties }]) => [name, ...properties.map((property) => property.name)]).map(local);
  return {
    spaces: new Set(registry.packages.map(({ uri }) => uri)),
    names: new Set(names.flatMap((name) => [name, name[0].toLowerCase() + name.slice(1)])),
  };
}

const UNREAD = [Node.COMMENT_NODE, Node.PROCESSING_INSTRUCTION_NODE];
const TEXTS = [Node.TEXT_NODE, Node.CDATA_SECTION_NODE];

function* rest(parent, words, extended = false) {
  const unread = (each) => !extended && !(words.spaces.has(each.namespaceURI) && words.names.has(each.localName));
  const read = [...parent.children].filter((each) => !unread(each));
  const after = (node) => read.find((each) => node.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  for (const node of parent.childNodes) {
    const element = node.nodeType === Node.ELEMENT_NODE;
    if (element ? unread(node) : UNREAD.includes(node.nodeType)) yield { node, within: pathOf(parent), before: pathOf(after(node)) };
    else if (element && [...node.children].every((child) => unread(child) || isForeign(child, extended)) && ownText(node)) yield* interrupted(node);
    else if (element) yield* rest(node, words, extended || node.localName === "extensionElements");
  }
}

// What stands in extension elements and is nothing that the panel changes.
const isForeign = (element, extended) => extended && element.namespaceURI !== FLOWABLE && !element.closest("inputOutput");

// A text with something in between, which has its place only as long as the text is the same.
function* interrupted(element) {
  const nodes = [...element.childNodes];
  if (nodes.some(({ nodeType }) => !TEXTS.includes(nodeType))) yield { nodes, within: pathOf(element), text: ownText(element) };
}

// The text of an element without that of others in it, as moddle reads it: what is blank between
// others is dropped, though not in CDATA.
const ownText = ({ childNodes }) =>
  [...childNodes].filter(({ nodeType, data }) => TEXTS.includes(nodeType) && (nodeType === Node.CDATA_SECTION_NODE || data.trim())).map(({ data }) => data).join("");

// Elements with an attribute twice, once with the prefix of the element: moddle reads one of them,
// and which one shows in what it writes of a model that nobody has changed.
function* doubled(document) {
  for (const element of document.querySelectorAll("*")) {
    for (const { localName: name, namespaceURI: space } of element.attributes) {
      const plain = element.getAttributeNode(name);
      if (space === null || space !== element.namespaceURI || !plain) continue;
      const pair = [...element.attributes].filter((each) => each.localName === name && [null, space].includes(each.namespaceURI));
      yield { of: pathOf(element), pair };
    }
  }
}

function note(twins, xml) {
  const document = new DOMParser().parseFromString(xml, "application/xml");
  for (const twin of twins) twin.read = written(document, twin);
}

function written(document, { of, pair }) {
  const element = found(document, of);
  const values = pair.map(({ localName, namespaceURI }) => element?.getAttributeNS(namespaceURI, localName));
  return values.find((value) => value != null);
}

// The nearest element with an id around a node (without one the document), and the way from there.
function pathOf(node) {
  const steps = [];
  for (let at = node; at?.nodeType === Node.ELEMENT_NODE; at = at.parentNode) {
    if (at.id) return { id: at.id, steps };
    const { namespaceURI: space, localName: name } = at;
    steps.unshift([space, name, same(at.parentNode, space, name).indexOf(at)]);
  }
  return node && { steps };
}

const same = (parent, space, name) =>
  [...parent.childNodes].filter((each) => each.localName === name && each.namespaceURI === space);

function found(document, path) {
  const begin = path.id ? document.querySelector(`[id="${CSS.escape(path.id)}"]`) : document;
  return path.steps.reduce((at, [space, name, index]) => at && same(at, space, name)[index], begin);
}

function together(xml, kept, twins) {
  const document = new DOMParser().parseFromString(xml, "application/xml");
  for (const twin of twins) {
    const value = written(document, twin);
    if (value === undefined || value !== twin.read) continue;
    const element = found(document, twin.of);
    for (const { namespaceURI, name, value } of twin.pair) element.setAttributeNS(namespaceURI, name, value);
  }
  for (const { node, nodes, text, within, before } of kept) {
    const parent = found(document, within);
    const after = before && found(document, before);
    if (parent && nodes) interrupt(parent, nodes.map((each) => document.importNode(each, true)), text);
    else if (parent) put(document.importNode(node, true), parent, after?.parentNode === parent ? after : null);
  }
  return new XMLSerializer().serializeToString(document);
}

function interrupt(element, nodes, text) {
  if (ownText(element).trimEnd() === text.trimEnd()) element.replaceChildren(...nodes);
  else element.append(...nodes.filter((node) => !TEXTS.includes(node.nodeType)));
}

// On a line of its own, indented as what follows it.
function put(node, parent, after) {
  const line = after ? after.previousSibling : parent.lastChild;
  const blank = line?.nodeType === Node.TEXT_NODE && !line.data.trim();
  parent.insertBefore(node, after ?? (blank ? line : null));
  if (blank && after) parent.insertBefore(line.cloneNode(), after);
  else if (blank) parent.insertBefore((parent.firstChild === line ? line : parent.firstChild).cloneNode(), node);
}

/** The module for bpmn-js. */
export default { __init__: ["keepRest"], keepRest: ["type", keepRest] };
