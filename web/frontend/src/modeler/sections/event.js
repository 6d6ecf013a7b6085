// What events wait for or bring about.
import { whole } from "../completion.js";
import { choice, line, tick } from "../fields.js";
import { _ } from "../../js/texts.js";
import { formal } from "./activity.js";

// The kind of a timer that has no time yet.
const chosen = new WeakMap();

const TIMERS = ["timeDuration", "timeDate", "timeCycle"];

export const event = {
  title: (edits) => TITLES[kindOf(edits)]?.() ?? _("Event"),
  fits: (edits) => Boolean(KINDS[kindOf(edits)]),
  fields: (edits, desk) => [
    ...KINDS[kindOf(edits)](edits, desk, definition(edits) && edits.of(definition(edits))),
    edits.is("bpmn:BoundaryEvent") && interrupts(edits, "cancelActivity", _("Ends its activity")),
    edits.is("bpmn:StartEvent") && edits.bo.$parent?.triggeredByEvent && interrupts(edits, "isInterrupting", _("Ends what goes on around it")),
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
        check: (text, input) => desk.firings(kind, text, input, repeats(edits)),
        hint: { timeDuration: "PT4H, P2D", timeDate: "2026-05-01T09:00", timeCycle: "R3/PT1H, 0 0 9 ? * MON-FRI" }[kind],
      }),
    ];
  },
  message: (edits, desk, inner) => [named(inner, "bpmn:Message", "messageRef", _("Name of the message"))],
  receive: (edits) => [named(edits, "bpmn:Message", "messageRef", _("Name of the message"))],
  signal: (edits, desk, inner) => [named(inner, "bpmn:Signal", "signalRef", _("Name of the signal"))],
  error: (edits, desk, inner) => [
    coded(inner, "bpmn:Error", "errorRef", "errorCode", _("Error code"), _("Without a code it catches every error.")),
    edits.is("bpmn:CatchEvent") && line(_("Variable for the code"), inner.get("flowable:errorVariableName"), (name) => inner.set({ "flowable:errorVariableName": name }), { mono: true }),
  ],
  escalation: (edits, desk, inner) => [coded(inner, "bpmn:Escalation", "escalationRef", "escalationCode", _("Escalation code"))],
  conditional: (edits, desk, inner) => [formal(inner, desk, "condition", _("Happens when"), { hint: "${stock < 10}" })],
  link: (edits, desk, inner) => [line(_("Name of the link"), inner.get("name"), (name) => inner.set({ name }))],
  terminate: (edits, desk, inner) => [
    tick(_("End the whole instance, with those that called it"), inner.get("flowable:terminateAll") === "true", (on) => inner.set({ "flowable:terminateAll": on ? "true" : "" })),
  ],
};

const repeats = (edits) => {
  if (edits.is("bpmn:BoundaryEvent")) return edits.get("cancelActivity") === false;
  if (edits.is("bpmn:StartEvent")) return !edits.bo.$parent?.triggeredByEvent || edits.get("isInterrupting") === false;
  return false;
};

function named(edits, type, reference, label) {
  const names = () => edits.roots(type).map((root) => [root.name ?? "", root.id]).filter(([name]) => name);
  return line(label, edits.get(reference)?.name, (name) => {
    edits.set({ [reference]: name ? edits.root(type, { name }) : undefined });
  }, { key: reference, options: whole(names) });
}

function coded(edits, type, reference, code, label, hint) {
  const codes = () => edits.roots(type).map((root) => [root.get(code) ?? "", root.name ?? ""]).filter(([text]) => text);
  return line(label, edits.get(reference)?.get(code), (text) => {
    edits.set({ [reference]: text ? edits.root(type, { [code]: text, name: text }) : undefined });
  }, { key: reference, options: whole(codes), hint });
}
