// Flowable's words, from its published schema, as far as they mean something here: which BPMN
// element may have which attributes and extension elements. They are not a package of moddle's:
// moddle drops what a package does not list, and a model must keep every word that somebody else's
// program wrote into it. So they stay what moddle calls generic, and are read and written here.
export const FLOWABLE = "http://flowable.org/bpmn";
export const OURS = "https://workingflow.dev/bpmn";

// What Flowable has no word for is written as ours, and stays whose it is where a file has it.
const FOREIGN = { inputOutput: [OURS, "http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn", FLOWABLE] };

/** The namespaces in which an extension element of this name is a word; new ones get the first. */
export const spaces = (word) => FOREIGN[word] ?? [FLOWABLE];

const NODE = "async asyncLeave executionListener failedJobRetryTimeCycle";
const FORM = "formKey formProperty";
const SERVICE = `expression type topic resultVariableName skipExpression triggerable
  useLocalScopeForResultVariable storeResultVariableAsTransient externalWorkerInParameter externalWorkerOutParameter`;

const WORDS = {
  "bpmn:Process": "candidateStarterUsers candidateStarterGroups potentialStarter executionListener onSuspend starterMayCancel instanceName",
  "bpmn:FlowNode": NODE,
  "bpmn:SequenceFlow": "executionListener skipExpression",
  "bpmn:CatchEvent": "in",
  "bpmn:ThrowEvent": "out",
  "bpmn:StartEvent": `initiator ${FORM}`,
  "bpmn:UserTask": `assignee owner candidateUsers candidateGroups dueDate priority category taskListener
    businessCalendarName taskIdVariableName activeTaskIdVariableName taskCompleterVariableName skipExpression ${FORM}`,
  "bpmn:ServiceTask": SERVICE,
  "bpmn:SendTask": SERVICE,
  "bpmn:BusinessRuleTask": SERVICE,
  "bpmn:ScriptTask": `resultVariable autoStoreVariables skipExpression useLocalScopeForResultVariable
    storeResultVariableAsTransient in`,
  "bpmn:CallActivity": `in out businessKey inheritBusinessKey inheritVariables sameDeployment
    processInstanceName idVariableName processInstanceIdVariableName useLocalScopeForOutParameters`,
  "bpmn:MultiInstanceLoopCharacteristics":
    "collection elementVariable elementIndexVariable variableAggregation",
};

/** Whether an element of this kind may have a word (without prefix). */
function knows(element, word) {
  return Object.entries(WORDS).some(
    ([type, words]) => element.$instanceOf?.(type) && words.split(/\s+/).includes(word),
  );
}

/** The plain form of a generic element: `{ type, ns, attrs, body, children }`. */
export function plain(generic) {
  const attrs = {};
  for (const [name, value] of Object.entries(generic)) {
    if (!name.startsWith("$") && typeof value !== "object" && value !== undefined) attrs[name] = String(value);
  }
  return {
    type: generic.$type,
    ns: generic.$descriptor.ns?.uri,
    attrs,
    body: generic.$body,
    children: (generic.$children ?? []).map(plain),
  };
}

/** A generic element of a plain form, below `parent`. */
export function generic(moddle, { type, ns, attrs = {}, body, children = [] }, parent) {
  const given = Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== undefined && value !== ""));
  const made = moddle.createAny(type, ns, body === undefined ? given : { ...given, $body: body });
  if (children.length) made.$children = children.map((child) => generic(moddle, child, made));
  made.$parent = parent;
  return made;
}

// What is copied, or turned into another kind of element, takes its words along: all of them to its
// own kind, to another kind those that it knows too.
function carryWords(eventBus, moddle) {
  eventBus.on("moddleCopy.canCopyProperties", 2000, ({ sourceElement, targetElement }) => {
    for (const [name, value] of Object.entries(sourceElement.$attrs ?? {})) {
      if (name.startsWith("xmlns")) continue;
      const known = sourceElement.$type === targetElement.$type || knows(targetElement, name.split(":").pop());
      if (known) targetElement.$attrs[name] = value;
    }
  });
  eventBus.on("moddleCopy.canCopyProperty", 2000, ({ property, parent }) => {
    if (!property?.$descriptor?.isGeneric) return undefined;
    const owner = parent?.$parent;
    const word = property.$type.split(":").pop();
    const foreign = property.$descriptor.ns?.uri !== FLOWABLE;
    return foreign || !owner || knows(owner, word) ? generic(moddle, plain(property), parent) : false;
  });
}
carryWords.$inject = ["eventBus", "moddle"];

/** The module for bpmn-js. */
export default { __init__: ["carryWords"], carryWords: ["type", carryWords] };
