"""Every statement that any page, endpoint or action runs is explained: none searches what grows.

Nothing is listed here that could be forgotten: an office is furnished and walked through over HTTP
while every connection tells what it runs, every address of the site map must have been visited, and
every table grows unless it is named.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

import httpx
from litestar.handlers import HTTPRouteHandler

from appliance.actor import Actor
from appliance.box import Box
from appliance.config import Config
from tests.office import furnished
from tests.overheard import Overheard
from tests.pages.test_access import ADMIN_PAGES, CASE_PAGES, PEOPLE_PAGES
from tests.serving import PASSWORD, TOKEN
from web import api, api_v1, app
from web.app import make_app

ENDLESS = {"/events"}

MORE = [
    *(f"/admin/instances?view={view}&sort={sort}&process={process}&q={q}"
      for view in ("open", "failed", "suspended", "ended", "all")
      for sort in ("id", "-process")
      for process in ("", "errands")
      for q in ("", "PO-4711", "{report}", "word")),
    *(f"/tasks?view={view}&sort={sort}&q={q}&due={due}"
      for view in ("mine", "group", "substituting", "overdue", "done")
      for sort in ("due", "-priority", "name")
      for q in ("", "word", "{report}")
      for due in ("", "overdue")),
    *(f"/requests?view={view}&q={q}" for view in ("open", "ended", "all") for q in ("", "word")),
    *(f"/admin/timers?view={view}&process={process}"
      for view in ("waiting", "due", "failing", "workers", "starts")
      for process in ("", "errands")),
    *(f"/admin/audit?{query}" for query in (
        "", "by=kermit", "action=user.create", "subject=kermit", "from=2020-01-01&to=2099-01-01",
        "q=kermit", "page=5", "by=kermit&subject=gonzo&page=5")),
    *(f"/admin/users?q={q}&view={view}" for q in ("", "ker") for view in ("", "disabled")),
    "/admin/processes/errands?mode=duration&period=week", "/admin/processes/errands/1",
    "/admin/processes/errands/1/diagram", "/admin/processes/errands/1/xml",
    "/admin/processes/growing/migrate?old=1&new=2", "/admin/processes/growing/compare?old=1&new=2",
    "/admin/instances/{broken}", "/admin/instances/{hostile}", "/admin/instances/{cancelled}",
    "/admin/instances/{report}/diagram?heat=1", "/admin/incidents/{incident}",
    "/admin/incidents?view=each&process=broken", "/admin/moves/{move}", "/admin/batches/{batch}",
    "/admin/trials/{trial}/scenario", "/admin/users/kermit", "/admin/users/new", "/admin/groups",
    "/admin/system/backups/none.zip", "/admin/drafts/{draft}", "/account/second-factor",
    "/search?q=expense", "/search?q={report}", "/search?q=PO-4711", "/start/sampler/help",
    "/tasks/{task}", "/tasks/{task}/case", "/tasks/{task}/diagram", "/tasks/{task}/standing",
    "/files/{report}/none.txt", "/instances/{report}", "/notices/1", "/password/none",
    "/requests/{cancelled}", "/login", "/offline", "/setup", "/service-worker.js",
    "/frag/incident-count", "/frag/inbox-count", "/frag/people?q=k",
]  # fmt: skip
API = ["/processapi/list", "/processapi/{report}/status", "/processapi/{cancelled}/status",
       "/processapi/{report}/files/none.txt", "/api/v1/instances/{broken}/incidents"]  # fmt: skip


def addresses() -> set[str]:
    """Every address with GET of the site map."""
    modules = (*app.PAGES, *app.ADMIN_PAGES, *app.OPEN_PAGES)
    handlers = [handler for module in modules for handler in module.handlers]
    return {
        path
        for handler in handlers
        if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
        for path in handler.paths
    } | {
        f"{base}{path}"
        for base, module in (("/processapi", api), ("/api/v1", api_v1))
        for handler in module.handlers
        if "GET" in handler.http_methods
        for path in handler.paths
    }  # fmt: skip


def unvisited(paths: Iterable[str]) -> set[str]:
    """The addresses that none of these paths leads to."""
    visited = {path.partition("?")[0] for path in paths}
    fits = {each: re.sub(r"\{\w+:\w+\}", "[^/]+", each) for each in addresses() - ENDLESS}
    return {
        each
        for each, pattern in fits.items()
        if not any(re.fullmatch(pattern, path) for path in visited)
    }


def busy(box: Box, cases: dict[str, int]) -> dict[str, object]:
    """More of what pages show; what addresses name."""
    kermit = Actor.user("kermit", frozenset({"employees"}), admin=True)
    move = box.moves.begin("growing", 1, 2, kermit).result()
    box.moves.work()
    batch = box.batches.begin("suspend", [cases["calm"]], kermit).result()
    box.batches.work()
    box.notices.look()
    box.clockwork.fire_due()
    box.jobs.fetch("none", 5, 1000, kermit).result()
    [task, *_] = box.instances.status(cases["late"]).tasks
    return {**cases, "move": getattr(move, "id", move), "batch": getattr(batch, "id", batch),
            "task": task.id, "trial": "none"}  # fmt: skip


async def walk(box: Box, key: str, paths: list[str], program: list[str]) -> None:
    """Visit all of them: pages as kermit, the rest as a program."""
    site, _ = make_app(box)
    transport = httpx.ASGITransport(site)  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as kermit:
        token = TOKEN.search((await kermit.get("/login")).text)
        assert token
        form = {"_csrf_token": token[1], "name": "kermit", "password": PASSWORD}
        assert (await kermit.post("/login", data=form)).status_code == 303
        for path in paths:
            answer = await kermit.get(path)
            assert answer.status_code < 500, (path, answer.text)
            assert "/login" not in answer.headers.get("location", ""), path
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers
    ) as erp:
        for path in program:
            assert (await erp.get(path)).status_code in (200, 404), path


def test_no_statement_searches_a_table_that_grows(tmp_path, monkeypatch):
    overheard = Overheard(tmp_path / "data" / "workingflow.db")
    overheard.listen(monkeypatch.setattr)
    facts = furnished(tmp_path / "data")
    box = Box(Config(data=tmp_path / "data"))
    try:
        names = busy(box, facts["cases"])
        pages = [path.format(**names) for path in (*PEOPLE_PAGES, *ADMIN_PAGES, *CASE_PAGES, *MORE)]
        program = [path.format(**names) for path in API]
        assert unvisited([*pages, *program]) == set()
        asyncio.run(walk(box, facts["key"], pages, program))
        wrong = overheard.searches()
    finally:
        box.close()
    assert len(overheard.seen) > 150
    assert wrong == []
