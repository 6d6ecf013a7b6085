"""How long the server takes for each page of the site, beside a great many instances."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

from litestar.handlers import HTTPRouteHandler

from appliance.store import sqlite
from tests.bench.stores import KEY, Filling, filled, opened
from tests.serving import PASSWORD, Client, Served
from web import app

NAME = "worker"
TURNS = 9
NO_PAGES = ("/events", ".csv", "/service-worker.js")
LISTS = [
    "/tasks?view=group",
    "/tasks?view=overdue",
    "/tasks?view=done",
    "/tasks?sort=-priority",
    "/tasks?sort=name",
    "/tasks?sort=process",
    "/tasks?q=Work",
    "/tasks?q=no-such-word",
    "/tasks?view=group&q=no-such-word",
    "/tasks?view=done&q=no-such-word",
    "/tasks?process=Other",
    "/requests?view=all",
    "/search?q=Work",
    "/search?q=no-such-word",
    "/admin/instances?view=all",
    "/admin/instances?view=done",
    "/admin/instances?view=all&q=nothing",
    "/admin/instances?view=all&variable=department%3DEngineering",
    "/admin/timers?view=starts",
    "/admin/timers?view=failing",
    "/admin/incidents?view=each",
]


def page_times(scale: float = 1) -> dict[str, Any]:
    """The median time of each page with 1,000,000 instances, a tenth open, 10,000 of them mine."""
    filling = Filling(
        finished=int(900_000 * scale), live=int(100_000 * scale), mine=max(1, int(10_000 * scale))
    )
    data = filled(filling)
    _with_somebody(data)
    served = Served(data, ("--demos", "false")).start()
    try:
        with Client(served.url) as client:
            assert client.sign_in(NAME, PASSWORD).status_code == 303
            for _ in range(TURNS):
                client.get("/tasks")  # the first ones fill caches
            times = {path: _median(client, path) for path in _places(data)}
    finally:
        served.stop()
    slowest = sorted(times.items(), key=lambda each: -each[1])
    return {"pages": len(times), "slowest_ms": slowest[0][1], "over_10_ms": dict(slowest[:12])}


def _with_somebody(data: Path) -> None:
    box = opened(data)
    try:
        if NAME not in {one.name for one in box.people.list()}:
            groups = ["workers"]
            box.people.add_group("workers").result()
            box.people.add(NAME, PASSWORD, admin=True, groups=groups).result()
    finally:
        box.close()


def _places(data: Path) -> list[str]:
    connection = sqlite.connect(data / "workingflow.db")
    newest = "SELECT max(id), max(instance) FROM task WHERE ended IS {} NULL"
    [(task, instance)] = connection.execute(newest.format("")).fetchall()
    [(_done, finished)] = connection.execute(newest.format("NOT")).fetchall()
    connection.close()
    known = [f"/tasks/{task}", f"/requests/{instance}", f"/admin/instances/{instance}",
             f"/admin/instances/{finished}", f"/admin/processes/{KEY}", f"/start/{KEY}",
             f"/admin/processes/{KEY}?mode=count&period=all", f"/admin/users/{NAME}"]  # fmt: skip
    routes = {
        path
        for module in (*app.PAGES, *app.ADMIN_PAGES)
        for handler in module.handlers
        if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
        for path in handler.paths
        if "{" not in path and not path.endswith(NO_PAGES)
    }
    return [*sorted(routes), *LISTS, *known]


def _median(client: Client, path: str) -> float:
    times: list[float] = []
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code in (200, 303), (path, answer.status_code)
    return round(median(times), 1)
