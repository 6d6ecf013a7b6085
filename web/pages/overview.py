"""/admin: what needs an administrator now, how the box is, and what the first week asks for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Response, get

from appliance.actor import SYSTEM
from engine.times import DAY
from web.box import box_of
from web.render import page
from web.security import PageRequest
from web.texts import _

if TYPE_CHECKING:
    from appliance.box import Box

OLD_BACKUP = 2 * DAY
LITTLE_SPACE = 0.1
"""Of the disk; or less than :data:`LITTLE_BYTES`."""
LITTLE_BYTES = 1_000_000_000
SOON_FULL = 30
"""Days."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do in the first week, and where."""

    text: str
    href: str
    done: bool


@get("/admin")
async def show(request: PageRequest) -> Response[Any]:
    """Everything at a glance."""
    box = box_of(request)
    return await asyncio.to_thread(_page, request, box)


def _page(request: PageRequest, box: Box) -> Response[Any]:
    now, backups, space = box.clock(), box.backups.list(), box.system.space()
    last = max((backup.at for backup in backups), default=None)
    forecast = box.system.forecast()
    steps = _first_week(box, bool(backups))
    return page(
        request,
        "overview.html",
        here="overview",
        groups=box.incidents.groups()[:5],
        overdue=box.overview.overdue(),
        latest_tasks=box.overview.latest_tasks(),
        late=box.overview.late_jobs(),
        topics=box.overview.topics(),
        failing=box.jobs.counts()["failing"],
        missed=box.clockwork.missed,
        running=box.overview.running(),
        suspended=box.overview.suspended(),
        space=space,
        tight=space.free < max(LITTLE_BYTES, space.disk * LITTLE_SPACE)
        or (forecast.days_left is not None and forecast.days_left < SOON_FULL),
        days_left=forecast.days_left,
        last_backup=last,
        backup_old=last is None or now - last > OLD_BACKUP,
        backup_problem=box.backups.state().problem,
        batches=[batch for batch in box.batches.latest(10) if batch.finished is None],
        deployed=sorted(box.processes.list(), key=lambda each: -each.deployed_at)[:5],
        steps=steps,
        steps_done=sum(step.done for step in steps),
    )


def _first_week(box: Box, has_backup: bool) -> list[Step]:
    people = box.people.list()
    return [
        Step(_("Set the address that people use"), "/help/settings", bool(box.config.base_url)),
        Step(_("Invite a colleague"), "/admin/users/new", len(people) > 1),
        Step(_("Put people into groups"), "/admin/groups", any(person.groups for person in people)),
        Step(
            _("Deploy a process of your own"),
            "/admin/deploy",
            any(each.deployed_by != str(SYSTEM) for each in box.processes.list()),
        ),
        Step(_("Let a program in with a key"), "/admin/api-keys", bool(box.keys.list())),
        Step(_("Make a backup, and keep a copy elsewhere"), "/admin/system/backups", has_backup),
    ]


handlers = [show]
