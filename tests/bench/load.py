"""A closed-loop HTTP load on loopback: many connections, each with one request on its way."""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import cpu_seconds, quantile

CONNECTIONS = 64
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers per second, the server's processor time for each, and how long each took (s)."""

    per_second: float
    cpu: float
    latencies: list[float]

    @property
    def p99(self) -> float:
        """The slowest hundredth."""
        return quantile(self.latencies, 0.99)


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a benchmark (``tests/bench/server.py``)."""

    process: int
    port: int
    key: str


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """The real server on a data directory, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.server", str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            port, key = process.stdout.readline().split()
            yield Server(process.pid, int(port), key)
        finally:
            process.terminate()


class Load:
    """One request, sent again and again; every answer must have the status ``wanted``."""

    def __init__(
        self, server: Server, path: str, wanted: int, body: bytes | None, connections: int
    ) -> None:
        head = (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {server.key}\r\n"
        )
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._request = f"{head}\r\n".encode() + (body or b"")
        self._wanted = f"HTTP/1.1 {wanted} ".encode()
        self._server = server
        self._connections = connections

    def run(self, seconds: float) -> Answered:
        """Send for so long."""
        selector = selectors.DefaultSelector()
        sent: dict[socket.socket, float] = {}
        used = cpu_seconds(self._server.process)
        for _ in range(self._connections):
            connection = socket.create_connection(("127.0.0.1", self._server.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            connection.sendall(self._request)
            sent[connection] = time.perf_counter()
        began = time.perf_counter()
        latencies = self._loop(selector, sent, began + seconds)
        took = time.perf_counter() - began
        used = cpu_seconds(self._server.process) - used
        for connection in sent:
            connection.close()
        count = len(latencies)
        return Answered(count / took, used / count, latencies)

    def _loop(
        self, selector: selectors.BaseSelector, sent: dict[socket.socket, float], end: float
    ) -> list[float]:
        latencies: list[float] = []
        while True:
            for key, _ in selector.select():
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                self._check(connection.recv(65536))
                now = time.perf_counter()
                latencies.append(now - sent[connection])
                if now >= end:
                    return latencies
                sent[connection] = now
                connection.sendall(self._request)

    def _check(self, answer: bytes) -> None:
        if not answer.startswith(self._wanted) or b"\r\n\r\n" not in answer:
            raise SystemExit(f"an unexpected answer: {answer[:300]!r}")
