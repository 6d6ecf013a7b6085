// What any activity may have besides its work: repetition, background jobs, rules of subprocesses.
import { variables } from "../completion.js";
import { choice, line, tick } from "../fields.js";
import { _ } from "../../js/texts.js";

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
  formal(edits, desk, "loopCardinality", _("Or how many times")),
  formal(edits, desk, "completionCondition", _("Enough when"), {
    hint: "${nrOfCompletedInstances >= 2}",
  }),
];

const again = (edits, desk) => [
  formal(edits, desk, "loopCondition", _("As long as")),
  line(_("At most"), edits.get("loopMaximum"), (text) => edits.set({ loopMaximum: text ? Number(text) : undefined })),
  tick(_("Ask before the first time"), edits.get("testBefore") === true, (testBefore) => edits.set({ testBefore })),
];

export const background = {
  title: () => _("In the background"),
  fits: (edits) => edits.is("bpmn:FlowNode"),
  fields(edits) {
    const asynchronous = edits.get("flowable:async") === "true";
    const [retry] = edits.extensions("failedJobRetryTimeCycle");
    return [
      tick(_("Begins in a job of its own"), asynchronous, (on) => edits.set({ "flowable:async": on ? "true" : "" })),
      tick(_("Leaves in a job of its own"), edits.get("flowable:asyncLeave") === "true", (on) => edits.set({ "flowable:asyncLeave": on ? "true" : "" })),
      line(_("Tries after a failure"), retry?.body, (body) => edits.setExtensions("failedJobRetryTimeCycle", body ? [{ body }] : []), {
        mono: true,
        hint: _("Such as R5/PT7M: five times, seven minutes apart. Three times, ten seconds apart if nothing is said."),
      }),
    ];
  },
};
