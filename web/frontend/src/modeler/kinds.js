// What people call the kinds of elements.
import { _ } from "../js/texts.js";

const NAMES = {
  Task: () => _("Task"),
  UserTask: () => _("User task"),
  ServiceTask: () => _("Service task"),
  ScriptTask: () => _("Script task"),
  SendTask: () => _("Send task"),
  ReceiveTask: () => _("Receive task"),
  ManualTask: () => _("Manual task"),
  BusinessRuleTask: () => _("Business rule task"),
  CallActivity: () => _("Call activity"),
  SubProcess: () => _("Sub process"),
  AdHocSubProcess: () => _("Ad hoc sub process"),
  Transaction: () => _("Transaction"),
  StartEvent: () => _("Start event"),
  EndEvent: () => _("End event"),
  IntermediateCatchEvent: () => _("Intermediate catch event"),
  IntermediateThrowEvent: () => _("Intermediate throw event"),
  BoundaryEvent: () => _("Boundary event"),
  ExclusiveGateway: () => _("Exclusive gateway"),
  ParallelGateway: () => _("Parallel gateway"),
  InclusiveGateway: () => _("Inclusive gateway"),
  ComplexGateway: () => _("Complex gateway"),
  EventBasedGateway: () => _("Event based gateway"),
  SequenceFlow: () => _("Sequence flow"),
  MessageFlow: () => _("Message flow"),
  Association: () => _("Association"),
  Process: () => _("Process"),
  Collaboration: () => _("Collaboration"),
  Participant: () => _("Participant"),
  Lane: () => _("Lane"),
  DataObjectReference: () => _("Data object reference"),
  DataStoreReference: () => _("Data store reference"),
  TextAnnotation: () => _("Text annotation"),
  Group: () => _("Group"),
  DataInputAssociation: () => _("Data input association"),
  DataOutputAssociation: () => _("Data output association"),
};

/** The name of an element's kind. */
export function kindOf(bo) {
  const kind = bo.$type.replace("bpmn:", "");
  return NAMES[kind]?.() ?? kind;
}
