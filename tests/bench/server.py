"""The real server on a fresh data directory, with two more handlers to compare with."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

from litestar import Litestar, post

import web.server
from appliance.box import Box
from appliance.config import Config
from appliance.store import sqlite
from web.api import Json
from web.app import make_app

ROW = "x" * 100


def main() -> None:
    """Serve until told to stop; the first line of output is the port and an API key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = Config.load({"data": str(Path(sys.argv[1]) / "data"), "port": port})
    box = Box(config)
    key = box.keys.create("bench").result().text
    box.store.write(_make_table).result()
    web.server.make_app = _with_baselines
    try:
        web.server.serve(
            box,
            config,
            lambda: print(port, key, flush=True),  # noqa: T201
        )
    finally:
        box.close()


def _make_table(connection: sqlite.Connection) -> None:
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

    app, stopping = make_app(box)
    baselines = Litestar([empty, rows], openapi_config=None, logging_config=None)

    async def either(scope: Any, receive: Any, send: Any) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (baselines if ours else app)(scope, receive, send)

    return either, stopping


if __name__ == "__main__":
    main()
