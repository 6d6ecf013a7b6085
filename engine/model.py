"""The parts of a deployed process: nodes, flows and the containers that hold them.

A model is read once (``engine/xml.py``), linked to direct references and not changed afterwards.
What each kind of node does stands in ``engine/elements``; this module holds what they share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from engine import events as ev
from engine.errors import NoFlowTaken

if TYPE_CHECKING:
    from engine.aggregation import Aggregation
    from engine.elements.boundary_event import BoundaryEvent
    from engine.elements.event_sub_process import EventSubProcess
    from engine.juel import Expression
    from engine.listeners import Listener
    from engine.loops import Loop
    from engine.mapping import Mapping
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Instance, Job, Token, Wait
    from engine.triggers.trigger import Trigger
    from engine.xml import Reader


Kind = TypeVar("Kind", bound="Node")


class Flow:
    """A sequence flow. ``condition`` is None when it is always taken."""

    __slots__ = ("condition", "id", "line", "listeners", "name", "skip", "source", "target")

    def __init__(self, id: str, name: str, line: int, source: Node, target: Node) -> None:
        self.id = id
        self.name = name
        self.line = line
        self.source = source
        self.target = target
        self.condition: Expression | None = None
        self.skip: Expression | None = None
        self.listeners: tuple[Listener, ...] = ()

    @property
    def label(self) -> str:
        """What people know it by: its name, or where it leads."""
        return repr(self.name) if self.name else f"{self.source.label!r} → {self.target.label!r}"


class Node:
    """A flow node, and what every kind of it can do.

    Subclasses say in class attributes what they are: ``instant`` kinds never wait and need no token
    of their own; ``joins`` kinds wait for several tokens; ``settles`` kinds decide only when
    nothing else moves; kinds that ``listens`` only begin to wait, before other tokens move; a scope
    that ``watches`` hears of every node completed inside.
    """

    tag: ClassVar[str]
    instant: bool = False
    joins: bool = False
    transaction: ClassVar[bool] = False
    watches: ClassVar[bool] = False
    instantiates: bool = False
    settles: ClassVar[bool] = False
    listens: ClassVar[bool] = False

    documentation = ""
    default: Flow | None = None
    conditional = False
    plain = True
    start_listeners: tuple[Listener, ...] = ()
    end_listeners: tuple[Listener, ...] = ()
    before = False
    after = False
    retry: Expression | None = None
    boundaries: tuple[BoundaryEvent, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    loop: Loop | None = None
    compensation: Node | None = None
    compensates = False
    start_quantity = 1
    completion_quantity = 1
    inputs: tuple[Mapping, ...] = ()
    outputs: tuple[Mapping, ...] = ()

    def __init__(self, id: str, name: str, line: int, container: Container | None) -> None:
        self.id = id
        self.name = name
        self.line = line
        self.container = container
        self.incoming: list[Flow] = []
        self.outgoing: list[Flow] = []

    def read(self, xml: Element, reader: Reader) -> None:
        """Take the attributes and children that this kind understands."""

    def link(self, reader: Reader) -> None:
        """Called when all nodes and flows of the model are known: check and precompute."""
        if (
            self.before
            or self.after
            or self.boundaries
            or self.loop
            or self.start_listeners
            or self.end_listeners
            or self.inputs
            or self.outputs
            or self.start_quantity > 1
        ):
            self.plain = self.instant = False
        if self.start_quantity > 1:
            self.joins = True

    def enter(self, run: Run, token: Token) -> None:
        """The token is at this node: do its work, then ``run.leave``, or wait."""
        run.leave(token)

    def instantiate(self, run: Run, scope: Token) -> None:
        """A new instance begins here, because of what starts it here."""
        run.arrive(self, scope)

    def chosen(self, run: Run, scope: Token, event: Node) -> None:
        """An event behind this gateway happened and started the instance."""

    def decided(self, run: Run, token: Token) -> None:
        """An event behind this gateway, where the token waited, happened."""

    def received(self, run: Run, token: Token, values: dict[str, Any]) -> dict[str, Any]:
        """What becomes of the values that a message or signal brings here."""
        return values

    def triggered(self, run: Run, token: Token, wait: Wait, values: dict[str, Any]) -> None:
        """What was waited for at this node has happened."""
        run.leave(token)

    def timer_due(self, run: Run, job: Job) -> None:
        """A timer that takes effect here is due."""
        self.triggered(run, job.token, job, {})

    def condition_holds(self, run: Run, token: Token) -> bool:
        """Whether the condition that is waited for here is true now."""
        return False

    def change(self, run: Run, token: Token, name: str, value: Any) -> None:
        """Change a field of the task at the token; only user tasks have one."""

    def called_ended(self, run: Run, token: Token, instance: Instance) -> None:
        """The instance that this call activity called was completed."""

    def cancelled(self, run: Run, token: Token) -> None:
        """The token is about to be cancelled: anything beyond its waits and children."""

    def join(self, run: Run, scope: Token, flow: Flow | None) -> None:
        """Another token arrived at a node that ``joins``: here, one with a start quantity."""
        waiting = list(scope.arrived.get(self.id, {}).values())
        if len(waiting) + 1 < self.start_quantity:
            run.place(self, scope, flow)
            return
        for token in waiting[: self.start_quantity - 1]:
            run.emit(ev.Left(token.id, run.now, ev.MERGED))
        run.joined(self, scope, flow)

    def ready(self, run: Run, scope: Token) -> bool:
        """At rest: may the tokens that wait at this ``settles`` node go on? If so, they did."""
        raise NotImplementedError(self.tag)

    def proceeded(self, run: Run, token: Token, node: Node) -> None:
        """A node inside this scope, which ``watches``, was completed."""

    def emptied(self, run: Run, token: Token) -> None:
        """The last token inside this scope is gone: a scope completes itself."""
        raise NotImplementedError(self.tag)

    def choose(self, run: Run, scope: Token) -> Sequence[Flow]:
        """The outgoing flows to take: those without a condition, and those whose condition holds.

        The default flow is taken when no condition holds. Raises NoFlowTaken when there are flows
        but none may be taken. BPMN 2.0.2 section 13.2.1.
        """
        if not self.conditional:
            return self.outgoing
        taken = self.true_flows(run, scope)
        if self.default is None or any(flow.condition or flow.skip for flow in taken):
            return taken or self.fallback(run)
        return [*taken, self.default]

    def true_flows(self, run: Run, scope: Token) -> list[Flow]:
        """The outgoing flows, the default flow apart, whose condition holds."""
        return [
            flow for flow in self.outgoing if flow is not self.default and run.holds(flow, scope)
        ]

    def fallback(self, run: Run) -> list[Flow]:
        """The default flow when no condition holds. Raises NoFlowTaken when there is none."""
        if self.default is None:
            raise NoFlowTaken(
                f"No outgoing sequence flow of {self} could be taken: "
                "no condition is true and there is no default flow"
            )
        return [self.default]

    @property
    def label(self) -> str:
        """Its name, or its id when it has none."""
        return self.name or self.id

    @property
    def process(self) -> Process:
        """The process that it belongs to."""
        node: Node = self
        while node.container is not None:
            node = node.container
        assert isinstance(node, Process)
        return node

    def __str__(self) -> str:
        name = f"{self.name!r} " if self.name else ""
        return f"{self.tag} {name}({self.id}) in {self.process.key}"


class Container(Node):
    """A node with nodes of its own: a process or a kind of subprocess."""

    def __init__(self, id: str, name: str, line: int, container: Container | None) -> None:
        super().__init__(id, name, line, container)
        self.children: list[Node] = []
        self.starts: list[Node] = []
        self.event_sub_processes: list[EventSubProcess] = []
        self.initial: dict[str, Any] = {}

    def closing(self, run: Run, token: Token) -> None:
        """When only event subprocesses still run, no other one begins (as in Flowable)."""
        if self.event_sub_processes and all(
            child.node.container is self and child.node in self.event_sub_processes
            for child in token.children.values()
        ):
            self.stop_listening(run, token)

    def stop_listening(self, run: Run, token: Token) -> None:
        """No event subprocess of this scope begins any more."""
        for wait in list(token.waits.values()):
            if run.node(wait).container in self.event_sub_processes:
                run.emit(ev.WaitEnded(wait.id))

    def walk(self) -> Iterator[Node]:
        """All nodes below, parents before children."""
        for child in self.children:
            yield child
            if isinstance(child, Container):
                yield from child.walk()


class Process(Container):
    """A process as it was deployed. ``nodes`` holds all its nodes, nested ones too, by id.

    The clocks of one that ``keeps_running`` go on while an instance is suspended. ``title`` is what
    its instances are called.
    """

    tag = "process"
    called_only: ClassVar[bool] = False

    def __init__(self, id: str, name: str, line: int) -> None:
        super().__init__(id, name, line, None)
        self.executable = True
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}
        self.candidate_starter_users: tuple[str, ...] = ()
        self.candidate_starter_groups: tuple[str, ...] = ()
        self.file = ""
        self.keeps_running = False
        self.starter_may_cancel = False
        self.title: Expression | None = None

    def every(self, *kinds: type[Kind]) -> list[Kind]:
        """All its nodes of these kinds, nested ones too."""
        return [
            node
            for kind, nodes in self._by_kind.items()
            if issubclass(kind, kinds)
            for node in cast("list[Kind]", nodes)
        ]

    @cached_property
    def overviews(self) -> dict[str, tuple[Aggregation, ...]]:
        """The overviews of its multi-instance activities, by their ids."""
        loops = ((node.id, node.loop) for node in self.nodes.values())
        return {id: loop.overviews for id, loop in loops if loop is not None and loop.overviews}

    @cached_property
    def _by_kind(self) -> dict[type[Node], list[Node]]:
        found: dict[type[Node], list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.__class__, []).append(node)
        return found

    @property
    def key(self) -> str:
        """The id that it is deployed and started by."""
        return self.id

    @cached_property
    def none_start(self) -> Node | None:
        """The node where a start by key begins, None when it only starts by an event."""
        return next((node for node in self.starts if not node.triggers), None)

    @property
    def start_form_key(self) -> str | None:
        """The form key of the start event."""
        return getattr(self.none_start, "form_key", None)

    @property
    def start_form_fields(self) -> tuple[Any, ...]:
        """The form properties or form data of the start event."""
        return getattr(self.none_start, "form_fields", ())

    @property
    def has_start_form(self) -> bool:
        """Whether a person must fill in a form to start it."""
        return bool(self.start_form_key or self.start_form_fields)

    def emptied(self, run: Run, token: Token) -> None:
        run.end_instance(token.instance, "COMPLETED")
