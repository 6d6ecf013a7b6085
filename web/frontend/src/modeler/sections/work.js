// What scripts and services do.
import { variables } from "../completion.js";
import { area, choice, line, note } from "../fields.js";
import { _ } from "../../js/texts.js";
import { mappings, truth } from "./call.js";
import { named } from "./event.js";

const SERVICES = ["bpmn:ServiceTask", "bpmn:SendTask", "bpmn:BusinessRuleTask"];
export const LANGUAGES = ["javascript", "juel"];

export const script = {
  title: () => _("Script"),
  fits: (edits) => edits.is("bpmn:ScriptTask"),
  fields(edits) {
    const format = edits.get("scriptFormat") ?? "";
    const known = [...new Set([...LANGUAGES, format])].filter(Boolean);
    return [
      choice(_("Language"), format, [["", _("choose one")], ...known.map((each) => [each, each])], (scriptFormat) => edits.set({ scriptFormat })),
      area(_("Script"), edits.get("script"), (text) => edits.set({ script: text }), {
        rows: 10,
        mono: true,
        hint: _("execution.getVariable(name), execution.setVariable(name, value), console.log(text). Escape, then Tab leaves the field."),
      }),
      line(_("Variable for the result"), edits.get("flowable:resultVariable"), (name) => edits.set({ "flowable:resultVariable": name }), { mono: true }),
      truth(edits, "autoStoreVariables", _("Variables of the script become variables of the instance")),
      ...result(edits),
    ];
  },
};

// Where a result stays.
const result = (edits) => [
  truth(edits, "useLocalScopeForResultVariable", _("The result stays in the subprocess around it")),
  truth(edits, "storeResultVariableAsTransient", _("The result is forgotten at the next wait")),
];

export const service = {
  title: () => _("Service"),
  fits: (edits) => edits.is(...SERVICES),
  fields(edits, desk) {
    const kind = doneBy(edits);
    return [
      choice(
        _("Done by"),
        kind,
        [
          ["expression", _("an expression")],
          ["worker", _("an external worker")],
          ...(edits.is("bpmn:SendTask") ? [["message", _("a message")]] : []),
        ],
        (wanted) => choose(edits, wanted),
      ),
      DONE[kind](edits, desk),
    ].flat();
  },
};

function doneBy(edits) {
  if (["external-worker", "external"].includes(edits.get("flowable:type"))) return "worker";
  return edits.get("messageRef") && !edits.get("flowable:expression") ? "message" : "expression";
}

function choose(edits, kind) {
  const nothing = { "flowable:type": "", "flowable:topic": "", "flowable:expression": "", ...(edits.is("bpmn:SendTask") ? { messageRef: undefined } : {}) };
  const chosen = {
    expression: () => ({ "flowable:expression": edits.get("flowable:expression") }),
    worker: () => ({ "flowable:type": "external-worker" }),
    message: () => ({ messageRef: edits.root("bpmn:Message", { name: edits.get("name") || edits.get("id") }) }),
  };
  edits.set({ ...nothing, ...chosen[kind]() });
}

const expression = (edits, desk) => [
  line(_("Expression"), edits.get("flowable:expression"), (text) => edits.set({ "flowable:expression": text }), {
    mono: true,
    options: variables(() => desk.variables),
    check: desk.expression,
  }),
  line(_("Variable for the result"), edits.get("flowable:resultVariableName") ?? edits.get("flowable:resultVariable"), (name) => {
    edits.set({ "flowable:resultVariableName": name, "flowable:resultVariable": "" });
  }, { mono: true }),
  truth(edits, "triggerable", _("Waits to be triggered afterwards")),
  ...result(edits),
];

const worker = (edits, desk) => [
  line(_("Topic"), edits.get("flowable:topic"), (topic) => edits.set({ "flowable:topic": topic }), {
    check: desk.expression,
    hint: _("Workers ask for jobs of this topic."),
  }),
  mappings(edits, desk, "externalWorkerInParameter", _("What the worker gets")),
  mappings(edits, desk, "externalWorkerOutParameter", _("What becomes of the answer")),
  edits.extensions("externalWorkerInParameter").length ? null : note(_("Without entries the worker gets all variables.")),
];

const DONE = {
  expression,
  worker,
  message: (edits, desk) => [named(edits, desk, "bpmn:Message", "message", _("Name of the message"))],
};
