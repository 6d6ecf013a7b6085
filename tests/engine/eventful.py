"""Random well-formed processes full of events: blocks of ``models.py``, and what ends them.

Most blocks here are subprocesses in which a random part runs beside something that interrupts it:
first or second on the agenda, at once or after a task.
"""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine import models
from tests.engine.models import BPMN, LAST, TIMER, Block, Writer

Written = tuple[str, str, str]
SIGNAL = '<signalEventDefinition signalRef="{}"/>'
BOUNDARIES = {
    "signal": SIGNAL.format("stop"),
    "message": '<messageEventDefinition messageRef="letter"/>',
    "conditional": (
        "<conditionalEventDefinition><condition>${n &gt; 5}</condition>"
        "</conditionalEventDefinition>"
    ),
    "timer": TIMER.format("PT20M"),
    "escalation": '<escalationEventDefinition escalationRef="higher"/>',
}
ENDS = {
    "terminate": "<terminateEventDefinition/>",
    "cancel": "<cancelEventDefinition/>",
    "error": '<errorEventDefinition errorRef="oops"/>',
    "escalation": BOUNDARIES["escalation"],
    "signal": SIGNAL.format("stop"),
    "nothing": "",
}


def _blocks(children: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    yes = st.booleans()
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        models._blocks(children),
        st.tuples(st.just("ended"), children, st.sampled_from(sorted(ENDS)), yes, yes),
        st.tuples(st.just("bounded"), children, st.sampled_from(sorted(BOUNDARIES)), yes, yes),
        st.tuples(st.just("undone"), children, yes, yes, yes),
        st.tuples(st.just("enough"), several, st.integers(1, 3)),
        st.tuples(st.just("some"), children, yes, yes),
        st.tuples(st.just("again"), children, yes),
    )


blocks = st.recursive(
    st.sampled_from([
        ("task",), ("none",), ("timer",), ("signal",), ("script",), ("async",), ("receive",),
        ("race",), ("call",), ("throw", "go"), ("throw", "stop"),
    ]),
    _blocks,
    max_leaves=8,
)  # fmt: skip
"""A tree of blocks."""


class EventfulWriter(Writer):
    """Writes such trees."""

    def node(self, tag: str, inner: str = "", **attributes: object) -> str:
        """An element with an id of its own, unless one is given."""
        attributes.setdefault("id", self.id(tag))
        given = "".join(
            f' {name.replace("_", ":")}="{str(value).lower() if value in (True, False) else value}"'
            for name, value in attributes.items()
        )
        return f"<{tag}{given}>{inner}</{tag}>"

    def _wrapped(self, tag: str, inner: str = "", **attributes: object) -> Written:
        id = self.id(tag)
        return self._one(self.node(tag, inner, id=id, **attributes), id)

    def _receive(self) -> Written:
        return self._wrapped("receiveTask")

    def _call(self) -> Written:
        return self._wrapped("callActivity", calledElement="called")

    def _throw(self, signal: str) -> Written:
        return self._wrapped("intermediateThrowEvent", SIGNAL.format(signal))

    def _race(self) -> Written:
        gate, late, heard, out = (self.id(name) for name in ("gate", "late", "heard", "out"))
        return (
            self.node("eventBasedGateway", id=gate)
            + self.node("intermediateCatchEvent", TIMER.format("PT1H"), id=late)
            + self.node("intermediateCatchEvent", SIGNAL.format("go"), id=heard)
            + self.node("exclusiveGateway", id=out)
            + "".join(self.flow(gate, each) + self.flow(each, out) for each in (late, heard)),
            gate,
            out,
        )

    def _beside(self, part: Block, other: str, entry: str, *, first: bool) -> str:
        """A body in which a part and something else run side by side."""
        start, fork, end = self.id("start"), self.id("fork"), self.id("end")
        xml, begin, last = self.write(part)
        flows = [self.flow(fork, begin), self.flow(fork, entry)]
        return (
            self.node("startEvent", id=start)
            + self.node("parallelGateway", id=fork)
            + self.node("endEvent", id=end, name=LAST)
            + xml
            + other
            + self.flow(start, fork)
            + "".join(reversed(flows) if first else flows)
            + self.flow(last, end)
        )

    def _ended(self, part: Block, how: str, first: bool, later: bool) -> Written:
        """A scope that an end event inside ends, or something that hears of it."""
        end, entry = self.id("end"), self.id("entry")
        other = self.node("endEvent", ENDS[how], id=end) + self.flow(entry, end)
        other += self.node("userTask" if later else "task", id=entry, name=entry)
        tag = "transaction" if how == "cancel" else "subProcess"
        id, out = self.id(tag), self.id("out")
        body = self._beside(part, other, entry, first=first)
        if how in ("error", "escalation", "signal"):
            body += self._event_sub_process(ENDS[how])
        xml = self.node(tag, body, id=id) + self.node("exclusiveGateway", id=out)
        if how == "cancel":
            boundary = self.id("cancelled")
            xml += self.node("boundaryEvent", ENDS[how], id=boundary, attachedToRef=id)
            xml += self.flow(boundary, out)
        return xml + self.flow(id, out), id, out

    def _event_sub_process(self, definition: str) -> str:
        start, task = self.id("start"), self.id("task")
        body = self.node("startEvent", definition, id=start)
        body += self.node("userTask", id=task, name=task) + self.flow(start, task)
        return self.node("subProcess", body, triggeredByEvent=True)

    def _bounded(self, part: Block, kind: str, interrupting: bool, deep: bool) -> Written:
        """A subprocess or task with a boundary event."""
        id, boundary, out = self.id("host"), self.id("boundary"), self.id("out")
        if kind == "escalation":
            thrown = ("sequence", (("escalate",), part))
            host = self.node("subProcess", self.body(thrown), id=id)
        elif deep:
            host = self.node("subProcess", self.body(part), id=id)
        else:
            host = self.node("userTask", id=id, name=id)
        host += self.node(
            "boundaryEvent", BOUNDARIES[kind], id=boundary, attachedToRef=id,
            cancelActivity=interrupting,
        )  # fmt: skip
        target = out if interrupting else self.id("beside")
        if not interrupting:
            host += self.node("task", id=target)
        xml = host + self.node("exclusiveGateway", id=out)
        return xml + self.flow(id, out) + self.flow(boundary, target), id, out

    def _escalate(self) -> Written:
        return self._wrapped("intermediateThrowEvent", BOUNDARIES["escalation"])

    def _undone(self, part: Block, by_hand: bool, whole: bool, by_name: bool) -> Written:
        """A subprocess that is compensated after it, perhaps by its own event subprocess."""
        id, done, handler = self.id("sub"), self.id("done"), self.id("handler")
        boundary, throw = self.id("boundary"), self.id("throw")
        definition = "<compensateEventDefinition/>"
        xml, begin, last = self.write(part)
        start, end = self.id("start"), self.id("end")
        body = (
            self.node("startEvent", id=start)
            + self.node("task", id=done)
            + self.node("boundaryEvent", definition, id=boundary, attachedToRef=done)
            + self.node("userTask" if by_hand else "task", id=handler, isForCompensation=True)
            + self.node("association", sourceRef=boundary, targetRef=handler)
            + xml
            + self.node("endEvent", id=end, name=LAST)
            + self.flow(start, done)
            + self.flow(done, begin)
            + self.flow(last, end)
        )
        if whole:
            own_start, own_throw = self.id("start"), self.id("throw")
            own = self.node("startEvent", definition, id=own_start)
            own += self.node("intermediateThrowEvent", definition, id=own_throw)
            body += self.node("subProcess", own + self.flow(own_start, own_throw),
                              triggeredByEvent=True)  # fmt: skip
        which = f'<compensateEventDefinition activityRef="{id}"/>' if by_name else definition
        return (
            self.node("subProcess", body, id=id)
            + self.node("intermediateThrowEvent", which, id=throw)
            + self.flow(id, throw),
            id,
            throw,
        )

    def _enough(self, parts: tuple[Block, ...], needed: int) -> Written:
        """A complex gateway that goes on when some of several are done.

        In a scope of its own: tokens of one round shall not meet those of the next.
        """
        fork, join = self.id("fork"), self.id("join")
        condition = f"${{activationCount &gt;= {min(needed, len(parts))}}}"
        activation = f"<activationCondition>{condition}</activationCondition>"
        xml = self.node("parallelGateway", id=fork)
        xml += self.node("complexGateway", activation, id=join)
        for part in parts:
            inner, begin, last = self.write(part)
            xml += inner + self.flow(fork, begin) + self.flow(last, join)
        return self._wrapped("subProcess", xml)

    def _some(self, part: Block, sequential: bool, later: bool) -> Written:
        """A multi-instance that ends when one iteration is done."""
        loop = self.node(
            "multiInstanceLoopCharacteristics",
            "<loopCardinality>3</loopCardinality><completionCondition>"
            "${nrOfCompletedInstances &gt;= 1}</completionCondition>",
            isSequential=sequential,
        )
        return self._wrapped("subProcess", loop + self.body(part), flowable_asyncAfter=later)

    def _again(self, part: Block, before: bool) -> Written:
        loop = self.node("standardLoopCharacteristics", loopMaximum=2, testBefore=before)
        return self._wrapped("subProcess", loop + self.body(part))


def process(block: Block) -> str:
    """A whole file with one process around a block, and one that it may call."""
    writer = EventfulWriter()
    called = writer.body(("task",))
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn" '
        'targetNamespace="test"><signal id="go" name="go"/><signal id="stop" name="stop"/>'
        '<message id="letter" name="letter"/><error id="oops" errorCode="OOPS"/>'
        '<escalation id="higher" escalationCode="HIGHER"/>'
        f'<process id="called" isExecutable="true">{called}</process>'
        f'<process id="play" isExecutable="true">{writer.body(block)}</process></definitions>'
    )
