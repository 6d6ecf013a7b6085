"""The real server on a data directory, with a few more handlers to compare with."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Any

from litestar import Litestar, Request, post

import web.server
from appliance.box import Box
from appliance.config import Config
from appliance.store import sqlite
from tests.bench.load import free_port
from web.api import Json
from web.app import make_app
from web.bodies import body_of

ROW = "x" * 100


def main() -> None:
    """Serve until told to stop; the first line of output is the port and an API key."""
    port = free_port()
    config = Config.load({"data": sys.argv[1], "port": port})
    box = Box(config)

    def ready() -> None:
        box.start()
        print(port, key, flush=True)  # noqa: T201

    key = box.keys.create("bench").result().text
    box.store.write(_make_table).result()
    web.server.make_app = _with_baselines
    try:
        web.server.serve(box, config, ready)
    finally:
        box.close()


def _make_table(connection: sqlite.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS bench")
    connection.execute("CREATE TABLE bench (id INTEGER PRIMARY KEY, a INTEGER, b TEXT)")


def _insert(connection: sqlite.Connection) -> None:
    connection.executemany("INSERT INTO bench (a, b) VALUES (?, ?)", [(n, ROW) for n in range(5)])


def _with_baselines(box: Box) -> tuple[Any, asyncio.Event]:
    @post("/bench/empty")
    async def empty() -> Json:
        return Json({}, 201)

    @post("/bench/rows")
    async def rows() -> Json:
        await box.store.write(_insert)
        return Json({}, 201)

    @post("/bench/body_rows")
    async def body_rows(request: Request[Any, Any, Any]) -> Json:
        await body_of(request, box.config.body_limit)
        await box.store.write(_insert)
        return Json({}, 201)

    @post("/bench/gc_off")
    async def gc_off() -> Json:
        gc.disable()
        return Json({}, 201)

    @post("/bench/gc_on")
    async def gc_on() -> Json:
        gc.enable()
        return Json({}, 201)

    app, stopping = make_app(box)
    handlers = [empty, rows, body_rows, gc_off, gc_on]
    baselines = Litestar(handlers, openapi_config=None, logging_config=None)

    async def either(scope: Any, receive: Any, send: Any) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (baselines if ours else app)(scope, receive, send)

    return either, stopping


if __name__ == "__main__":
    main()
