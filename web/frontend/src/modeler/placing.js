// Where what is drawn on from an element comes to stand. bpmn-js looks only at what the element is
// connected with; here it also keeps clear of everything else, such as the branch of a boundary event.
// A flow that leads back goes around above what it returns to, in place of straight through it.
import { getNewShapePosition } from "bpmn-js/lib/features/auto-place/BpmnAutoPlaceUtil";
import BpmnLayouter from "bpmn-js/lib/features/modeling/BpmnLayouter";
import { isDirectionHorizontal } from "bpmn-js/lib/features/modeling/util/ModelingUtil";

const GAP = 30;
const FIRST = 3000; // before that of the grid

function keepClear(eventBus, elementRegistry) {
  eventBus.on("autoPlace", FIRST, ({ source, shape }) => {
    const place = getNewShapePosition(source, shape, elementRegistry);
    if (!shape.businessObject.$instanceOf("bpmn:FlowNode")) return place;
    const [at, size] = isDirectionHorizontal(source, elementRegistry) ? ["y", "height"] : ["x", "width"];
    const middle = source[at] + source[size] / 2;
    const others = elementRegistry.filter((other) => other.parent === source.parent && other !== source && isInTheWay(other));
    const off = place[at] - middle;
    if (Math.abs(off) < 1 || !source.businessObject.$instanceOf("bpmn:Gateway")) return clear(place, shape, others, at, size, off < -1 ? -1 : 1);
    // A gateway has two sides: the way to what comes next leads through nothing on one of them.
    const sides = [1, -1].map((side) => clear({ ...place, [at]: middle + side * off }, shape, others, at, size, side * Math.sign(off)));
    const across = at === "y" ? "x" : "y";
    const from = source[across] + source[across === "x" ? "width" : "height"] / 2;
    const nodes = others.filter(({ waypoints, host }) => !waypoints && host !== source);
    const through = (there) => {
      const way = { [across]: from, [at]: Math.min(middle, there[at]), width: 0, height: 0, [size]: Math.abs(there[at] - middle) };
      return nodes.some((node) => meet(node, way));
    };
    return sides.find((there) => !through(there)) ?? sides[0];
  });
}
keepClear.$inject = ["eventBus", "elementRegistry"];

// A place moved on until nothing else stands there.
function clear(place, shape, others, at, size, way) {
  for (let hit; (hit = others.flatMap(boxes).find((box) => meet(box, boxAt(place, shape)))); ) {
    const edge = way > 0 ? hit[at] + hit[size] : hit[at];
    place[at] = edge + way * (GAP + shape[size] / 2);
  }
  return place;
}

const isInTheWay = ({ labelTarget, businessObject }) =>
  !labelTarget && ["bpmn:FlowNode", "bpmn:SequenceFlow", "bpmn:Artifact"].some((type) => businessObject.$instanceOf(type));

// What a shape covers, or each piece of a connection; a piece is a line, so it has no width of its own.
function boxes(element) {
  const { waypoints } = element;
  if (!waypoints) return [element];
  return waypoints.slice(1).map((end, index) => {
    const begin = waypoints[index];
    const [x, y] = [Math.min(begin.x, end.x), Math.min(begin.y, end.y)];
    return { x, y, width: Math.abs(begin.x - end.x), height: Math.abs(begin.y - end.y) };
  });
}

const boxAt = ({ x, y }, { width, height }) => ({ x: x - width / 2, y: y - height / 2, width, height });

const meet = (one, other) =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;

class Layouter extends BpmnLayouter {
  layoutConnection(connection, hints = {}) {
    const { source = connection.source, target = connection.target } = hints;
    const back = connection.businessObject?.$instanceOf("bpmn:SequenceFlow") && !connection.waypoints?.length && target.x + target.width < source.x;
    return super.layoutConnection(connection, back ? { preferredLayouts: ["t:t"], ...hints } : hints);
  }
}
Layouter.$inject = BpmnLayouter.$inject;

/** The module for bpmn-js. */
export default { __init__: ["keepClear"], keepClear: ["type", keepClear], layouter: ["type", Layouter] };
