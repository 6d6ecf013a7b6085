"""Timer: a date, a duration, a cycle or a cron expression. BPMN 2.0.2 section 10.5.5.

A cycle repeats only where the event does not interrupt; elsewhere its first time counts (as in
Flowable).
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal

from engine import events as ev
from engine.errors import ExpressionFailed, TimeInvalid
from engine.scopes import Outside
from engine.times import Cycle, moment, parse_cycle, parse_date, parse_duration
from engine.triggers.trigger import Trigger
from engine.values import as_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from engine.elements.event import Event
    from engine.juel import Expression
    from engine.markup import Element
    from engine.run import Run
    from engine.state import Job, Token
    from engine.xml import Reader

Kind = Literal["timeDate", "timeDuration", "timeCycle"]
KINDS: tuple[Kind, ...] = ("timeDate", "timeDuration", "timeCycle")

CALENDARS: dict[str, Kind] = {
    "dueDate": "timeDate",
    "duration": "timeDuration",
    "cycle": "timeCycle",
}
"""The standard calendars, and which way of saying a time each one reads."""


class Timer(Trigger):
    """Waits for a time. Beside other work, null means that it never comes."""

    name = "timer"
    tag = "timerEventDefinition"
    positions = frozenset({"start", "event subprocess start", "catch", "boundary"})

    kind: Kind = "timeDuration"
    when: Expression | None = None
    end: Expression | None = None

    def read(self, xml: Element, event_xml: Element, event: Event, reader: Reader) -> None:
        found: list[tuple[Kind, Element]] = [
            (kind, child)
            for kind in KINDS
            if (child := xml.child(kind)) is not None and (child.text or "").strip()
        ]
        if len(found) != 1:
            reader.report(
                "error", "timer", event_xml, "a timer needs one timeDate, timeDuration or timeCycle"
            )
            return
        self.kind, child = found[0]
        calendar = read_calendar(xml, reader)
        if calendar is not None:
            self.kind = CALENDARS[calendar]
        self.when = reader.expression(child, child.text, self.kind)
        if child.name == "timeCycle":
            self.end = reader.expression(child, child.own.get("endDate"), "endDate")
        if self.when is not None and self.when.constant:
            self._check(self.when, event_xml, reader)

    def _check(self, when: Expression, event_xml: Element, reader: Reader) -> None:
        try:
            self._due(when.evaluate(Outside(0, UTC)), 0, UTC)
        except (ExpressionFailed, TimeInvalid) as error:
            reader.report("error", "timer", event_xml, str(error))

    def listen(self, run: Run, token: Token, event: Event) -> None:
        value = run.evaluate(self.when, token) if self.when else None
        if value is None and event.position != "catch":
            return  # there is no deadline this time
        due, cycle = self.first(run, value, token)
        run.create_job(token, event, "timer", due=due, cycle=cycle)

    def first(self, run: Run, value: Any, token: Token) -> tuple[int, str | None]:
        """When it is due first, and what has to be remembered to repeat it."""
        if value is None:
            raise TimeInvalid(f"The {self.kind} of a timer at {token.node} is null")
        due, cycle = self.series(value, run.now, run.world.zone, run.text(self.end, token))
        if due is None:
            raise TimeInvalid(f"The timer {as_text(value)!r} at {token.node} is never due")
        return due, cycle

    def series(
        self, value: Any, now: int, zone: tzinfo, end: str | None
    ) -> tuple[int | None, str | None]:
        """When it is due first (None: never), and the rest of a cycle as text."""
        due, cycle = self._due(value, now, zone, parse_date(end, zone) if end else None)
        return due, cycle.text if cycle is not None else None

    def _due(
        self, value: Any, now: int, zone: tzinfo, end: int | None = None
    ) -> tuple[int | None, Cycle | None]:
        if self.kind == "timeDate":
            return moment(value, now, zone), None
        text = as_text(value)
        if self.kind == "timeDuration" and not text.startswith("R"):
            return parse_duration(text).after(now, zone), None
        cycle = parse_cycle(text, now, zone, end)
        return cycle.first(), cycle if self.kind == "timeCycle" else None

    def repeat(self, run: Run, job: Job) -> None:
        """After it was due: set it to its next time, or end it."""
        if job.cycle is not None and job.due is not None:
            cycle = parse_cycle(job.cycle, job.due, run.world.zone)
            due = cycle.next(job.due)
            if due is not None:
                run.emit(ev.JobChanged(job.id, due, job.retries, cycle.rest().text))
                return
        run.emit(ev.WaitEnded(job.id))


def firings(
    kind: Kind, when: Any, now: int, zone: tzinfo, end: str | None = None, *, most: int
) -> list[int]:
    """When a timer fires that is set now: at most that many of its times. Raises TimeInvalid."""
    timer = Timer()
    timer.kind = kind
    due, cycle = timer.series(when, now, zone, end)
    found: list[int] = []
    while due is not None and len(found) < most:
        found.append(due)
        series = parse_cycle(cycle, due, zone) if cycle is not None else None
        due = series.next(due) if series is not None else None
        cycle = series.rest().text if series is not None else None
    return found


def read_calendar(xml: Element, reader: Reader) -> str | None:
    """The calendar that ``businessCalendarName`` names, if there is one."""
    name = (xml.own.get("businessCalendarName") or "").strip()
    if name in CALENDARS:
        return name
    if name:
        message = f"businessCalendarName is one of {', '.join(CALENDARS)}, not {name}"
        reader.report("error", "calendar", xml, message)
    return None
