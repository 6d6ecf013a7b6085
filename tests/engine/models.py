"""Random well-formed processes: blocks within blocks, so that every one of them can end."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, pairwise

from hypothesis import strategies as st

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"

LAST = "last"
"""The name of the end event to which the main way through a scope leads."""

Block = tuple


def _blocks(children: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.tuples(st.just("sequence"), several),
        st.tuples(st.sampled_from(["exclusive", "parallel", "inclusive"]), several),
        st.tuples(st.just("loop"), children),
        st.tuples(st.just("sub"), children, st.sampled_from(["", "timer", "side", "error"])),
        st.tuples(st.just("many"), children, st.booleans(), st.integers(0, 3)),
        st.tuples(st.just("event-sub"), children, st.booleans()),
    )


blocks = st.recursive(
    st.sampled_from(
        [("task",), ("none",), ("timer",), ("signal",), ("script",), ("forget",), ("async",)]
    ),
    _blocks,
    max_leaves=8,
)
"""A tree of blocks."""


@dataclass
class Writer:
    """Writes a tree of blocks as XML."""

    ids: count = field(default_factory=lambda: count(1))

    def id(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids)}"

    def flow(self, source: str, target: str, condition: str = "") -> str:
        inner = f"<conditionExpression>${{{condition}}}</conditionExpression>" if condition else ""
        return (
            f'<sequenceFlow id="{self.id("f")}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</sequenceFlow>"
        )

    def body(self, block: Block, *, error: bool = False) -> str:
        """What stands inside a process or subprocess."""
        start, end = self.id("start"), self.id("end")
        xml, first, last = self.write(block)
        thrown = '<errorEventDefinition errorRef="oops"/>' if error else ""
        return (
            f'<startEvent id="{start}"/>{xml}<endEvent id="{end}" name="{LAST}">{thrown}</endEvent>'
            + self.flow(start, first)
            + self.flow(last, end)
        )

    def write(self, block: Block) -> tuple[str, str, str]:
        """The XML of a block, its first and its last node."""
        return getattr(self, "_" + block[0].replace("-", "_"))(*block[1:])

    def _one(self, xml: str, id: str) -> tuple[str, str, str]:
        return xml, id, id

    def _task(self) -> tuple[str, str, str]:
        id = self.id("task")
        return self._one(f'<userTask id="{id}" name="{id}"/>', id)

    def _none(self) -> tuple[str, str, str]:
        id = self.id("none")
        return self._one(f'<task id="{id}"/>', id)

    def _async(self) -> tuple[str, str, str]:
        id = self.id("async")
        return self._one(f'<task id="{id}" flowable:async="true"/>', id)

    def _script(self) -> tuple[str, str, str]:
        id = self.id("script")
        return self._one(
            f'<scriptTask id="{id}" scriptFormat="juel" flowable:resultVariable="{id}">'
            f"<script>${{n + 1}}</script></scriptTask>",
            id,
        )

    def _forget(self) -> tuple[str, str, str]:
        id, remember = self.id("forget"), self.id("remember")
        xml = (
            f'<serviceTask id="{remember}" flowable:expression="${{n}}" '
            f'flowable:resultVariable="v"/><serviceTask id="{id}" '
            'flowable:expression="${execution.removeVariable(&quot;v&quot;)}"/>'
        )
        return xml + self.flow(remember, id), remember, id

    def _timer(self) -> tuple[str, str, str]:
        id = self.id("timer")
        return self._one(
            f'<intermediateCatchEvent id="{id}"><timerEventDefinition><timeDuration>PT1H'
            "</timeDuration></timerEventDefinition></intermediateCatchEvent>",
            id,
        )

    def _signal(self) -> tuple[str, str, str]:
        id = self.id("signal")
        return self._one(
            f'<intermediateCatchEvent id="{id}"><signalEventDefinition signalRef="go"/>'
            "</intermediateCatchEvent>",
            id,
        )

    def _sequence(self, parts: tuple[Block, ...]) -> tuple[str, str, str]:
        written = [self.write(part) for part in parts]
        flows = [self.flow(before[2], after[1]) for before, after in pairwise(written)]
        return "".join([*(xml for xml, _, _ in written), *flows]), written[0][1], written[-1][2]

    def _split(self, kind: str, parts: tuple[Block, ...]) -> tuple[str, str, str]:
        fork, join = self.id("fork"), self.id("join")
        xml = [f'<{kind}Gateway id="{join}"/>']
        default = ""
        for number, part in enumerate(parts):
            inner, first, last = self.write(part)
            condition = "" if kind == "parallel" or number == 0 else f"n % {number + 1} == 0"
            flow = self.flow(fork, first, condition)
            if kind != "parallel" and number == 0:
                default = f' default="{flow.split(chr(34))[1]}"'
            xml += [inner, flow, self.flow(last, join)]
        xml.append(f'<{kind}Gateway id="{fork}"{default}/>')
        return "".join(xml), fork, join

    def _exclusive(self, parts: tuple[Block, ...]) -> tuple[str, str, str]:
        return self._split("exclusive", parts)

    def _parallel(self, parts: tuple[Block, ...]) -> tuple[str, str, str]:
        return self._split("parallel", parts)

    def _inclusive(self, parts: tuple[Block, ...]) -> tuple[str, str, str]:
        return self._split("inclusive", parts)

    def _loop(self, part: Block) -> tuple[str, str, str]:
        """Round at most twice: a variable counts."""
        enter, leave, turn = self.id("enter"), self.id("leave"), self.id("turn")
        inner, first, last = self.write(part)
        back = self.flow(leave, enter, f"vars:getOrDefault({turn}, 0) &lt; 2")
        out = self.id("out")
        flow = self.flow(leave, out)
        return (
            f'<exclusiveGateway id="{enter}"/>{inner}'
            f'<scriptTask id="{turn}" scriptFormat="juel" '
            f'flowable:resultVariable="{turn}">'
            f"<script>${{vars:getOrDefault({turn}, 0) + 1}}</script>"
            f'</scriptTask><exclusiveGateway id="{leave}" default="{flow.split(chr(34))[1]}"/>'
            f'<task id="{out}"/>'
            + self.flow(enter, first)
            + self.flow(last, turn)
            + self.flow(turn, leave)
            + back
            + flow,
            enter,
            out,
        )

    def _sub(self, part: Block, boundary: str) -> tuple[str, str, str]:
        id, out = self.id("sub"), self.id("out")
        xml = f'<subProcess id="{id}">{self.body(part, error=boundary == "error")}</subProcess>'
        xml += f'<exclusiveGateway id="{out}"/>' + self.flow(id, out)
        if boundary:
            event = self.id("boundary")
            inner = (
                '<errorEventDefinition errorRef="oops"/>'
                if boundary == "error"
                else TIMER.format("PT30M")
            )
            cancels = "false" if boundary == "side" else "true"
            target = out
            if boundary == "side":
                target = self.id("end")
                xml += f'<endEvent id="{target}"/>'
            xml += (
                f'<boundaryEvent id="{event}" attachedToRef="{id}" cancelActivity="{cancels}">'
                f"{inner}</boundaryEvent>" + self.flow(event, target)
            )
        return xml, id, out

    def _many(self, part: Block, sequential: bool, times: int) -> tuple[str, str, str]:
        id = self.id("many")
        return self._one(
            f'<subProcess id="{id}"><multiInstanceLoopCharacteristics '
            f'isSequential="{str(sequential).lower()}"><loopCardinality>{times}</loopCardinality>'
            f"</multiInstanceLoopCharacteristics>{self.body(part)}</subProcess>",
            id,
        )

    def _event_sub(self, part: Block, interrupting: bool) -> tuple[str, str, str]:
        id, inside, task = self.id("sub"), self.id("eventsub"), self.id("task")
        start, end = self.id("start"), self.id("end")
        return self._one(
            f'<subProcess id="{id}">{self.body(part)}'
            f'<subProcess id="{inside}" triggeredByEvent="true"><startEvent id="{start}" '
            f'isInterrupting="{str(interrupting).lower()}">'
            f'<signalEventDefinition signalRef="stop"/>'
            f'</startEvent><userTask id="{task}" name="{task}"/><endEvent id="{end}"/>'
            f"{self.flow(start, task)}{self.flow(task, end)}</subProcess></subProcess>",
            id,
        )


def process(block: Block) -> str:
    """A whole file with one process around a block."""
    body = Writer().body(block)
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn" '
        'targetNamespace="test"><signal id="go" name="go"/><signal id="stop" name="stop"/>'
        '<error id="oops" errorCode="OOPS"/>'
        f'<process id="play" isExecutable="true">{body}</process></definitions>'
    )
