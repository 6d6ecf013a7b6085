// Comments, and elements that BPMN does not have where they stand: moddle does not read them and
// would lose them. They are taken from the file and put back where they stood, as long as what they
// stood in is still there.

function keepRest(eventBus, moddle) {
  let kept = [];
  eventBus.on("import.parse.start", ({ xml }) => {
    kept = [...rest(new DOMParser().parseFromString(xml, "application/xml"), vocabulary(moddle))];
  });
  eventBus.on("import.parse.complete", ({ error, warnings }) => {
    const tags = new Set(kept.map(({ node }) => node.tagName));
    const lost = ({ message }) => !tags.has(message?.match(/^unparsable content <(\S+)> detected/)?.[1]);
    if (!error) warnings.splice(0, warnings.length, ...warnings.filter(lost));
  });
  eventBus.on("saveXML.serialized", ({ xml }) => (kept.length ? together(xml, kept) : undefined));
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

function* rest(parent, { spaces, names }, extended = false) {
  for (const node of parent.childNodes) {
    const element = node.nodeType === Node.ELEMENT_NODE;
    const unread = element && !extended && !(spaces.has(node.namespaceURI) && names.has(node.localName));
    if (node.nodeType === Node.COMMENT_NODE || unread) yield { node, within: pathOf(parent), before: pathOf(node.nextElementSibling) };
    else if (element) yield* rest(node, { spaces, names }, extended || node.localName === "extensionElements");
  }
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

function together(xml, kept) {
  const document = new DOMParser().parseFromString(xml, "application/xml");
  for (const { node, within, before } of kept) {
    const parent = found(document, within);
    const after = before && found(document, before);
    if (parent) put(document.importNode(node, true), parent, after?.parentNode === parent ? after : null);
  }
  return new XMLSerializer().serializeToString(document);
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
