"""Every kind of BPMN element that can be executed, one file each, listed by its XML tag.

The list is written out: discovery by file name would find nothing in a frozen binary.
"""

from __future__ import annotations

from engine.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.elements.boundary_event import BoundaryEvent
from engine.elements.business_rule_task import BusinessRuleTask
from engine.elements.call_activity import CallActivity
from engine.elements.catch_event import CatchEvent
from engine.elements.complex_gateway import ComplexGateway
from engine.elements.end_event import EndEvent
from engine.elements.event_based_gateway import EventBasedGateway
from engine.elements.event_sub_process import EventSubProcess
from engine.elements.exclusive_gateway import ExclusiveGateway
from engine.elements.inclusive_gateway import InclusiveGateway
from engine.elements.manual_task import ManualTask, NoneTask
from engine.elements.parallel_gateway import ParallelGateway
from engine.elements.receive_task import ReceiveTask
from engine.elements.script_task import ScriptTask
from engine.elements.send_task import SendTask
from engine.elements.service_task import ServiceTask
from engine.elements.start_event import StartEvent
from engine.elements.sub_process import SubProcess, Transaction
from engine.elements.throw_event import ThrowEvent
from engine.elements.user_task import UserTask
from engine.model import Node

KINDS: tuple[type[Node], ...] = (
    StartEvent,
    EndEvent,
    CatchEvent,
    ThrowEvent,
    BoundaryEvent,
    NoneTask,
    ManualTask,
    UserTask,
    ScriptTask,
    ServiceTask,
    SendTask,
    ReceiveTask,
    BusinessRuleTask,
    CallActivity,
    SubProcess,
    Transaction,
    AdHocSubProcess,
    EventSubProcess,
    ExclusiveGateway,
    ParallelGateway,
    InclusiveGateway,
    ComplexGateway,
    EventBasedGateway,
)

ELEMENTS: dict[str, type[Node]] = {kind.tag: kind for kind in KINDS if kind is not EventSubProcess}

IGNORED_ELEMENTS = frozenset(
    [
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "laneSet",
        "association",
        "textAnnotation",
        "group",
        "dataObjectReference",
        "dataStoreReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "ioSpecification",
        "property",
        "auditing",
        "monitoring",
        "categoryValue",
        "supports",
        "correlationSubscription",
        "potentialOwner",
        "humanPerformer",
        "performer",
        "resourceRole",
        "multiInstanceLoopCharacteristics",
        "completionCondition",
        "standardLoopCharacteristics",
        "eventDefinitionRef",
        "timerEventDefinition",
        "ioBinding",
        "artifact",
    ]
)
"""Elements that say something about a process but are not executed."""
