// bpmn-js' own menus in the reader's language; bpmn-js.txt has their texts for the catalogues.
import { _ } from "../js/texts.js";

const translate = (text, values = {}) =>
  _(text).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

/** The module for bpmn-js. */
export default { translate: ["value", translate] };
