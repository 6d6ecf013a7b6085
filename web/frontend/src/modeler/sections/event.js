// What events wait for or bring about.
import { variables, whole } from "../completion.js";
import { choice, line, tick } from "../fields.js";
import { _ } from "../../js/texts.js";
import { formal } from "./activity.js";
import { truth } from "./call.js";

// The kind of a timer that has no time yet.
const chosen = new WeakMap();

const TIMERS = ["timeDuration", "timeDate", "timeCycle"];

export const event = {
  title: (edits) => TITLES[kindOf(edits)]?.() ?? _("Event"),
  fits: (edits) => Boolean(KINDS[kindOf(edits)]) && (kindOf(edits) !== "compensate" || edits.is("bpmn:ThrowEvent")),
  fields: (edits, desk) => [
    ...KINDS[kindOf(edits)](edits, desk, definition(edits) && edits.of(definition(edits))),
    edits.is("bpmn:BoundaryEvent") && kindOf(edits) !== "error" && interrupts(edits, "cancelActivity", _("Ends its activity")),
    edits.is("bpmn:StartEvent") && edits.bo.$parent?.triggeredByEvent && kindOf(edits) !== "error" && interrupts(edits, "isInterrupting", _("Ends what goes on around it")),
  ],
};

const definition = (edits) => edits.bo.eventDefinitions?.[0];

const kindOf = (edits) =>
  edits.is("bpmn:ReceiveTask") ? "receive" : definition(edits)?.$type.match(/:(\w+)EventDefinition/)?.[1].toLowerCase();

const interrupts = (edits, name, label) => tick(label, edits.get(name) !== false, (on) => edits.set({ [name]: on }));

const TITLES = {
  timer: () => _("Timer"),
  message: () => _("Message"),
  receive: () => _("Message"),
  signal: () => _("Signal"),
  error: () => _("Error"),
  escalation: () => _("Escalation"),
  conditional: () => _("Condition"),
  link: () => _("Link"),
  terminate: () => _("End of everything"),
  compensate: () => _("Compensation"),
};

const KINDS = {
  timer(edits, desk, inner) {
    const kind = TIMERS.find((each) => inner.text(each)) ?? chosen.get(inner.bo) ?? "timeDuration";
    const cycle = inner.bo.timeCycle && inner.of(inner.bo.timeCycle);
    const end = () => cycle?.get("flowable:endDate") ?? "";
    return [
      choice(
        _("When"),
        kind,
        [
          ["timeDuration", _("after a duration")],
          ["timeDate", _("at a date")],
          ["timeCycle", _("again and again")],
        ],
        (wanted) => {
          chosen.set(inner.bo, wanted);
          const text = inner.text(kind);
          inner.set({ [kind]: undefined, ...(text ? { [wanted]: inner.child("bpmn:FormalExpression", { body: text }) } : {}) });
        },
      ),
      formal(inner, desk, kind, { timeDuration: _("Duration"), timeDate: _("Date"), timeCycle: _("Cycle") }[kind], {
        key: "timer",
        check: (text, input) => desk.firings(kind, text, input, { repeats: repeats(edits), end: end() }),
        hint: { timeDuration: "PT4H, P2D", timeDate: "2026-05-01T09:00", timeCycle: "R3/PT1H, 0 0 9 ? * MON-FRI" }[kind],
      }),
      cycle && repeats(edits) && line(_("Until"), end(), (text) => cycle.set({ "flowable:endDate": text }), {
        mono: true,
        options: variables(() => desk.variables),
        check: desk.expression,
        hint: _("A date such as 2026-12-31T18:00, or an expression. Nothing: as long as it is needed."),
      }),
    ];
  },
  message: (edits, desk, inner) => [named(inner, desk, "bpmn:Message", "message", _("Name of the message"))],
  receive: (edits, desk) => [named(edits, desk, "bpmn:Message", "message", _("Name of the message"))],
  signal: (edits, desk, inner) => [
    named(inner, desk, "bpmn:Signal", "signal", _("Name of the signal")),
    inner.get("signalRef") && heard(inner.of(inner.get("signalRef"))),
    edits.is("bpmn:ThrowEvent") && truth(inner, "async", _("Thrown in a job of its own")),
  ],
  error: (edits, desk, inner) => [
    coded(inner, "bpmn:Error", "errorRef", "errorCode", _("Error code"), _("Without a code it catches every error.")),
    ...(edits.is("bpmn:CatchEvent") ? [variable(inner, "errorVariableName", _("Variable for the code")), variable(inner, "errorMessageVariable", _("Variable for the message"))] : []),
  ],
  escalation: (edits, desk, inner) => [
    coded(inner, "bpmn:Escalation", "escalationRef", "escalationCode", _("Escalation code"), edits.is("bpmn:CatchEvent") ? _("Without a code it catches every escalation.") : undefined),
    edits.is("bpmn:CatchEvent") && variable(inner, "escalationCodeVariable", _("Variable for the code")),
  ],
  conditional: (edits, desk, inner) => [formal(inner, desk, "condition", _("Happens when"), { hint: "${stock < 10}" })],
  compensate: (edits, desk, inner) => (edits.is("bpmn:ThrowEvent") ? [undone(inner)] : []),
  link: (edits, desk, inner) => [line(_("Name of the link"), inner.get("name"), (name) => inner.set({ name }))],
  terminate: (edits, desk, inner) => [
    truth(inner, "terminateAll", _("End the whole instance, with those that called it")),
    truth(inner, "terminateMultiInstance", _("End all repetitions around it")),
  ],
};

const repeats = (edits) => {
  if (edits.is("bpmn:BoundaryEvent")) return edits.get("cancelActivity") === false;
  if (edits.is("bpmn:StartEvent")) return !edits.bo.$parent?.triggeredByEvent || edits.get("isInterrupting") === false;
  return false;
};

const variable = (edits, word, label) =>
  line(label, edits.get(`flowable:${word}`), (name) => edits.set({ [`flowable:${word}`]: name }), { mono: true });

// A name that stands in the file, or an expression that gives one.
export function named(edits, desk, type, kind, label) {
  const [reference, computed] = [`${kind}Ref`, `flowable:${kind}Expression`];
  const names = () => edits.roots(type).map((root) => [root.name ?? "", root.id]).filter(([name]) => name);
  const receives = edits.is("bpmn:Task");
  return line(label, edits.get(computed) ?? edits.get(reference)?.name, (text) => {
    const dynamic = !receives && /^[$#]{/.test(text);
    edits.set({ [reference]: dynamic || !text ? undefined : edits.root(type, { name: text }), [computed]: dynamic ? text : "" });
  }, { key: reference, options: (before) => variables(() => desk.variables)(before) ?? whole(names)(before), check: desk.expression });
}

// What a throw event compensates: an activity beside it that has a handler, or everything.
function undone(inner) {
  const activities = (inner.element.parent?.children ?? []).filter(({ businessObject: bo, attachers = [] }) =>
    bo.$instanceOf("bpmn:Activity") && (bo.$instanceOf("bpmn:SubProcess") || attachers.some((one) => one.businessObject.eventDefinitions?.[0]?.$type === "bpmn:CompensateEventDefinition")));
  return choice(
    _("Compensates"),
    inner.get("activityRef")?.id,
    [["", _("everything that was done around it")], ...activities.map(({ id, businessObject: { name } }) => [id, name || id])],
    (id) => inner.set({ activityRef: activities.find((one) => one.id === id)?.businessObject }),
  );
}

const heard = (signal) =>
  tick(_("Only this instance hears it"), signal.get("flowable:scope") === "processInstance", (on) => signal.set({ "flowable:scope": on ? "processInstance" : "" }));

function coded(edits, type, reference, code, label, hint) {
  const codes = () => edits.roots(type).map((root) => [root.get(code) ?? "", root.name ?? ""]).filter(([text]) => text);
  return line(label, edits.get(reference)?.get(code), (text) => {
    edits.set({ [reference]: text ? edits.root(type, { [code]: text, name: text }) : undefined });
  }, { key: reference, options: whole(codes), hint });
}
