"""What happens to jobs besides running: failed attempts, retries, clocks that stand still.

The due dates of tasks stand still with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import events as ev
from engine.errors import NotWaiting, TimeInvalid
from engine.state import Incident, Instance, Job, Task, Token
from engine.times import parse_duration

if TYPE_CHECKING:
    from engine.model import Node
    from engine.run import Run


MAX_ATTEMPTS = 1000
"""How often a job may be tried."""


def attempts(run: Run, node: Node, token: Token) -> int:
    """How often a job of this node is tried in all: ``R5/PT7M`` means five times."""
    return len(_delays(run, node, token)) + 1


def failed(run: Run, job: Job, message: str, detail: str | None, final: bool = False) -> None:
    """Count a failed attempt; after the last one the job stands still and an incident opens."""
    node = run.node(job)
    delays = _delays(run, node, job.token)
    left = 0 if final else job.retries - 1
    if left > 0:
        delay = delays[max(0, len(delays) - left)] if delays else run.world.limits.retry_delay
        run.emit(ev.JobChanged(job.id, run.now + delay, left, job.cycle, message))
        return
    run.emit(ev.JobChanged(job.id, None, 0, job.cycle, message))
    run.emit(
        ev.IncidentOpened(
            run.world.new_id(), job.token.id, node.id, run.now, message, job.id, detail
        )
    )


def retried(run: Run, incident: int, reason: str | None = None) -> None:
    """Resolve an incident by giving its job all its attempts again, at once."""
    found = run.state.incidents.get(incident)
    if found is None:
        raise NotWaiting(f"Incident {incident} is resolved already")
    job = _job(run, found)
    run.emit(ev.IncidentResolved(incident, run.now, run.by, reason))
    if job is not None:
        left = attempts(run, run.node(job), job.token)
        due = None if job.kind == "external" else run.now
        run.emit(ev.JobChanged(job.id, due, left, job.cycle))


def freeze(run: Run, job: Job) -> None:
    """Stop the clock of a job: it keeps the time that is left."""
    if job.due is not None:
        run.emit(
            ev.JobChanged(
                job.id, None, job.retries, job.cycle, job.error, remaining=job.due - run.now
            )
        )


def freeze_all(run: Run, instance: Instance) -> None:
    """Stop the clocks of a suspended instance, unless its process lets them run."""
    if instance.process.keeps_running:
        return
    for token in instance.own():
        for job in _jobs(token):
            freeze(run, job)
        task = token.task
        if task is not None and task.due is not None:
            _change_due(run, task, None, task.due - run.now)


def thaw_all(run: Run, instance: Instance) -> None:
    """Let the clocks of an instance go on; a timer that was due meanwhile is due now."""
    for token in instance.own():
        for job in _jobs(token):
            thaw(run, job)
        task = token.task
        if task is not None and task.remaining is not None:
            _change_due(run, task, run.now + task.remaining, None)


def _jobs(token: Token) -> list[Job]:
    return [wait for wait in token.waits.values() if isinstance(wait, Job)]


def _change_due(run: Run, task: Task, due: int | None, remaining: int | None) -> None:
    run.emit(ev.TaskChanged(task.id, {"due": due, "remaining": remaining}, run.now, run.by))


def thaw(run: Run, job: Job) -> None:
    """Let the clock of a job go on."""
    if job.remaining is not None:
        due = run.now + max(0, job.remaining)
        run.emit(ev.JobChanged(job.id, due, job.retries, job.cycle, job.error))


def _job(run: Run, incident: Incident) -> Job | None:
    wait = run.state.waits.get(incident.job) if incident.job is not None else None
    return wait if isinstance(wait, Job) else None


def _delays(run: Run, node: Node, token: Token) -> list[int]:
    """The milliseconds to wait after each failed attempt but the last."""
    limits = run.world.limits
    if node.retry is None:
        return [limits.retry_delay] * (limits.attempts - 1)
    text = str(run.evaluate(node.retry, token)).strip()
    if text.startswith("R") and "/" in text:
        count, _, every = text[1:].partition("/")
        if not (count.isdecimal() and len(count) < 5 and 1 <= int(count) <= MAX_ATTEMPTS):
            raise TimeInvalid(
                f"Retry cycle {text[:40]!r} of {node} needs a number of attempts up to "
                f"{MAX_ATTEMPTS:,}: R3/PT10M"
            )
        return [_span(run, every)] * (int(count) - 1)
    return [_span(run, part.strip()) for part in text.split(",")]


def _span(run: Run, text: str) -> int:
    return parse_duration(text).after(run.now, run.world.zone) - run.now
