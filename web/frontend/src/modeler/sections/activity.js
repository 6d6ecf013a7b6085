// What any activity may have besides its work: repetition, background jobs, rules of subprocesses.
import { variables } from "../completion.js";
import { choice, line, list, tick } from "../fields.js";
import { FLOWABLE } from "../flowable.js";
import { _ } from "../../js/texts.js";
import { pairs, truth } from "./call.js";

export const activity = {
  title: () => _("Subprocess"),
  fits: (edits) => edits.is("bpmn:AdHocSubProcess"),
  fields: (edits, desk) => [
    formal(edits, desk, "completionCondition", _("It is done when")),
    choice(_("Order"), edits.get("ordering"), [["Parallel", _("several at a time")], ["Sequential", _("one at a time")]], (ordering) => edits.set({ ordering })),
    tick(_("Cancel what remains"), edits.get("cancelRemainingInstances") !== false, (cancelRemainingInstances) => edits.set({ cancelRemainingInstances })),
  ],
};

/** A formal expression with completion and check. */
export function formal(edits, desk, name, label, more = {}) {
  return line(label, edits.text(name), (text) => edits.setText(name, text), {
    key: name,
    mono: true,
    options: variables(() => desk.variables),
    check: desk.expression,
    ...more,
  });
}

const MULTIPLE = "bpmn:MultiInstanceLoopCharacteristics";
const STANDARD = "bpmn:StandardLoopCharacteristics";

export const loop = {
  title: () => _("Repetition"),
  rare: true,
  fits: (edits) => edits.is("bpmn:Activity"),
  fields(edits, desk) {
    const found = edits.get("loopCharacteristics");
    const kind = !found ? "" : found.$type === STANDARD ? "loop" : found.isSequential ? "sequential" : "parallel";
    const inner = found && edits.of(found);
    return [
      choice(
        _("Done"),
        kind,
        [
          ["", _("once")],
          ["parallel", _("several times, side by side")],
          ["sequential", _("several times, one after the other")],
          ["loop", _("as long as a condition holds")],
        ],
        (wanted) => repeat(edits, found, wanted),
      ),
      kind === "loop" ? again(inner, desk) : kind ? each(inner, desk) : null,
    ].flat();
  },
};

function repeat(edits, found, kind) {
  if (!kind) edits.set({ loopCharacteristics: undefined });
  else if (kind === "loop") edits.set({ loopCharacteristics: edits.child(STANDARD) });
  else if (found?.$type === MULTIPLE) edits.of(found).set({ isSequential: kind === "sequential" });
  else edits.set({ loopCharacteristics: edits.child(MULTIPLE, { isSequential: kind === "sequential" }) });
}

const each = (edits, desk) => [
  line(_("For each of"), edits.get("flowable:collection"), (text) => edits.set({ "flowable:collection": text }), {
    mono: true,
    options: (before) => variables(() => desk.variables)(before),
    check: desk.expression,
    hint: _("A variable or expression with a list."),
  }),
  line(_("Variable for the item"), edits.get("flowable:elementVariable"), (text) => edits.set({ "flowable:elementVariable": text }), { mono: true }),
  line(_("Variable for its number"), edits.get("flowable:elementIndexVariable"), (text) => edits.set({ "flowable:elementIndexVariable": text }), { mono: true, hint: _("Counted from 0.") }),
  formal(edits, desk, "loopCardinality", _("Or how many times")),
  formal(edits, desk, "completionCondition", _("Enough when"), {
    hint: "${nrOfCompletedInstances >= 2}",
  }),
  gathered(edits, desk),
];

// Lists of what the iterations give.
const gathered = (edits, desk) => list(
  _("Gather in a list"),
  edits.extensions("variableAggregation"),
  (item, change, key) => [
    line(_("Variable for the list"), item.attrs.target, (target) => change({ ...item, attrs: { ...item.attrs, target } }), { mono: true, key: `${key} target` }),
    tick(_("It can be seen from the beginning"), item.attrs.createOverviewVariable === "true", (on) => change({ ...item, attrs: { ...item.attrs, createOverviewVariable: on ? "true" : undefined } }), { key: `${key} overview`, hint: _("With what each iteration has so far. Otherwise the list is there when all are done.") }),
    pairs(_("Of each iteration"), item.children, desk, (children) => change({ ...item, children }), { within: key, ...variable(edits) }),
  ],
  (items) => edits.setExtensions("variableAggregation", items),
  () => ({ attrs: { target: "results" }, children: [{ attrs: { source: "result" }, ...variable(edits) }] }),
);

const variable = (edits) => ({ type: edits.named("flowable:variable"), ns: FLOWABLE });

const again = (edits, desk) => [
  formal(edits, desk, "loopCondition", _("As long as")),
  line(_("At most"), edits.get("loopMaximum"), (text) => edits.set({ loopMaximum: text ? Number(text) : undefined })),
  tick(_("Ask before the first time"), edits.get("testBefore") === true, (testBefore) => edits.set({ testBefore })),
];

export const skipping = {
  title: () => _("Skipping"),
  rare: true,
  fits: (edits) => edits.is("bpmn:UserTask", "bpmn:ScriptTask", "bpmn:ServiceTask", "bpmn:SendTask", "bpmn:BusinessRuleTask", "bpmn:SequenceFlow"),
  fields: (edits, desk) => [
    line(_("Skipped when"), edits.get("flowable:skipExpression"), (text) => edits.set({ "flowable:skipExpression": text }), {
      mono: true,
      options: variables(() => desk.variables),
      check: desk.expression,
      hint: _("Where the variable _ACTIVITI_SKIP_EXPRESSION_ENABLED or _FLOWABLE_SKIP_EXPRESSION_ENABLED is true."),
    }),
  ],
};

export const background = {
  title: () => _("In the background"),
  rare: true,
  fits: (edits) => edits.is("bpmn:FlowNode"),
  fields(edits) {
    const [retry] = edits.extensions("failedJobRetryTimeCycle");
    return [
      truth(edits, "async", _("Begins in a job of its own")),
      truth(edits, "asyncLeave", _("Leaves in a job of its own")),
      line(_("Tries after a failure"), retry?.body, (body) => edits.setExtensions("failedJobRetryTimeCycle", body ? [{ body }] : []), {
        mono: true,
        hint: _("Such as R5/PT7M: five times, seven minutes apart. Three times, ten seconds apart if nothing is said."),
      }),
    ];
  },
};
