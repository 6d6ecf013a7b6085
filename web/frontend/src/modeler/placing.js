// Where what is drawn on from an element comes to stand. bpmn-js looks only at what the element is
// connected with; here it also keeps clear of everything else, such as the branch of a boundary event.
import { getNewShapePosition } from "bpmn-js/lib/features/auto-place/BpmnAutoPlaceUtil";
import { isDirectionHorizontal } from "bpmn-js/lib/features/modeling/util/ModelingUtil";

const GAP = 30;
const FIRST = 2000;

function keepClear(eventBus, elementRegistry) {
  eventBus.on("autoPlace", FIRST, ({ source, shape }) => {
    const place = getNewShapePosition(source, shape, elementRegistry);
    if (!shape.businessObject.$instanceOf("bpmn:FlowNode")) return place;
    const [at, size] = isDirectionHorizontal(source, elementRegistry) ? ["y", "height"] : ["x", "width"];
    const middle = source[at] + source[size] / 2;
    const way = place[at] < middle - 1 ? -1 : 1;
    const others = elementRegistry.filter((other) => other.parent === source.parent && other !== source && isInTheWay(other));
    for (let hit; (hit = others.flatMap(boxes).find((box) => meet(box, boxAt(place, shape)))); ) {
      const edge = way > 0 ? hit[at] + hit[size] : hit[at];
      place[at] = edge + way * (GAP + shape[size] / 2);
    }
    return place;
  });
}
keepClear.$inject = ["eventBus", "elementRegistry"];

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

/** The module for bpmn-js. */
export default { __init__: ["keepClear"], keepClear: ["type", keepClear] };
