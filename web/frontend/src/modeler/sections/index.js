// What the panel shows of an element: sections in their order. A section is
// `{ title, fits(edits), fields(edits, desk), rare }`; `desk` has names, variables and checks, and
// what is `rare` waits closed.
import { activity, background, loop, skipping } from "./activity.js";
import { call, carried } from "./call.js";
import { event } from "./event.js";
import { conditions, defaults } from "./flow.js";
import { general, starters } from "./general.js";
import { local } from "./local.js";
import { executionListeners, taskListeners } from "./listeners.js";
import { people, start, taskForm } from "./people.js";
import { script, service } from "./work.js";

export default [
  general,
  starters,
  start,
  people,
  taskForm,
  script,
  service,
  call,
  carried,
  activity,
  event,
  conditions,
  defaults,
  local,
  loop,
  background,
  skipping,
  taskListeners,
  executionListeners,
];
