"""Serving: one process, one event loop, Granian's embedded server, and an orderly end.

Granian shares a port with whoever asks (SO_REUSEPORT) and waits for running requests without end;
so the port is claimed before, and the end has a limit of its own (``grace``), after which the box
is closed and the process gone, whatever still runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import signal
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from appliance.errors import CannotStart, PortTaken, SettingInvalid
from web.app import make_app
from web.static_files import assets

if TYPE_CHECKING:
    from litestar.types import ASGIApp

    from appliance.box import Box
    from appliance.config import Config

HEADER_SECONDS = 10
"""A client that takes longer to send its headers is hung up on."""

ONE_SIGNAL_SECONDS = 1.0
"""Signals of one kind within so short a time are one."""

CONNECTIONS = 2048
"""Requests served at a time; more of them wait, unanswered, in the system's queue."""

# With the default thresholds the collector makes most of the slowest hundredth of all answers.
_GC_THRESHOLDS = (50_000, 25, 100)
_FIRST = asyncio.FIRST_COMPLETED
_LOGGED_BY_US = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}},
}

log = logging.getLogger(__name__)


def serve(box: Box, config: Config, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT. ``ready`` is called once requests are answered.

    Raises ``PortTaken`` and other ``CannotStart``. Does not return, but ends the process, when
    something still runs after ``config.grace`` seconds.
    """
    _check_tls(config)
    if not any(name.startswith("dist/") for name in assets()):
        log.warning("pages have no style and no script: build them with build/frontend.py")
    # Uploads are spooled where the files will live, not where the system keeps its own.
    tempfile.tempdir = str(config.data / "tmp")
    with _claimed(config.host, config.port) as address:
        app, stopping = make_app(box)
        server = _server(app, config, address)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            in_time = runner.run(_until_told(server, stopping, config, address, ready))
            if not in_time:
                log.warning("some requests did not end in time: they are cut off")
                box.close()
                logging.shutdown()
                os._exit(0)


async def _until_told(
    server: Server,
    stopping: asyncio.Event,
    config: Config,
    address: tuple[str, int],
    ready: Callable[[], None],
) -> bool:
    """Run the server until a signal; whether everything ended in time."""
    told, hurry = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = _Signals(told, hurry)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.heard, number)
    loop.add_signal_handler(signal.SIGHUP, log.info, "there is nothing to reload")

    serving = asyncio.create_task(server.serve())
    await _answering(serving, address)
    _tune_garbage_collector()
    await asyncio.to_thread(ready)
    await asyncio.wait({serving, asyncio.ensure_future(told.wait())}, return_when=_FIRST)
    if serving.done():
        await serving
        raise CannotStart("The web server ended by itself.")

    log.info("stopping")
    stopping.set()
    server.stop()
    impatience = asyncio.ensure_future(hurry.wait())
    await asyncio.wait({serving, impatience}, timeout=config.grace, return_when=_FIRST)
    return serving.done()


class _Signals:
    """The first signal asks for the end, a later one for a hasty end.

    The same signal at the same time is one: service managers tell every process of a service, and
    the starter of the one-file program passes on what it hears.
    """

    def __init__(self, told: asyncio.Event, hurry: asyncio.Event) -> None:
        self._told = told
        self._hurry = hurry
        self._first = (0, 0.0)

    def heard(self, number: int) -> None:
        now = time.monotonic()
        if not self._told.is_set():
            self._first = number, now
            self._told.set()
        elif number != self._first[0] or now - self._first[1] > ONE_SIGNAL_SECONDS:
            self._hurry.set()


async def _answering(serving: asyncio.Task[Any], address: tuple[str, int]) -> None:
    """Return once the server accepts connections; raise what keeps it from doing so."""
    while True:
        if serving.done():
            await serving
            raise CannotStart("The web server ended by itself.")
        try:
            _reader, writer = await asyncio.open_connection(*address)
        except OSError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return


def _server(app: ASGIApp, config: Config, address: tuple[str, int]) -> Server:
    encrypted = config.tls_cert is not None
    return Server(
        app,
        address=address[0],
        port=address[1],
        interface=Interfaces.ASGINL,
        http=HTTPModes.auto if encrypted else HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        websockets=False,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        ssl_cert=config.tls_cert,
        ssl_key=config.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGED_BY_US,
    )


@contextlib.contextmanager
def _claimed(host: str, port: int) -> Iterator[tuple[str, int]]:
    """Claim the port for this process; yields the address to listen on.

    The claim is a bound socket that shares its port with nobody who asks before the server has it:
    it gives up sharing only after it was bound.
    """
    family, address = _resolved(host, port)
    with socket.socket(family, socket.SOCK_STREAM) as claim:
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            claim.bind(address)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        yield address


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotStart(f"The host {host} is not known: {error.strerror}.") from error
    family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    return family, (str(address[0]), port)


def _cannot_listen(host: str, port: int, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} on {host} is taken by another program. Stop that one, or choose another"
            " port with --port."
        )
    if error.errno == errno.EACCES:
        return CannotStart(f"Port {port} needs rights that this user does not have.")
    return CannotStart(f"Cannot listen on {host}, port {port}: {error.strerror}.")


def _check_tls(config: Config) -> None:
    if config.tls_cert is None or config.tls_key is None:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An empty password instead of a question on the terminal: nobody may be there.
        context.load_cert_chain(config.tls_cert, config.tls_key, password="")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise SettingInvalid(
            f"tls_cert {config.tls_cert} and tls_key {config.tls_key} cannot be used: {reason}."
        ) from error


def _tune_garbage_collector() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
