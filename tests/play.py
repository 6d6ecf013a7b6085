"""Processes as text, played in memory by the engine alone: a semantics test in five lines.

    Play("start > approve > end
          approve ?| late PT1H
          late > escalated > end").advance("PT1H").tasks == ["approve", "escalated"]

``a > b > c`` are nodes joined by flows; ``a >[x > 1] b`` has the condition ``${x > 1}`` and
``a >[] b`` is the default flow. What a node is tells its name: ``start…`` and ``end…`` are
events, ``x?`` an exclusive, ``x+`` a parallel, ``x*`` an inclusive gateway, ``x.`` a task that
does nothing, ``x{…}`` a script task; all else are user tasks. ``host !| name PT1H`` is an
interrupting boundary timer, ``host ?| name PT1H`` one that does not interrupt. Lines that begin
with ``<`` are XML and come before the nodes they define are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine import events as ev
from engine.commands import Command
from engine.errors import CalledProcessNotFound, Refused
from engine.model import Process
from engine.state import Job, State, Subscription, apply
from engine.times import parse_duration
from engine.world import Limits
from engine.xml import read

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
START = 1_767_603_600_000  # 2026-01-05T09:00:00Z
_STEP = re.compile(r"\s*>(?:\[(?P<condition>[^\]]*)\])?\s*")
_BOUNDARY = re.compile(r"(?P<host>\S+) (?P<kind>[!?])\| (?P<name>\S+) (?P<time>\S+)")


class World:
    """An engine's world in memory, with a clock that only tests move."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.now = START
        self.zone: tzinfo = UTC
        self.limits = limits or Limits()
        self.definitions: dict[int, Process] = {}
        self._last = 0
        self._spent = 0.0

    def new_id(self) -> int:
        self._last += 1
        return self._last

    def spent(self) -> float:
        """A microsecond more each time that it is asked."""
        self._spent += 0.001
        return self._spent

    def process(self, definition: int) -> Process:
        return self.definitions[definition]

    def called(self, key: str, version: int | None, caller: int) -> tuple[int, Process]:
        found = [(id, p) for id, p in self.definitions.items() if p.key == key]
        if not found:
            raise CalledProcessNotFound(f"There is no process {key!r}")
        return found[-1] if not version else found[version - 1]

    def deploy(self, xml: str) -> int:
        """Deploy every process of a file; the id of the last."""
        for process in read(xml.encode(), "test.bpmn20.xml").executable:
            self.definitions[self.new_id()] = process
        return max(self.definitions)


class Play:
    """One instance of a process, from its start on."""

    def __init__(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        *,
        others: tuple[str, ...] = (),
        limits: Limits | None = None,
        by: str | None = "kermit",
    ) -> None:
        self.world = World(limits)
        for number, other in enumerate(others):
            self.world.deploy(as_xml(other, f"other{number}"))
        definition = self.world.deploy(as_xml(text))
        self.state = State(self.world.process)
        self.events: list[ev.Event] = []
        self.outbox: list[Any] = []
        self.by = by
        self.instance = self._do(lambda command: command.start(definition, variables or {}))

    # Acting.

    def complete(self, name: str, **variables: Any) -> Play:
        """Complete the oldest open task of this name."""
        task = self.task(name).id
        self._do(lambda command: command.complete(task, variables))
        return self

    def advance(self, duration: str) -> Play:
        """Move the clock and run everything due, in order."""
        end = parse_duration(duration).after(self.world.now, UTC)
        while True:
            due = [job for job in self.jobs() if job.due is not None and job.due <= end]
            if not due:
                break
            job = min(due, key=lambda job: (job.due, job.id))
            assert job.due is not None
            self.world.now = max(self.world.now, job.due)
            self.fire(job.id)
        self.world.now = end
        return self

    def fire(self, job: int) -> Play:
        """Run one job; a failure counts as an attempt."""
        replayed = list(self.events)
        try:
            self._do(lambda command: command.fire(job))
        except Refused as error:
            self.state, self.events = rebuilt(replayed, self.world), replayed
            message = str(error)
            self._do(lambda command: command.fail(job, message))
        return self

    def signal(self, name: str, **variables: Any) -> Play:
        """Deliver a signal or message to whatever waits for it."""
        for wait in list(self.state.waits.values()):
            if isinstance(wait, Subscription) and wait.name == name and wait.id in self.state.waits:
                self.deliver(wait.id, **variables)
        return self

    def deliver(self, subscription: int, **variables: Any) -> Play:
        """Deliver to one subscription."""
        self._do(lambda command: command.deliver(subscription, variables))
        return self

    def set(self, **variables: Any) -> Play:
        """Set variables of the instance."""
        self._do(lambda command: command.set_scope(self.instance, variables))
        return self

    def do(self, act: Callable[[Command], Any]) -> Play:
        """Any other command."""
        self._do(act)
        return self

    def _do(self, act: Callable[[Command], Any]) -> Any:
        command = Command(self.state, self.world, self.by)
        result = act(command)
        self.events += command.events
        self.outbox += command.outbox
        return result

    # Looking.

    def task(self, name: str) -> Any:
        """The oldest open task of this name or node id."""
        return next(t for t in self.state.tasks() if name in (t.name, t.token.node.id))

    def jobs(self) -> Iterator[Job]:
        return (wait for wait in self.state.waits.values() if isinstance(wait, Job))

    @property
    def tasks(self) -> list[str]:
        """The names of all open tasks, sorted."""
        return sorted(task.name or "" for task in self.state.tasks())

    @property
    def ended(self) -> str | None:
        """The status it ended with."""
        ends = [e for e in self.events if isinstance(e, ev.InstanceEnded)]
        return next((e.status for e in ends if e.instance == self.instance), None)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the instance, also after its end."""
        values: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, ev.VariablesSet) and event.scope == self.instance:
                values.update(event.values)
            elif isinstance(event, ev.VariablesRemoved) and event.scope == self.instance:
                for name in event.names:
                    values.pop(name, None)
        return values

    @property
    def path(self) -> list[str]:
        """The nodes that were completed, in order."""
        entered = {e.token: e.node for e in self.events if isinstance(e, ev.Entered)}
        return [
            e.node if isinstance(e, ev.Passed) else entered[e.token]
            for e in self.events
            if isinstance(e, ev.Passed)
            or (isinstance(e, ev.Left) and e.how == ev.COMPLETED and e.token in entered)
        ]

    @property
    def incidents(self) -> list[str]:
        """The nodes with an open incident."""
        return sorted(incident.node for incident in self.state.incidents.values())


def rebuilt(events: list[ev.Event], world: World) -> State:
    """The state that a journal describes."""
    state = State(world.process)
    for event in ev.decode(ev.encode(events)):
        apply(state, event)
    return state


def as_xml(text: str, key: str = "play") -> str:
    """A process as XML, with the messages it refers to; text that is XML already stays as it is."""
    if text.lstrip().startswith(("<?xml", "<definitions")):
        return text
    nodes: dict[str, str] = {}
    flows: list[str] = []
    raw: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        boundary = _BOUNDARY.fullmatch(line)
        if line.startswith("<"):
            raw.append(line)
            nodes.update(dict.fromkeys(re.findall(r'<\w+ id="(\w+)"', line), ""))
        elif boundary is not None:
            nodes[boundary["name"]] = _boundary(boundary, nodes)
        else:
            _chain(line, nodes, flows)
    body = "\n".join([*nodes.values(), *raw, *flows])
    named = dict.fromkeys(re.findall(r'<messageEventDefinition messageRef="(\w+)"', body))
    messages = "".join(f'<message id="{name}" name="{name}"/>' for name in named)
    return (
        f'<definitions xmlns="{BPMN}" xmlns:flowable="http://flowable.org/bpmn" '
        f'xmlns:wf="https://workingflow.dev/bpmn" targetNamespace="test">{messages}'
        f'<process id="{key}" isExecutable="true">{body}</process>'
        "</definitions>"
    )


def _chain(line: str, nodes: dict[str, str], flows: list[str]) -> None:
    parts = _STEP.split(line)
    names, conditions = parts[::2], parts[1::2]
    ids = [_node(name, nodes) for name in names]
    for source, target, condition in zip(ids, ids[1:], conditions, strict=False):
        number = len(flows) + 1
        if condition == "":
            nodes[source] = nodes[source].replace(" id=", f' default="flow{number}" id=', 1)
        inner = (
            f"<conditionExpression>${{{escape(condition)}}}</conditionExpression>"
            if condition
            else ""
        )
        flows.append(
            f'<sequenceFlow id="flow{number}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</sequenceFlow>"
        )


def _node(name: str, nodes: dict[str, str]) -> str:
    script = ""
    if "{" in name:
        name, _, script = name.partition("{")
        script = script.removesuffix("}")
    tag = {
        "?": "exclusiveGateway",
        "+": "parallelGateway",
        "*": "inclusiveGateway",
        ".": "task",
    }.get(name[-1])
    id = name[:-1] if tag else name
    if id in nodes:
        return id
    if script:
        nodes[id] = f'<scriptTask id="{id}"><script>{escape(script)}</script></scriptTask>'
        return id
    if tag is None:
        tag = next(
            (f"{kind}Event" for kind in ("start", "end") if name.startswith(kind)), "userTask"
        )
    nodes[id] = f"<{tag} id={quoteattr(id)} name={quoteattr(id)}/>"
    return id


def _boundary(found: re.Match[str], nodes: dict[str, str]) -> str:
    interrupts = "true" if found["kind"] == "!" else "false"
    kind = "timeCycle" if found["time"].startswith("R") else "timeDuration"
    return (
        f'<boundaryEvent id="{found["name"]}" attachedToRef="{found["host"]}" '
        f'cancelActivity="{interrupts}"><timerEventDefinition><{kind}>{found["time"]}</{kind}>'
        "</timerEventDefinition></boundaryEvent>"
    )
