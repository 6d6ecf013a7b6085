// What is read is written again. By itself moddle drops references that lead nowhere and attributes
// that say what holds anyway, calls some expressions by a name that fewer programs know, and takes
// line ends within attributes as they stand in the file; bpmn-js writes no shape that it did not draw.

/** The text of a file as XML means it: line ends and spaces within attributes are what they count as. */
export function readable(xml) {
  const parsed = new DOMParser().parseFromString(xml, "application/xml");
  return parsed.querySelector("parsererror") ? xml : new XMLSerializer().serializeToString(parsed);
}

/** Carriage returns as XML keeps them: written plainly they would be read as line feeds. */
export const writable = (xml) =>
  xml.replace(/<!\[CDATA\[[^]*?\]\]>|\r/g, (found) =>
    found === "\r" ? "&#13;" : found.replaceAll("\r", "]]>&#13;<![CDATA["));

function keepWords(eventBus, moddle) {
  let typed = false;
  eventBus.on("import.parse.start", ({ xml }) => {
    typed = /<[\w.:-]*waypoint\s[^>]*\btype=/.test(xml);
  });
  eventBus.on("import.parse.complete", ({ error, warnings }) => {
    if (error) return;
    for (const warning of warnings.filter(isLost)) {
      refer(moddle, warning);
      warnings.splice(warnings.indexOf(warning), 1);
    }
    writeAll(moddle);
    if (typed) writeTypes(moddle);
  });
}
keepWords.$inject = ["eventBus", "moddle"];

const isLost = ({ element, property, value }) => element?.set && property && value;

// Something to point at, for a reference to what is not in the file.
function refer(moddle, { element, property, value }) {
  const { isMany, name } = element.$descriptor.propertiesByName[property];
  const missing = moddle.create("bpmn:BaseElement", { id: value });
  if (isMany) element.get(name).push(missing);
  else element.set(name, missing);
}

// Prototypes know what holds by default; without it in the descriptors what was said is written.
function writeAll(moddle) {
  const names = Object.keys(moddle.registry.typeMap).filter((name) => /^bpmn(di)?:/.test(name));
  const descriptors = names.map((name) => moddle.getType(name).$descriptor);
  for (const { properties } of descriptors) for (const property of properties) delete property.default;
  const assignment = moddle.getType("bpmn:ResourceAssignmentExpression").$descriptor;
  delete assignment.propertiesByName.expression.xml;
}

// Some programs say of each point of an edge that it is one; moddle does where another type was due.
function writeTypes(moddle) {
  moddle.getType("bpmndi:BPMNEdge").$descriptor.propertiesByName.waypoint.type = "Element";
}

// Shapes and edges of what is not in sight, such as a process that no pool shows.
function keepShapes(eventBus, canvas, elementRegistry) {
  let unseen = [];
  eventBus.on("import.done", ({ error }) => {
    if (error) return;
    const drawn = new Set(elementRegistry.getAll().map(({ di }) => di));
    unseen = canvas.getRootElements().map(({ di }) => [di, (di?.get("planeElement") ?? []).filter((each) => !drawn.has(each))]);
  });
  eventBus.on("saveXML.start", () => {
    for (const [plane, elements] of unseen) plane?.get("planeElement").push(...elements);
  });
}
keepShapes.$inject = ["eventBus", "canvas", "elementRegistry"];

/** The module for bpmn-js. */
export default {
  __init__: ["keepWords", "keepShapes"],
  keepWords: ["type", keepWords],
  keepShapes: ["type", keepShapes],
};
